//! Chain, revision, heights and times.

use tessera_header::Header;
use tessera_header::{anchor, verify_evidence, CachedSets, Refusal, Trust, ValidatorSet};
use tessera_primitives::{Hash, Height, Ratio, Seconds, Timestamp, ZoneId};

use crate::{
    changed, four, refused, scene,
    zone::{self, block, header, signed_by, Cache, Native, Reader, Seats},
};

#[test]
fn a_header_of_another_chain() {
    let (trusted, mut reader) = scene(&four());
    let mut foreign = header(20, &four(), &four());
    foreign.chain_id = "hub-8".try_into().unwrap();
    let foreign = signed_by(foreign, &four(), &four(), |_| true);
    let refusal = Refusal::WrongChain {
        expected: zone::zone(),
        actual: "hub-8".into(),
    };
    refused(&reader, &trusted, &foreign, &refusal);
    // A compact header that its sender made for another chain.
    let ours = block(20, &four(), &four())
        .compact(&trusted, &reader.cache.0, false)
        .unwrap();
    reader.zone = ZoneId::new("hub-8").unwrap();
    assert!(
        matches!(reader.open(&ours), Err(Refusal::WrongChainTag { expected, .. }) if expected == reader.zone)
    );
}

#[test]
fn a_trusted_height_of_another_revision() {
    let (trusted, reader) = scene(&four());
    let form = changed(&block(20, &four(), &four()).standard(&trusted), |raw| {
        raw.trusted_height.as_mut().unwrap().revision_number = 6;
    });
    let refusal = Refusal::WrongRevision {
        expected: 7,
        actual: 6,
    };
    assert_eq!(reader.open(&form), Err(refusal));
}

#[test]
fn a_header_that_builds_on_another_height() {
    let (trusted, mut reader) = scene(&four());
    let next = block(20, &four(), &four());
    reader.trusted.height = Height(11);
    let refusal = Refusal::WrongTrusted {
        expected: Height(11),
        actual: Some(Height(10)),
    };
    refused(&reader, &trusted, &next, &refusal);
    let refusal = Refusal::WrongTrusted {
        expected: Height(11),
        actual: None,
    };
    assert_eq!(reader.open(&next.standard_from(None)), Err(refusal));
}

#[test]
fn a_trusted_header_that_expired_to_the_nanosecond() {
    let (trusted, mut reader) = scene(&four());
    let next = block(20, &four(), &four());
    let expired_at = reader
        .trusted
        .time
        .plus(reader.params.trusting_period)
        .unwrap();
    reader.now = Timestamp(expired_at.0 - 1);
    reader.open(&next.standard(&trusted)).unwrap();
    reader.now = expired_at;
    let now = expired_at;
    refused(
        &reader,
        &trusted,
        &next,
        &Refusal::Expired { expired_at, now },
    );
}

#[test]
fn a_header_from_the_future_to_the_nanosecond() {
    let (trusted, mut reader) = scene(&four());
    let next = block(20, &four(), &four());
    let time = next.trusted().time;
    reader.now = Timestamp(time.0 - 10_000_000_000 + 1);
    reader.open(&next.standard(&trusted)).unwrap();
    reader.now = Timestamp(time.0 - 10_000_000_000);
    let refusal = Refusal::FromFuture {
        before: time,
        actual: time,
    };
    refused(&reader, &trusted, &next, &refusal);
    // As evidence it counts.
    let trust = Trust {
        zone: &reader.zone,
        header: &reader.trusted,
        params: &reader.params,
    };
    let untrusted = next.standard(&trusted).open().unwrap();
    verify_evidence(
        &reader.crypto,
        &trust,
        &reader.cache,
        &untrusted,
        reader.now,
    )
    .unwrap();
    // But evidence, too, is verified from a header that is still trusted.
    let now = trusted
        .trusted()
        .time
        .plus(reader.params.trusting_period)
        .unwrap();
    verify_evidence(&reader.crypto, &trust, &reader.cache, &untrusted, now).unwrap_err();
}

#[test]
fn a_time_that_is_not_later() {
    let (trusted, reader) = scene(&four());
    let after = trusted.trusted().time;
    for back in [0, 1] {
        let mut early = header(20, &four(), &four());
        early.time = (trusted.header.time - std::time::Duration::from_nanos(back)).unwrap();
        let early = signed_by(early, &four(), &four(), |_| true);
        let actual = Timestamp(after.0 - back);
        refused(
            &reader,
            &trusted,
            &early,
            &Refusal::TimeNotLater { after, actual },
        );
    }
}

#[test]
fn a_height_that_is_not_higher() {
    let (trusted, reader) = scene(&four());
    for height in [10, 9] {
        let mut low = header(height, &four(), &four());
        low.time = zone::at(zone::block_time(11), 0);
        let low = signed_by(low, &four(), &four(), |_| true);
        let refusal = Refusal::HeightNotHigher {
            above: Height(10),
            actual: Height(height),
        };
        refused(&reader, &trusted, &low, &refusal);
    }
}

#[test]
fn trust_levels_out_of_range() {
    let (trusted, mut reader) = scene(&four());
    let form = block(20, &four(), &four()).standard(&trusted);
    for (numerator, denominator) in [(0, 1), (1, 4), (333, 1000), (u64::MAX, u64::MAX)] {
        let actual = Ratio::new(numerator, denominator).unwrap();
        reader.params.trust_level = actual;
        assert_eq!(reader.open(&form), Err(Refusal::TrustLevel { actual }));
    }
}

#[test]
fn great_powers_and_great_levels_do_not_overflow() {
    let seats = Seats::equal(3, ValidatorSet::MAX_TOTAL / 3);
    let (trusted, mut reader) = scene(&seats);
    reader.params.trust_level = Ratio::new(u64::MAX / 3, u64::MAX / 2).unwrap();
    let next = block(20, &seats, &seats);
    reader.open(&next.standard(&trusted)).unwrap();
    reader.params.trusting_period = Seconds(u64::MAX);
    reader.open(&next.standard(&trusted)).unwrap_err();
    reader.params = zone::params();
    reader.params.clock_drift = Seconds(u64::MAX);
    reader.open(&next.standard(&trusted)).unwrap_err();
    reader.params = zone::params();
    reader.now = Timestamp(u64::MAX);
    assert!(matches!(
        reader.open(&next.standard(&trusted)),
        Err(Refusal::Expired { .. })
    ));
    // No height is above the greatest.
    let mut reader = Reader::trusting(&trusted, vec![seats.set()], 20);
    for height in [i64::MAX as u64, u64::MAX] {
        reader.trusted.height = Height(height);
        let form = changed(&next.standard(&trusted), |raw| {
            raw.trusted_height.as_mut().unwrap().revision_height = height;
        });
        assert_eq!(reader.open(&form), Err(Refusal::Field { field: "height" }));
    }
}

#[test]
fn an_app_hash_that_no_proof_can_end_in() {
    let (trusted, reader) = scene(&four());
    let mut odd = header(20, &four(), &four());
    odd.app_hash = tendermint::AppHash::try_from(vec![1; 20]).unwrap();
    let odd = signed_by(odd, &four(), &four(), |_| true);
    let verified = reader
        .open(&odd.compact(&trusted, &reader.cache.0, false).unwrap())
        .unwrap();
    assert_eq!(verified.to_trusted(), Err(Refusal::AppHash { actual: 20 }));
    let mut long = header(20, &four(), &four());
    long.app_hash = tendermint::AppHash::try_from(vec![1; 65]).unwrap();
    let long = signed_by(long, &four(), &four(), |_| true);
    let compact = long.compact(&trusted, &reader.cache.0, false);
    assert_eq!(compact, Err(Refusal::AppHash { actual: 65 }));
}

#[test]
fn two_headers_of_one_height_are_evidence_whatever_is_in_them() {
    let (trusted, reader) = scene(&four());
    let mut odd = header(20, &four(), &four());
    odd.next_validators_hash = tendermint::Hash::None;
    for bytes in [32, 20] {
        odd.app_hash = tendermint::AppHash::try_from(vec![1; bytes]).unwrap();
        let odd = signed_by(odd.clone(), &four(), &four(), |_| true);
        let verified = reader.open(&odd.standard(&trusted)).unwrap();
        assert!(verified.to_trusted().is_err(), "it is never stored");
        let evidence = verified.to_evidence().unwrap();
        assert_eq!(evidence.hash, tessera_header::header_hash(&odd.header));
        assert_eq!(evidence.next_validators_hash, Hash::ZERO);
        let root = if bytes == 32 {
            Hash([1; 32])
        } else {
            Hash::ZERO
        };
        assert_eq!(evidence.app_hash, root);
    }
}

#[test]
fn times_before_1970() {
    let (trusted, reader) = scene(&four());
    let mut old = header(20, &four(), &four());
    old.time = tendermint::Time::from_unix_timestamp(-1, 0).unwrap();
    let old = signed_by(old, &four(), &four(), |_| true);
    let what = "header time";
    refused(&reader, &trusted, &old, &Refusal::Time { what });
}

#[test]
fn an_anchor_needs_its_own_chain_s_validators_to_have_signed_it() {
    let crypto = Native::default();
    let seats = Seats::equal(6, 10);
    let header = header(10, &seats, &seats);
    let few = signed_by(header, &seats, &seats, |place| place < 4).standard_from(None);
    let refusal = Refusal::TooLittlePower {
        signed: 40,
        total: 60,
    };
    let anchored = |form: &Header, zone: &ZoneId| anchor(&crypto, zone, &form.open().unwrap());
    assert_eq!(anchored(&few, &zone::zone()), Err(refusal));
    let good = block(10, &seats, &seats).standard_from(None);
    let other = ZoneId::new("hub-8").unwrap();
    assert!(matches!(
        anchored(&good, &other),
        Err(Refusal::WrongChain { .. })
    ));
    let swapped = changed(&good, |raw| {
        raw.validator_set.as_mut().unwrap().validators[5].voting_power = 1;
    });
    assert!(matches!(
        anchored(&swapped, &zone::zone()),
        Err(Refusal::ValidatorsHash { .. })
    ));
    let trusted = block(5, &seats, &seats);
    let compact = block(10, &seats, &seats).compact(&trusted, &[seats.set()], false);
    let refusal = Refusal::Form {
        expected: "standard",
        actual: "compact",
    };
    assert_eq!(anchored(&compact.unwrap(), &zone::zone()), Err(refusal));
    assert!(Cache::default().cached().unwrap().is_empty());
}
