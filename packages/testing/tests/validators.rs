//! Validators that change, fall silent and sign, read by the light client that real relayers use and by
//! `tessera_header`, in both forms of header.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod reading;

use reading::{follow, light_client, third, zone_with};
use tendermint_light_client_verifier::Verdict;
use tessera_primitives::Height;
use tessera_testing::{generators::validator_sets, Validators, Zone, ZoneError};

#[test]
fn validators_change_two_blocks_after_they_are_asked_for() {
    let (old, new) = (
        Validators::equal("old", 4, 1).unwrap(),
        Validators::equal("new", 5, 1).unwrap(),
    );
    let one = old.replacing(2, "fresh").unwrap();
    let mut zone = zone_with(old.clone());
    zone.next_block().unwrap();
    zone.change_validators(one.clone());
    zone.next_block().unwrap();
    zone.change_validators(new.clone());
    zone.produce(4).unwrap();
    let hashes = |height| {
        let header = zone
            .block(Height(height))
            .unwrap()
            .signed_header
            .header
            .clone();
        (header.validators_hash, header.next_validators_hash)
    };
    assert_eq!(hashes(2), (old.hash(), old.hash()));
    assert_eq!(hashes(3), (old.hash(), one.hash()));
    assert_eq!(hashes(4), (one.hash(), new.hash()));
    assert_eq!(hashes(5), (new.hash(), new.hash()));
    let light = |height| zone.light_block(Height(height)).unwrap();
    for height in 1..6 {
        assert_eq!(
            light_client(&light(height), &light(height + 1)),
            Verdict::Success
        );
    }
    assert_eq!(
        light_client(&light(1), &light(4)),
        Verdict::Success,
        "three of four are left"
    );
    assert!(matches!(
        light_client(&light(1), &light(5)),
        Verdict::NotEnoughTrust(_)
    ));
}

#[test]
fn both_forms_of_header_lead_our_light_client_to_the_same_place() {
    let mut zone = zone_with(Validators::with_powers("v", (1..=100).rev()).unwrap());
    zone.produce(10).unwrap();
    let changed = zone.validators().replacing(50, "fresh").unwrap();
    zone.change_validators(changed);
    zone.produce(10).unwrap();
    let path = [(1, 2), (2, 10), (10, 12), (12, 13), (13, 20)];
    let standard = path.map(|(trusted, height)| {
        zone.standard_header(Height(height), Height(trusted))
            .unwrap()
    });
    let sets = [1, 13].map(|height| zone.block(Height(height)).unwrap().validators.clone());
    let compact = path.map(|(trusted, height)| {
        zone.compact_header(Height(height), Height(trusted), third(), &sets, false)
            .unwrap()
    });
    let cached = sets.iter().map(|set| set.known().unwrap()).collect();
    let by_standard = follow(&zone, Height(1), &standard, Vec::new());
    let by_compact = follow(&zone, Height(1), &compact, cached);
    assert_eq!(by_standard, by_compact);
    assert_eq!(by_compact.hash, zone.block(Height(20)).unwrap().hash);
}

#[test]
fn silent_validators_do_not_stop_a_zone_until_they_are_a_third() {
    let mut zone = zone_with(Validators::equal("v", 7, 1).unwrap());
    let addresses: Vec<_> = zone
        .validators()
        .members()
        .iter()
        .map(tessera_testing::Validator::address)
        .collect();
    zone.silence(addresses[..2].to_vec());
    zone.produce(2).unwrap();
    let light = |zone: &Zone, height| zone.light_block(Height(height)).unwrap();
    assert_eq!(
        light_client(&light(&zone, 1), &light(&zone, 2)),
        Verdict::Success
    );
    let absent = light(&zone, 1).signed_header.commit.signatures;
    assert_eq!(absent.iter().filter(|vote| vote.is_absent()).count(), 2);
    zone.silence(addresses[..3].to_vec());
    let before = zone.height();
    let refused = zone.next_block().unwrap_err();
    assert_eq!(
        refused,
        ZoneError::NoQuorum {
            signing: 4,
            total: 7
        }
    );
    assert_eq!(zone.height(), before);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(20))]

    /// Any set of validators signs headers that both light clients believe, in both forms.
    #[test]
    fn any_set_signs(validators in validator_sets("any", 1..120)) {
        let mut zone = zone_with(validators);
        zone.produce(3).unwrap();
        let light = |height| zone.light_block(Height(height)).unwrap();
        assert_eq!(light_client(&light(1), &light(3)), Verdict::Success);
        let compact = zone.compact_header(Height(3), Height(1), third(), &[], true).unwrap();
        let standard = zone.standard_header(Height(3), Height(1)).unwrap();
        let [compact, standard] =
            [compact, standard].map(|header| follow(&zone, Height(1), &[header], Vec::new()));
        assert_eq!(compact, standard);
    }
}
