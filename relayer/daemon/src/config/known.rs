use std::path::Path;

use super::ConfigError;

/// What every table may hold. Kept equal to the structs by the test that reads the sample.
const TABLES: [(&str, &[&str]); 9] = [
    ("", &["global", "mode", "chains"]),
    ("global", &["log_level"]),
    ("mode", &["clients", "locks"]),
    ("mode.clients", &["refresh", "misbehaviour"]),
    ("mode.locks", &["reject_own"]),
    (
        "chains",
        &[
            "id",
            "rpc_addr",
            "witness_addrs",
            "rpc_timeout",
            "poll_interval",
            "account_prefix",
            "key_name",
            "gas_price",
            "gas_multiplier",
            "max_gas",
            "max_msg_num",
            "memo_prefix",
            "views",
            "locks",
        ],
    ),
    ("chains.gas_price", &["price", "denom"]),
    ("chains.views", &["contract", "zones"]),
    ("chains.locks", &["contract", "start_height"]),
];

/// Refuses a key that means nothing, with the known one that is written most like it.
pub(super) fn check_keys(path: &Path, name: &str, table: &toml::Table) -> Result<(), ConfigError> {
    let Some((_, known)) = TABLES.iter().find(|(table, _)| *table == name) else {
        return Ok(());
    };
    for (key, value) in table {
        if !known.contains(&key.as_str()) {
            return Err(ConfigError::UnknownKey {
                path: path.into(),
                table: if name.is_empty() { "the file" } else { name }.into(),
                key: key.clone(),
                nearest: nearest(key, known).into(),
            });
        }
        let inner = if name.is_empty() {
            key.clone()
        } else {
            format!("{name}.{key}")
        };
        let tables: Vec<&toml::Table> = match value {
            toml::Value::Table(table) => vec![table],
            toml::Value::Array(items) => items.iter().filter_map(|item| item.as_table()).collect(),
            _ => Vec::new(),
        };
        for table in tables {
            check_keys(path, &inner, table)?;
        }
    }
    Ok(())
}

fn nearest<'a>(key: &str, known: &[&'a str]) -> &'a str {
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
