//! Algorithm 1: views of one chain connect, views of two are told apart, lists merge in any order.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use proptest::prelude::*;
use tessera_primitives::{Bytes, Hash, Height, ZoneId};
use tessera_view::{
    view::{connect, extend, generate, Connection, ViewProof},
    View, ViewList,
};

fn zone() -> ZoneId {
    ZoneId::new("east-1").unwrap()
}

fn proof() -> ViewProof {
    ViewProof {
        newest: Bytes(Vec::new()),
        links: Vec::new(),
    }
}

/// The hash of the header at a height, on a chain that leaves the others at `fork`.
fn hash(height: u64, fork: u64, branch: u8) -> Hash {
    let branch = if height >= fork { branch } else { 0 };
    Hash::sha256(&[&height.to_be_bytes()[..], &[branch]].concat())
}

fn chain(length: u64, fork: u64, branch: u8) -> Vec<Hash> {
    (1..=length)
        .map(|height| hash(height, fork, branch))
        .collect()
}

fn view(length: u64, k: usize) -> View {
    generate(zone(), &chain(length, u64::MAX, 0), k, proof()).unwrap()
}

#[test]
fn the_digest_folds_what_is_older_than_the_window() {
    let headers = chain(5, u64::MAX, 0);
    let view = generate(zone(), &headers, 3, proof()).unwrap();
    let first = Hash::sha256_of(&[&[0; 32], headers[0].as_bytes()]);
    let second = Hash::sha256_of(&[first.as_bytes(), headers[1].as_bytes()]);
    assert_eq!(view.digest, second);
    assert_eq!(view.recent, headers[2..]);
    assert_eq!(view.height, Height(5));
}

#[test]
fn a_chain_shorter_than_the_window_has_no_digest_yet() {
    let view = view(3, 64);
    assert_eq!((view.digest, view.recent.len()), (Hash::ZERO, 3));
    assert_eq!(generate(zone(), &[], 64, proof()), None);
    assert_eq!(generate(zone(), &chain(3, 9, 0), 0, proof()), None);
}

#[test]
fn a_gap_names_exactly_the_heights_that_are_missing() {
    let (old, new) = (view(10, 4), view(20, 4));
    let (first, last) = (Height(11), Height(16));
    assert_eq!(connect(&old, &new, &[]), Connection::Gap { first, last });
    let between = &chain(20, u64::MAX, 0)[10..16];
    assert_eq!(connect(&old, &new, between), Connection::Extends);
}

#[test]
fn pulled_headers_of_another_chain_do_not_close_a_gap() {
    let (old, new) = (view(10, 4), view(20, 4));
    let forged = &chain(20, 12, 1)[9..16];
    assert_eq!(connect(&old, &new, forged), Connection::BadView);
}

#[test]
fn windows_that_only_touch_blame_nobody_before_they_are_compared() {
    let old = view(10, 4);
    // A true fork at height 9, shown by a window that starts right above ours.
    let headers = chain(14, 9, 1);
    let new = generate(zone(), &headers, 4, proof()).unwrap();
    let (first, last) = (Height(10), Height(10));
    assert_eq!(connect(&old, &new, &[]), Connection::Gap { first, last });
    let conflict = Connection::Conflict {
        height: Height(10),
        ours: hash(10, 99, 0),
        theirs: hash(10, 9, 1),
    };
    assert_eq!(connect(&old, &new, &headers[9..10]), conflict);
}

#[test]
fn a_wrong_digest_under_agreeing_windows_is_a_bad_view_and_no_fork() {
    let old = view(10, 4);
    let forged = View {
        digest: Hash::sha256(b"forged"),
        ..view(12, 4)
    };
    assert_eq!(connect(&old, &forged, &[]), Connection::BadView);
    let forged = View {
        digest: Hash::sha256(b"forged"),
        ..view(10, 4)
    };
    assert_eq!(connect(&old, &forged, &[]), Connection::BadView);
}

#[test]
fn what_cannot_come_from_the_algorithm_is_a_bad_view() {
    let old = view(10, 4);
    let empty = View {
        recent: Vec::new(),
        ..view(12, 4)
    };
    let too_long = View {
        height: Height(3),
        ..view(12, 4)
    };
    let with_digest = View {
        digest: Hash::sha256(b"older than the first header"),
        ..view(4, 4)
    };
    let other = View {
        zone: ZoneId::new("west-1").unwrap(),
        ..view(12, 4)
    };
    for bad in [empty, too_long, with_digest, other] {
        assert_eq!(connect(&old, &bad, &[]), Connection::BadView);
    }
}

prop_compose! {
    /// Any two views of one chain.
    fn two_views()(old in 1u64..60, new in 1u64..60, k_old in 1usize..20, k_new in 1usize..20)
        -> (View, View) {
        (view(old, k_old), view(new, k_new))
    }
}

prop_compose! {
    fn any_view()(zone in 0u8..3, length in 1u64..12, fork in 1u64..12, branch in 0u8..3, k in 1usize..6)
        -> View {
        let id = ZoneId::new(format!("zone-{}", zone + 1)).unwrap();
        generate(id, &chain(length, fork, branch), k, proof()).unwrap()
    }
}

fn list(views: Vec<View>) -> ViewList {
    let mut list = ViewList::default();
    for view in views {
        list.insert(view);
    }
    list
}

fn merged(a: &ViewList, b: &ViewList) -> ViewList {
    let mut merged = a.clone();
    merged.merge(b);
    merged
}

proptest! {
    #[test]
    fn extending_is_generating(length in 1u64..60, split in 1u64..60, k in 1usize..20) {
        let split = split.min(length) as usize;
        let headers = chain(length, u64::MAX, 0);
        let old = generate(zone(), &headers[..split], k, proof()).unwrap();
        let new = extend(&old, &headers[split..], k, proof()).unwrap();
        prop_assert_eq!(new, generate(zone(), &headers, k, proof()).unwrap());
    }

    #[test]
    fn views_of_one_chain_extend_one_another_or_are_stale_or_leave_a_gap((old, new) in two_views()) {
        match connect(&old, &new, &[]) {
            Connection::Extends => prop_assert!(new.height > old.height),
            Connection::Stale => prop_assert!(new.height <= old.height),
            Connection::Gap { first, last } => {
                let start = new.height.0 - new.recent.len() as u64;
                prop_assert_eq!((first.0, last.0), (old.height.0 + 1, start));
                let between = &chain(60, u64::MAX, 0)[first.0 as usize - 1..last.0 as usize];
                prop_assert_eq!(connect(&old, &new, between), Connection::Extends);
            }
            wrong => prop_assert!(false, "{wrong:?}"),
        }
    }

    #[test]
    fn a_fork_inside_both_windows_is_a_conflict_at_the_lowest_height_that_both_show(
        old in 2u64..60, new in 2u64..60, k in 1usize..20, fork in 1u64..60,
    ) {
        let ours = view(old, k);
        let theirs = generate(zone(), &chain(new, fork, 1), k, proof()).unwrap();
        let starts = (old.max(k as u64) - k as u64).max(new.max(k as u64) - k as u64);
        let expected = (fork.max(starts + 1)..=old.min(new)).next();
        match (connect(&ours, &theirs, &[]), expected) {
            (Connection::Conflict { height, ours, theirs }, Some(expected)) => {
                prop_assert_eq!(height.0, expected);
                prop_assert_eq!((ours, theirs), (hash(expected, 99, 0), hash(expected, fork, 1)));
            }
            (Connection::Conflict { .. }, None) => prop_assert!(false, "no height is shown by both"),
            (other, expected) => prop_assert_eq!(expected, None, "{:?}", other),
        }
    }

    #[test]
    fn a_view_of_another_history_never_extends(
        old in 2u64..60, more in 1u64..20, k in 1usize..20, fork in 1u64..60,
    ) {
        let fork = fork.min(old);
        let theirs = generate(zone(), &chain(old + more, fork, 1), k, proof()).unwrap();
        prop_assert_ne!(connect(&view(old, k), &theirs, &[]), Connection::Extends);
    }

    #[test]
    fn lists_merge_in_any_order_and_any_number_of_times(
        a in prop::collection::vec(any_view(), 0..6),
        b in prop::collection::vec(any_view(), 0..6),
        c in prop::collection::vec(any_view(), 0..6),
    ) {
        let (a, b, c) = (list(a), list(b), list(c));
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&a, &a), a.clone());
        let all = merged(&a, &b);
        prop_assert!(!all.clone().merge(&a), "merged already");
        for view in a.views() {
            prop_assert!(all.get(&view.zone).unwrap().height >= view.height);
        }
    }
}
