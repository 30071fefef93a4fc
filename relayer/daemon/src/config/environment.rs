//! `TESSERA_<TABLE>__<KEY>` in the environment overrides what the file says.
//!
//! The parts of a path are separated by two underscores and may be in either case: `TESSERA_GLOBAL__LOG_LEVEL=debug`. A chain
//! is named by its place in the file, from 0, or by its id, in which every character that is no letter or digit is
//! written as one underscore: `TESSERA_CHAINS__0__RPC_ADDR` or `TESSERA_CHAINS__COSMOSHUB_4__RPC_ADDR`. Two ids that are
//! written alike must be named by place. The value is read as TOML where it is TOML (`42`, `true`, `["a", "b"]`), and as
//! text where it is not; a whole table is written as `{ a = "b", c = 1 }`. All are applied together, before anything is checked,
//! so that what belongs together can be set. `TESSERA_CONFIG` and other names without two underscores are none of these.

use std::path::Path;

use toml::{Table, Value};

use super::ConfigError;

/// A variable of the environment that overrides a value of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The whole name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The overrides in the process's environment, in the order of their names.
pub fn overrides() -> Vec<Override> {
    let mut found: Vec<Override> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("TESSERA_") && name.contains("__"))
        .map(|(name, value)| Override { name, value })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Writes an override into the file's table. Whether its key is known is checked with the whole table.
pub(super) fn apply(path: &Path, table: &mut Table, given: &Override) -> Result<(), ConfigError> {
    let wrong = |reason: String| ConfigError::Override {
        path: path.into(),
        name: given.name.clone(),
        reason,
    };
    let lowered = given.name.to_ascii_lowercase();
    let steps: Vec<&str> = lowered.trim_start_matches("tessera_").split("__").collect();
    let (Some((key, tables)), true) = (steps.split_last(), steps.iter().all(|s| !s.is_empty()))
    else {
        return Err(wrong("it names no key".into()));
    };
    let mut inner = table;
    let mut tables = tables.iter();
    while let Some(step) = tables.next() {
        let value = inner
            .entry(*step)
            .or_insert_with(|| Value::Table(Table::new()));
        inner = match value {
            Value::Table(table) => table,
            Value::Array(items) => {
                let which = tables
                    .next()
                    .ok_or_else(|| wrong(format!("{step} needs a place or an id")))?;
                chosen(items, which).map_err(wrong)?
            }
            _ => return Err(wrong(format!("{step} is no table"))),
        };
    }
    // One of the two spellings of a list: the other would be a duplicate.
    for (one, many) in [
        ("rpc_addr", "rpc_addrs"),
        ("grpc_addr", "grpc_addrs"),
        ("key_name", "key_names"),
    ] {
        if *key == one || *key == many {
            inner.remove(one);
            inner.remove(many);
        }
    }
    inner.insert((*key).into(), typed(&given.value));
    Ok(())
}

fn chosen<'a>(items: &'a mut [Value], which: &str) -> Result<&'a mut Table, String> {
    let plain = |id: &str| {
        id.to_ascii_lowercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    };
    let ids = items
        .iter()
        .map(|item| item.get("id").and_then(Value::as_str).map(plain));
    let places: Vec<usize> = ids
        .enumerate()
        .filter(|(_, id)| id.as_deref() == Some(which))
        .map(|(place, _)| place)
        .collect();
    let place = match (places.as_slice(), which.parse::<usize>()) {
        ([place], _) => *place,
        ([], Ok(place)) => place,
        ([], Err(_)) => return Err(format!("no chain is called {which}")),
        _ => {
            return Err(format!(
                "more than one chain is written {which}: name it by its place, from 0"
            ))
        }
    };
    let count = items.len();
    items
        .get_mut(place)
        .and_then(Value::as_table_mut)
        .ok_or_else(|| format!("there is no chain {place}: the file has {count}, counted from 0"))
}

/// TOML where it is TOML, and text where it is not.
fn typed(text: &str) -> Value {
    let parsed = toml::from_str::<Table>(&format!("value = {text}"));
    let alone = |mut table: Table| (table.len() == 1).then(|| table.remove("value")).flatten();
    parsed
        .ok()
        .and_then(alone)
        .unwrap_or_else(|| Value::String(text.into()))
}
