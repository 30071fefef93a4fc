//! A migration takes over what is older and ours, and nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use cosmwasm_std::testing::MockStorage;
use tessera_contract_kit::version::{migrate, record, Release, VersionError};

const RELEASE: Release = Release {
    major: 0,
    minor: 9,
    patch: 10,
};

fn contract(name: &str, version: &str) -> MockStorage {
    let mut storage = MockStorage::new();
    record(&mut storage, name, version).unwrap();
    storage
}

#[test]
fn the_same_and_older_versions_are_taken_over() {
    let mut storage = contract("booking", "0.9.10");
    assert_eq!(
        cw2::get_contract_version(&storage).unwrap().contract,
        "tessera:booking"
    );
    assert_eq!(migrate(&mut storage, "booking", "0.9.10"), Ok(RELEASE));
    // By number, not by text.
    assert_eq!(migrate(&mut storage, "booking", "0.10.0"), Ok(RELEASE));
    assert_eq!(
        cw2::get_contract_version(&storage).unwrap().version,
        "0.10.0"
    );
}

#[test]
fn a_newer_version_is_refused_and_kept() {
    let mut storage = contract("booking", "0.10.0");
    let refused = migrate(&mut storage, "booking", "0.9.11").unwrap_err();
    assert!(matches!(refused, VersionError::Newer { .. }), "{refused}");
    assert_eq!(
        cw2::get_contract_version(&storage).unwrap().version,
        "0.10.0"
    );
}

#[test]
fn another_contract_is_refused() {
    let mut storage = contract("chain-view", "0.1.0");
    let refused = migrate(&mut storage, "booking", "0.2.0").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "this code is tessera:booking, the contract at this address is tessera:chain-view"
    );
    let mut foreign = MockStorage::new();
    cw2::set_contract_version(&mut foreign, "booking", "0.1.0").unwrap();
    assert!(migrate(&mut foreign, "booking", "0.2.0").is_err());
    assert!(migrate(&mut MockStorage::new(), "booking", "0.2.0").is_err());
}

#[test]
fn a_version_is_three_numbers() {
    for wrong in ["", "1", "1.2", "1.2.3.4", "1.2.x", "v1.2.3"] {
        let refused = record(&mut MockStorage::new(), "booking", wrong).unwrap_err();
        assert_eq!(refused, VersionError::Malformed(wrong.into()));
    }
}
