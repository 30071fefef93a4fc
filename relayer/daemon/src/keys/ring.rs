use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use age::secrecy::SecretString;
use serde::Serialize;
use tessera_primitives::{Address, ZoneId};
use zeroize::Zeroizing;

use super::{draft::Draft, file::Stored, KeyError, Passphrases, Secret, SigningKey, DEFAULT_PATH};

/// Hermes' folder of a chain's keys, which are read as they are.
const HERMES: &str = "keyring-test";

/// The folder of all keys.
#[derive(Clone, Debug)]
pub struct KeyRing {
    folder: PathBuf,
    pub(super) passphrases: Arc<Passphrases>,
}

/// Whether a new key is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// With the passphrase of the keys.
    Encrypted,
    /// Not at all: for tests and demonstrations.
    Unencrypted,
}

/// How a key is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Storage {
    /// Encrypted with a passphrase.
    Encrypted,
    /// Readable by whoever reads the file.
    Unencrypted,
    /// A file of Hermes, readable by whoever reads it.
    Hermes,
}

/// A key as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its address, as the file says.
    pub account: String,
    /// How it is stored.
    pub storage: Storage,
}

impl KeyRing {
    /// Keys below a folder; a passphrase is asked for where one is needed.
    pub fn new(folder: impl Into<PathBuf>) -> KeyRing {
        KeyRing::with_passphrases(folder, Passphrases::default())
    }

    /// The same, with the place that a passphrase comes from.
    pub fn with_passphrases(folder: impl Into<PathBuf>, passphrases: Passphrases) -> KeyRing {
        KeyRing {
            folder: folder.into(),
            passphrases: Arc::new(passphrases),
        }
    }

    /// Stores a key and answers its address. An existing one of this name is replaced only if that is wanted.
    ///
    /// # Errors
    /// [`KeyError`]; what was stored before is there still.
    pub fn add(
        &self,
        (zone, name): (&ZoneId, &str),
        secret: &Secret,
        prefix: &str,
        protection: Protection,
        overwrite: bool,
    ) -> Result<Address, KeyError> {
        let (account, draft) = self.draft((zone, name), secret, prefix, protection, overwrite)?;
        draft.keep()?;
        Ok(account)
    }

    /// The same in two steps: the key is written down, and is there once it is kept.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn draft(
        &self,
        (zone, name): (&ZoneId, &str),
        secret: &Secret,
        prefix: &str,
        protection: Protection,
        overwrite: bool,
    ) -> Result<(Address, Draft), KeyError> {
        let path = self.path(zone, name)?;
        let account = secret.key()?.account(prefix)?;
        if !overwrite && self.find(zone, name)?.is_some() {
            return Err(KeyError::exists(zone, name));
        }
        let mut stored = Stored::plain(account.to_string(), secret);
        if protection == Protection::Encrypted {
            let passphrase = self.passphrases.fresh()?;
            self.check_same(&path, &passphrase)?;
            stored = stored.sealed(&path, passphrase)?;
        }
        let text = stored.text(&path)?;
        let draft = Draft::write((zone, name), path, &text, overwrite)?;
        Ok((account, draft))
    }

    /// Reads a key. Its address must be the one that stands beside it.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn load(&self, zone: &ZoneId, name: &str) -> Result<SigningKey, KeyError> {
        self.secret(zone, name)?.key()
    }

    /// What a key is made of, for a library that signs by itself. Its address must be the one that stands beside it.
    ///
    /// # Errors
    /// [`KeyError`].
    pub(crate) fn secret(&self, zone: &ZoneId, name: &str) -> Result<Secret, KeyError> {
        let Some((path, storage)) = self.find(zone, name)? else {
            return Err(self.unknown(zone, name)?);
        };
        let text = read(&path, storage)?;
        let (secret, expected) = if storage == Storage::Hermes {
            let file = Secret::from_key_file(&path, &text, DEFAULT_PATH)?;
            (file.secret, file.account)
        } else {
            let stored = Stored::parse(&path, text.as_bytes())?;
            let secret = match &stored.age {
                Some(sealed) => {
                    Stored::open(&path, sealed, self.passphrases.existing()?)?.secret(&path)?
                }
                None => stored.secret(&path)?,
            };
            (secret, stored.account)
        };
        check_account(&path, &secret.key()?, &expected)?;
        Ok(secret)
    }

    /// The keys of a zone, by name. No passphrase is needed. A file that cannot be read is told and left out.
    ///
    /// # Errors
    /// [`KeyError`] when their folder cannot be read.
    pub fn list(&self, zone: &ZoneId) -> Result<Vec<Listed>, KeyError> {
        let files = self.files(zone)?.into_iter();
        let listed = files.filter_map(|(name, (path, place))| match listed(name, &path, place) {
            Ok(listed) => Some(listed),
            Err(error) => {
                tracing::error!(%error, "a key is left out");
                None
            }
        });
        Ok(listed.collect())
    }

    /// The names of a zone's keys, also of those that cannot be read.
    ///
    /// # Errors
    /// [`KeyError`] when their folder cannot be read.
    pub fn names(&self, zone: &ZoneId) -> Result<Vec<String>, KeyError> {
        Ok(self.files(zone)?.into_keys().collect())
    }

    /// Deletes a key.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn delete(&self, zone: &ZoneId, name: &str) -> Result<(), KeyError> {
        match self.find(zone, name)? {
            Some((path, _)) => {
                fs::remove_file(&path).map_err(|source| KeyError::File { path, source })
            }
            None => Err(self.unknown(zone, name)?),
        }
    }

    /// A daemon asks for one passphrase: the first other key that is encrypted must open with it, too.
    pub(super) fn check_same(&self, new: &Path, passphrase: &SecretString) -> Result<(), KeyError> {
        let zones = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let files =
            zones.flat_map(|zone| fs::read_dir(zone.path()).into_iter().flatten().flatten());
        for path in files
            .map(|file| file.path())
            .filter(|path| path.is_file() && path != new)
        {
            // Another key's file: who may read it is not refused here.
            let text = read(&path, Storage::Hermes)?;
            // What is no key is not this key's business.
            let Ok(Stored {
                age: Some(sealed), ..
            }) = Stored::parse(&path, text.as_bytes())
            else {
                continue;
            };
            return match Stored::open(&path, &sealed, passphrase.clone()) {
                Err(KeyError::WrongPassphrase { path }) => Err(KeyError::OtherPassphrase { path }),
                other => other.map(drop),
            };
        }
        Ok(())
    }

    fn unknown(&self, zone: &ZoneId, name: &str) -> Result<KeyError, KeyError> {
        Ok(KeyError::Unknown {
            zone: zone.clone(),
            name: name.into(),
            known: self.names(zone)?,
        })
    }

    /// The names of a zone's keys and their files; where both folders have one, ours counts.
    fn files(&self, zone: &ZoneId) -> Result<BTreeMap<String, (PathBuf, Storage)>, KeyError> {
        let ours = self.zone_folder(zone);
        let mut names = BTreeMap::new();
        for (folder, storage) in [
            (ours.join(HERMES), Storage::Hermes),
            (ours, Storage::Unencrypted),
        ] {
            let failed = |source| KeyError::File {
                path: folder.clone(),
                source,
            };
            if !folder.exists() {
                continue;
            }
            for file in fs::read_dir(&folder).map_err(failed)? {
                let path = file.map_err(failed)?.path();
                let json = path
                    .extension()
                    .is_some_and(|extension| extension == "json");
                if let (true, Some(name)) = (json, path.file_stem().and_then(|name| name.to_str()))
                {
                    names.insert(name.to_string(), (path.clone(), storage));
                }
            }
        }
        Ok(names)
    }

    fn find(&self, zone: &ZoneId, name: &str) -> Result<Option<(PathBuf, Storage)>, KeyError> {
        let ours = self.path(zone, name)?;
        let hermes = self
            .zone_folder(zone)
            .join(HERMES)
            .join(format!("{name}.json"));
        let places = [(ours, Storage::Unencrypted), (hermes, Storage::Hermes)];
        Ok(places.into_iter().find(|(path, _)| path.exists()))
    }

    pub(super) fn zone_folder(&self, zone: &ZoneId) -> PathBuf {
        // A chain id may hold a slash or be "..".
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let id = zone.as_str();
        if id.chars().all(plain) {
            self.folder.join(id)
        } else {
            self.folder.join(format!("hex.{}", hex::encode(id)))
        }
    }

    pub(super) fn path(&self, zone: &ZoneId, name: &str) -> Result<PathBuf, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name(name.into()));
        }
        Ok(self.zone_folder(zone).join(format!("{name}.json")))
    }
}

fn listed(name: String, path: &Path, place: Storage) -> Result<Listed, KeyError> {
    let text = read(path, place)?;
    let (account, storage) = if place == Storage::Hermes {
        let file = Secret::from_key_file(path, &text, DEFAULT_PATH)?;
        (file.account, place)
    } else {
        let stored = Stored::parse(path, text.as_bytes())?;
        let storage = match stored.age {
            Some(_) => Storage::Encrypted,
            None => Storage::Unencrypted,
        };
        (stored.account, storage)
    };
    Ok(Listed {
        name,
        account,
        storage,
    })
}

/// Whether a key can be called so: its file is.
pub fn is_key_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&name.len()) && name.chars().all(plain)
}

/// Refuses a key whose address is another than the one written down, under the prefix of that one.
pub(super) fn check_account(path: &Path, key: &SigningKey, expected: &str) -> Result<(), KeyError> {
    let prefix = expected.rsplit_once('1').map_or("", |(prefix, _)| prefix);
    let actual = key.account(prefix)?;
    if actual.as_str() == expected {
        return Ok(());
    }
    Err(KeyError::Account {
        path: path.into(),
        expected: expected.into(),
        actual,
    })
}

/// Hermes writes its files for everybody who may enter the folder: they are read, and that is said.
pub(super) fn read(path: &Path, storage: Storage) -> Result<Zeroizing<String>, KeyError> {
    let failed = |source| KeyError::File {
        path: path.into(),
        source,
    };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let refused = KeyError::Mode {
            path: path.into(),
            mode,
        };
        if storage != Storage::Hermes {
            return Err(refused);
        }
        tracing::warn!("{refused}");
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(failed)
}
