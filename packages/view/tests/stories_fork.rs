//! Forks: proven, found lower, found exact; branches admitted; views renewed and closed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_primitives::{Amount, Fork, Hash, Height, Timestamp, ZoneStatus};
use tessera_view::{
    input::{Grounds, Shown},
    Effect, Event, Reads, Refusal,
};
use world::*;

#[test]
fn an_advance_onto_a_contradiction_succeeds_as_a_report() {
    let (histories, mut reader) = forked_at_70();
    let step = reader.advance(60, histories.header(1, 80)).unwrap();
    let bounty = Effect::Pay {
        to: address("relayer"),
        amount: Amount(100),
    };
    assert_eq!(step.effects, [bounty]);
    assert!(matches!(step.events[..], [Event::ForkReported { .. }]));
    let standing = reader.standing();
    assert_eq!(standing.status, ZoneStatus::Forked);
    let expected = Fork {
        branch: 0,
        height: Height(61),
        exact: false,
        first_report: Height(1_000),
    };
    assert_eq!(
        standing.fork,
        Some(expected),
        "one above the newest stored below"
    );
    // What was stored at that height is in doubt, and is not overwritten.
    assert_eq!(reader.heights(), [50, 60, 80]);
    assert_eq!(
        reader.memory.header(1, Height(80)).unwrap().unwrap().header,
        histories.header(0, 80)
    );
    assert!(matches!(reader.root(80), Err(Refusal::NotAdmitted { .. })));
    assert!(reader.root(60).is_ok(), "a common prefix stays good");
    assert_eq!(reader.root(60).unwrap().next, None);
    assert_eq!(reader.next_after(50), Some(60));
}

#[test]
fn a_pair_with_one_parent_is_an_exact_fork() {
    let (histories, mut reader) = forked_at_70();
    let pair = |history| line(verified(60, histories.header(history, 70)), vec![]);
    reader.report(pair(0), pair(1)).unwrap();
    assert_eq!(fork(&reader), (70, true));
}

#[test]
fn the_header_below_an_exact_fork_is_stored_by_its_hash_alone_once_an_owner_has_confirmed_it() {
    let (histories, mut reader) = forked_at_70();
    let pair = |history| line(verified(60, histories.header(history, 70)), vec![]);
    reader.report(pair(0), pair(1)).unwrap();
    // While the fork is open, only its signers say that there is such a header.
    let open = reader.fill_by_hash(histories.header(0, 69));
    assert_eq!(open, Err(Refusal::NoKnownHash { height: Height(69) }));
    let confirmed = Some(histories.block(1, 69));
    let mut silent = reader.clone();
    let step = reader.admit_above(histories.header(1, 90), confirmed);
    assert!(matches!(
        step.unwrap().events[..],
        [Event::BranchAdmitted {
            fork: Height(70),
            exact: true,
            ..
        }]
    ));
    let mut forged = histories.header(0, 69);
    forged.hash = Hash::sha256(b"forged");
    let wrong = reader.fill_by_hash(forged);
    assert!(matches!(wrong, Err(Refusal::WrongHash { .. })), "{wrong:?}");
    let elsewhere = reader.fill_by_hash(histories.header(0, 68));
    assert!(matches!(elsewhere, Err(Refusal::NoKnownHash { .. })));
    // A hash does not vouch for a time from the future.
    let mut ahead = histories.header(0, 69);
    ahead.time = Timestamp(reader.now.time.0 + 11 * SECOND);
    let ahead = reader.fill_by_hash(ahead);
    assert!(matches!(ahead, Err(Refusal::FromFuture { .. })));
    // Whenever it comes: a hash does not expire.
    for seconds in [0, 50_000] {
        let mut reader = reader.clone();
        reader.wait(seconds);
        reader.fill_by_hash(histories.header(0, 69)).unwrap();
        let root = reader.root(69).unwrap();
        assert_eq!((root.branch, root.next), (0, Some(Height(90))));
        assert_eq!(reader.standing().latest, Height(90));
    }
    // An owner who names none confirms none.
    silent.admit(histories.header(1, 90)).unwrap();
    assert_eq!(fork(&silent), (61, false));
    let unknown = silent.fill_by_hash(histories.header(0, 69));
    assert!(matches!(unknown, Err(Refusal::NoKnownHash { .. })));
}

#[test]
fn a_fork_right_above_a_stored_header_stays_exact_without_a_word() {
    let (histories, mut reader) = forked_at_70();
    let mut histories = histories;
    let other = histories.fork(0, 61);
    let pair = |history| line(verified(50, histories.header(history, 61)), vec![]);
    reader.report(pair(0), pair(other)).unwrap();
    reader.admit(histories.header(0, 90)).unwrap();
    assert_eq!(fork(&reader), (61, true));
}

#[test]
fn while_forked_nothing_fills_a_hole_by_signatures() {
    let (histories, mut reader) = forked_at_70();
    reader.advance(60, histories.header(1, 80)).unwrap();
    for (from, height) in [(50, 55), (60, 65), (60, 75), (80, 90)] {
        let refusal = reader.advance(from, histories.header(0, height));
        let expected = Refusal::Forked {
            zone: zone(),
            fork: Height(61),
            height: Height(height),
        };
        assert_eq!(refusal, Err(expected));
    }
}

#[test]
fn headers_of_one_chain_are_no_pair() {
    let (histories, mut reader) = forked_at_70();
    let top =
        |from, history, height| line(verified(from, histories.header(history, height)), vec![]);
    let refusal = reader.report(top(50, 0, 70), top(60, 0, 75));
    let (a, b) = (Height(70), Height(75));
    assert_eq!(refusal, Err(Refusal::NoConflict { a, b }));
    let same = reader.report(top(50, 1, 70), top(60, 1, 70));
    assert!(matches!(same, Err(Refusal::NoConflict { .. })));
    // Two histories, but heights and times in order: it takes both headers of one height.
    let apart = reader.report(top(60, 0, 70), top(60, 1, 75));
    assert!(matches!(apart, Err(Refusal::NoConflict { .. })));
    assert_eq!(reader.standing().status, ZoneStatus::Active);
}

#[test]
fn a_later_header_with_a_time_not_later_is_a_fork() {
    let mut histories = Histories::new();
    let slow = histories.fork_skewed(0, 70, -(100 * PACE as i64 * SECOND as i64 / 10));
    let mut reader = Reader::new(&histories);
    reader.advance(50, histories.header(0, 60)).unwrap();
    reader.advance(60, histories.header(0, 80)).unwrap();
    // Header 85 of the slow history bears the time of header 75.
    assert!(histories.header(slow, 85).time < histories.header(0, 80).time);
    reader.advance(60, histories.header(slow, 85)).unwrap();
    assert_eq!(reader.standing().status, ZoneStatus::Forked);
    assert_eq!(fork(&reader), (61, false));
    assert_eq!(reader.heights(), [50, 60, 80]);
}

#[test]
fn a_hole_fill_must_have_its_time_between_its_neighbours() {
    let mut histories = Histories::new();
    let fast = histories.fork_skewed(0, 70, 10 * PACE as i64 * SECOND as i64);
    let mut reader = Reader::new(&histories);
    reader.advance(50, histories.header(0, 60)).unwrap();
    reader.advance(60, histories.header(0, 80)).unwrap();
    assert!(histories.header(fast, 75).time > histories.header(0, 80).time);
    reader.advance(60, histories.header(fast, 75)).unwrap();
    assert_eq!(fork(&reader), (61, false));
    assert_eq!(reader.heights(), [50, 60, 80], "evidence is not stored");
}

#[test]
fn links_make_a_known_pair_exact_and_cost_no_signature() {
    let (histories, mut reader) = forked_at_70();
    reader.advance(60, histories.header(1, 80)).unwrap();
    let below = |history, count| histories.hashes_down(history, 79, count);
    // Not far enough: nothing new. Exactly far enough: the fork and its parent.
    let short = reader.links(0, below(0, 10), below(1, 10));
    assert_eq!(short, Err(Refusal::NothingNew { known: Height(61) }));
    let step = reader.links(0, below(0, 11), below(1, 11)).unwrap();
    assert_eq!(step.effects, [], "one bounty a branch");
    assert_eq!(fork(&reader), (70, true));
    let again = reader.links(0, below(0, 11), below(1, 11));
    assert_eq!(again, Err(Refusal::NothingNew { known: Height(70) }));
}

#[test]
fn links_make_a_pair_exact_after_a_branch_was_admitted_too_where_its_owner_named_the_parent() {
    let (histories, mut reader) = forked_at_70();
    reader.advance(60, histories.header(1, 80)).unwrap();
    let below = |history| histories.hashes_down(history, 79, 11);
    let mut silent = reader.clone();
    let confirmed = histories.block(1, 69);
    reader
        .admit_above(histories.header(1, 90), Some(confirmed))
        .unwrap();
    reader.wait(100_000);
    reader.links(0, below(0), below(1)).unwrap();
    assert_eq!(fork(&reader), (70, true));
    reader.fill_by_hash(histories.header(0, 69)).unwrap();
    assert!(reader.root(69).is_ok());
    assert!(matches!(reader.root(80), Err(Refusal::NotAdmitted { .. })));
    silent.admit(histories.header(1, 90)).unwrap();
    let (height, hash) = (confirmed.height, confirmed.hash);
    let unconfirmed = Err(Refusal::Unconfirmed { height, hash });
    assert_eq!(silent.links(0, below(0), below(1)), unconfirmed);
}

#[test]
fn the_same_pair_with_links_in_one_message_is_exact_at_once() {
    let (histories, mut reader) = forked_at_70();
    let below = |history| histories.hashes_down(history, 78, 10);
    let ours = line(stored(histories.header(0, 80)), below(0));
    let theirs = line(verified(60, histories.header(1, 80)), below(1));
    reader.report(ours, theirs).unwrap();
    assert_eq!(fork(&reader), (70, true));
}

#[test]
fn once_a_fork_is_known_only_a_lower_pair_counts() {
    let (histories, mut reader) = forked_at_70();
    let mut histories = histories;
    let lower = histories.fork(0, 55);
    let pair = |a: usize, b: usize, from, height| {
        (
            line(verified(from, histories.header(a, height)), vec![]),
            line(verified(from, histories.header(b, height)), vec![]),
        )
    };
    let (a, b) = pair(0, 1, 60, 70);
    reader.report(a, b).unwrap();
    assert_eq!(fork(&reader), (70, true));
    let first_report = reader.standing().fork.unwrap().first_report;
    reader.wait(10);
    let known = Height(70);
    let (a, b) = pair(0, 1, 60, 70);
    assert_eq!(reader.report(a, b), Err(Refusal::NothingNew { known }));
    let (a, b) = pair(0, 1, 60, 75);
    let actual = Height(74);
    assert_eq!(
        reader.report(a, b),
        Err(Refusal::NotLower { known, actual })
    );
    // Lower: another bounty is not paid, and the first report stays.
    let (a, b) = pair(0, lower, 50, 55);
    let step = reader.report(a, b).unwrap();
    assert_eq!(step.effects, []);
    assert_eq!(fork(&reader), (55, true));
    assert_eq!(reader.standing().fork.unwrap().first_report, first_report);
    assert!(matches!(reader.root(60), Err(Refusal::NotAdmitted { .. })));
    assert!(reader.root(50).is_ok());
}

#[test]
fn later_blocks_without_links_do_not_make_an_exact_fork_inexact_again() {
    let (mut histories, mut reader) = forked_at_70();
    let third = histories.fork(1, 75);
    let pair = |a: usize, b: usize, height| {
        let top = |history| line(verified(60, histories.header(history, height)), vec![]);
        (top(a), top(b))
    };
    let (a, b) = pair(0, 1, 70);
    reader.report(a, b).unwrap();
    for (a, b, height) in [(0, 1, 75), (0, 1, 79), (1, third, 75), (1, third, 78)] {
        let (a, b) = pair(a, b, height);
        let refusal = reader.report(a, b).unwrap_err();
        assert!(matches!(refusal, Refusal::NotLower { .. }), "{refusal:?}");
    }
    assert_eq!(fork(&reader), (70, true));
}

#[test]
fn a_pair_that_differs_lower_for_certain_counts_and_its_links_raise_it_no_higher() {
    let (mut histories, mut reader) = forked_at_70();
    let third = histories.fork(0, 66);
    let top = |history, height| verified(60, histories.header(history, height));
    reader
        .report(line(top(0, 70), vec![]), line(top(1, 70), vec![]))
        .unwrap();
    assert_eq!(fork(&reader), (70, true));
    // 68 differs, and so do the parents: certain at 67, where nothing else is known.
    reader
        .report(line(top(0, 68), vec![]), line(top(third, 68), vec![]))
        .unwrap();
    assert_eq!(fork(&reader), (61, false));
    let below = |history| histories.hashes_down(history, 67, 3);
    reader.links(0, below(0), below(third)).unwrap();
    assert_eq!(fork(&reader), (66, true));
}

#[test]
fn evidence_stands_on_stored_headers_only() {
    let (histories, mut reader) = forked_at_70();
    let pair = |a: Shown, b: Shown| (line(a, vec![]), line(b, vec![]));
    let theirs = verified(60, histories.header(1, 80));
    // Claimed to be stored, and is not, or is another.
    for forged in [histories.header(0, 75), histories.header(1, 80)] {
        let mut reader = reader.clone();
        let (a, b) = pair(stored(forged), verified(60, histories.header(0, 75)));
        let refusal = reader.report(a, b).unwrap_err();
        assert!(
            matches!(
                refusal,
                Refusal::UnknownHeader { .. } | Refusal::NotTrusted { .. }
            ),
            "{refusal:?}"
        );
    }
    // Claimed to be known by its hash.
    let by_hash = Shown {
        grounds: Grounds::Hash,
        ..theirs.clone()
    };
    let (a, b) = pair(stored(histories.header(0, 80)), by_hash);
    let refusal = reader.report(a, b);
    assert!(matches!(refusal, Err(Refusal::NoKnownHash { .. })));
    // Claimed to be stored, in an advance: a report without a signature.
    let forged = Shown {
        grounds: Grounds::Stored,
        ..theirs
    };
    let refusal = reader.run(advance(forged));
    assert!(matches!(refusal, Err(Refusal::NotTrusted { .. })));
    // Verified from an expired header.
    reader.wait(1_600);
    let (a, b) = pair(
        verified(60, histories.header(0, 75)),
        verified(60, histories.header(1, 75)),
    );
    assert!(matches!(reader.report(a, b), Err(Refusal::Expired { .. })));
}

#[test]
fn the_bounty_is_what_the_reserve_has() {
    let mut histories = Histories::new();
    histories.fork(0, 70);
    let mut reader = Reader::new(&histories);
    reader.fund(40);
    let pair = |history| line(verified(50, histories.header(history, 70)), vec![]);
    let step = reader.report(pair(0), pair(1)).unwrap();
    let bounty = Effect::Pay {
        to: address("watcher"),
        amount: Amount(40),
    };
    assert_eq!(step.effects, [bounty]);
    assert_eq!(reader.viewed().zone.reserve, Amount(0));
}

#[test]
fn forked_outranks_expired_and_cannot_be_renewed_away() {
    let (histories, mut reader) = forked_at_70();
    reader.advance(60, histories.header(1, 80)).unwrap();
    reader.wait(10_000);
    assert_eq!(reader.standing().status, ZoneStatus::Forked);
    let refusal = reader.renew("east-1", histories.header(0, 1_050));
    assert!(matches!(refusal, Err(Refusal::Forked { .. })));
    let refusal = reader.renew("east-2", histories.header(0, 1_050));
    assert!(matches!(refusal, Err(Refusal::Forked { .. })));
}

#[test]
fn an_admitted_branch_inherits_above_everything_that_was_shown() {
    let (histories, mut reader) = forked_at_70();
    let none = reader.admit(histories.header(0, 90));
    assert_eq!(none, Err(Refusal::NotForked { zone: zone() }));
    // Evidence was shown up to 85; 80 is stored.
    let pair = |history| line(verified(60, histories.header(history, 85)), vec![]);
    reader.report(pair(0), pair(1)).unwrap();
    let low = reader.admit(histories.header(1, 85));
    let (above, actual) = (Height(85), Height(85));
    assert_eq!(low, Err(Refusal::NotHigher { above, actual }));
    reader.admit(histories.header(1, 86)).unwrap();
    let standing = reader.standing();
    assert_eq!(standing.status, ZoneStatus::Active);
    assert_eq!((standing.branch, standing.latest), (1, Height(86)));
    assert_eq!(
        standing.fork.unwrap().height,
        Height(81),
        "the fork stays known"
    );
    assert_eq!(reader.root(86).unwrap().branch, 1);
    assert_eq!(reader.root(80).unwrap().branch, 0, "below the fork");
    assert_eq!(reader.next_after(80), Some(86));
}

#[test]
fn between_the_fork_and_the_admitted_header_nothing_is_ever_filled() {
    let (histories, mut reader) = forked_at_70();
    reader.advance(60, histories.header(1, 80)).unwrap();
    reader.admit(histories.header(1, 90)).unwrap();
    assert_eq!(
        reader.next_after(60),
        Some(90),
        "80 does not count any more"
    );
    for (from, height) in [(60, 65), (60, 75), (80, 85), (50, 55), (60, 95)] {
        for history in [0, 1] {
            let refusal = reader.advance(from, histories.header(history, height));
            assert!(
                matches!(refusal, Err(Refusal::NotTrusted { .. })),
                "{height}: {refusal:?}"
            );
        }
    }
    // Nor does evidence from below count: the owner has spoken.
    let pair = |history| line(verified(50, histories.header(history, 70)), vec![]);
    let refusal = reader.report(pair(0), pair(1));
    assert!(matches!(refusal, Err(Refusal::NotTrusted { .. })));
    reader.advance(90, histories.header(1, 95)).unwrap();
    assert_eq!(reader.root(95).unwrap().branch, 1);
}

#[test]
fn an_admitted_branch_may_fork_again_and_earns_another_bounty() {
    let (mut histories, mut reader) = forked_at_70();
    let second = histories.fork(1, 95);
    reader.advance(60, histories.header(1, 80)).unwrap();
    reader.admit(histories.header(1, 90)).unwrap();
    reader.advance(90, histories.header(1, 93)).unwrap();
    reader.wait(7);
    let pair = |history| line(verified(90, histories.header(history, 96)), vec![]);
    let step = reader.report(pair(1), pair(second)).unwrap();
    assert_eq!(step.effects.len(), 1, "one bounty a branch number");
    let standing = reader.standing();
    assert_eq!(standing.status, ZoneStatus::Forked);
    assert_eq!(standing.fork.unwrap().height, Height(61), "the lowest");
    let told = |reader: &Reader| {
        let fork = reader.standing().branch_fork.unwrap();
        (fork.branch, fork.height.0, fork.exact, fork.first_report.0)
    };
    assert_eq!(told(&reader), (1, 94, false, 1_007));
    assert_eq!(standing.fork.unwrap().first_report, Height(1_000));
    assert!(reader.root(93).is_ok() && reader.root(90).is_ok());
    // Links find it exact; the branch's own number says which fork is meant.
    let below = |history| histories.hashes_down(history, 95, 3);
    let wrong = reader.links(2, below(1), below(second));
    assert_eq!(wrong, Err(Refusal::UnknownFork { branch: 2 }));
    reader.links(1, below(1), below(second)).unwrap();
    let confirmed = Some(histories.block(second, 94));
    reader
        .admit_above(histories.header(second, 97), confirmed)
        .unwrap();
    assert_eq!(reader.standing().branch, 2);
    assert_eq!(told(&reader), (1, 95, true, 1_007), "it stays known");
    reader.fill_by_hash(histories.header(1, 94)).unwrap();
    // What both of the second fork's branches have counts on, between what does not.
    assert_eq!(reader.root(94).unwrap().branch, 1);
    assert!(matches!(reader.root(80), Err(Refusal::NotAdmitted { .. })));
    let steps = [(60, 90), (80, 90), (90, 93), (93, 94), (94, 97)];
    for (height, next) in steps {
        assert_eq!(reader.next_after(height), Some(next), "after {height}");
    }
    assert_eq!(reader.next_after(97), None);
}

#[test]
fn a_fork_on_an_admitted_branch_never_reaches_below_the_header_that_admitted_it() {
    let (mut histories, mut reader) = forked_at_70();
    let other = histories.fork(0, 65);
    reader.advance(60, histories.header(1, 80)).unwrap();
    reader.admit(histories.header(1, 90)).unwrap();
    // Both verify from 90, but their histories parted long below it.
    let pair = |history| {
        let below = histories.hashes_down(history, 90, 30);
        line(verified(90, histories.header(history, 92)), below)
    };
    reader.report(pair(1), pair(other)).unwrap();
    let record = reader.viewed().zone.branch_fork.unwrap();
    assert_eq!(record.height(), Height(91));
    assert_eq!(record.bound.parent, None);
    assert!(reader.root(90).is_ok(), "it was the owner's word");
    assert!(reader.root(60).is_ok(), "the common prefix is not touched");
    assert_eq!(fork(&reader), (61, false));
}
