//! Those who hold more than the trust level of a zone's power sign what they like over skipped heights: headers with
//! parents, ancestors and heights that they made up. What they may gain by it, and what not.
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
use tessera_primitives::{Hash, Height, Timestamp, ZoneStatus};
use tessera_view::{state::Block, Refusal};
use world::*;

/// A header that the honest chain does not have, on a parent that somebody named.
fn forged(height: u64, parent: Hash, seed: &str) -> TrustedHeader {
    TrustedHeader {
        hash: Hash::sha256_of(&[seed.as_bytes(), &height.to_be_bytes(), parent.as_bytes()]),
        parent,
        ..Histories::new().header(0, height)
    }
}

fn nothing() -> Hash {
    Hash::sha256(b"a block that never was")
}

/// The reader holds 50, 60 and 80 of the honest chain.
fn honest() -> (Histories, Reader) {
    let histories = Histories::new();
    let mut reader = Reader::new(&histories);
    reader.advance(50, histories.header(0, 60)).unwrap();
    reader.advance(60, histories.header(0, 80)).unwrap();
    (histories, reader)
}

/// Two headers at 75 that name a block which never was; and that block's header, with any root they like.
fn on_an_invented_parent(reader: &mut Reader) -> TrustedHeader {
    let invented = forged(74, nothing(), "invented");
    let pair = |seed| line(verified(60, forged(75, invented.hash, seed)), vec![]);
    reader.report(pair("one"), pair("two")).unwrap();
    invented
}

fn fork(reader: &Reader) -> (u64, bool) {
    let fork = reader.standing().fork.unwrap();
    (fork.height.0, fork.exact)
}

#[test]
fn a_parent_that_two_forged_headers_name_never_counts() {
    let (histories, mut reader) = honest();
    let invented = on_an_invented_parent(&mut reader);
    assert_eq!(fork(&reader), (75, true), "so they say");
    let unknown = Err(Refusal::NoKnownHash { height: Height(74) });
    assert_eq!(reader.fill_by_hash(invented), unknown);
    let mut late = reader.clone();
    late.wait(100_000);
    assert_eq!(late.fill_by_hash(invented), unknown, "nor after expiry");
    // The honest branch is admitted, by an owner who names its own header there, or one somewhere else, or none.
    for parent in [
        Some(histories.block(0, 74)),
        Some(histories.block(0, 60)),
        None,
    ] {
        let mut reader = reader.clone();
        reader.admit_above(histories.header(0, 90), parent).unwrap();
        assert_eq!(fork(&reader), (61, false), "{parent:?}");
        assert_eq!(reader.fill_by_hash(invented), unknown);
        let named = || vec![invented.hash];
        let (height, hash) = (Height(74), invented.hash);
        let unconfirmed = Err(Refusal::Unconfirmed { height, hash });
        assert_eq!(reader.links(0, named(), named()), unconfirmed);
        assert_eq!(reader.next_after(60), Some(90));
    }
}

#[test]
fn a_hash_that_nobody_signed_for_proves_no_fork() {
    let (histories, mut reader) = honest();
    let invented = forged(60, nothing(), "invented");
    let pair = |seed| line(verified(50, forged(61, invented.hash, seed)), vec![]);
    reader.report(pair("one"), pair("two")).unwrap();
    // They name another block than the one that is stored at 60: that one is in nobody's doubt but theirs.
    assert_eq!(fork(&reader), (61, false));
    assert!(reader.root(60).is_ok());
    let before = reader.clone();
    let refusal = reader.fill_by_hash(invented);
    assert!(matches!(refusal, Err(Refusal::NoKnownHash { .. })));
    assert_eq!(reader.memory, before.memory);
    assert_eq!(
        reader.root(60).unwrap().app_hash,
        histories.header(0, 60).app_hash
    );
}

#[test]
fn what_an_owner_denies_is_in_doubt_like_all_above_it() {
    let (histories, mut reader) = honest();
    let planted = forged(63, nothing(), "planted");
    reader.advance(60, planted).unwrap();
    on_an_invented_parent(&mut reader);
    let parent = Some(histories.block(0, 63));
    reader.admit_above(histories.header(0, 90), parent).unwrap();
    assert_eq!(fork(&reader), (61, false));
    assert!(reader.root(60).is_ok());
    assert!(matches!(reader.root(63), Err(Refusal::NotAdmitted { .. })));
}

#[test]
fn a_header_by_its_hash_must_name_the_stored_one_right_below_it() {
    let (histories, mut reader) = honest();
    reader
        .advance(60, forged(68, nothing(), "planted"))
        .unwrap();
    let other = forged(70, histories.hash(0, 69), "other");
    let pair = [histories.header(0, 70), other].map(|top| line(verified(60, top), vec![]));
    let [a, b] = pair;
    reader.report(a, b).unwrap();
    let confirmed = Some(histories.block(0, 69));
    reader
        .admit_above(histories.header(0, 90), confirmed)
        .unwrap();
    let (height, stored) = (Height(69), Height(68));
    let refusal = reader.fill_by_hash(histories.header(0, 69));
    assert_eq!(refusal, Err(Refusal::Contradicted { height, stored }));
}

#[test]
fn made_up_ancestors_take_nothing_from_what_is_stored() {
    let (histories, reader) = honest();
    let ancestors = |seed: &str| -> Vec<Hash> {
        (1..75)
            .rev()
            .map(|height| forged(height, nothing(), seed).hash)
            .collect()
    };
    // They part at 70, so they say; or never meet; or meet in "no header", below the first.
    for (one, other, meet) in [("one", "one", 74), ("one", "two", 0), ("one", "two", 1)] {
        let mut reader = reader.clone();
        let (mut a, mut b) = (ancestors(one), ancestors(other));
        if meet == 1 {
            a.truncate(74);
            b.truncate(74);
            a.push(Hash::ZERO);
            b.push(Hash::ZERO);
        }
        let tops = [forged(75, a[0], "left"), forged(75, b[0], "right")];
        let [left, right] = tops.map(|top| verified(60, top));
        reader
            .report(line(left, a[1..].to_vec()), line(right, b[1..].to_vec()))
            .unwrap();
        assert_eq!(fork(&reader), (61, false), "{meet}");
        // And once more without a signature.
        let again = reader.links(0, a, b);
        assert_eq!(again, Err(Refusal::NothingNew { known: Height(61) }));
        assert!(reader.root(60).is_ok() && reader.root(50).is_ok());
    }
    // One of the two is true, the other leads around what is stored: it parts from the first where they say.
    let mut reader = reader;
    let a = line(
        verified(50, histories.header(0, 75)),
        histories.hashes_down(0, 73, 30),
    );
    let theirs = ancestors("one");
    let b = line(
        verified(50, forged(75, theirs[0], "left")),
        theirs[1..30].to_vec(),
    );
    reader.report(a, b).unwrap();
    assert_eq!(fork(&reader), (61, false));
}

#[test]
fn no_line_speaks_against_the_header_that_it_was_verified_from() {
    let (histories, mut reader) = honest();
    let [a, b] = ["one", "two"].map(|seed| forged(81, Hash::sha256(seed.as_bytes()), seed));
    reader
        .report(line(verified(80, a), vec![]), line(verified(80, b), vec![]))
        .unwrap();
    assert_eq!(fork(&reader), (81, false), "their parents differ at 80");
    assert_eq!(
        reader.root(80).unwrap().app_hash,
        histories.header(0, 80).app_hash
    );
}

#[test]
fn a_neighbour_that_names_another_parent_is_a_fork() {
    let (histories, reader) = honest();
    let cases = [
        // Above a stored header: one of the two is forged, and nobody can tell which.
        (50, forged(61, nothing(), "above"), 51),
        // The same, by those who were to follow it: it is what they were trusted by.
        (60, forged(61, nothing(), "above"), 61),
        (80, forged(81, nothing(), "newest"), 81),
        (60, forged(81, nothing(), "newest"), 61),
        // Below a stored header, which names another.
        (60, forged(79, nothing(), "below"), 61),
    ];
    for (from, header, height) in cases {
        let mut reader = reader.clone();
        reader.advance(from, header).unwrap();
        assert_eq!(fork(&reader), (height, false), "{from} {}", header.height);
        assert_eq!(reader.heights(), [50, 60, 80]);
    }
    let mut reader = reader;
    for (from, height) in [(50, 59), (60, 61), (60, 79), (80, 81), (81, 82)] {
        reader.advance(from, histories.header(0, height)).unwrap();
    }
    assert_eq!(reader.standing().status, ZoneStatus::Active);
}

#[test]
fn no_height_is_out_of_reach() {
    let (histories, mut reader) = honest();
    let high = forged(80, nothing(), "high");
    let at = |height: u64, seed: &str| TrustedHeader {
        height: Height(height),
        hash: Hash::sha256(seed.as_bytes()),
        time: reader.now.time,
        ..high
    };
    // 200 seconds since the newest, and ten of drift, at a block a second.
    let (most, blocks) = (Height(290), 210);
    for height in [291, u64::MAX / 2, u64::MAX - 1] {
        let actual = Height(height);
        let refusal = Refusal::TooHigh {
            most,
            blocks,
            actual,
        };
        // From the oldest header on, which was trusted for longest.
        assert_eq!(
            reader.clone().advance(50, at(height, "one")),
            Err(refusal.clone())
        );
        let [one, two] = ["one", "two"].map(|seed| line(verified(50, at(height, seed)), vec![]));
        assert_eq!(reader.clone().report(one, two), Err(refusal));
        // Evidence may be dated into the future, and gains nothing by it but the drift.
        let height = height.max(301);
        let [one, two] = ["one", "two"].map(|seed| {
            let time = Timestamp(u64::MAX);
            line(
                verified(
                    50,
                    TrustedHeader {
                        time,
                        ..at(height, seed)
                    },
                ),
                vec![],
            )
        });
        let refusal = reader.clone().report(one, two);
        assert!(matches!(refusal, Err(Refusal::TooHigh { .. })));
    }
    let [one, two] = ["one", "two"].map(|seed| line(verified(50, at(290, seed)), vec![]));
    reader.report(one, two).unwrap();
    // As soon as the honest chain has passed it, it is admitted.
    reader.wait(2_000);
    reader.admit(histories.header(0, 291)).unwrap();
}

#[test]
fn an_honest_chain_is_not_held_up_by_the_pace_that_it_may_have() {
    let (histories, reader) = honest();
    let from = histories.header(0, 80);
    let next = |below: &TrustedHeader, blocks: u64, nanoseconds: u64| TrustedHeader {
        height: Height(below.height.0 + blocks),
        hash: Hash::sha256_of(&[below.hash.as_bytes(), &blocks.to_be_bytes()]),
        time: Timestamp(below.time.0 + nanoseconds),
        parent: if blocks == 1 { below.hash } else { nothing() },
        ..*below
    };
    // It stood for a week, and its clock jumped when it went on.
    let mut halted = reader.clone();
    halted.now.time.0 += 7 * 86_400 * SECOND;
    let mut params = params();
    params.trusting_period.0 = 1_000_000;
    params.unbonding_period.0 = 2_000_000;
    let mut week = Reader::with(&histories, params);
    week.now = halted.now;
    let first = next(&histories.header(0, 50), 1, 1_000_000);
    week.advance(50, first).unwrap();
    week.advance(51, next(&first, 1, 7 * 86_400 * SECOND))
        .unwrap();
    // Its clock was ahead and stands still, a millisecond a block: each next block passes, and as many as the drift is.
    let mut slow = reader.clone();
    let mut below = from;
    for _ in 0..50 {
        let header = next(&below, 1, 1_000_000);
        slow.advance(below.height.0, header).unwrap();
        let skipping = next(&header, 10, 10_000_000);
        slow.advance(header.height.0, skipping).unwrap();
        below = skipping;
    }
    assert_eq!(slow.standing().status, ZoneStatus::Active);
    // As fast as it may be, to the block.
    let fast = next(&from, 110, 100 * SECOND);
    reader.clone().advance(80, fast).unwrap();
    let faster = next(&from, 111, 100 * SECOND);
    let refusal = reader.clone().advance(80, faster);
    assert!(
        matches!(refusal, Err(Refusal::TooHigh { .. })),
        "{refusal:?}"
    );
}

#[test]
fn a_forged_newest_header_does_not_hide_behind_the_pace() {
    let (histories, mut reader) = honest();
    // Dated as late as it may be, so that the true chain's newer headers come too soon after it.
    let time = Timestamp(reader.now.time.0 + 10 * SECOND);
    let planted = TrustedHeader {
        time,
        ..forged(82, nothing(), "planted")
    };
    reader.advance(80, planted).unwrap();
    reader.wait(11);
    let mut ahead = histories.header(0, 101);
    ahead.time = reader.now.time;
    let held = reader.advance(80, ahead);
    assert!(matches!(held, Err(Refusal::TooHigh { .. })), "{held:?}");
    // But the true header at its height is shown at any time.
    reader.advance(80, histories.header(0, 82)).unwrap();
    assert_eq!(fork(&reader), (81, false));
    assert!(reader.root(80).is_ok());
    let told = Block {
        height: Height(81),
        hash: nothing(),
    };
    assert_ne!(reader.viewed().zone.fork.unwrap().below(), Some(told));
}
