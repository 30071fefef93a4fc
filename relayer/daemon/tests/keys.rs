//! Keys: where they are, who may read them, and what nobody is told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::{fs, os::unix::fs::PermissionsExt};

use tessera::keys::{new_mnemonic, KeyError, KeyRing, SigningKey, DEFAULT_PATH};
use tessera_primitives::ZoneId;

const WORDS: &str = "test test test test test test test test test test test junk";

fn zone() -> ZoneId {
    ZoneId::new("tessera-a").unwrap()
}

#[test]
fn a_key_is_stored_for_its_owner_alone_and_can_be_used_listed_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let ring = KeyRing::new(folder.path());
    let account = ring
        .add(&zone(), "relayer", WORDS, DEFAULT_PATH, "wasm")
        .unwrap();
    let file = folder.path().join("tessera-a/relayer.json");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let loaded = ring.load(&zone(), "relayer").unwrap();
    assert_eq!(loaded.account("wasm").unwrap(), account);
    assert_eq!(ring.list(&zone()).unwrap()[0].account, account.as_str());
    assert!(matches!(
        ring.add(&zone(), "relayer", WORDS, DEFAULT_PATH, "wasm"),
        Err(KeyError::Exists { .. })
    ));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(
        ring.load(&zone(), "relayer"),
        Err(KeyError::Mode { mode: 0o644, .. })
    ));
    ring.delete(&zone(), "relayer").unwrap();
    assert!(matches!(
        ring.load(&zone(), "relayer"),
        Err(KeyError::Unknown { .. })
    ));
}

#[test]
fn the_address_is_the_one_that_cosmos_wallets_derive() {
    // What wasmd itself derived for the accounts of the test zones.
    let accounts = include_str!("../../../ci/wasmd/accounts.json");
    let accounts: serde_json::Value = serde_json::from_str(accounts).unwrap();
    let accounts = accounts.as_array().unwrap();
    assert!(!accounts.is_empty());
    for account in accounts {
        let words = account["mnemonic"].as_str().unwrap();
        let key = SigningKey::derive(words, DEFAULT_PATH).unwrap();
        let derived = key.account("wasm").unwrap();
        assert_eq!(derived.as_str(), account["address"].as_str().unwrap());
    }
}

#[test]
fn no_error_and_no_debug_text_carries_a_secret() {
    let wrong = WORDS.replace("junk", "junkyard");
    let refused = SigningKey::derive(&wrong, DEFAULT_PATH)
        .unwrap_err()
        .to_string();
    assert_eq!(
        refused,
        "the mnemonic is not valid: word 12 is not in the list"
    );
    let checksum = WORDS.replace("junk", "test");
    let refused = SigningKey::derive(&checksum, DEFAULT_PATH)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("checksum"), "{refused}");
    let short = SigningKey::derive("test test", DEFAULT_PATH)
        .unwrap_err()
        .to_string();
    assert!(short.contains("2 words"), "{short}");
    let key = SigningKey::derive(WORDS, DEFAULT_PATH).unwrap();
    assert_eq!(format!("{key:?}"), "SigningKey");

    let folder = tempfile::tempdir().unwrap();
    let ring = KeyRing::new(folder.path());
    ring.add(&zone(), "relayer", WORDS, DEFAULT_PATH, "wasm")
        .unwrap();
    let file = folder.path().join("tessera-a/relayer.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("hd_path", "hd_paht")).unwrap();
    let refused = ring.load(&zone(), "relayer").unwrap_err().to_string();
    assert!(!refused.contains("junk"), "{refused}");
}

#[test]
fn names_stay_inside_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let ring = KeyRing::new(folder.path().join("keys"));
    for name in ["", "../evil", "a/b", "a.b", "ü"] {
        let refused = ring.add(&zone(), name, WORDS, DEFAULT_PATH, "wasm");
        assert!(matches!(refused, Err(KeyError::Name(_))), "{name:?}");
    }
    let strange = ZoneId::new("../../evil").unwrap();
    ring.add(&strange, "relayer", WORDS, DEFAULT_PATH, "wasm")
        .unwrap();
    assert!(!folder.path().join("evil").exists());
    assert_eq!(ring.list(&strange).unwrap().len(), 1);
}

#[test]
fn a_new_mnemonic_has_24_words_and_differs_each_time() {
    let (one, two) = (new_mnemonic().unwrap(), new_mnemonic().unwrap());
    assert_eq!(one.split(' ').count(), 24);
    assert_ne!(one, two);
    SigningKey::derive(&one, DEFAULT_PATH).unwrap();
}
