//! Two histories of one zone: what is compared, who is told, and what is forgotten.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod support;

use support::*;
use tessera_planner::{Alarm, End, Entry, Observation, Policy};
use tessera_primitives::{Hash, Height, Seconds};

const OURS: Hash = Hash([7; 32]);
const THEIRS: Hash = Hash([8; 32]);

fn reports(relayer: &Relayer) -> Vec<String> {
    let said = relayer.said().into_iter();
    said.filter(|duty| duty.starts_with("report_fork"))
        .collect()
}

#[test]
fn a_header_that_a_view_shows_ahead_of_our_node_is_compared_once_ours_gets_there() {
    for (ours, expected) in [(OURS, vec!["report_fork on a: b at 10"]), (THEIRS, vec![])] {
        let mut relayer = Relayer::new();
        relayer.blocks(3, vec![shown("b", 10, THEIRS)], vec![]);
        assert!(!relayer.knowledge.claims(&zone("b")).contains(&Height(10)));
        relayer.blocks(10, vec![], vec![]);
        assert!(relayer.knowledge.claims(&zone("b")).contains(&Height(10)));
        relayer.absorb(header("b", 10, Some(ours)));
        assert_eq!(reports(&relayer), expected);
        assert!(!relayer.knowledge.claims(&zone("b")).contains(&Height(10)));
    }
}

#[test]
fn a_node_that_has_forgotten_a_header_contradicts_nobody() {
    let mut relayer = Relayer::new();
    relayer.blocks(10, vec![shown("b", 9, THEIRS)], vec![]);
    relayer.absorb(header("b", 9, None));
    assert!(reports(&relayer).is_empty());
    assert!(!relayer.knowledge.claims(&zone("b")).contains(&Height(9)));
}

#[test]
fn a_fork_of_the_admitted_branch_is_reported_and_one_of_the_branch_before_is_not() {
    let mut relayer = Relayer::new();
    relayer.blocks(30, vec![fork_reported("b", 0, 20, true)], vec![]);
    relayer.blocks(31, vec![admitted("b", 1, 29, OURS)], vec![]);
    relayer.absorb(header("b", 29, Some(OURS)));
    relayer.blocks(45, vec![], vec![]);
    for height in [20, 25, 29] {
        relayer.absorb(conflict("b", height));
        assert!(reports(&relayer).is_empty(), "{height} is settled");
    }
    relayer.absorb(conflict("b", 40));
    assert_eq!(reports(&relayer), ["report_fork on a: b at 40"]);
    relayer.blocks(46, vec![fork_reported("b", 1, 40, true)], vec![]);
    assert!(reports(&relayer).is_empty());
    assert_eq!(relayer.knowledge.conflict(&zone("b")), None, "forgotten");
}

#[test]
fn a_known_fork_hides_no_lower_one() {
    let mut relayer = Relayer::new();
    relayer.blocks(30, vec![], vec![]);
    relayer.absorb(conflict("b", 20));
    assert_eq!(reports(&relayer), ["report_fork on a: b at 20"]);
    relayer.blocks(31, vec![fork_reported("b", 0, 20, true)], vec![]);
    assert!(reports(&relayer).is_empty());
    relayer.absorb(conflict("b", 25));
    assert!(reports(&relayer).is_empty(), "above a fork that is known");
    relayer.absorb(conflict("b", 10));
    assert_eq!(reports(&relayer), ["report_fork on a: b at 10"]);
}

#[test]
fn a_conflict_that_was_none_is_forgotten() {
    let mut relayer = Relayer::new();
    relayer.blocks(30, vec![], vec![]);
    relayer.absorb(conflict("b", 20));
    relayer.absorb(Entry::Observed(Observation::Agreed {
        zone: zone("b"),
        height: Height(20),
    }));
    assert!(reports(&relayer).is_empty());
}

#[test]
fn a_node_that_follows_another_branch_than_the_admitted_one_accuses_nobody() {
    let mut relayer = Relayer::new();
    relayer.blocks(30, vec![fork_reported("b", 0, 20, true)], vec![]);
    relayer.blocks(31, vec![admitted("b", 1, 29, THEIRS)], vec![]);
    relayer.absorb(header("b", 29, Some(OURS)));
    let (on, of) = (zone("a"), zone("b"));
    let height = Height(29);
    let astray = Alarm::Astray { on, of, height };
    assert!(relayer.knowledge.alarms().any(|alarm| *alarm == astray));
    relayer.blocks(40, vec![shown("b", 39, THEIRS)], vec![]);
    relayer.absorb(header("b", 39, Some(OURS)));
    assert!(reports(&relayer).is_empty());
    // The operator points it to a node of the branch, and the owner admits that once more.
    relayer.blocks(41, vec![admitted("b", 2, 40, OURS)], vec![]);
    assert_eq!(relayer.knowledge.alarms().count(), 0);
}

#[test]
fn a_parent_that_our_node_does_not_have_is_an_alarm() {
    for (parent, alarmed) in [(THEIRS, true), (OURS, false)] {
        let mut relayer = Relayer::new();
        relayer.blocks(30, vec![fork_reported("b", 0, 20, true)], vec![]);
        assert_eq!(
            relayer.knowledge.orphans(&zone("a")),
            [(zone("b"), Height(20))]
        );
        relayer.absorb(Entry::Observed(Observation::Parent {
            on: zone("a"),
            of: zone("b"),
            fork: Height(20),
            parent: Some(parent),
        }));
        assert!(relayer.knowledge.orphans(&zone("a")).is_empty());
        assert!(relayer.knowledge.claims(&zone("b")).contains(&Height(19)));
        relayer.absorb(header("b", 19, Some(OURS)));
        let invented = |alarm: &Alarm| matches!(alarm, Alarm::InventedParent { height, .. } if *height == Height(19));
        assert_eq!(relayer.knowledge.alarms().any(invented), alarmed);
        assert!(reports(&relayer).is_empty(), "nobody signed the parent");
    }
}

#[test]
fn a_conflict_without_evidence_ends_as_an_alarm_and_hides_no_other() {
    let mut relayer = Relayer::under(Policy {
        first_pause: Seconds(1),
        longest_pause: Seconds(1),
        attempts: 3,
        ..Policy::default()
    });
    relayer.blocks(30, vec![], vec![]);
    relayer.absorb(conflict("b", 20));
    relayer.absorb(conflict("b", 25));
    for height in 31..34 {
        let duty = relayer.transaction_on("a").remove(0);
        assert_eq!(duty.to_string(), "report_fork on a: b at 20");
        let id = relayer.promise(duty, 1_000);
        let reason = "no witness".to_string();
        relayer.conclude(id, End::Failed { reason });
        relayer.blocks(height, vec![], vec![]);
    }
    let unprovable =
        |alarm: &Alarm| matches!(alarm, Alarm::Unprovable { height, .. } if *height == Height(20));
    assert!(relayer.knowledge.alarms().any(unprovable));
    assert_eq!(reports(&relayer), ["report_fork on a: b at 25"]);
}
