//! How high those climb who sign what they like, and that no honest chain is held up by the bound.
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
use tessera_view::{state::Block, Reads, Refusal};
use world::*;

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
    // 200 seconds since the newest, at a block a second, and one.
    let (most, blocks) = (Height(281), 201);
    for height in [282, u64::MAX / 2, u64::MAX - 1] {
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
        let height = height.max(292);
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
    let [one, two] = ["one", "two"].map(|seed| line(verified(50, at(281, seed)), vec![]));
    reader.report(one, two).unwrap();
    // As soon as the honest chain has passed it, it is admitted.
    reader.wait(2_000);
    reader.admit(histories.header(0, 282)).unwrap();
}

#[test]
fn forged_headers_of_one_moment_climb_as_high_as_time_allows_and_a_block_each() {
    let (_, mut reader) = honest();
    let above = |below: &TrustedHeader, blocks: u64, nanoseconds: u64| TrustedHeader {
        height: Height(below.height.0 + blocks),
        hash: Hash::sha256_of(&[below.hash.as_bytes(), b"forged"]),
        time: Timestamp(below.time.0 + nanoseconds),
        parent: below.hash,
        ..*below
    };
    // Ten blocks and a nanosecond each, as far as a drift of ten seconds would let one.
    let mut newest = reader.viewed().belief.latest;
    for _ in 0..1_000 {
        let below = reader.memory.header(1, newest).unwrap().unwrap().header;
        let _ = reader.advance(newest.0, above(&below, 10, 1));
        newest = reader.viewed().belief.latest;
    }
    assert_eq!(newest, Height(80), "each is refused");
    // All the time at once, up to the drift; then no more than neighbours.
    let below = reader.memory.header(1, newest).unwrap().unwrap().header;
    let high = above(&below, 210, 209 * SECOND);
    reader.advance(80, high).unwrap();
    let higher = reader.advance(290, above(&high, 2, 1));
    assert!(matches!(higher, Err(Refusal::TooHigh { .. })), "{higher:?}");
    reader.advance(290, above(&high, 1, 1)).unwrap();
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
    // Its clock was ten seconds ahead and stands still, a millisecond a block of two seconds: each next block passes, and
    // once time has caught up any that comes as long after as the clock was ahead, at the latest.
    let mut slow = reader.clone();
    let mut below = from;
    for _ in 0..5 {
        let header = next(&below, 1, 1_000_000);
        slow.advance(below.height.0, header).unwrap();
        below = header;
    }
    let early = slow.clone().advance(85, next(&below, 2, 1_000_000));
    assert!(matches!(early, Err(Refusal::TooHigh { .. })), "{early:?}");
    slow.advance(85, next(&below, 10, 10 * SECOND)).unwrap();
    assert_eq!(slow.standing().status, ZoneStatus::Active);
    // As fast as it may be, to the block.
    let fast = next(&from, 101, 100 * SECOND);
    reader.clone().advance(80, fast).unwrap();
    let faster = next(&from, 102, 100 * SECOND);
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
