//! Views renewed, upgraded, closed and pruned.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_header::TrustedHeader;
use tessera_primitives::{Amount, Hash, Height, Timestamp, ZoneStatus};
use tessera_view::{Event, Input, Refusal};
use world::*;

#[test]
fn a_renewed_zone_is_trusted_from_the_new_header_and_known_by_both_ids() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    let early = reader.renew("east-1", histories.header(0, 60));
    assert!(matches!(early, Err(Refusal::NothingToRenew { .. })));
    reader.wait(10_000);
    let lower = reader.renew("east-1", histories.header(0, 50));
    assert!(matches!(lower, Err(Refusal::NotHigher { .. })));
    let expired = reader.renew("east-1", histories.header(0, 900));
    assert!(matches!(expired, Err(Refusal::Expired { .. })));
    reader.renew("east-1", histories.header(0, 1_000)).unwrap();
    assert_eq!(reader.standing().status, ZoneStatus::Active);
    // An upgrade does not wait for expiry.
    for wrong in ["west-2", "east", "east-0"] {
        let refusal = reader.renew(wrong, histories.header(0, 1_010));
        assert!(
            matches!(refusal, Err(Refusal::NotARevision { .. })),
            "{wrong}"
        );
    }
    reader.renew("east-4", histories.header(0, 1_010)).unwrap();
    assert_eq!(reader.viewed().zone.chain_id, id("east-4"));
    let back = reader.renew("east-3", histories.header(0, 1_020));
    assert!(matches!(back, Err(Refusal::NotARevision { .. })));
    let by_new = tessera_view::find(&reader.memory, &id("east-4")).unwrap();
    assert_eq!(by_new, reader.viewed());
    let taken = reader.register(&id("east-4"), histories.header(0, 1_020), params());
    let expected = Refusal::IdTaken {
        id: id("east-4"),
        zone: zone(),
    };
    assert_eq!(taken, Err(expected));
    // Old headers are of the old chain id: nothing is verified from them.
    let old = reader.advance(1_000, histories.header(0, 1_005));
    assert!(matches!(old, Err(Refusal::NotTrusted { .. })));
    assert!(reader.root(50).is_ok());
}

#[test]
fn no_upgrade_looks_like_a_fork() {
    let (histories, reader) = forked_at_70();
    let first = |height| TrustedHeader {
        parent: Hash::ZERO,
        ..histories.header(0, height)
    };
    let pair = |histories: &Histories, height: u64| {
        let below = histories.header(0, height - 1);
        (
            line(stored(below), vec![]),
            line(stored(first(height)), vec![]),
        )
    };
    // A new revision's first block names no parent: beside the one below it, it would be a fork.
    let mut upgraded = reader.clone();
    let (height, below) = (Height(81), Height(80));
    let refusal = upgraded.renew("east-2", first(81));
    let stored = below;
    assert_eq!(refusal, Err(Refusal::Contradicted { height, stored }));
    upgraded.renew("east-2", histories.header(0, 82)).unwrap();
    let (a, b) = pair(&histories, 82);
    assert!(upgraded.report(a, b).is_err());
    assert_eq!(upgraded.standing().status, ZoneStatus::Active);
    // Nor where a fork was open: the branch that is admitted may have the new id already.
    let mut forked = reader;
    forked.advance(60, histories.header(1, 80)).unwrap();
    let back = forked.admit_as(id("west-2"), first(81), None);
    assert!(matches!(back, Err(Refusal::NotARevision { .. })));
    forked.admit_as(id("east-2"), first(81), None).unwrap();
    let by_new = tessera_view::find(&forked.memory, &id("east-2")).unwrap();
    assert_eq!(by_new.zone.chain_id, id("east-2"));
    let (a, b) = pair(&histories, 81);
    assert!(forked.report(a, b).is_err());
    let next = forked.renew("east-3", first(82));
    assert!(matches!(next, Err(Refusal::Contradicted { .. })));
    assert_eq!(forked.standing().status, ZoneStatus::Active);
}

#[test]
fn a_renewal_cannot_take_another_zones_id() {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    reader
        .register(&id("east-2"), histories.header(0, 60), params())
        .unwrap();
    let refusal = reader.renew("east-2", histories.header(0, 70));
    let expected = Refusal::IdTaken {
        id: id("east-2"),
        zone: id("east-2"),
    };
    assert_eq!(refusal, Err(expected));
}

#[test]
fn a_closed_zone_is_final_at_the_highest_header_verified_by_then() {
    let (histories, mut reader) = forked_at_70();
    reader.close().unwrap();
    let again = reader.close();
    assert!(matches!(again, Err(Refusal::ClosingAlready { .. })));
    // Half of the time relayers can bring its last headers; until the announced moment it is what it was.
    reader.wait(299);
    reader.advance(80, histories.header(0, 85)).unwrap();
    reader.wait(300);
    assert_eq!(reader.standing().status, ZoneStatus::Active);
    assert_eq!(reader.standing().closing.unwrap().last, None);
    reader.wait(1);
    let standing = reader.standing();
    assert_eq!(standing.status, ZoneStatus::Closed);
    assert_eq!(standing.closing.unwrap().last, Some(Height(85)));
    let refusals = [
        reader.advance(85, histories.header(0, 86)).unwrap_err(),
        reader.advance(60, histories.header(1, 80)).unwrap_err(),
        reader.admit(histories.header(1, 200)).unwrap_err(),
        reader
            .renew("east-2", histories.header(0, 150))
            .unwrap_err(),
        reader
            .run(Input::Fund {
                zone: zone(),
                amount: Amount(1),
            })
            .unwrap_err(),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Refusal::Closed { .. }), "{refusal:?}");
    }
    // The provable key learns of it from whoever prunes, once.
    assert_eq!(reader.viewed().belief.status, ZoneStatus::Active);
    let step = reader.prune(1).unwrap();
    let last = Height(85);
    assert_eq!(step.events, [Event::Closed { zone: zone(), last }]);
    assert_eq!(reader.viewed().belief.status, ZoneStatus::Closed);
    assert_eq!(reader.prune(1), Err(Refusal::NothingToPrune));
    reader.wait(100_000);
    reader.prune(100).unwrap();
    assert_eq!(reader.heights(), [85]);
    assert!(
        reader.root(85).is_ok(),
        "its state stands for every later height"
    );
}

#[test]
fn what_comes_late_to_a_closing_zone_and_nobody_could_answer_is_refused() {
    let (histories, mut reader) = forked_at_70();
    let at = |reader: &Reader, seconds: u64| Timestamp(reader.now.time.0 + seconds * SECOND);
    let (no_headers, no_evidence) = (at(&reader, 300), at(&reader, 450));
    let ending = |until| {
        let zone = zone();
        Err(Refusal::Ending { zone, until })
    };
    reader.close().unwrap();
    reader.wait(299);
    // Forged, in the last moment: a newest header, or one in a hole, with whatever roots they like.
    reader.advance(60, histories.header(1, 75)).unwrap();
    assert_eq!(reader.standing().status, ZoneStatus::Active);
    reader.wait(1);
    for (from, height) in [(80, 85), (60, 65)] {
        let late = reader.advance(from, histories.header(0, height));
        assert_eq!(late, ending(no_headers), "{height}");
    }
    // There is time to contradict it, and after that to admit a branch.
    reader.wait(149);
    let mut late = reader.clone();
    reader.advance(60, histories.header(0, 75)).unwrap();
    assert_eq!(fork(&reader), (61, false));
    late.wait(1);
    let pair = |history| line(verified(60, histories.header(history, 75)), vec![]);
    assert_eq!(late.report(pair(0), pair(1)), ending(no_evidence));
    let contradiction = late.advance(60, histories.header(0, 75));
    assert_eq!(contradiction, ending(no_evidence));
    late.advance(60, histories.header(1, 75)).unwrap();
    reader.wait(150);
    let parent = Some(histories.block(0, 69));
    reader
        .admit_above(histories.header(0, 140), parent)
        .unwrap();
    let below = |history| histories.hashes_down(history, 74, 6);
    reader.links(0, below(0), below(1)).unwrap();
    reader.fill_by_hash(histories.header(0, 69)).unwrap();
    reader.wait(1);
    let standing = reader.standing();
    assert_eq!(standing.closing.unwrap().last, Some(Height(140)));
    assert_eq!(
        standing.closing.unwrap().at,
        at(&reader, 0),
        "held up by nobody"
    );
}

#[test]
fn a_zone_that_closes_while_forked_ends_below_the_fork() {
    let (histories, mut reader) = forked_at_70();
    reader.close().unwrap();
    reader.advance(60, histories.header(1, 80)).unwrap();
    reader.wait(600);
    let standing = reader.standing();
    assert_eq!(
        standing.status,
        ZoneStatus::Closed,
        "closed outranks forked"
    );
    assert_eq!(standing.closing.unwrap().last, Some(Height(60)));
    reader.wait(100_000);
    reader.prune(100).unwrap();
    assert_eq!(
        reader.heights(),
        [60, 80],
        "the last good one, and the newest"
    );
    assert!(reader.root(60).is_ok());
}

#[test]
fn pruning_keeps_the_last_header_before_a_fork() {
    let (histories, mut reader) = forked_at_70();
    reader.advance(60, histories.header(1, 80)).unwrap();
    reader.admit(histories.header(1, 90)).unwrap();
    reader.wait(5_000);
    reader.prune(100).unwrap();
    assert_eq!(reader.heights(), [60, 90]);
    assert!(reader.root(60).is_ok());
}
