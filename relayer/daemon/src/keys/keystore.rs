//! A BLS secret in a file as EIP-2335 has it: scrypt (or PBKDF2, where another program wrote it), AES-128-CTR, SHA-256.
//! Every tool that knows validators of proof of stake reads it.

use std::path::Path;

use age::secrecy::{ExposeSecret, SecretString};
use ctr::cipher::{KeyIvInit, StreamCipher};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{vote::VoteSecret, KeyError};

type Cipher = ctr::Ctr128BE<aes::Aes128>;

/// scrypt's log2(N) of what is written: 256 MiB and about a second.
const LOG_N: u8 = 18;
/// Bounds of what is read: 1 GiB of memory, a minute of work.
const MAX_LOG_N: u8 = 20;
/// See [`MAX_LOG_N`].
const MAX_ROUNDS: u32 = 50_000_000;

/// The file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Keystore {
    crypto: Crypto,
    #[serde(default)]
    description: String,
    /// The public key, in hexadecimal.
    pub(super) pubkey: String,
    #[serde(default)]
    path: String,
    uuid: String,
    version: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Crypto {
    kdf: Kdf,
    checksum: Checksum,
    cipher: Ciphered,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "function", content = "params", rename_all = "lowercase")]
enum Derivation {
    Scrypt {
        dklen: usize,
        n: u64,
        r: u32,
        p: u32,
        salt: String,
    },
    Pbkdf2 {
        dklen: usize,
        c: u32,
        prf: String,
        salt: String,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Kdf {
    #[serde(flatten)]
    derivation: Derivation,
    message: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Checksum {
    function: String,
    params: Nothing,
    message: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Ciphered {
    function: String,
    params: Start,
    message: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Start {
    iv: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Nothing {}

impl Keystore {
    /// A secret under a passphrase.
    ///
    /// # Errors
    /// [`KeyError::Content`] when scrypt has no memory.
    pub(super) fn seal(
        path: &Path,
        secret: &VoteSecret,
        passphrase: &SecretString,
        description: String,
    ) -> Result<Keystore, KeyError> {
        let (mut salt, mut iv, mut id) = ([0; 32], [0; 16], [0; 16]);
        let mut random = rand::rngs::OsRng;
        for bytes in [salt.as_mut_slice(), &mut iv, &mut id] {
            random.fill_bytes(bytes);
        }
        let derivation = Derivation::Scrypt {
            dklen: 32,
            n: 1 << LOG_N,
            r: 8,
            p: 1,
            salt: hex::encode(salt),
        };
        let key = derivation.derive(path, passphrase)?;
        let mut message = secret.to_bytes();
        apply(&key, &iv, message.as_mut_slice());
        Ok(Keystore {
            crypto: Crypto {
                checksum: Checksum {
                    function: "sha256".into(),
                    params: Nothing {},
                    message: hex::encode(checksum(&key, message.as_slice())),
                },
                cipher: Ciphered {
                    function: "aes-128-ctr".into(),
                    params: Start {
                        iv: hex::encode(iv),
                    },
                    message: hex::encode(message.as_slice()),
                },
                kdf: Kdf {
                    derivation,
                    message: String::new(),
                },
            },
            description,
            pubkey: hex::encode(secret.public().0),
            path: String::new(),
            uuid: uuid::Builder::from_random_bytes(id).into_uuid().to_string(),
            version: 4,
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`KeyError::Content`].
    pub(super) fn parse(path: &Path, text: &str) -> Result<Keystore, KeyError> {
        let keystore: Keystore = serde_json::from_str(text).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            KeyError::content(path, format!("no keystore of EIP-2335: {place}"))
        })?;
        let functions = [
            (&keystore.crypto.checksum.function, "sha256"),
            (&keystore.crypto.cipher.function, "aes-128-ctr"),
        ];
        for (actual, expected) in functions {
            if actual != expected {
                return Err(KeyError::content(
                    path,
                    format!("{actual} is not {expected}"),
                ));
            }
        }
        if keystore.version != 4 {
            let reason = format!("version {} is not 4", keystore.version);
            return Err(KeyError::content(path, reason));
        }
        Ok(keystore)
    }

    /// Its secret, which must be that of its public key.
    ///
    /// # Errors
    /// [`KeyError::WrongPassphrase`], [`KeyError::Content`].
    pub(super) fn open(
        &self,
        path: &Path,
        passphrase: &SecretString,
    ) -> Result<VoteSecret, KeyError> {
        let Crypto {
            kdf,
            checksum: said,
            cipher,
        } = &self.crypto;
        let bytes = |text: &str| hex::decode(text).map_err(|_| KeyError::content(path, HEX));
        let key = kdf.derivation.derive(path, passphrase)?;
        let mut message = Zeroizing::new(bytes(&cipher.message)?);
        if checksum(&key, &message).as_slice() != bytes(&said.message)? {
            return Err(KeyError::WrongPassphrase { path: path.into() });
        }
        let iv = <[u8; 16]>::try_from(bytes(&cipher.params.iv)?);
        let iv = iv.map_err(|_| KeyError::content(path, "its iv is not 16 bytes"))?;
        apply(&key, &iv, &mut message);
        let secret = VoteSecret::from_bytes(&message)
            .ok_or_else(|| KeyError::content(path, "what it holds is no BLS12-381 secret"))?;
        let actual = hex::encode(secret.public().0);
        if actual != self.pubkey.trim_start_matches("0x").to_lowercase() {
            let reason = format!("its key is {actual}, and it says {}", self.pubkey);
            return Err(KeyError::content(path, reason));
        }
        Ok(secret)
    }
}

const HEX: &str = "its bytes are not in hexadecimal";

impl Derivation {
    fn derive(
        &self,
        path: &Path,
        passphrase: &SecretString,
    ) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let wrong = |reason: &str| KeyError::content(path, reason);
        let password = normalized(passphrase);
        let mut key = Zeroizing::new([0; 32]);
        let (Derivation::Scrypt { dklen, salt, .. } | Derivation::Pbkdf2 { dklen, salt, .. }) =
            self;
        if *dklen != key.len() {
            return Err(wrong("its dklen is not 32"));
        }
        let salt = hex::decode(salt).map_err(|_| wrong(HEX))?;
        match self {
            Derivation::Scrypt { n, r, p, .. } => {
                let log_n = u8::try_from(n.trailing_zeros()).unwrap_or(u8::MAX);
                if !n.is_power_of_two() || log_n > MAX_LOG_N || *r > 8 || *p > 4 {
                    return Err(wrong("its scrypt asks for too much work"));
                }
                let params = scrypt::Params::new(log_n, *r, *p, key.len());
                let params = params.map_err(|_| wrong("its scrypt parameters are none"))?;
                scrypt::scrypt(password.as_bytes(), &salt, &params, key.as_mut_slice())
                    .map_err(|_| wrong("its scrypt parameters are none"))?;
            }
            Derivation::Pbkdf2 { c, prf, .. } => {
                if prf != "hmac-sha256" || *c == 0 || *c > MAX_ROUNDS {
                    return Err(wrong(
                        "its pbkdf2 is not hmac-sha256, or asks for too much work",
                    ));
                }
                pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), &salt, *c, key.as_mut_slice());
            }
        }
        Ok(key)
    }
}

/// As EIP-2335 has it: NFKD, without control codes.
fn normalized(passphrase: &SecretString) -> Zeroizing<String> {
    let text = passphrase.expose_secret();
    let mut password = Zeroizing::new(String::with_capacity(text.len().saturating_mul(4)));
    password.extend(text.nfkd().filter(|c| !c.is_control()));
    password
}

fn checksum(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let (_, second) = key.split_at(16);
    Sha256::new()
        .chain_update(second)
        .chain_update(message)
        .finalize()
        .into()
}

/// Encrypts, or decrypts.
fn apply(key: &[u8; 32], iv: &[u8; 16], message: &mut [u8]) {
    let (first, _) = key.split_at(16);
    Cipher::new(first.into(), iv.into()).apply_keystream(message);
}
