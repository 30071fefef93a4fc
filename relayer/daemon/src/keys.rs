//! Keys: one file each below `~/.tessera/keys/<chain id>/<name>.json`, readable by its owner alone. Secrets come from a
//! file or standard input, never from an argument, and no log or error carries one.

use std::{
    fmt, fs, io,
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use bip39::Mnemonic;
use cosmrs::{bip32::DerivationPath, crypto::secp256k1, crypto::PublicKey, tx::SignDoc};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use tessera_primitives::{Address, ZoneId};

/// Cosmos' own derivation path.
pub const DEFAULT_PATH: &str = "m/44'/118'/0'/0/0";

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
    #[error("{zone} has no key called {name:?}; it has {known:?}. Add it with `tessera keys add`")]
    Unknown {
        /// The zone.
        zone: ZoneId,
        /// The name.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A key of this name exists.
    #[error("{zone} has a key called {name:?} already: delete it first")]
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
}

/// A secp256k1 key.
pub struct SigningKey(secp256k1::SigningKey);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

impl SigningKey {
    /// Derives a key from a mnemonic of 12 to 24 words.
    ///
    /// # Errors
    /// [`KeyError::Mnemonic`], [`KeyError::Path`].
    pub fn derive(words: &str, path: &str) -> Result<SigningKey, KeyError> {
        let mnemonic = Mnemonic::parse_normalized(&single_spaced(words)).map_err(hidden)?;
        let path: DerivationPath =
            path.parse()
                .map_err(|error: cosmrs::bip32::Error| KeyError::Path {
                    path: path.into(),
                    reason: error.to_string(),
                })?;
        secp256k1::SigningKey::derive_from_path(mnemonic.to_seed_normalized(""), &path)
            .map(SigningKey)
            .map_err(|error| KeyError::Signing(error.to_string()))
    }

    /// The key's address under a prefix.
    ///
    /// # Errors
    /// [`KeyError::Prefix`].
    pub fn account(&self, prefix: &str) -> Result<Address, KeyError> {
        let wrong = |reason: String| KeyError::Prefix {
            prefix: prefix.into(),
            reason,
        };
        let id = self
            .public()
            .account_id(prefix)
            .map_err(|error| wrong(error.to_string()))?;
        Address::new(id.to_string()).map_err(|error| wrong(error.to_string()))
    }

    pub(crate) fn public(&self) -> PublicKey {
        self.0.public_key()
    }

    pub(crate) fn sign(&self, document: SignDoc) -> Result<Vec<u8>, KeyError> {
        document
            .sign(&self.0)
            .and_then(|raw| raw.to_bytes())
            .map_err(|error| KeyError::Signing(error.to_string()))
    }
}

/// A new mnemonic of 24 words.
///
/// # Errors
/// [`KeyError::Mnemonic`] never in practice: 32 bytes make 24 words.
pub fn new_mnemonic() -> Result<String, KeyError> {
    let mut entropy = [0; 32];
    rand::rngs::OsRng.fill_bytes(&mut entropy);
    Mnemonic::from_entropy(&entropy)
        .map(|mnemonic| mnemonic.to_string())
        .map_err(hidden)
}

/// What `bip39` says may quote a word; only its kind is told.
fn hidden(error: bip39::Error) -> KeyError {
    let kind = match error {
        bip39::Error::BadWordCount(count) => {
            format!("it has {count} words; 12, 15, 18, 21 or 24 are")
        }
        bip39::Error::UnknownWord(index) => {
            format!("word {} is not in the list", index.saturating_add(1))
        }
        bip39::Error::InvalidChecksum => "its checksum does not match: a word is wrong".into(),
        _ => "it cannot be read".into(),
    };
    KeyError::Mnemonic(kind)
}

fn single_spaced(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is stored of a key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    mnemonic: String,
    hd_path: String,
    account: String,
}

/// The folder of all keys.
#[derive(Clone, Debug)]
pub struct KeyRing {
    folder: PathBuf,
}

/// A key as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its address.
    pub account: String,
}

impl KeyRing {
    /// Keys below a folder.
    pub fn new(folder: impl Into<PathBuf>) -> KeyRing {
        KeyRing {
            folder: folder.into(),
        }
    }

    /// Stores a key and answers its address.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn add(
        &self,
        zone: &ZoneId,
        name: &str,
        words: &str,
        hd_path: &str,
        prefix: &str,
    ) -> Result<Address, KeyError> {
        let path = self.path(zone, name)?;
        let account = SigningKey::derive(words, hd_path)?.account(prefix)?;
        if path.exists() {
            return Err(KeyError::Exists {
                zone: zone.clone(),
                name: name.into(),
            });
        }
        let file = KeyFile {
            mnemonic: single_spaced(words),
            hd_path: hd_path.into(),
            account: account.to_string(),
        };
        let text = serde_json::to_string(&file).map_err(|error| KeyError::Content {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        let failed = |source| KeyError::File {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(self.zone_folder(zone)).map_err(failed)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut out = options.open(&path).map_err(failed)?;
        out.write_all(text.as_bytes()).map_err(failed)?;
        out.sync_all().map_err(failed)?;
        Ok(account)
    }

    /// Reads a key.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn load(&self, zone: &ZoneId, name: &str) -> Result<SigningKey, KeyError> {
        let path = self.path(zone, name)?;
        if !path.exists() {
            return Err(self.unknown(zone, name)?);
        }
        let file = read(&path)?;
        SigningKey::derive(&file.mnemonic, &file.hd_path)
    }

    /// The keys of a zone, by name.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn list(&self, zone: &ZoneId) -> Result<Vec<Listed>, KeyError> {
        let names = self.names(zone)?;
        let listed = names.into_iter().map(|name| {
            let file = read(&self.path(zone, &name)?)?;
            Ok(Listed {
                name,
                account: file.account,
            })
        });
        listed.collect()
    }

    /// Deletes a key.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn delete(&self, zone: &ZoneId, name: &str) -> Result<(), KeyError> {
        let path = self.path(zone, name)?;
        if !path.exists() {
            return Err(self.unknown(zone, name)?);
        }
        fs::remove_file(&path).map_err(|source| KeyError::File { path, source })
    }

    fn unknown(&self, zone: &ZoneId, name: &str) -> Result<KeyError, KeyError> {
        Ok(KeyError::Unknown {
            zone: zone.clone(),
            name: name.into(),
            known: self.names(zone)?,
        })
    }

    fn names(&self, zone: &ZoneId) -> Result<Vec<String>, KeyError> {
        let folder = self.zone_folder(zone);
        let failed = |source| KeyError::File {
            path: folder.clone(),
            source,
        };
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for file in fs::read_dir(&folder).map_err(failed)? {
            let file = file.map_err(failed)?.file_name();
            if let Some(name) = file.to_str().and_then(|name| name.strip_suffix(".json")) {
                names.push(name.to_string());
            }
        }
        names.sort();
        Ok(names)
    }

    fn zone_folder(&self, zone: &ZoneId) -> PathBuf {
        // A chain id may hold a slash or be "..".
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let id = zone.as_str();
        if id.chars().all(plain) {
            self.folder.join(id)
        } else {
            self.folder.join(format!("hex.{}", hex::encode(id)))
        }
    }

    fn path(&self, zone: &ZoneId, name: &str) -> Result<PathBuf, KeyError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            return Err(KeyError::Name(name.into()));
        }
        Ok(self.zone_folder(zone).join(format!("{name}.json")))
    }
}

fn read(path: &Path) -> Result<KeyFile, KeyError> {
    let failed = |source| KeyError::File {
        path: path.into(),
        source,
    };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Mode {
            path: path.into(),
            mode,
        });
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    serde_json::from_str(&text).map_err(|error| KeyError::Content {
        path: path.into(),
        reason: format!("line {}, column {}", error.line(), error.column()),
    })
}
