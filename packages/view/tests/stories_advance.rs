//! Registering, funding and advancing a view: as whoever may, and as whoever should not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_primitives::{canonical, Amount, Hash, Height, Ratio, Seconds, Timestamp, ZoneStatus};
use tessera_view::{
    input::Shown,
    key,
    state::{Belief, Params},
    Effect, Event, Input, Reads, Refusal, Write,
};
use world::*;

#[test]
fn a_registered_zone_is_active_at_the_header_that_the_owner_vouched_for() {
    let histories = Histories::new();
    let reader = Reader::new(&histories);
    let standing = reader.standing();
    assert_eq!(standing.status, ZoneStatus::Active);
    assert_eq!((standing.latest, standing.branch), (Height(50), 0));
    assert_eq!(standing.fork, None);
    let root = reader.root(50).unwrap();
    assert_eq!(root.app_hash, histories.header(0, 50).app_hash);
    assert_eq!(
        root.state_height,
        Height(49),
        "the app hash is of the block below"
    );
}

#[test]
fn parameters_out_of_bounds_are_refused_each_by_its_name() {
    let histories = Histories::new();
    let header = histories.header(0, 50);
    let off = |change: fn(&mut Params)| {
        let mut params = params();
        change(&mut params);
        params
    };
    let cases = [
        (
            off(|p| p.trusting_period = p.unbonding_period),
            "trusting_period",
        ),
        (off(|p| p.trusting_period = Seconds(0)), "trusting_period"),
        (
            off(|p| p.unbonding_period = Seconds(u64::MAX)),
            "unbonding_period",
        ),
        (off(|p| p.clock_drift = Seconds(0)), "clock_drift"),
        (off(|p| p.clock_drift = Seconds(3_601)), "clock_drift"),
        (off(|p| p.min_block_interval = 0), "min_block_interval"),
        (off(|p| p.min_block_interval = 60_001), "min_block_interval"),
        (off(|p| p.k = 0), "k"),
        (off(|p| p.k = 1_025), "k"),
        (off(|p| p.refresh_interval = Seconds(0)), "refresh_interval"),
        (
            off(|p| p.refresh_interval = Seconds(2_001)),
            "refresh_interval",
        ),
        (off(|p| p.close_delay = Seconds(0)), "close_delay"),
        (off(|p| p.close_delay = Seconds(31_536_001)), "close_delay"),
    ];
    for (params, name) in cases {
        let mut reader = Reader::new(&histories);
        match reader.register(&id("west-1"), header, params) {
            Err(Refusal::Parameter { what, .. }) => assert_eq!(what, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    let level = Ratio::new(333_333, 1_000_000).unwrap();
    let mut reader = Reader::new(&histories);
    let too_low = Params {
        trust_level: level,
        ..params()
    };
    assert_eq!(
        reader.register(&id("west-1"), header, too_low),
        Err(Refusal::TrustLevel { actual: level })
    );
    for k in [1, 1_024] {
        let bound = Params { k, ..params() };
        assert!(Reader::new(&histories)
            .register(&id("west-1"), header, bound)
            .is_ok());
    }
}

#[test]
fn a_zone_is_registered_once_under_one_id() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    let taken = Refusal::IdTaken {
        id: zone(),
        zone: zone(),
    };
    assert_eq!(
        reader.register(&zone(), histories.header(0, 60), params()),
        Err(taken)
    );
}

#[test]
fn a_trusted_header_must_be_inside_its_trusting_period_and_not_from_the_future() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    // Now is the time of header 100; ten seconds of drift reach header 101, and not beyond.
    let early = reader.register(&id("a-1"), histories.header(0, 102), params());
    assert!(
        matches!(early, Err(Refusal::FromFuture { .. })),
        "{early:?}"
    );
    reader
        .register(&id("a-1"), histories.header(0, 101), params())
        .unwrap();
    // 2,000 seconds before the time of header 300 is the time of header 100: expired to the second.
    reader.wait(2_000);
    let late = reader.register(&id("b-1"), histories.header(0, 100), params());
    assert!(matches!(late, Err(Refusal::Expired { .. })), "{late:?}");
    reader
        .register(&id("b-1"), histories.header(0, 101), params())
        .unwrap();
}

#[test]
fn a_newer_header_becomes_the_latest_and_enters_the_digest() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    let before = reader.viewed().belief;
    let header = histories.header(0, 60);
    reader.advance(50, header).unwrap();
    let after = reader.viewed().belief;
    assert_eq!((after.latest, after.hash), (Height(60), header.hash));
    assert_eq!(after.accepted, before.accepted + 1);
    let fields = [
        before.acceptance_digest.as_bytes(),
        &60u64.to_be_bytes(),
        header.hash.as_bytes(),
    ]
    .concat();
    let digest = canonical::hash_bytes("tessera/view/v1", &fields);
    assert_eq!(after.acceptance_digest, digest);
}

#[test]
fn an_advance_writes_a_header_and_the_belief_and_nothing_else() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    let step = reader.advance(50, histories.header(0, 60)).unwrap();
    assert!(
        matches!(
            step.writes[..],
            [Write::Header { .. }, Write::Belief { .. }]
        ),
        "storage is the cost: {:?}",
        step.writes
    );
}

#[test]
fn an_older_header_fills_a_hole_and_the_latest_stays() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    reader.advance(50, histories.header(0, 70)).unwrap();
    reader.advance(50, histories.header(0, 60)).unwrap();
    assert_eq!(reader.heights(), [50, 60, 70]);
    assert_eq!(reader.standing().latest, Height(70));
    assert_eq!(reader.root(50).unwrap().next, Some(Height(60)));
    assert_eq!(reader.next_after(60), Some(70));
    assert_eq!(reader.next_after(70), None);
}

#[test]
fn a_header_that_is_stored_already_changes_nothing_and_does_not_fail() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    reader.fund(1_000);
    reader.advance(50, histories.header(0, 60)).unwrap();
    reader.wait(1_000);
    let before = reader.memory.clone();
    let step = reader.advance(50, histories.header(0, 60)).unwrap();
    assert_eq!(reader.memory, before);
    assert_eq!(step.effects, [], "nobody is paid twice for one header");
    assert!(matches!(step.events[..], [Event::HeaderKnown { .. }]));
}

#[test]
fn a_header_verifies_forward_from_a_stored_header_inside_its_trusting_period() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    reader.advance(50, histories.header(0, 70)).unwrap();
    let from_nowhere = reader.advance(65, histories.header(0, 80));
    assert!(matches!(from_nowhere, Err(Refusal::UnknownHeader { .. })));
    let backwards = reader.advance(70, histories.header(0, 60));
    assert!(matches!(backwards, Err(Refusal::NotHigher { .. })));
    // Header 50 is 500 seconds older than now; it expires when it is 2,000 seconds old.
    reader.wait(1_500);
    let expired = reader.advance(50, histories.header(0, 60));
    assert!(matches!(expired, Err(Refusal::Expired { .. })));
    reader.advance(70, histories.header(0, 80)).unwrap();
}

#[test]
fn an_expired_view_says_so_and_takes_nothing() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    reader.wait(1_499);
    assert_eq!(reader.standing().status, ZoneStatus::Active);
    reader.wait(1);
    assert_eq!(reader.standing().status, ZoneStatus::Expired);
    let late = reader.advance(50, histories.header(0, 60));
    assert!(matches!(late, Err(Refusal::Expired { .. })));
    // What was verified stays: its state was that state.
    assert!(reader.root(50).is_ok());
}

#[test]
fn an_unknown_zone_is_refused_by_every_verb() {
    let histories = Histories::new();
    let reader = Reader::new(&histories);
    let unknown = id("nowhere-1");
    let header = histories.header(0, 60);
    let inputs = [
        Input::Fund {
            zone: unknown.clone(),
            amount: Amount(1),
        },
        Input::Advance {
            zone: unknown.clone(),
            header: verified(50, header),
            caller: address("relayer"),
        },
        Input::AdmitBranch {
            zone: unknown.clone(),
            chain_id: unknown.clone(),
            anchor: anchor(header),
            parent: None,
        },
        Input::Renew {
            zone: unknown.clone(),
            chain_id: unknown.clone(),
            anchor: anchor(header),
        },
        Input::CloseZone {
            zone: unknown.clone(),
        },
        Input::Prune {
            zone: unknown.clone(),
            limit: 1,
        },
    ];
    for input in inputs {
        let refusal = reader.try_run(input).unwrap_err();
        assert_eq!(
            refusal,
            Refusal::UnknownZone {
                zone: unknown.clone()
            }
        );
    }
}

#[test]
fn the_reserve_pays_once_in_a_refresh_interval_and_keeps_the_bounty_back() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    reader.fund(108);
    let pay = |amount| {
        vec![Effect::Pay {
            to: address("relayer"),
            amount: Amount(amount),
        }]
    };
    let step = reader.advance(50, histories.header(0, 60)).unwrap();
    assert_eq!(step.effects, pay(5));
    let step = reader.advance(60, histories.header(0, 61)).unwrap();
    assert_eq!(step.effects, [], "too soon");
    reader.wait(299);
    let step = reader.advance(61, histories.header(0, 62)).unwrap();
    assert_eq!(step.effects, [], "one second too soon");
    reader.wait(1);
    let step = reader.advance(50, histories.header(0, 55)).unwrap();
    assert_eq!(step.effects, [], "a hole is filled for its own sake");
    let step = reader.advance(62, histories.header(0, 63)).unwrap();
    assert_eq!(step.effects, pay(3), "what is left above the bounty");
    reader.wait(300);
    let step = reader.advance(63, histories.header(0, 64)).unwrap();
    assert_eq!(step.effects, [], "the bounty is not for advancing");
    assert_eq!(reader.viewed().zone.reserve, Amount(100));
}

#[test]
fn nothing_is_no_fund_and_too_much_overflows() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    let fund = |amount| Input::Fund {
        zone: zone(),
        amount: Amount(amount),
    };
    assert_eq!(reader.run(fund(0)), Err(Refusal::NoFunds));
    reader.run(fund(u128::MAX)).unwrap();
    assert!(matches!(reader.run(fund(1)), Err(Refusal::Overflow(_))));
    assert_eq!(reader.viewed().zone.reserve, Amount(u128::MAX));
}

#[test]
fn the_newest_two_validator_sets_are_kept_and_hole_fills_keep_none() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    let keeping = |from, height, seed| {
        let set = validators(seed);
        advance(Shown {
            keep: Some((set.hash(), set)),
            ..verified(from, histories.header(0, height))
        })
    };
    let hashes =
        |seeds: &[u8]| -> Vec<Hash> { seeds.iter().map(|seed| validators(*seed).hash()).collect() };
    assert_eq!(reader.viewed().zone.sets.hashes(), hashes(&[1]));
    reader.run(keeping(50, 60, 2)).unwrap();
    assert_eq!(reader.viewed().zone.sets.hashes(), hashes(&[1, 2]));
    reader.run(keeping(50, 55, 9)).unwrap();
    assert_eq!(
        reader.viewed().zone.sets.hashes(),
        hashes(&[1, 2]),
        "a hole"
    );
    let step = reader.run(keeping(60, 61, 2)).unwrap();
    assert_eq!(step.writes.len(), 2, "kept already");
    reader.run(keeping(61, 62, 3)).unwrap();
    assert_eq!(reader.viewed().zone.sets.hashes(), hashes(&[3, 2]));
    reader.run(keeping(62, 63, 4)).unwrap();
    assert_eq!(reader.viewed().zone.sets.hashes(), hashes(&[3, 4]));
    for (slot, seed) in [(0, 3), (1, 4)] {
        assert_eq!(
            reader.memory.validator_set(1, slot).unwrap(),
            Some(validators(seed))
        );
    }
}

#[test]
fn the_provable_value_is_101_bytes_at_the_documented_places() {
    let belief = Belief {
        latest: Height(0x0102),
        hash: Hash([0xaa; 32]),
        status: ZoneStatus::Forked,
        branch: 3,
        fork: Height(0x0405),
        first_report: Height(0x0607),
        acceptance_digest: Hash([0xbb; 32]),
        accepted: 0x0809,
    };
    let bytes = canonical::encode(&belief);
    let expected = [
        &[0, 0, 0, 0, 0, 0, 1, 2][..],
        &[0xaa; 32],
        &[2],
        &[0, 0, 0, 3],
        &[0, 0, 0, 0, 0, 0, 4, 5],
        &[0, 0, 0, 0, 0, 0, 6, 7],
        &[0xbb; 32],
        &[0, 0, 0, 0, 0, 0, 8, 9],
    ]
    .concat();
    assert_eq!((bytes.len(), &bytes), (101, &expected));
    assert_eq!(
        canonical::decode::<Belief>("belief", &bytes).unwrap(),
        belief
    );
    assert_eq!(key::view(&zone()), b"view/east-1");
}

#[test]
fn pruning_drops_what_expired_from_the_lowest_and_keeps_the_newest() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    for height in 51..=60 {
        reader.advance(50, histories.header(0, height)).unwrap();
    }
    assert_eq!(reader.prune(100), Err(Refusal::NothingToPrune));
    reader.wait(1_500 + 50);
    // Headers 50 to 55 are 2,000 seconds old now, or more.
    reader.prune(4).unwrap();
    assert_eq!(reader.heights(), (54..=60).collect::<Vec<_>>());
    reader.prune(100).unwrap();
    assert_eq!(reader.heights(), (56..=60).collect::<Vec<_>>());
    reader.wait(10_000);
    reader.prune(100).unwrap();
    assert_eq!(reader.heights(), [60]);
    assert_eq!(reader.prune(1), Err(Refusal::NothingToPrune));
    for limit in [0, 101] {
        assert!(matches!(
            reader.prune(limit),
            Err(Refusal::Parameter { .. })
        ));
    }
    assert_eq!(
        reader.viewed().belief.accepted,
        11,
        "what was believed is not unsaid"
    );
}

#[test]
fn times_beyond_the_range_are_refused_and_nothing_panics() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    let mut header = histories.header(0, 60);
    header.time = Timestamp(u64::MAX);
    let ahead = reader.advance(50, header);
    assert!(
        matches!(ahead, Err(Refusal::FromFuture { .. })),
        "{ahead:?}"
    );
    let ahead = reader.register(&id("a-1"), header, params());
    assert!(
        matches!(ahead, Err(Refusal::FromFuture { .. })),
        "{ahead:?}"
    );
    reader.now.time = Timestamp(u64::MAX);
    let late = reader.advance(50, header);
    assert!(matches!(late, Err(Refusal::Overflow(_))), "{late:?}");
}
