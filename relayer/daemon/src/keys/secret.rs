//! What a key is made of, for as short a time as possible.

use std::{fmt, path::Path};

use bip39::Mnemonic;
use cosmrs::{
    bip32::{DerivationPath, XPrv},
    crypto::secp256k1,
};
use rand::RngCore;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{KeyError, SigningKey};

/// Cosmos' own derivation path.
pub const DEFAULT_PATH: &str = "m/44'/118'/0'/0/0";

/// A mnemonic and its path, or a private key; wiped when dropped.
#[derive(Clone)]
pub struct Secret(pub(super) Form);

#[derive(Clone)]
pub(super) enum Form {
    Mnemonic {
        words: Zeroizing<String>,
        hd_path: String,
    },
    PrivateKey(Zeroizing<Vec<u8>>),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// A mnemonic of 12 to 24 words.
    ///
    /// # Errors
    /// [`KeyError::Mnemonic`], [`KeyError::Path`].
    pub fn mnemonic(words: &str, hd_path: &str) -> Result<Secret, KeyError> {
        let words = single_spaced(words);
        Mnemonic::parse_normalized(&words).map_err(hidden)?;
        derivation(hd_path)?;
        let hd_path = hd_path.into();
        Ok(Secret(Form::Mnemonic { words, hd_path }))
    }

    /// The 32 bytes of a private key, in hexadecimal digits.
    ///
    /// # Errors
    /// [`KeyError::Content`].
    pub fn private_key(digits: &str, path: &Path) -> Result<Secret, KeyError> {
        let wrong = || {
            let reason = "its private key is not 32 bytes of a secp256k1 key in hexadecimal";
            KeyError::content(path, reason)
        };
        let bytes = Zeroizing::new(hex::decode(digits).map_err(|_| wrong())?);
        secp256k1::SigningKey::from_slice(&bytes).map_err(|_| wrong())?;
        Ok(Secret(Form::PrivateKey(bytes)))
    }

    /// A key file of Hermes (`~/.hermes/keys/<chain>/keyring-test/<name>.json`, of any version), or one that a chain's
    /// binary wrote (`keys add --output json`).
    ///
    /// # Errors
    /// [`KeyError::Content`], [`KeyError::Mnemonic`], [`KeyError::Path`].
    pub fn from_key_file(path: &Path, text: &str, hd_path: &str) -> Result<KeyFile, KeyError> {
        let wrong = |reason: &str| KeyError::content(path, reason);
        let file: Foreign = serde_json::from_str(text)
            .map_err(|error| wrong(&format!("line {}, column {}", error.line(), error.column())))?;
        if file.address_type.is_some_and(|kind| kind != "Cosmos") {
            return Err(wrong(
                "its addresses are not derived as Cosmos derives them",
            ));
        }
        let secret = match (&file.private_key, &file.mnemonic) {
            (Some(key), None) => Secret::encoded(key, path)?,
            (None, Some(words)) => Secret::mnemonic(words, hd_path)?,
            _ => return Err(wrong("it needs a private_key or a mnemonic")),
        };
        let address = match file.address {
            Some(serde_json::Value::String(address)) => Some(address),
            _ => None,
        };
        let written = file.account.or(address);
        let account = written.ok_or_else(|| wrong("it has no account"))?;
        Ok(KeyFile { secret, account })
    }

    /// Hexadecimal digits, or a BIP-32 extended key, which Hermes wrote once.
    fn encoded(key: &str, path: &Path) -> Result<Secret, KeyError> {
        if !key.starts_with("xprv") {
            return Secret::private_key(key, path);
        }
        let wrong = |_| KeyError::content(path, "its private key is no BIP-32 extended key");
        let extended: XPrv = key.parse().map_err(wrong)?;
        let bytes = Zeroizing::new(extended.to_bytes());
        Ok(Secret(Form::PrivateKey(Zeroizing::new(bytes.to_vec()))))
    }

    /// The key that signs.
    ///
    /// # Errors
    /// [`KeyError::Signing`] never in practice: what makes no key made no secret.
    pub fn key(&self) -> Result<SigningKey, KeyError> {
        let failed = |reason: String| KeyError::Signing(reason);
        let key = match &self.0 {
            Form::Mnemonic { words, hd_path } => {
                let mnemonic = Mnemonic::parse_normalized(words).map_err(hidden)?;
                let seed = Zeroizing::new(mnemonic.to_seed_normalized(""));
                let path = derivation(hd_path)?;
                secp256k1::SigningKey::derive_from_path(*seed, &path)
                    .map_err(|error| failed(error.to_string()))?
            }
            Form::PrivateKey(bytes) => secp256k1::SigningKey::from_slice(bytes)
                .map_err(|error| failed(error.to_string()))?,
        };
        Ok(SigningKey::local(key))
    }
}

impl Secret {
    /// The bytes of its private key.
    ///
    /// # Errors
    /// [`KeyError::Signing`] never in practice: what makes no key made no secret.
    pub(crate) fn private_bytes(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (words, hd_path) = match &self.0 {
            Form::PrivateKey(bytes) => return Ok(bytes.clone()),
            Form::Mnemonic { words, hd_path } => (words, hd_path),
        };
        let mnemonic = Mnemonic::parse_normalized(words).map_err(hidden)?;
        let seed = Zeroizing::new(mnemonic.to_seed_normalized(""));
        let derived = XPrv::derive_from_path(*seed, &derivation(hd_path)?)
            .map_err(|error| KeyError::Signing(error.to_string()))?;
        Ok(Zeroizing::new(derived.to_bytes().to_vec()))
    }
}

/// What a foreign key file holds.
pub struct KeyFile {
    /// Its key.
    pub secret: Secret,
    /// The address that it says, under the prefix of its chain.
    pub account: String,
}

/// All that Hermes and the SDK write; what is not used is named, so that a file of something else is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Foreign {
    private_key: Option<Zeroizing<String>>,
    mnemonic: Option<Zeroizing<String>>,
    account: Option<String>,
    address: Option<serde_json::Value>,
    address_type: Option<String>,
    #[serde(rename = "public_key")]
    _public_key: Option<serde_json::Value>,
    #[serde(rename = "pubkey")]
    _pubkey: Option<serde_json::Value>,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "type")]
    _type: Option<String>,
}

fn derivation(path: &str) -> Result<DerivationPath, KeyError> {
    path.parse()
        .map_err(|error: cosmrs::bip32::Error| KeyError::Path {
            path: path.into(),
            reason: error.to_string(),
        })
}

/// A new mnemonic of 24 words.
///
/// # Errors
/// [`KeyError::Mnemonic`] never in practice: 32 bytes make 24 words.
pub fn new_mnemonic() -> Result<Zeroizing<String>, KeyError> {
    let mut entropy = Zeroizing::new([0; 32]);
    rand::rngs::OsRng.fill_bytes(entropy.as_mut());
    Mnemonic::from_entropy(entropy.as_ref())
        .map(|mnemonic| Zeroizing::new(mnemonic.to_string()))
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

fn single_spaced(words: &str) -> Zeroizing<String> {
    let mut spaced = Zeroizing::new(String::with_capacity(words.len()));
    for word in words.split_whitespace() {
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    spaced
}
