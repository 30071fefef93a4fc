//! Vectors: canonical bytes, tagged hashes and provable keys, which the Rust and the TypeScript sides both read.

mod keys;
mod tasks;
mod words;

use anyhow::Result;
use serde::Serialize;
use tessera_primitives::{
    canonical::{self, Canonical},
    Hash,
};

use crate::Generated;

/// A structure, its canonical bytes and its tagged hash.
#[derive(Serialize)]
struct HashVector {
    /// What it shows.
    name: &'static str,
    /// The tag of the hash.
    tag: &'static str,
    /// The value, as messages carry it.
    value: serde_json::Value,
    /// Its canonical bytes, in hexadecimal.
    bytes: String,
    /// `H(tag, value)`.
    hash: Hash,
}

impl HashVector {
    fn of<T: Canonical + Serialize>(
        name: &'static str,
        tag: &'static str,
        value: &T,
    ) -> Result<HashVector> {
        Ok(HashVector {
            name,
            tag,
            value: serde_json::to_value(value)?,
            bytes: hex::encode(canonical::encode(value)),
            hash: canonical::hash(tag, value),
        })
    }
}

/// All vectors.
///
/// # Errors
/// When an example value is malformed.
pub fn all() -> Result<Vec<Generated>> {
    Ok(vec![
        file("vectors/canonical.json", &words::vectors()?)?,
        file("vectors/tasks.json", &tasks::vectors()?)?,
        file("vectors/keys.json", &keys::vectors()?)?,
    ])
}

fn file<T: Serialize>(path: &str, vectors: &T) -> Result<Generated> {
    Ok(Generated::new(
        path,
        &serde_json::to_string_pretty(vectors)?,
    ))
}
