//! What holds for any sets, any signers and any bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod zone;

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use tendermint::validator;
use tendermint_light_client_verifier::{
    options::Options,
    types::{TrustThreshold, TrustedBlockState, UntrustedBlockState},
    ProdVerifier, Verdict, Verifier as _,
};
use tendermint_testgen::{light_block::TmLightBlock, Generator, LightBlock as TestgenBlock};
use tessera_header::{
    encode_compact, header_hash, Header, Known, LightBlock, Refusal, ValidatorSet,
};
use tessera_primitives::{Bytes, Hash, Height, Ratio, Timestamp, ZoneId};
use zone::{block, header, signed_by, Block, Reader, Seats};

/// Up to 14 of 20 keys, with powers from 1 up, in any order.
fn seats() -> impl Strategy<Value = Seats> {
    let power = prop_oneof![Just(1u64), 1..20u64, 1..1_000_000u64];
    let seat = (0..20u16, power);
    proptest::collection::vec(seat, 1..14).prop_map(|list| {
        let mut seen = BTreeMap::new();
        let fresh = list
            .into_iter()
            .filter(|(seed, _)| seen.insert(*seed, ()).is_none());
        Seats(fresh.collect())
    })
}

/// A set near another: some powers changed, some left out, some new.
fn near(seats: Seats) -> impl Strategy<Value = Seats> {
    let count = seats.0.len();
    (proptest::collection::vec(0..8u8, count), 0..3u16).prop_map(move |(changes, newcomers)| {
        let mut near = Vec::new();
        for ((seed, power), change) in seats.0.iter().zip(changes) {
            match change {
                0 => {}
                1 => near.push((*seed, power + 7)),
                2 => near.insert(0, (*seed, *power)),
                _ => near.push((*seed, *power)),
            }
        }
        near.extend((0..newcomers).map(|seed| (30 + seed, 5)));
        if near.is_empty() {
            near.push((40, 1));
        }
        Seats(near)
    })
}

/// What a light client should say, counted as the book says it.
fn expected(trusted: &Seats, own: &Seats, signers: &[bool], adjacent: bool) -> &'static str {
    let total = |seats: &Seats| {
        seats
            .0
            .iter()
            .map(|(_, power)| u128::from(*power))
            .sum::<u128>()
    };
    let mut own_power = 0u128;
    let mut trusted_power = 0u128;
    for ((seed, power), signs) in own.0.iter().zip(signers) {
        if *signs {
            own_power += u128::from(*power);
            for (old, old_power) in &trusted.0 {
                if old == seed {
                    trusted_power += u128::from(*old_power);
                }
            }
        }
    }
    if signers.iter().zip(&own.0).all(|(signs, _)| !signs) {
        "nobody"
    } else if !adjacent && 3 * trusted_power <= total(trusted) {
        "trust"
    } else if 3 * own_power <= 2 * total(own) {
        "power"
    } else {
        "believed"
    }
}

fn word<T>(verdict: &Result<T, Refusal>) -> &'static str {
    match verdict {
        Ok(_) => "believed",
        Err(Refusal::TooLittleTrust { .. }) => "trust",
        Err(Refusal::TooLittlePower { .. }) => "power",
        Err(Refusal::NoVotes) => "nobody",
        Err(other) => panic!("{other}"),
    }
}

fn comet_set(seats: &Seats) -> validator::Set {
    let set = seats.set();
    let info = |each: &tessera_header::Validator| {
        let key = tendermint::PublicKey::from_raw_ed25519(&each.key.0).unwrap();
        validator::Info::new(key, each.power.try_into().unwrap())
    };
    // By its fields, since its constructor sorts.
    validator::Set {
        validators: set.validators().iter().map(info).collect(),
        proposer: None,
        total_voting_power: set.total().try_into().unwrap(),
    }
}

/// The library's own verdict, with its own cryptography and its own tally.
fn library(trusted: &Block, block: &Block, now: Timestamp) -> Verdict {
    let signed = tendermint::block::signed_header::SignedHeader::new(
        block.header.clone(),
        block.commit.clone(),
    )
    .unwrap();
    let (own, announced) = (comet_set(&block.seats), comet_set(&trusted.next));
    ProdVerifier::default().verify_update_header(
        UntrustedBlockState {
            signed_header: &signed,
            validators: &own,
            next_validators: None,
        },
        TrustedBlockState {
            chain_id: &trusted.header.chain_id,
            header_time: trusted.header.time,
            height: trusted.header.height,
            next_validators: &announced,
            next_validators_hash: trusted.header.next_validators_hash,
        },
        &Options {
            trust_threshold: TrustThreshold::ONE_THIRD,
            trusting_period: Duration::from_secs(1_000_000),
            clock_drift: Duration::from_secs(10),
        },
        zone::at(now.seconds(), 0),
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Any signers of any sets over skipped heights: an independent tally, the library's verifier and both forms agree.
    #[test]
    fn any_signers_over_skipped_heights(
        (old, own) in seats().prop_flat_map(|old| (Just(old.clone()), prop_oneof![near(old), seats()])),
        signers in proptest::collection::vec(any::<bool>(), 20),
        cached in any::<bool>(),
    ) {
        let trusted = block(10, &old, &old);
        let next = signed_by(header(20, &own, &own), &own, &own, |place| signers[place]);
        let cached = if cached { vec![old.set()] } else { vec![] };
        let reader = Reader::trusting(&trusted, cached, 20);
        let expected = expected(&old, &own, &signers, false);
        let standard = next.standard_checked(&trusted).and_then(|form| reader.open(&form));
        prop_assert_eq!(word(&standard), expected);
        let library = library(&trusted, &next, reader.now);
        prop_assert_eq!(library == Verdict::Success, expected == "believed");
        match next.compact(&trusted, &reader.cache.0, false) {
            Ok(form) => {
                let compact = reader.open(&form);
                prop_assert_eq!(expected, "believed");
                prop_assert_eq!(compact, standard);
            }
            Err(refusal) => {
                prop_assert_ne!(expected, "believed");
                let too_little = matches!(
                    refusal,
                    Refusal::TooLittleTrust { .. } | Refusal::TooLittlePower { .. }
                );
                prop_assert!(too_little);
            }
        }
    }

    /// The same at the next height, where the announced set must be the header's own.
    #[test]
    fn any_signers_at_the_next_height(
        old in seats(),
        own in seats(),
        signers in proptest::collection::vec(any::<bool>(), 20),
    ) {
        let trusted = block(10, &old, &own);
        let next = signed_by(header(11, &own, &old), &own, &old, |place| signers[place]);
        let reader = Reader::trusting(&trusted, vec![old.set()], 20);
        let expected = expected(&old, &own, &signers, true);
        let standard = next.standard_checked(&trusted).and_then(|form| reader.open(&form));
        prop_assert_eq!(word(&standard), expected);
        prop_assert_eq!(library(&trusted, &next, reader.now) == Verdict::Success, expected == "believed");
        let compact = next.compact(&trusted, &reader.cache.0, false).and_then(|form| reader.open(&form));
        prop_assert_eq!(compact.is_ok(), expected == "believed");
        if let (Ok(compact), Ok(standard)) = (compact, standard) {
            prop_assert_eq!(compact, standard);
        }
    }

    /// Random bytes are refused in either form, and do not panic.
    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(Header::Standard(Bytes(bytes.clone())).open().is_err());
        let mut formatted = bytes.clone();
        prop_assert!(Header::Compact(Bytes(bytes)).open().is_err());
        if let Some(first) = formatted.first_mut() {
            *first = 1;
        }
        let _ = Header::Compact(Bytes(formatted)).open();
    }

    /// Sets are read back as they were stored, and from no other bytes.
    #[test]
    fn stored_sets(seats in seats(), place in any::<prop::sample::Index>(), mask in 1..=255u8) {
        let set = seats.set();
        let bytes = Bytes::from(set.clone());
        prop_assert_eq!(&ValidatorSet::try_from(bytes.clone()).unwrap(), &set);
        prop_assert_eq!(set.hash(), hash_of_comet(&comet_set(&seats)));
        let mut changed = bytes.clone();
        let place = place.index(changed.0.len());
        changed.0[place] ^= mask;
        if let Ok(other) = ValidatorSet::try_from(changed) {
            prop_assert_ne!(other.hash(), set.hash());
        }
    }
}

fn hash_of_comet(set: &validator::Set) -> Hash {
    Hash::try_from(set.hash().as_bytes()).unwrap()
}

impl Block {
    /// The standard form; a commit without votes cannot be written.
    fn standard_checked(&self, trusted: &Block) -> Result<Header, Refusal> {
        if self.commit.signatures.iter().all(|slot| slot.is_absent()) {
            return Err(Refusal::NoVotes);
        }
        Ok(self.standard(trusted))
    }
}

/// Every change of one byte of a compact header is refused, or changes nothing that is believed.
#[test]
fn every_changed_byte_of_a_compact_header_is_refused_or_harmless() {
    let old = Seats::equal(9, 10);
    let mut own = old.clone();
    own.0[4].1 = 9;
    own.0.push((30, 10));
    let mut announced = old.clone();
    announced.0[0].1 = 12;
    let trusted = block(10, &old, &announced);
    let next = block(300, &own, &old);
    let reader = Reader::trusting(&trusted, vec![old.set()], 300);
    let form = next.compact(&trusted, &reader.cache.0, false).unwrap();
    let honest = reader.open(&form).unwrap();
    let opened = form.open().unwrap();
    let Header::Compact(Bytes(bytes)) = form else {
        panic!("the compact form");
    };
    let mut kept = 0;
    let mut counts = BTreeMap::new();
    for place in 0..bytes.len() {
        // Each bit, and all of them.
        for mask in (0..8).map(|bit| 1u8 << bit).chain([0xff]) {
            let mut changed = bytes.clone();
            changed[place] ^= mask;
            let untrusted = match Header::Compact(Bytes(changed)).open() {
                Ok(untrusted) => untrusted,
                Err(_) => {
                    *counts.entry("not read").or_insert(0) += 1;
                    continue;
                }
            };
            // One header, one encoding.
            assert_ne!(untrusted, opened, "byte {place} does not matter");
            match reader.verify(&untrusted) {
                Err(refusal) => {
                    let name = format!("{refusal:?}");
                    let name: &'static str = match name.split(['{', '(', ' ']).next().unwrap() {
                        "Signature" => "signature",
                        "ValidatorsHash" => "set",
                        "WrongChainTag" => "chain",
                        _ => "other",
                    };
                    *counts.entry(name).or_insert(0) += 1;
                }
                Ok(mut verified) => {
                    // The sender's wish is the sender's.
                    assert!(verified.keep);
                    verified.keep = false;
                    assert_eq!(verified, honest);
                    kept += 1;
                }
            }
        }
    }
    println!(
        "{} bytes, 9 changes each: {counts:?}, {kept} harmless",
        bytes.len()
    );
    assert_eq!(kept, 1);
}

/// Headers of `tendermint-testgen`, which knows nothing of ours.
#[test]
fn headers_of_testgen_verify_and_hash_alike() {
    let generate = |height: u64, validators: &[tendermint_testgen::Validator]| -> TmLightBlock {
        let time = zone::at(1_700_000_000 + 10 * height, 0);
        let header = tendermint_testgen::Header::new(validators)
            .height(height)
            .chain_id("testgen-1")
            .next_validators(validators)
            .time(time);
        TestgenBlock::new_default_with_header(header)
            .generate()
            .unwrap()
    };
    let validators: Vec<_> = (0..7u64)
        .map(|each| tendermint_testgen::Validator::new(&format!("v{each}")).voting_power(50 + each))
        .collect();
    let (trusted, next) = (generate(4, &validators), generate(9, &validators));
    let zone = ZoneId::new("testgen-1").unwrap();
    let set = ValidatorSet::try_from(&next.validators).unwrap();
    let header = &next.signed_header.header;
    assert_eq!(set.hash(), hash_of_comet(&next.validators));
    assert_eq!(header_hash(header).as_bytes(), header.hash().as_bytes());
    let light = LightBlock {
        header,
        commit: &next.signed_header.commit,
        validators: &set,
    };
    let known = Known {
        zone: &zone,
        height: Height(4),
        announced: &ValidatorSet::try_from(&trusted.next_validators).unwrap(),
        cached: &[],
        trust_level: Ratio::new(1, 3).unwrap(),
    };
    let form = Header::Compact(encode_compact(&light, &known, false).unwrap());
    let mut reader = Reader::trusting(
        &block(4, &Seats::equal(1, 1), &Seats::equal(1, 1)),
        vec![],
        1,
    );
    reader.zone = zone;
    reader.trusted.time = Timestamp::from_seconds(1_700_000_040).unwrap();
    reader.trusted.next_validators_hash = set.hash();
    reader.now = Timestamp::from_seconds(1_700_000_095).unwrap();
    let verified = reader.open(&form).unwrap();
    assert_eq!(&verified.header, header);
}
