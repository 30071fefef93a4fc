//! What verbs answer on zones, held against what they answered when that was recorded (`tests/data/results.json`): the names
//! and kinds of what is in it, since the values differ from run to run. `TESSERA_RECORD=1` adds what is seen to the record.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{LazyLock, Mutex},
};

use clap::CommandFactory;
use serde_json::{json, Map, Value};

use crate::ground::root;

/// A kind that may be one of several.
const ONE_OF: &str = "one of";

/// Shapes by verb. A name that is not in every answer ends with a question mark; `*` stands for names that are values.
static RECORD: LazyLock<Mutex<BTreeMap<String, Value>>> = LazyLock::new(|| {
    let text = fs::read_to_string(file()).unwrap();
    Mutex::new(serde_json::from_str(&text).unwrap())
});

fn file() -> PathBuf {
    root().join("relayer/daemon/tests/data/results.json")
}

/// Holds a verb's answer against the record. What is wrong is a sentence, and has no shape.
pub fn expect(arguments: &[&str], answer: &Value) {
    let mut verb = verb(arguments);
    if answer["status"] == "error" {
        if answer["result"].is_string() {
            return;
        }
        verb.push_str(", not well");
    }
    let seen = shape(&answer["result"]);
    let mut record = RECORD.lock().unwrap();
    let known = record.get(&verb).cloned();
    if std::env::var_os("TESSERA_RECORD").is_some() {
        let both = known.map_or_else(|| seen.clone(), |known| merge(&known, &seen, true));
        record.insert(verb, both);
        let text = serde_json::to_string_pretty(&*record).unwrap();
        fs::write(file(), text + "\n").unwrap();
        return;
    }
    drop(record);
    let known = known.unwrap_or_else(|| panic!("{verb:?} was never recorded: {seen:#}"));
    let both = merge(&known, &seen, false);
    assert_eq!(
        both, known,
        "{verb:?} answers otherwise than recorded: {seen:#}"
    );
}

/// The verb's name without its arguments.
fn verb(arguments: &[&str]) -> String {
    let mut command = tessera::command::Arguments::command();
    let mut name = Vec::new();
    for argument in arguments {
        let Some(inner) = command.find_subcommand(argument) else {
            break;
        };
        name.push(*argument);
        command = inner.clone();
    }
    name.join(" ")
}

fn shape(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => json!("boolean"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("string"),
        Value::Array(entries) => {
            let shapes = entries.iter().map(shape);
            let one = shapes.reduce(|one, other| merge(&one, &other, true));
            Value::Array(one.into_iter().collect())
        }
        Value::Object(fields) => {
            let mut shapes: Map<String, Value> = Map::new();
            for (name, value) in fields {
                let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                let name = if name.chars().all(is_name) { name } else { "*" };
                let seen = shape(value);
                let known = shapes.get(name);
                let both = known.map_or_else(|| seen.clone(), |known| merge(known, &seen, true));
                shapes.insert(name.into(), both);
            }
            Value::Object(shapes)
        }
    }
}

/// What admits both. An empty list and null tell nothing of what else could be there: that is taken over where it is to be
/// `learnt`, and let pass otherwise.
fn merge(known: &Value, seen: &Value, learn: bool) -> Value {
    match (known, seen) {
        (known, seen) if known == seen || seen.is_null() => known.clone(),
        (Value::Null, seen) if learn => seen.clone(),
        (Value::Null, _) => Value::Null,
        (Value::Array(known), Value::Array(seen)) => {
            let one = match (known.first(), seen.first()) {
                (Some(known), Some(seen)) => Some(merge(known, seen, learn)),
                (None, seen) => seen.filter(|_| learn).cloned(),
                (known, None) => known.cloned(),
            };
            Value::Array(one.into_iter().collect())
        }
        (Value::Object(known), Value::Object(seen))
            if !known.contains_key(ONE_OF) && !seen.contains_key(ONE_OF) =>
        {
            Value::Object(fields(known, seen, learn))
        }
        (known, seen) => {
            let mut all = kinds(known);
            for kind in kinds(seen) {
                add(&mut all, kind, learn);
            }
            match all.as_slice() {
                [only] => only.clone(),
                all => json!({ ONE_OF: all }),
            }
        }
    }
}

fn kinds(shape: &Value) -> Vec<Value> {
    let several = shape.get(ONE_OF).and_then(Value::as_array);
    several.map_or_else(|| vec![shape.clone()], Vec::clone)
}

/// Adds a kind to several, of which one at most is an object and one a list.
fn add(kinds: &mut Vec<Value>, seen: Value, learn: bool) {
    let alike = kinds.iter_mut().find(|kind| match kind {
        Value::Object(_) => seen.is_object(),
        Value::Array(_) => seen.is_array(),
        kind => **kind == seen,
    });
    match alike {
        Some(kind) => *kind = merge(kind, &seen, learn),
        None => kinds.push(seen),
    }
}

fn fields(
    known: &Map<String, Value>,
    seen: &Map<String, Value>,
    learn: bool,
) -> Map<String, Value> {
    let plain = |name: &str| name.trim_end_matches('?').to_string();
    let of = |fields: &Map<String, Value>, name: &str| {
        let optional = fields.get(&format!("{name}?")).cloned();
        let always = fields.get(name).cloned();
        always
            .map(|shape| (shape, true))
            .or(optional.map(|shape| (shape, false)))
    };
    let names = known.keys().chain(seen.keys()).map(|name| plain(name));
    let mut both = Map::new();
    for name in names {
        let (shape, always) = match (of(known, &name), of(seen, &name)) {
            (Some((known, a)), Some((seen, b))) => (merge(&known, &seen, learn), a && b),
            (Some((shape, _)), None) | (None, Some((shape, _))) => (shape, false),
            (None, None) => continue,
        };
        both.insert(
            if always || name == "*" {
                name
            } else {
                name + "?"
            },
            shape,
        );
    }
    both
}
