//! What an owner's word puts in doubt, and what it confirms, at an admission and after it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_primitives::Height;
use tessera_view::{Event, Refusal};
use world::*;

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
    assert!(matches!(
        reader.root(63),
        Err(Refusal::UnknownHeader { .. })
    ));
}

/// A forged 63 is stored, and two forged neighbours name the true one; the owner has said so, and admitted the branch.
fn denied() -> (Histories, Reader) {
    let (histories, mut reader) = honest();
    reader
        .advance(60, forged(63, nothing(), "planted"))
        .unwrap();
    let twin = forged(64, histories.hash(0, 63), "twin");
    let pair = [histories.header(0, 64), twin].map(|top| line(verified(60, top), vec![]));
    let [a, b] = pair;
    reader.report(a, b).unwrap();
    assert_eq!(fork(&reader), (64, false), "it was stored, and counts");
    assert!(reader.root(63).is_ok());
    let parent = Some(histories.block(0, 63));
    let step = reader.admit_above(histories.header(0, 90), parent).unwrap();
    let (zone, height) = (zone(), Height(63));
    assert!(step.events.contains(&Event::HeaderDenied { zone, height }));
    assert_eq!(fork(&reader), (61, false));
    (histories, reader)
}

#[test]
fn what_an_owner_has_denied_never_counts_again_and_the_true_header_takes_its_place() {
    let (histories, mut reader) = denied();
    // Links need no power: anybody brings them.
    let named = || vec![histories.hash(0, 63)];
    reader.links(0, named(), named()).unwrap();
    assert_eq!(fork(&reader), (64, true));
    assert!(reader.root(63).is_err());
    reader.fill_by_hash(histories.header(0, 63)).unwrap();
    let root = reader.root(63).unwrap();
    assert_eq!(root.app_hash, histories.header(0, 63).app_hash);
}

#[test]
fn links_bring_nothing_back_that_an_owner_has_put_in_doubt() {
    let (histories, mut reader) = honest();
    for height in [63, 65] {
        let planted = forged(height, nothing(), "planted");
        reader.advance(60, planted).unwrap();
    }
    let twin = forged(70, histories.hash(0, 69), "twin");
    let [a, b] = [histories.header(0, 70), twin].map(|top| line(verified(60, top), vec![]));
    reader.report(a, b).unwrap();
    assert_eq!(fork(&reader), (70, true), "65 counts");
    let admitted = histories.header(0, 90);
    reader
        .admit_above(admitted, Some(histories.block(0, 63)))
        .unwrap();
    assert_eq!(fork(&reader), (61, false));
    reader
        .admit_above(admitted, Some(histories.block(0, 69)))
        .unwrap();
    // The owner's own word, but links that stop right there say nothing of 65.
    let named = || vec![histories.hash(0, 69)];
    let known = Height(61);
    let refusal = reader.links(0, named(), named());
    assert_eq!(refusal, Err(Refusal::NothingNew { known }));
    assert!(matches!(reader.root(65), Err(Refusal::NotAdmitted { .. })));
}

#[test]
fn an_owner_may_confirm_again_until_the_fork_is_exact() {
    let (mut histories, mut reader) = honest();
    let other = histories.fork(0, 70);
    reader.advance(60, histories.header(other, 80)).unwrap();
    let admitted = histories.header(other, 90);
    // By the rule of thumb: right below the height on record, which is not where the branches part.
    reader
        .admit_above(admitted, Some(histories.block(0, 60)))
        .unwrap();
    let below = |history| histories.hashes_down(history, 79, 11);
    let unconfirmed = reader.links(0, below(0), below(other));
    assert!(matches!(unconfirmed, Err(Refusal::Unconfirmed { .. })));
    reader.wait(1_000);
    reader.advance(90, histories.header(other, 120)).unwrap();
    let parent = Some(histories.block(0, 69));
    let refusals = [
        (histories.header(other, 120), parent),
        (histories.header(0, 90), parent),
        (admitted, None),
    ];
    for (header, parent) in refusals {
        let refusal = reader.admit_above(header, parent);
        assert_eq!(refusal, Err(Refusal::NotForked { zone: zone() }));
    }
    reader.admit_above(admitted, parent).unwrap();
    assert_eq!(fork(&reader), (61, false), "it takes the links, too");
    assert_eq!(reader.standing().latest, Height(120));
    let known = Height(61);
    let again = reader.admit_above(admitted, parent);
    assert_eq!(again, Err(Refusal::NothingNew { known }));
    reader.links(0, below(0), below(other)).unwrap();
    assert_eq!(fork(&reader), (70, true));
    reader.fill_by_hash(histories.header(0, 69)).unwrap();
    let known = Height(70);
    let late = reader.admit_above(admitted, Some(histories.block(0, 60)));
    assert_eq!(late, Err(Refusal::NothingNew { known }));
}
