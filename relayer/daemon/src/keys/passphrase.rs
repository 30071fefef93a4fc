//! Where the passphrase of the keys comes from: a file descriptor, a systemd credential, the system's key store, a prompt.

use std::{
    fmt, fs,
    io::{self, IsTerminal, Read},
    path::PathBuf,
    sync::Mutex,
};

use age::secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{descriptor::descriptor, KeyError};

/// The name of the systemd credential: `LoadCredentialEncrypted=tessera-passphrase:…`.
pub const CREDENTIAL: &str = "tessera-passphrase";

/// Shortest passphrase of a new key, in characters.
const SHORTEST: usize = 8;
/// Longest passphrase, in bytes: what is longer is some other file.
const LONGEST: u64 = 1_024;

/// One passphrase for all keys, asked for once, when a key needs it.
#[derive(Default)]
pub struct Passphrases {
    descriptor: Option<u32>,
    known: Mutex<Option<SecretString>>,
}

impl fmt::Debug for Passphrases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrases")
    }
}

impl Passphrases {
    /// From a file descriptor that the process was given, if one is told, and from the other places if not.
    pub fn new(descriptor: Option<u32>) -> Passphrases {
        Passphrases {
            descriptor,
            known: Mutex::default(),
        }
    }

    /// A passphrase that is known already.
    pub fn known(passphrase: Zeroizing<String>) -> Passphrases {
        let passphrase = SecretString::from(passphrase.as_str());
        Passphrases {
            descriptor: None,
            known: Mutex::new(Some(passphrase)),
        }
    }

    /// The passphrase of keys that exist.
    ///
    /// # Errors
    /// [`KeyError::NoPassphrase`].
    pub(super) fn existing(&self) -> Result<SecretString, KeyError> {
        self.get(|| prompt("Passphrase of the keys: "))
    }

    /// A passphrase for a new key: long enough, and typed twice where it is typed.
    ///
    /// # Errors
    /// [`KeyError::NoPassphrase`].
    pub(super) fn fresh(&self) -> Result<SecretString, KeyError> {
        let passphrase = self.get(|| {
            let first = prompt("Passphrase for the keys (the same for all of them): ")?;
            let second = prompt("The same again: ")?;
            if first.expose_secret() != second.expose_secret() {
                return Err(KeyError::NoPassphrase("the two are not the same".into()));
            }
            Ok(first)
        })?;
        if passphrase.expose_secret().chars().count() < SHORTEST {
            let reason = format!("it needs {SHORTEST} characters or more");
            return Err(KeyError::NoPassphrase(reason));
        }
        Ok(passphrase)
    }

    fn get(
        &self,
        ask: impl FnOnce() -> Result<SecretString, KeyError>,
    ) -> Result<SecretString, KeyError> {
        // A thread that failed while it asked has left nothing half done.
        let mut known = self.known.lock().unwrap_or_else(|held| held.into_inner());
        if let Some(passphrase) = &*known {
            return Ok(passphrase.clone());
        }
        let found = match self.descriptor {
            Some(number) => read(descriptor(number), &format!("file descriptor {number}"))?,
            None => match credential()?.map_or_else(stored, |found| Ok(Some(found)))? {
                Some(found) => found,
                None => ask()?,
            },
        };
        *known = Some(found.clone());
        Ok(found)
    }
}

/// What systemd put into `$CREDENTIALS_DIRECTORY`.
fn credential() -> Result<Option<SecretString>, KeyError> {
    let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") else {
        return Ok(None);
    };
    let path = PathBuf::from(folder).join(CREDENTIAL);
    if !path.exists() {
        return Ok(None);
    }
    read(fs::File::open(&path), &path.display().to_string()).map(Some)
}

/// The kernel's key store, where this program is built with it: `keyctl padd user tessera-passphrase @u`. A store that cannot
/// be asked, as in most containers, has nothing.
#[cfg(feature = "os-keyring")]
fn stored() -> Result<Option<SecretString>, KeyError> {
    let entry = keyring::Entry::new_with_target(CREDENTIAL, "tessera", "passphrase");
    match entry.and_then(|entry| entry.get_password()) {
        Ok(found) => one_line(Zeroizing::new(found), "the kernel's key store").map(Some),
        Err(keyring::Error::NoEntry) => Ok(None),
        Err(error) => {
            tracing::warn!(%error, "the kernel's key store cannot be asked for the passphrase");
            Ok(None)
        }
    }
}

#[cfg(not(feature = "os-keyring"))]
fn stored() -> Result<Option<SecretString>, KeyError> {
    Ok(None)
}

/// One line, without its end.
fn read(file: io::Result<fs::File>, name: &str) -> Result<SecretString, KeyError> {
    let failed = |reason: String| KeyError::NoPassphrase(format!("{name}: {reason}"));
    let file = file.map_err(|error| failed(error.to_string()))?;
    let mut text = Zeroizing::new(String::with_capacity(2_048));
    file.take(LONGEST.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(|error| failed(error.to_string()))?;
    one_line(text, name)
}

/// One line as it was typed.
fn one_line(text: Zeroizing<String>, name: &str) -> Result<SecretString, KeyError> {
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() || text.len() > 1_024 || line.contains('\n') {
        let reason = format!("{name}: one line of 1 to 1024 bytes is expected");
        return Err(KeyError::NoPassphrase(reason));
    }
    Ok(SecretString::from(line))
}

fn prompt(words: &str) -> Result<SecretString, KeyError> {
    if !std::io::stdin().is_terminal() && !std::io::stderr().is_terminal() {
        return Err(KeyError::NoPassphrase(
            "there is no terminal to ask on".into(),
        ));
    }
    let typed = rpassword::prompt_password(words).map(Zeroizing::new);
    let typed = typed.map_err(|error| KeyError::NoPassphrase(error.to_string()))?;
    if typed.is_empty() {
        return Err(KeyError::NoPassphrase("none was typed".into()));
    }
    Ok(SecretString::from(typed.as_str()))
}
