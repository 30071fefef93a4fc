//! Validator sets: their hashes, differences and members.

use tendermint_proto::crypto::{public_key::Sum, PublicKey};
use tessera_header::{
    verify, CachedSets, Header, Refusal, Trust, Validator, ValidatorKey, ValidatorSet, Verified,
};
use tessera_primitives::Hash;

use crate::{
    changed, four, refused, scene,
    zone::{block, header, signed_by, Reader, Seats},
};

#[test]
fn one_key_in_two_seats() {
    let (trusted, _) = scene(&four());
    let next = block(20, &four(), &four());
    let key = four().set().validators()[0].key;
    let twice = |set: &mut Option<tendermint_proto::types::ValidatorSet>| {
        let validators = &mut set.as_mut().unwrap().validators;
        validators[1] = validators[0].clone();
    };
    for form in [
        changed(&next.standard(&trusted), |raw| {
            twice(&mut raw.validator_set)
        }),
        changed(&next.standard(&trusted), |raw| {
            twice(&mut raw.trusted_validators)
        }),
    ] {
        assert_eq!(
            form.open().unwrap_err(),
            Refusal::DuplicateValidator { key }
        );
    }
}

#[test]
fn a_validator_that_claims_the_address_of_another() {
    // ISA-2025-003: the addresses of a set are not hashed, so a forged one changed nothing but the count.
    let seats = Seats::equal(2, 50);
    let (trusted, reader) = scene(&seats);
    let header = header(20, &seats, &seats);
    let next = signed_by(header, &seats, &seats, |place| place == 0);
    let form = changed(&next.standard(&trusted), |raw| {
        for set in [&mut raw.validator_set, &mut raw.trusted_validators] {
            let validators = &mut set.as_mut().unwrap().validators;
            validators[1].address = validators[0].address.clone();
        }
    });
    let refusal = Refusal::TooLittlePower {
        signed: 50,
        total: 100,
    };
    assert_eq!(reader.open(&form), Err(refusal));
}

#[test]
fn sets_that_do_not_hash_to_what_commits_to_them() {
    let (trusted, reader) = scene(&four());
    let next = block(20, &four(), &four());
    let mut other = four();
    other.0[0].1 += 1;
    let (expected, actual) = (four().set().hash(), other.set().hash());
    // The header's own set.
    let form = changed(&next.standard(&trusted), |raw| {
        raw.validator_set.as_mut().unwrap().validators[0].voting_power += 1;
        raw.validator_set.as_mut().unwrap().total_voting_power += 1;
    });
    let set = "validators";
    let refusal = |set| Refusal::ValidatorsHash {
        set,
        expected,
        actual,
    };
    assert_eq!(reader.open(&form), Err(refusal(set)));
    let mut lying = next.clone();
    lying.seats = other.clone();
    let light = lying.compact(&trusted, &reader.cache.0, false);
    assert_eq!(light, Err(refusal(set)));
    // The announced one.
    let form = changed(&next.standard(&trusted), |raw| {
        raw.trusted_validators.as_mut().unwrap().validators[0].voting_power += 1;
    });
    assert_eq!(reader.open(&form), Err(refusal("trusted validators")));
    let mut elsewhere = trusted.clone();
    elsewhere.next = other.clone();
    let form = block(20, &four(), &four()).compact(&elsewhere, &reader.cache.0, false);
    assert_eq!(
        reader.open(&form.unwrap()),
        Err(refusal("trusted validators"))
    );
}

#[test]
fn an_adjacent_header_with_a_set_that_was_not_announced() {
    let (trusted, reader) = scene(&four());
    let mut other = four();
    other.0[0].1 += 1;
    let refusal = Refusal::NotNextValidators {
        expected: four().set().hash(),
        actual: other.set().hash(),
    };
    refused(&reader, &trusted, &block(11, &other, &other), &refusal);
}

#[test]
fn a_difference_to_a_set_that_is_not_cached() {
    let mut other = four();
    other.0[0].1 += 1;
    let (trusted, reader) = scene(&four());
    let next = block(20, &other, &other);
    let form = next.compact(&trusted, &[four().set()], false).unwrap();
    let stranger = Reader::trusting(&trusted, vec![other.set()], 20);
    let refusal = Refusal::UnknownSet {
        base: four().set().hash(),
        cached: vec![other.set().hash()],
    };
    assert_eq!(stranger.open(&form), Err(refusal));
    reader.open(&form).unwrap();
}

/// A cache that hands out a smaller set than it was asked for.
struct Shrunk;

impl CachedSets for Shrunk {
    type Error = ();

    fn set(&self, _hash: &Hash) -> Result<Option<ValidatorSet>, ()> {
        Ok(Some(Seats::equal(2, 10).set()))
    }

    fn cached(&self) -> Result<Vec<Hash>, ()> {
        Ok(vec![])
    }
}

fn with_shrunk_cache(reader: &Reader, form: &Header) -> Result<Verified, Refusal> {
    let trust = Trust {
        zone: &reader.zone,
        header: &reader.trusted,
        params: &reader.params,
    };
    verify(&reader.crypto, &trust, &Shrunk, &form.open()?, reader.now).map_err(|refused| {
        match refused {
            tessera_header::Refused::Header(refusal) => refusal,
            tessera_header::Refused::Read(()) => panic!("it reads"),
        }
    })
}

#[test]
fn a_difference_that_takes_what_its_base_does_not_have() {
    let mut announced = four();
    announced.0[0].1 += 1;
    let trusted = block(10, &four(), &announced);
    let reader = Reader::trusting(&trusted, vec![four().set()], 20);
    let next = block(20, &announced, &announced);
    let form = next.compact(&trusted, &reader.cache.0, false).unwrap();
    reader.open(&form).unwrap();
    let refusal = Refusal::Difference { index: 3, size: 2 };
    assert_eq!(with_shrunk_cache(&reader, &form), Err(refusal));
}

#[test]
fn a_proposer_or_votes_beyond_the_set() {
    let (trusted, reader) = scene(&four());
    let mut next = header(20, &four(), &four());
    next.proposer_address =
        tendermint::account::Id::new(four().set().validators()[3].key.address());
    let next = signed_by(next, &four(), &four(), |_| true);
    let form = next.compact(&trusted, &reader.cache.0, false).unwrap();
    let refusal = Refusal::Place { index: 3, size: 2 };
    assert_eq!(with_shrunk_cache(&reader, &form), Err(refusal));
    let next = block(20, &four(), &four());
    let form = next.compact(&trusted, &reader.cache.0, false).unwrap();
    let refusal = Refusal::SlotCount {
        expected: 2,
        actual: 4,
    };
    assert_eq!(with_shrunk_cache(&reader, &form), Err(refusal));
}

#[test]
fn a_failed_read_of_the_cache_is_not_a_refusal() {
    struct Broken;
    impl CachedSets for Broken {
        type Error = &'static str;
        fn set(&self, _: &Hash) -> Result<Option<ValidatorSet>, &'static str> {
            Err("disk")
        }
        fn cached(&self) -> Result<Vec<Hash>, &'static str> {
            Err("disk")
        }
    }
    let (trusted, reader) = scene(&four());
    let form = block(20, &four(), &four())
        .compact(&trusted, &reader.cache.0, false)
        .unwrap();
    let trust = Trust {
        zone: &reader.zone,
        header: &reader.trusted,
        params: &reader.params,
    };
    let untrusted = form.open().unwrap();
    let failed = verify(&reader.crypto, &trust, &Broken, &untrusted, reader.now).unwrap_err();
    assert_eq!(failed, tessera_header::Refused::Read("disk"));
}

#[test]
fn keys_powers_and_sizes_of_sets_out_of_range() {
    let (trusted, _) = scene(&four());
    let form = block(20, &four(), &four()).standard(&trusted);
    let open = |change: &dyn Fn(&mut Vec<tendermint_proto::types::Validator>)| {
        let form = changed(&form, |raw| {
            change(&mut raw.validator_set.as_mut().unwrap().validators)
        });
        form.open().unwrap_err()
    };
    let max = ValidatorSet::MAX_TOTAL;
    let power = |actual| Refusal::Power { max, actual };
    assert_eq!(open(&|set| set[2].voting_power = 0), power(0));
    assert_eq!(open(&|set| set[2].voting_power = -1), power(0));
    assert_eq!(
        open(&|set| set[2].voting_power = max as i64),
        power(max + 20)
    );
    let key = |index| Refusal::KeyType { index };
    assert_eq!(open(&|set| set[1].pub_key = None), key(1));
    let secp = Some(PublicKey {
        sum: Some(Sum::Secp256k1(vec![2; 33])),
    });
    assert_eq!(open(&|set| set[1].pub_key = secp.clone()), key(1));
    let short = Some(PublicKey {
        sum: Some(Sum::Ed25519(vec![2; 31])),
    });
    assert_eq!(open(&|set| set[3].pub_key = short.clone()), key(3));
    let count = |actual| Refusal::ValidatorCount { max: 256, actual };
    assert_eq!(open(&|set| set.clear()), count(0));
    assert_eq!(open(&|set| *set = vec![set[0].clone(); 257]), count(257));
    let validator = |seed: u16| Validator {
        key: ValidatorKey(Hash::sha256(&seed.to_be_bytes()).0),
        power: 1,
    };
    assert_eq!(
        ValidatorSet::new((0..257).map(validator).collect()),
        Err(count(257))
    );
}
