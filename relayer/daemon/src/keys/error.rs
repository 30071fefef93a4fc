use std::{
    io,
    path::{Path, PathBuf},
};

use tessera_primitives::{Address, ZoneId};

/// Why a key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no such key.
    #[error("{zone} has no key called {name:?}; it has {known:?}. `tessera keys add` adds one")]
    Unknown {
        /// The zone.
        zone: ZoneId,
        /// The name.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// There is no such vote key.
    #[error("{zone} has no vote key called {name:?}; it has {known:?}. `tessera keys vote add` adds one")]
    UnknownVote {
        /// The zone.
        zone: ZoneId,
        /// The name.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A key of this name exists.
    #[error(
        "{zone} has a key called {name:?} already: delete it first, or replace it with --overwrite"
    )]
    Exists {
        /// The zone.
        zone: ZoneId,
        /// The name.
        name: String,
    },
    /// A name that makes no file name.
    #[error("{0:?} is no key name: letters, digits, '-' and '_' are")]
    Name(String),
    /// Others may read the file.
    #[error("{path} has mode {mode:o}, so others may use the key: chmod 600 it")]
    Mode {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The words are no mnemonic.
    #[error("the mnemonic is not valid: {0}")]
    Mnemonic(String),
    /// The derivation path is none.
    #[error("{path:?} is no derivation path: {reason}")]
    Path {
        /// The path.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The key file is not one.
    #[error("{path} is no key file: {reason}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong; it never quotes the file.
        reason: String,
    },
    /// The key is not the one whose address stands beside it.
    #[error("{path} says that its key has the address {expected}, and it has {actual}: the file was changed, or the key belongs to another chain")]
    Account {
        /// The file.
        path: PathBuf,
        /// The address that it says.
        expected: String,
        /// The address of its key.
        actual: Address,
    },
    /// No passphrase could be had.
    #[error("no passphrase for the keys: {0}. It is read from --passphrase-fd N, from the systemd credential tessera-passphrase, or asked for on a terminal")]
    NoPassphrase(String),
    /// It is not the passphrase that the key was encrypted with.
    #[error("{path}: the passphrase is wrong, or the file is damaged")]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// Another key has another passphrase.
    #[error("all keys have one passphrase, and {path} does not open with this one")]
    OtherPassphrase {
        /// The other key's file.
        path: PathBuf,
    },
    /// The prefix makes no address.
    #[error("{prefix:?} makes no address: {reason}")]
    Prefix {
        /// The prefix.
        prefix: String,
        /// What is wrong.
        reason: String,
    },
    /// Signing failed.
    #[error("signing failed: {0}")]
    Signing(String),
    /// The remote signer does not do what it should.
    #[error("signer {addr}: {reason}")]
    Signer {
        /// Its address.
        addr: String,
        /// What is wrong.
        reason: String,
    },
    /// The signer's key is another one.
    #[error("signer {addr} signs on {zone} as {actual}, not as {expected}: check [chains.signer] account, and the signer's keys")]
    WrongSigner {
        /// Its address.
        addr: String,
        /// The zone.
        zone: ZoneId,
        /// The configured address.
        expected: Address,
        /// The address of its key.
        actual: Address,
    },
}

impl KeyError {
    pub(super) fn exists(zone: &ZoneId, name: &str) -> KeyError {
        KeyError::Exists {
            zone: zone.clone(),
            name: name.into(),
        }
    }

    /// The key file is not one; the reason never quotes it.
    pub(super) fn content(path: &Path, reason: impl Into<String>) -> KeyError {
        KeyError::Content {
            path: path.into(),
            reason: reason.into(),
        }
    }
}
