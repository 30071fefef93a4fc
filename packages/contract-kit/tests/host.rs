//! What the host does for us: addresses and signatures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use cosmwasm_std::{testing::MockApi, Api, HashFunction, BLS12_381_G1_GENERATOR};
use tessera_contract_kit::{address, crypto::HostCrypto, pagination::page};
use tessera_primitives::{Address, CanonicalAddress};
use tessera_proof::{Crypto, BLS_DOMAIN};

#[test]
fn an_address_goes_to_its_bytes_and_back() {
    let api = MockApi::default();
    let text = api.addr_make("user");
    let bytes = address::canonical(&api, &text).unwrap();
    assert_eq!(
        address::humanize(&api, &bytes).unwrap().as_str(),
        text.as_str()
    );
    let stranger = Address::new("cosmwasm1nonsense").unwrap();
    let refused = address::validate(&api, &stranger).unwrap_err();
    assert!(refused
        .to_string()
        .starts_with("cosmwasm1nonsense is not an address of this zone"));
    let odd = CanonicalAddress::new([1, 2, 3]).unwrap();
    assert_ne!(
        address::humanize(&api, &odd).map(|a| a.to_string()).ok(),
        Some(text.to_string())
    );
}

/// RFC 8032, section 7.1, test 2.
const KEY: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
const SIGNATURE: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

fn bytes(hex: &str) -> Vec<u8> {
    cosmwasm_std::HexBinary::from_hex(hex).unwrap().to_vec()
}

#[test]
fn a_batch_is_valid_when_every_signature_is() {
    let (api, key, signature) = (MockApi::default(), bytes(KEY), bytes(SIGNATURE));
    let host = HostCrypto(&api);
    let (key, signature) = (key.as_slice(), signature.as_slice());
    assert!(host.ed25519_batch_verify(&[], &[], &[]));
    assert!(host.ed25519_batch_verify(&[&[0x72]], &[signature], &[key]));
    assert!(host.ed25519_batch_verify(&[&[0x72], &[0x72]], &[signature; 2], &[key; 2]));
    assert!(!host.ed25519_batch_verify(&[&[0x72], &[0x73]], &[signature; 2], &[key; 2]));
}

#[test]
fn a_batch_of_unequal_lists_or_odd_lengths_is_invalid() {
    let (api, key, signature) = (MockApi::default(), bytes(KEY), bytes(SIGNATURE));
    let host = HostCrypto(&api);
    let (key, signature) = (key.as_slice(), signature.as_slice());
    // The host itself would take one message, or one key, for all.
    assert!(!host.ed25519_batch_verify(&[&[0x72]], &[signature; 2], &[key; 2]));
    assert!(!host.ed25519_batch_verify(&[&[0x72], &[0x72]], &[signature; 2], &[key]));
    assert!(!host.ed25519_batch_verify(&[&[0x72]], &[&signature[..63]], &[key]));
    assert!(!host.ed25519_batch_verify(&[&[0x72]], &[signature], &[&key[..31]]));
}

#[test]
fn a_page_is_thirty_unless_asked_and_never_above_a_hundred() {
    assert_eq!(
        [page(None), page(Some(7)), page(Some(0)), page(Some(1_000))],
        [30, 7, 0, 100]
    );
}

/// With the secret 1 the key is the generator, and the signature the hashed message itself.
#[test]
fn a_bls_signature_is_valid_for_its_key_and_message_alone() {
    let api = MockApi::default();
    let host = HostCrypto(&api);
    let hashed = |message: &[u8]| {
        let hashed = api.bls12_381_hash_to_g2(HashFunction::Sha256, message, BLS_DOMAIN);
        hashed.unwrap()
    };
    let key = BLS12_381_G1_GENERATOR;
    let signature = hashed(b"vote");
    assert!(host.bls_verify(b"vote", &signature, &key));
    assert!(!host.bls_verify(b"veto", &signature, &key));
    assert!(!host.bls_verify(b"vote", &signature[..95], &key));
    assert!(!host.bls_verify(b"vote", &signature, &key[..47]));
    assert!(!host.bls_verify(b"vote", &[0xff; 96], &key));
    let twice = api.bls12_381_aggregate_g1(&[key, key].concat()).unwrap();
    assert!(!host.bls_verify(b"vote", &signature, &twice));
    // The identity as key and signature is valid for everything, so it is for nothing.
    let (mut no_key, mut no_signature) = ([0; 48], [0; 96]);
    (no_key[0], no_signature[0]) = (0xc0, 0xc0);
    assert!(!host.bls_verify(b"vote", &no_signature, &no_key));
}
