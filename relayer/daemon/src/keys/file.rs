//! What is stored of a key: its address, and its secret, encrypted or not.
//!
//! ```json
//! { "account": "wasm1…", "age": "-----BEGIN AGE ENCRYPTED FILE-----\n…" }
//! ```
//!
//! The text of `age` is an armoured age file with a scrypt passphrase, so `jq -r .age FILE | age --decrypt` reads it, too.
//! What is encrypted in it is the file as it would be without it: `account`, and `mnemonic` and `hd_path`, or `private_key`.

use std::path::Path;

use age::secrecy::SecretString;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{secret::Form, KeyError, Secret};

/// scrypt's log2(N): 128 MiB and about half a second a key. What age would choose by itself depends on how busy the
/// machine is.
const WORK_FACTOR: u8 = 17;
/// The greatest that is read: 512 MiB.
const MAX_WORK_FACTOR: u8 = 19;

// One flat structure: with `flatten` or `untagged`, serde would leave copies of the secret behind.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    pub(super) account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) age: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mnemonic: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hd_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<Zeroizing<String>>,
}

impl Stored {
    pub(super) fn plain(account: String, secret: &Secret) -> Stored {
        let mut stored = Stored {
            account,
            age: None,
            mnemonic: None,
            hd_path: None,
            private_key: None,
        };
        match &secret.0 {
            Form::Mnemonic { words, hd_path } => {
                stored.mnemonic = Some(words.clone());
                stored.hd_path = Some(hd_path.clone());
            }
            Form::PrivateKey(bytes) => {
                stored.private_key = Some(Zeroizing::new(hex::encode(bytes.as_slice())));
            }
        }
        stored
    }

    pub(super) fn parse(path: &Path, text: &[u8]) -> Result<Stored, KeyError> {
        serde_json::from_slice(text).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            KeyError::content(path, place)
        })
    }

    pub(super) fn text(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let text = serde_json::to_vec(self).map(Zeroizing::new);
        text.map_err(|error| KeyError::content(path, error.to_string()))
    }

    /// The same with everything but the address encrypted.
    pub(super) fn sealed(self, path: &Path, passphrase: SecretString) -> Result<Stored, KeyError> {
        let mut recipient = age::scrypt::Recipient::new(passphrase);
        recipient.set_work_factor(WORK_FACTOR);
        let sealed = age::encrypt_and_armor(&recipient, &self.text(path)?);
        let sealed = sealed.map_err(|error| KeyError::content(path, error.to_string()))?;
        Ok(Stored {
            account: self.account,
            age: Some(sealed),
            mnemonic: None,
            hd_path: None,
            private_key: None,
        })
    }

    /// What was encrypted.
    pub(super) fn open(
        path: &Path,
        sealed: &str,
        passphrase: SecretString,
    ) -> Result<Stored, KeyError> {
        let mut identity = age::scrypt::Identity::new(passphrase);
        identity.set_max_work_factor(MAX_WORK_FACTOR);
        let text = age::decrypt(&identity, sealed.as_bytes()).map(Zeroizing::new);
        let text = text.map_err(|error| match error {
            age::DecryptError::ExcessiveWork { .. } => {
                KeyError::content(path, "its passphrase takes too much work to try")
            }
            // Also for a passphrase that is wrong, age says that no key matches.
            _ => KeyError::WrongPassphrase { path: path.into() },
        })?;
        Stored::parse(path, &text)
    }

    pub(super) fn secret(&self, path: &Path) -> Result<Secret, KeyError> {
        match (&self.mnemonic, &self.hd_path, &self.private_key) {
            (Some(words), Some(hd_path), None) => Secret::mnemonic(words, hd_path),
            (None, None, Some(digits)) => Secret::private_key(digits, path),
            _ => {
                let expected = "it needs age, or mnemonic and hd_path, or private_key";
                Err(KeyError::content(path, expected))
            }
        }
    }
}
