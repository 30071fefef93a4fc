//! Keys: one file each below `~/.tessera/keys/<chain id>/<name>.json`, readable by its owner alone and encrypted with a
//! passphrase, or in a process of its own ([`remote`], [`signer`]). Secrets come from a file, a file descriptor or a
//! prompt, never from an argument, and no log, error or panic carries one.
//!
//! ```text
//!   keys add ─► Secret ─► KeyRing (age, scrypt) ─► file          start ─► open ┬─► KeyRing ─► SigningKey, local
//!                                                                              └─► Signer (gRPC) ─► SigningKey, remote
//! ```
//!
//! Invariants:
//! - a mnemonic, a private key and a passphrase are wiped from memory when they are dropped;
//! - a key whose address is not the one that was written down with it is refused before it signs anything;
//! - a remote signature is verified before it is used.

mod descriptor;
mod draft;
mod error;
mod file;
pub mod guard;
mod keystore;
mod passphrase;
#[allow(missing_docs, clippy::all)]
#[rustfmt::skip] // Generated, and compared with what is generated.
pub mod proto;
pub mod remote;
mod ring;
mod secret;
pub mod signer;
pub mod vote;

use std::fmt;

use cosmrs::{
    crypto::{secp256k1, PublicKey},
    proto::cosmos::tx::v1beta1::TxRaw,
    tx::SignDoc,
};
use prost::Message;
use tessera_primitives::Address;

use crate::config::ChainConfig;

pub(crate) use descriptor::descriptor;
pub use error::KeyError;
pub use passphrase::{Passphrases, CREDENTIAL};
pub use ring::{is_key_name, KeyRing, Listed, Protection, Storage};
pub use secret::{new_mnemonic, Secret, DEFAULT_PATH};

/// A secp256k1 key that signs, here or elsewhere.
pub struct SigningKey(Kind);

enum Kind {
    Local(secp256k1::SigningKey),
    Remote(Box<remote::RemoteKey>),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

/// Bytes of a secp256k1 signature.
const SIGNATURE_LENGTH: usize = 64;

impl SigningKey {
    /// Derives a key from a mnemonic of 12 to 24 words.
    ///
    /// # Errors
    /// [`KeyError::Mnemonic`], [`KeyError::Path`].
    pub fn derive(words: &str, path: &str) -> Result<SigningKey, KeyError> {
        Secret::mnemonic(words, path)?.key()
    }

    fn local(key: secp256k1::SigningKey) -> SigningKey {
        SigningKey(Kind::Local(key))
    }

    fn remote(key: remote::RemoteKey) -> SigningKey {
        SigningKey(Kind::Remote(Box::new(key)))
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

    /// What others verify its signatures with.
    pub fn public(&self) -> PublicKey {
        match &self.0 {
            Kind::Local(key) => key.public_key(),
            Kind::Remote(key) => key.public(),
        }
    }

    /// A transaction's bytes, signed. A remote key is asked, and its signature verified.
    ///
    /// # Errors
    /// [`KeyError::Signing`], [`KeyError::Signer`].
    pub async fn sign(&self, document: SignDoc) -> Result<Vec<u8>, KeyError> {
        let signed = document
            .clone()
            .into_bytes()
            .map_err(|error| KeyError::Signing(error.to_string()))?;
        let signature = match &self.0 {
            Kind::Local(key) => sign_bytes(key, &signed)?,
            Kind::Remote(key) => key.sign(signed).await?,
        };
        Ok(transaction(document, signature))
    }
}

/// A transaction to be tried out: as long as a signed one, and worth nothing, since no key was asked for it. A node that
/// simulates verifies no signature.
pub fn unsigned(document: SignDoc) -> Vec<u8> {
    transaction(document, vec![0; SIGNATURE_LENGTH])
}

fn transaction(document: SignDoc, signature: Vec<u8>) -> Vec<u8> {
    let transaction = TxRaw {
        body_bytes: document.body_bytes,
        auth_info_bytes: document.auth_info_bytes,
        signatures: vec![signature],
    };
    transaction.encode_to_vec()
}

fn sign_bytes(key: &secp256k1::SigningKey, bytes: &[u8]) -> Result<Vec<u8>, KeyError> {
    let signature = key
        .sign(bytes)
        .map_err(|error| KeyError::Signing(error.to_string()))?;
    Ok(signature.to_vec())
}

/// A key of a chain, from the ring or from the chain's signer, whose address is checked.
///
/// # Errors
/// [`KeyError`].
pub async fn open(ring: &KeyRing, chain: &ChainConfig, name: &str) -> Result<SigningKey, KeyError> {
    match &chain.signer {
        Some(signer) => remote::connect(signer, chain, name)
            .await
            .map(SigningKey::remote),
        None => ring.load(&chain.id, name),
    }
}
