use std::path::Path;

use toml::{Table, Value};

use super::{ConfigError, SAMPLE};
use crate::document;

/// What may be written beside what the sample shows: one node or key instead of a list.
const ALIASES: [(&str, &str); 3] = [
    ("chains", "rpc_addr"),
    ("chains", "grpc_addr"),
    ("chains", "key_name"),
];

/// Refuses a key that means nothing, with the known one that is written most like it. The sample says which are known: a
/// test compares it with the structs.
pub(super) fn check_keys(path: &Path, table: &Table) -> Result<(), ConfigError> {
    let sample: Table = document::toml(SAMPLE).map_err(|reason| ConfigError::Syntax {
        path: "config.sample.toml".into(),
        reason,
    })?;
    check_table(path, "", table, &sample)
}

fn check_table(path: &Path, name: &str, table: &Table, sample: &Table) -> Result<(), ConfigError> {
    let aliases = ALIASES
        .iter()
        .filter(|(of, _)| *of == name)
        .map(|(_, alias)| *alias);
    let known: Vec<&str> = sample.keys().map(String::as_str).chain(aliases).collect();
    for (key, value) in table {
        if !known.contains(&key.as_str()) {
            return Err(ConfigError::UnknownKey {
                path: path.into(),
                table: if name.is_empty() { "the file" } else { name }.into(),
                key: key.clone(),
                nearest: nearest(key, &known).into(),
            });
        }
        let inner = if name.is_empty() {
            key.clone()
        } else {
            format!("{name}.{key}")
        };
        let Some(of) = sample.get(key).and_then(|value| tables(value).next()) else {
            continue;
        };
        for table in tables(value) {
            check_table(path, &inner, table, of)?;
        }
    }
    Ok(())
}

/// The table that a value is, or those of a list.
fn tables(value: &Value) -> impl Iterator<Item = &Table> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let inner = items.iter().filter_map(Value::as_table);
    value.as_table().into_iter().chain(inner)
}

pub(super) fn nearest<'a>(key: &str, known: &[&'a str]) -> &'a str {
    let by_distance = known
        .iter()
        .min_by_key(|candidate| distance(key, candidate));
    by_distance.copied().unwrap_or_default()
}

/// Levenshtein's: insertions, deletions and replacements from one text to the other.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        let mut next = vec![left];
        for (to, above) in b.bytes().zip(row.iter().skip(1)) {
            let replaced = diagonal.saturating_add(usize::from(from != to));
            let shifted = left.min(*above).saturating_add(1);
            left = replaced.min(shifted);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
