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
use tessera_primitives::{Hash, Height, ZoneStatus};
use tessera_view::Refusal;
use world::*;

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
fn nothing_higher_is_shown_while_a_fork_is_open() {
    let (histories, mut reader) = honest();
    on_an_invented_parent(&mut reader);
    let shown = reader.viewed().open_fork().unwrap().shown;
    assert_eq!(shown, Height(80));
    // Time passes, and they would have the branch admitted above what nobody has reached: a later header below the fork,
    // and one as high as may be that is not later.
    reader.wait(1_500);
    let now = reader.now.time;
    let dated = |height, seed| TrustedHeader {
        time: now,
        ..forged(height, nothing(), seed)
    };
    let low = line(verified(60, dated(70, "low")), vec![]);
    for actual in [81, 82, 1_700].map(Height) {
        let high = line(verified(60, dated(actual.0, "high")), vec![]);
        let refusal = reader.report(low.clone(), high);
        assert_eq!(refusal, Err(Refusal::AboveShown { shown, actual }));
    }
    let (from, ahead) = (80, dated(1_600, "ahead"));
    assert!(reader.advance(from, ahead).is_err());
    // Shown lower it counts, and the honest chain has passed it all.
    let high = line(verified(60, dated(80, "high")), vec![]);
    reader.report(low, high).unwrap();
    assert_eq!(reader.viewed().open_fork().unwrap().shown, shown);
    reader.admit(histories.header(0, 100 + 150)).unwrap();
}
