use std::{io, path::PathBuf};

use tessera_primitives::ZoneId;

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no such file.
    #[error("{path} is not there: write it from config.sample.toml or by `tessera config auto`, or name another by --config FILE")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not TOML, or a value has the wrong type.
    #[error("{path}: {reason}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// A key that means nothing.
    #[error("{path}: unknown key {key:?} in {table}; did you mean {nearest:?}?")]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The key.
        key: String,
        /// The known key that is written most like it.
        nearest: String,
    },
    /// Two sections with one chain id.
    #[error("{path}: chain {zone} is configured twice")]
    Twice {
        /// The file.
        path: PathBuf,
        /// The chain id.
        zone: ZoneId,
    },
    /// A value out of its range.
    #[error("{path}: chain {zone}: {key} must be {expected}, not {actual}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The chain.
        zone: ZoneId,
        /// The key.
        key: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        actual: String,
    },
    /// No chain, and so nothing to do.
    #[error("{path} configures no chain: add a [[chains]] section, or write one by `tessera config auto`")]
    NoChains {
        /// The file.
        path: PathBuf,
    },
    /// A value that is about no chain alone, out of its range.
    #[error("{path}: {key} must be {expected}, not {actual}")]
    Whole {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        actual: String,
    },
    /// A file of Hermes that Hermes would refuse, too, or that says what cannot be here.
    #[error("{path}, read as Hermes': {reason}")]
    Hermes {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A variable of the environment that makes no sense.
    #[error("{path}, overridden by {name}: {reason}")]
    Override {
        /// The file.
        path: PathBuf,
        /// The variable.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// A zone that no section is about.
    #[error("{path}: there is no chain {zone}; it has {known:?}")]
    UnknownZone {
        /// The file.
        path: PathBuf,
        /// The chain id that was asked for.
        zone: String,
        /// Those that are there.
        known: Vec<String>,
    },
}
