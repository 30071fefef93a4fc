//! Keys: where they are, who may read them, and what nobody is told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use tessera::keys::{
    guard, new_mnemonic, KeyError, KeyRing, Passphrases, Protection, Secret, SigningKey, Storage,
    DEFAULT_PATH,
};
use tessera_primitives::{Address, ZoneId};
use zeroize::Zeroizing;

const WORDS: &str = "test test test test test test test test test test test junk";
const PASSPHRASE: &str = "correct horse battery";

fn zone() -> ZoneId {
    ZoneId::new("tessera-a").unwrap()
}

fn secret() -> Secret {
    Secret::mnemonic(WORDS, DEFAULT_PATH).unwrap()
}

fn ring(folder: &Path, passphrase: &str) -> KeyRing {
    let passphrase = Zeroizing::new(passphrase.to_string());
    KeyRing::with_passphrases(folder, Passphrases::known(passphrase))
}

fn add(ring: &KeyRing, name: &str, protection: Protection) -> Result<Address, KeyError> {
    ring.add((&zone(), name), &secret(), "wasm", protection, false)
}

#[test]
fn a_key_is_stored_for_its_owner_alone_and_can_be_used_listed_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let ring = KeyRing::new(folder.path());
    let account = add(&ring, "relayer", Protection::Unencrypted).unwrap();
    let file = folder.path().join("tessera-a/relayer.json");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    let loaded = ring.load(&zone(), "relayer").unwrap();
    assert_eq!(loaded.account("wasm").unwrap(), account);
    assert_eq!(ring.list(&zone()).unwrap()[0].account, account.as_str());
    let again = add(&ring, "relayer", Protection::Unencrypted);
    assert!(matches!(again, Err(KeyError::Exists { .. })));
    let other = Secret::mnemonic(&new_mnemonic().unwrap(), DEFAULT_PATH).unwrap();
    let place = (&zone(), "relayer");
    let replaced = ring.add(place, &other, "wasm", Protection::Unencrypted, true);
    assert_ne!(replaced.unwrap(), account);
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
fn an_encrypted_key_opens_with_its_passphrase_alone() {
    let folder = tempfile::tempdir().unwrap();
    let right = ring(folder.path(), PASSPHRASE);
    let account = add(&right, "relayer", Protection::Encrypted).unwrap();
    let file = folder.path().join("tessera-a/relayer.json");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("BEGIN AGE ENCRYPTED FILE"));
    for hidden in ["junk", "mnemonic", "hd_path"] {
        assert!(!text.contains(hidden), "{text}");
    }
    let loaded = right.load(&zone(), "relayer").unwrap();
    assert_eq!(loaded.account("wasm").unwrap(), account);
    // What is shown needs no passphrase.
    let listed = KeyRing::new(folder.path()).list(&zone()).unwrap();
    assert_eq!(
        (listed[0].storage, listed[0].account.as_str()),
        (Storage::Encrypted, account.as_str())
    );
    let wrong = ring(folder.path(), "correct horse batterz")
        .load(&zone(), "relayer")
        .unwrap_err();
    assert!(matches!(wrong, KeyError::WrongPassphrase { .. }), "{wrong}");
    // A byte of the ciphertext, and an address that is not the key's.
    fs::write(
        &file,
        text.replacen("AgeA", "AgeB", 1)
            .replace("\\n-----END", "A\\n-----END"),
    )
    .unwrap();
    assert!(matches!(
        right.load(&zone(), "relayer"),
        Err(KeyError::WrongPassphrase { .. })
    ));
    let other = SigningKey::derive(&new_mnemonic().unwrap(), DEFAULT_PATH).unwrap();
    let other = other.account("wasm").unwrap();
    fs::write(&file, text.replace(account.as_str(), other.as_str())).unwrap();
    let swapped = right.load(&zone(), "relayer").unwrap_err();
    assert!(matches!(swapped, KeyError::Account { .. }), "{swapped}");
    let short = add(
        &ring(folder.path(), "horse"),
        "short",
        Protection::Encrypted,
    )
    .unwrap_err();
    assert!(short.to_string().contains("8 characters"), "{short}");
    fs::write(&file, text).unwrap();
    let strange = ring(folder.path(), "correct mule battery");
    let other = add(&strange, "other", Protection::Encrypted).unwrap_err();
    assert!(matches!(other, KeyError::OtherPassphrase { .. }), "{other}");
    assert_eq!(right.list(&zone()).unwrap().len(), 1);
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

/// A key file as Hermes itself writes it.
fn hermes_file() -> String {
    use ibc_relayer::{
        config::AddressType,
        keyring::{Secp256k1KeyPair, SigningKeyPair},
    };
    let path = DEFAULT_PATH.parse().unwrap();
    let pair = Secp256k1KeyPair::from_mnemonic(WORDS, &path, &AddressType::Cosmos, "wasm");
    serde_json::to_string_pretty(&pair.unwrap()).unwrap()
}

#[test]
fn key_files_of_hermes_and_of_chains_are_read_as_they_are() {
    let expected = secret().key().unwrap().account("wasm").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("tessera-a/keyring-test");
    fs::create_dir_all(&keys).unwrap();
    let file = keys.join("relayer.json");
    // Hermes leaves its files readable.
    fs::write(&file, hermes_file()).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let ring = KeyRing::new(folder.path());
    let key = ring.load(&zone(), "relayer").unwrap();
    assert_eq!(key.account("wasm").unwrap(), expected);
    let listed = ring.list(&zone()).unwrap();
    assert_eq!(
        (listed[0].storage, listed[0].account.as_str()),
        (Storage::Hermes, expected.as_str())
    );
    // A private key stored here is the same key.
    let taken = Secret::from_key_file(&file, &hermes_file(), DEFAULT_PATH).unwrap();
    let stored = ring.add(
        (&zone(), "taken"),
        &taken.secret,
        "wasm",
        Protection::Unencrypted,
        false,
    );
    assert_eq!(stored.unwrap(), expected);
    assert_eq!(
        ring.load(&zone(), "taken")
            .unwrap()
            .account("wasm")
            .unwrap(),
        expected
    );
    let chain = format!(
        r#"{{"name":"k","type":"local","address":"{expected}","pubkey":"{{}}","mnemonic":"{WORDS}"}}"#
    );
    let read = Secret::from_key_file(&file, &chain, DEFAULT_PATH).unwrap();
    assert_eq!(read.account, expected.as_str());
    for (from, to) in [
        ("\"Cosmos\"", "\"Ethermint\""),
        ("private_key", "private_kez"),
        ("\"private_key\": \"", "\"private_key\": \"zz"),
    ] {
        let refused = Secret::from_key_file(&file, &hermes_file().replace(from, to), DEFAULT_PATH);
        assert!(matches!(refused, Err(KeyError::Content { .. })), "{from}");
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
    let shown = (
        secret().key().unwrap(),
        secret(),
        Passphrases::known(Zeroizing::new(PASSPHRASE.into())),
    );
    assert_eq!(format!("{shown:?}"), "(SigningKey, Secret, Passphrases)");

    let folder = tempfile::tempdir().unwrap();
    let ring = KeyRing::new(folder.path());
    add(&ring, "relayer", Protection::Unencrypted).unwrap();
    let file = folder.path().join("tessera-a/relayer.json");
    let text = fs::read_to_string(&file).unwrap();
    for broken in ["hd_paht", "private_key"] {
        fs::write(&file, text.replace("hd_path", broken)).unwrap();
        let refused = format!("{:?}", ring.load(&zone(), "relayer").unwrap_err());
        assert!(!refused.contains("junk"), "{refused}");
    }
}

const CHILD: &str = "TESSERA_TEST_PANIC";

#[test]
fn a_panic_says_where_and_not_what_and_leaves_no_core_file() {
    if std::env::var_os(CHILD).is_some() {
        guard::enclose().unwrap();
        println!("{}", fs::read_to_string("/proc/self/limits").unwrap());
        panic!("{WORDS}");
    }
    let name = "a_panic_says_where_and_not_what_and_leaves_no_core_file";
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", name, "--nocapture"]).env(CHILD, "1");
    let output = child.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(!output.status.success());
    assert!(
        said.contains("tessera failed at relayer/daemon/tests/keys.rs:"),
        "{said}"
    );
    assert!(!said.contains("junk"), "{said}");
    let core = said
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    assert_eq!(core.unwrap().split_whitespace().nth(4), Some("0"));
}

#[test]
fn names_stay_inside_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let ring = KeyRing::new(folder.path().join("keys"));
    for name in ["", "../evil", "a/b", "a.b", "ü"] {
        let refused = add(&ring, name, Protection::Unencrypted);
        assert!(matches!(refused, Err(KeyError::Name(_))), "{name:?}");
    }
    let strange = ZoneId::new("../../evil").unwrap();
    let place = (&strange, "relayer");
    ring.add(place, &secret(), "wasm", Protection::Unencrypted, false)
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
