//! What other languages and other teams read instead of our Rust: generated, committed, and compared in CI.
//!
//! | file | what |
//! | --- | --- |
//! | `contracts/<contract>.json` | messages, queries and responses, as CosmWasm's IDL 1.0 |
//! | `permissions.md` | who may send which message, and what a pause stops |
//! | `events.md` | every event and its attributes |
//! | `vectors/canonical.json` | canonical bytes and tagged hashes, for every structure that is hashed |
//! | `vectors/keys.json` | provable keys and their values, as another zone proves them |
//!
//! `cargo run --release -p tessera-schema` writes them; the test `committed` refuses any difference, so a change of a
//! message, a permission, an event, a hash or a key is seen in review.

pub mod contracts;
pub mod tables;
pub mod vectors;

use std::path::PathBuf;

use anyhow::{Context, Result};

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Where it belongs, relative to this crate's folder.
    pub path: PathBuf,
    /// What is in it.
    pub content: String,
}

impl Generated {
    /// A file at `path` with `content`, which ends in one line feed.
    pub fn new(path: impl Into<PathBuf>, content: &str) -> Generated {
        Generated {
            path: path.into(),
            content: format!("{}\n", content.trim_end()),
        }
    }
}

/// The folder that generated files are committed in: of the clone that cargo runs this in, or else `schema` here. What was
/// compiled in another clone with the same target folder may not know better.
pub fn folder() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| "schema".into(), PathBuf::from)
}

/// All generated files.
///
/// # Errors
/// When a schema cannot be written as JSON, or an example value is malformed.
pub fn all() -> Result<Vec<Generated>> {
    let mut files = contracts::schemas()?;
    files.push(tables::permissions());
    files.push(tables::events());
    files.extend(vectors::all()?);
    Ok(files)
}

/// Writes all files into their folder.
///
/// # Errors
/// As [`all`], or when a file cannot be written.
pub fn write() -> Result<Vec<PathBuf>> {
    all()?
        .into_iter()
        .map(|file| {
            let path = folder().join(&file.path);
            let parent = path.parent().context("a generated file has a folder")?;
            std::fs::create_dir_all(parent)?;
            std::fs::write(&path, file.content).with_context(|| path.display().to_string())?;
            Ok(path)
        })
        .collect()
}
