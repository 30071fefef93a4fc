//! Vote keys: keystores of EIP-2335, ours and others', and proofs of possession that a pool takes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use age::secrecy::SecretString;
use serde_json::{json, Value};
use tempfile::TempDir;
use tessera::{
    crypto::HostCrypto,
    keys::{vote::VoteSource, KeyError, KeyRing, Passphrases},
};
use tessera_primitives::{Address, Seconds, Timestamp, ZoneId};
use tessera_stake::{
    evidence::{possession, VoteKey},
    key,
    state::Place,
    Refusal,
};
use zeroize::Zeroizing;

const PASSPHRASE: &str = "correct horse battery";
/// The password of the standard's own examples: letters that are not what they look like, and a key.
const EXAMPLE_PASSWORD: &str = "𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑";
const EXAMPLE_KEY: &str = "9612d7a727c9d0a22e185a1c768478dfe919cada9266988cb32359c11f2b7b27f4ae4040902382ae2910c15e2b420d07";

fn zone() -> ZoneId {
    ZoneId::new("tessera-a").unwrap()
}

fn ring(folder: &Path, passphrase: &str) -> KeyRing {
    let passphrase = Zeroizing::new(passphrase.to_string());
    KeyRing::with_passphrases(folder, Passphrases::known(passphrase))
}

/// The standard's example with one of its two ways to derive a key.
fn example(kdf: Value, checksum: &str, message: &str) -> Value {
    json!({
        "crypto": {
            "kdf": kdf,
            "checksum": { "function": "sha256", "params": {}, "message": checksum },
            "cipher": { "function": "aes-128-ctr", "params": { "iv": "264daa3f303d7259501c93d997d84fe6" }, "message": message },
        },
        "description": "",
        "pubkey": EXAMPLE_KEY,
        "path": "",
        "uuid": "1d85ae20-35c5-4611-98e8-aa14a633906f",
        "version": 4,
    })
}

fn by_scrypt() -> Value {
    let salt = "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3";
    let params = json!({ "dklen": 32, "n": 262144, "p": 1, "r": 8, "salt": salt });
    example(
        json!({ "function": "scrypt", "params": params, "message": "" }),
        "d2217fe5f3e9a1e34581ef8a78f7c9928e436d36dacc5e846690a5581e8ea484",
        "06ae90d55fe0a6e9c5c3bc5b170827b2e5cce3929ed3f116c2811e6366dfe20f",
    )
}

fn by_pbkdf2() -> Value {
    let salt = "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3";
    let params = json!({ "dklen": 32, "c": 262144, "prf": "hmac-sha256", "salt": salt });
    example(
        json!({ "function": "pbkdf2", "params": params, "message": "" }),
        "8a9f5d9912ed7e75ea794bc5a89bca5f193721d30868ade6f73043c6ea6febf1",
        "cee03fde2af33149775b7223e7845e4fb2c8ae1792e5f99fe9ecf474cc8c16ad",
    )
}

fn import(folder: &TempDir, keystore: &Value, password: &str) -> Result<VoteKey, KeyError> {
    let path = folder.path().join("keystore.json");
    fs::write(&path, keystore.to_string()).unwrap();
    let keys = tempfile::tempdir().unwrap();
    let source = VoteSource::Keystore {
        path: &path,
        password: SecretString::from(password),
    };
    ring(keys.path(), PASSPHRASE).add_vote(&zone(), "relayer", source)
}

#[test]
fn keystores_of_other_programs_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for keystore in [by_scrypt(), by_pbkdf2()] {
        let key = import(&folder, &keystore, EXAMPLE_PASSWORD).unwrap();
        assert_eq!(hex::encode(key.0), EXAMPLE_KEY);
        // What it looks like is what it is, for the standard.
        assert!(import(&folder, &keystore, "testpassword🔑").is_ok());
    }
}

#[test]
fn a_broken_keystore_is_told_and_nothing_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = import(&folder, &by_pbkdf2(), "testpassword");
    assert!(
        matches!(wrong, Err(KeyError::WrongPassphrase { .. })),
        "{wrong:?}"
    );
    for (place, broken, expected) in [
        ("/version", json!(3), "version 3"),
        ("/pubkey", json!("00"), "it says 00"),
        ("/crypto/cipher/function", json!("rot13"), "rot13"),
        ("/crypto/cipher/params/iv", json!("00"), "iv"),
        ("/crypto/kdf/params/c", json!(u32::MAX), "too much work"),
        ("/crypto/kdf/params/prf", json!("md5"), "hmac-sha256"),
        ("/crypto/kdf/params/dklen", json!(16), "dklen"),
        ("/crypto/kdf/params/salt", json!("salt"), "hexadecimal"),
        ("/crypto/kdf/function", json!("argon2"), "no keystore"),
    ] {
        let mut keystore = by_pbkdf2();
        *keystore.pointer_mut(place).unwrap() = broken;
        let refused = import(&folder, &keystore, EXAMPLE_PASSWORD).unwrap_err();
        assert!(refused.to_string().contains(expected), "{place}: {refused}");
    }
    let mut greedy = by_scrypt();
    *greedy.pointer_mut("/crypto/kdf/params/n").unwrap() = json!(1u64 << 40);
    let refused = import(&folder, &greedy, EXAMPLE_PASSWORD).unwrap_err();
    assert!(refused.to_string().contains("too much work"), "{refused}");
}

#[test]
fn a_new_vote_key_proves_its_possession_to_one_pool_by_one_operator() {
    let folder = tempfile::tempdir().unwrap();
    let keys = ring(folder.path(), PASSPHRASE);
    let made = keys.add_vote(&zone(), "relayer", VoteSource::New).unwrap();
    let again = keys.add_vote(&zone(), "relayer", VoteSource::New);
    assert!(matches!(again, Err(KeyError::Exists { .. })), "{again:?}");
    let file = folder.path().join("tessera-a/vote/relayer.json");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let listed = keys.votes(&zone()).unwrap();
    assert_eq!((listed.len(), &listed[0].key), (1, &hex::encode(made.0)));

    let wrong = ring(folder.path(), "another passphrase").vote(&zone(), "relayer");
    assert!(matches!(wrong, Err(KeyError::WrongPassphrase { .. })));
    let unknown = keys.vote(&zone(), "nobody").unwrap_err();
    assert!(unknown.to_string().contains("[\"relayer\"]"), "{unknown}");

    let secret = keys.vote(&zone(), "relayer").unwrap();
    assert_eq!(secret.public(), made);
    let [pool, operator, other] =
        ["wasm1pool", "wasm1operator", "wasm1other"].map(|address| Address::new(address).unwrap());
    let place = Place {
        chain: zone(),
        pool: pool.clone(),
        start: Timestamp(0),
        epoch: Seconds(60),
        unbonding: Seconds(600),
    };
    let message = key::possession(&zone(), &pool, &operator, &made.0);
    let signature = secret.sign(message.as_bytes());
    let proven = possession(&HostCrypto, &place, &operator, &made.0, &signature).unwrap();
    assert_eq!(proven.key(), made);
    let stolen = possession(&HostCrypto, &place, &other, &made.0, &signature);
    assert!(
        matches!(stolen, Err(Refusal::Possession { .. })),
        "{stolen:?}"
    );
}
