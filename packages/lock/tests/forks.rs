//! `settle` where a zone forked, closed or expired.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_lock::{state::LegState, Refusal, Settlement, Sighting, Task};
use tessera_primitives::{Closing, Fork, Height, Standing, Timestamp, ZoneStatus};
use world::{plain_task, seen, Stage};

fn two(settlement: Settlement) -> (Stage, Task) {
    let task = plain_task(&[10, 12], settlement, 1);
    let mut stage = Stage::new(2);
    stage.committed(&task);
    stage.height = 20;
    (stage, task)
}

fn three(settlement: Settlement) -> (Stage, Task) {
    let task = plain_task(&[10, 12, 14], settlement, 1);
    let mut stage = Stage::new(3);
    stage.committed(&task);
    stage.height = 20;
    (stage, task)
}

/// A sighting of a zone that forked at header 6, exactly, and was reported here at height 8.
fn forked(
    leg: u8,
    state_height: u64,
    state: Option<LegState>,
    status: ZoneStatus,
    branch: u32,
) -> Sighting {
    let mut sighting = seen(leg, state_height, state);
    let fork = Fork {
        branch: 0,
        height: Height(6),
        exact: true,
        first_report: Height(8),
    };
    sighting.root.standing = Standing {
        status,
        branch,
        fork: Some(fork),
        branch_fork: None,
        closing: None,
        latest: Height(40),
    };
    sighting.root.branch = if state_height >= 5 { branch } else { 0 };
    sighting
}

const REGISTERED: Option<LegState> = Some(LegState::Registered);
const COMMITTED: Option<LegState> = Some(LegState::Committed);
const CONCEDED: Option<LegState> = Some(LegState::Conceded);

#[test]
fn a_forked_zone_freezes_its_tasks_until_the_grace_has_passed() {
    // G = max(10, 8) + 5 = 15.
    let (mut stage, task) = two(Settlement::OnProof);
    let below = forked(1, 4, REGISTERED, ZoneStatus::Forked, 0);
    let above = forked(1, 5, COMMITTED, ZoneStatus::Forked, 0);
    stage.height = 14;
    assert!(matches!(
        stage.settle(&task, vec![below]),
        Err(Refusal::Undecided { .. })
    ));
    assert!(matches!(
        stage.settle(&task, vec![above]),
        Err(Refusal::RootInDoubt { .. })
    ));
    stage.height = 15;
    assert!(matches!(
        stage.settle(&task, vec![above]),
        Err(Refusal::RootInDoubt { .. })
    ));
    // Another root below the fork is not the last below it.
    let lower = forked(1, 3, REGISTERED, ZoneStatus::Forked, 0);
    assert!(matches!(
        stage.settle(&task, vec![lower]),
        Err(Refusal::Undecided { .. })
    ));
    let mut inexact = below;
    inexact.root.standing.fork.as_mut().unwrap().exact = false;
    assert!(matches!(
        stage.settle(&task, vec![inexact]),
        Err(Refusal::Undecided { .. })
    ));
    stage.settle(&task, vec![below]).unwrap();
    assert_eq!(stage.state(&task), LegState::Reversed);
}

#[test]
fn committed_below_the_fork_counts_under_both_settlements() {
    for (settlement, height) in [(Settlement::OnProof, 9), (Settlement::AfterDeadlines, 15)] {
        let (mut stage, task) = two(settlement);
        stage.height = height;
        let below = forked(1, 4, COMMITTED, ZoneStatus::Forked, 0);
        stage.settle(&task, vec![below]).unwrap();
        assert_eq!(stage.state(&task), LegState::Kept, "{settlement:?}");
    }
    let (mut stage, task) = two(Settlement::AfterDeadlines);
    stage.height = 14;
    let below = forked(1, 4, COMMITTED, ZoneStatus::Forked, 0);
    assert!(stage.settle(&task, vec![below]).is_err());
}

#[test]
fn an_admitted_branch_is_believed_until_g_and_then_only_about_reverses() {
    let admitted = |state| forked(1, 12, state, ZoneStatus::Active, 1);
    for (height, kept) in [(14, true), (15, false)] {
        let (mut stage, task) = two(Settlement::OnProof);
        stage.height = height;
        let result = stage.settle(&task, vec![admitted(COMMITTED)]);
        assert_eq!(result.is_ok(), kept, "height {height}");
    }
    let (mut stage, task) = two(Settlement::OnProof);
    stage.settle(&task, vec![admitted(REGISTERED)]).unwrap();
    assert_eq!(stage.state(&task), LegState::Reversed);
    // A root of the lost branch never counts.
    let (mut stage, task) = two(Settlement::OnProof);
    let mut lost = admitted(COMMITTED);
    lost.root.branch = 0;
    stage.height = 14;
    assert!(matches!(
        stage.settle(&task, vec![lost]),
        Err(Refusal::RootInDoubt { .. })
    ));
}

#[test]
fn where_nobody_knows_the_end_of_the_prefix_the_admitted_branch_decides_from_g_on_too() {
    let inexact = |height, state, branch| {
        let mut sighting = forked(1, height, state, ZoneStatus::Active, branch);
        sighting.root.standing.fork.as_mut().unwrap().exact = false;
        sighting
    };
    for settlement in [Settlement::OnProof, Settlement::AfterDeadlines] {
        let (mut stage, task) = two(settlement);
        // What lies below says nothing of what came after.
        let below = inexact(4, REGISTERED, 1);
        let undecided = stage.settle(&task, vec![below]);
        assert!(matches!(undecided, Err(Refusal::Undecided { .. })));
        let kept = [below, inexact(12, COMMITTED, 1)];
        stage.settle(&task, kept.to_vec()).unwrap();
        assert_eq!(stage.state(&task), LegState::Kept);
        let (mut stage, task) = two(settlement);
        let reversed = inexact(12, REGISTERED, 1);
        stage.settle(&task, vec![reversed]).unwrap();
        assert_eq!(stage.state(&task), LegState::Reversed);
    }
    // With a third leg nobody keeps what another may have reversed.
    let (mut stage, task) = three(Settlement::OnProof);
    let branch = |state| Sighting {
        leg: 2,
        ..inexact(14, state, 1)
    };
    stage.settle(&task, vec![branch(REGISTERED)]).unwrap();
    assert_eq!(stage.state(&task), LegState::Conceded);
    let both = vec![seen(1, 19, COMMITTED), branch(COMMITTED)];
    assert!(stage.settle(&task, both).is_err());
}

#[test]
fn a_fork_that_was_over_before_the_commit_does_not_start_the_grace() {
    let (mut stage, task) = two(Settlement::OnProof);
    let terms = stage.lock.terms.get_mut(&task.id()).unwrap();
    terms.seen = vec![tessera_lock::state::Seen { leg: 1, branch: 1 }];
    stage.height = 1_000;
    let absent = forked(1, 4, None, ZoneStatus::Active, 1);
    assert!(matches!(
        stage.settle(&task, vec![absent]),
        Err(Refusal::Undecided { .. })
    ));
    let committed = forked(1, 12, COMMITTED, ZoneStatus::Active, 1);
    stage.settle(&task, vec![committed]).unwrap();
    assert_eq!(stage.state(&task), LegState::Kept);
}

#[test]
fn honest_zones_concede_before_they_reverse_on_a_forked_zones_word() {
    let (mut stage, task) = three(Settlement::OnProof);
    let word = forked(2, 4, REGISTERED, ZoneStatus::Forked, 0);
    // The other honest leg may have been kept: what is merely not shown could be hidden.
    stage.settle(&task, vec![word]).unwrap();
    assert_eq!(stage.state(&task), LegState::Conceded);
    let result = stage.settle(&task, vec![word, seen(1, 19, COMMITTED)]);
    assert!(matches!(result, Err(Refusal::Undecided { .. })));
    stage
        .settle(&task, vec![word, seen(1, 19, CONCEDED)])
        .unwrap();
    assert_eq!(stage.state(&task), LegState::Reversed);
}

#[test]
fn if_another_honest_leg_is_kept_so_are_we() {
    for conceded in [false, true] {
        let (mut stage, task) = three(Settlement::OnProof);
        let word = forked(2, 4, REGISTERED, ZoneStatus::Forked, 0);
        if conceded {
            stage.settle(&task, vec![word]).unwrap();
        }
        stage
            .settle(&task, vec![word, seen(1, 19, Some(LegState::Kept))])
            .unwrap();
        assert_eq!(stage.state(&task), LegState::Kept);
    }
    // But a kept leg does not speak for one that nobody showed.
    let (mut stage, task) = three(Settlement::OnProof);
    assert!(stage
        .settle(&task, vec![seen(1, 19, Some(LegState::Kept))])
        .is_err());
    // Nor does the forked zone's own word.
    let (mut stage, task) = three(Settlement::OnProof);
    let kept = forked(2, 12, Some(LegState::Kept), ZoneStatus::Active, 1);
    stage.height = 14;
    assert!(stage.settle(&task, vec![kept]).is_err());
}

#[test]
fn a_conceded_leg_is_not_kept_by_committed_ones() {
    let (mut stage, task) = three(Settlement::OnProof);
    let word = forked(2, 14, REGISTERED, ZoneStatus::Active, 1);
    stage.height = 14;
    stage.settle(&task, vec![word]).unwrap();
    assert_eq!(stage.state(&task), LegState::Conceded);
    let both = vec![
        seen(1, 13, COMMITTED),
        forked(2, 13, COMMITTED, ZoneStatus::Active, 1),
    ];
    assert!(matches!(
        stage.settle(&task, both),
        Err(Refusal::Undecided { .. })
    ));
    // An honest leg that is gone needs nobody's concession.
    stage
        .settle(&task, vec![seen(1, 13, Some(LegState::Rejected))])
        .unwrap();
    assert_eq!(stage.state(&task), LegState::Reversed);
}

/// A sighting of a zone that was closed at header 6.
fn closed(state_height: u64, state: Option<LegState>) -> Sighting {
    let mut sighting = seen(1, state_height, state);
    sighting.root.standing.status = ZoneStatus::Closed;
    sighting.root.standing.closing = Some(Closing {
        at: Timestamp(1),
        last: Some(Height(6)),
    });
    sighting
}

#[test]
fn the_last_root_of_a_closed_zone_stands_for_every_later_height() {
    for settlement in [Settlement::OnProof, Settlement::AfterDeadlines] {
        for (state, end) in [
            (COMMITTED, LegState::Kept),
            (REGISTERED, LegState::Reversed),
            (None, LegState::Reversed),
        ] {
            let (mut stage, task) = two(settlement);
            stage.settle(&task, vec![closed(5, state)]).unwrap();
            assert_eq!(stage.state(&task), end, "{settlement:?} {state:?}");
        }
        let (mut stage, task) = two(settlement);
        let older = closed(4, REGISTERED);
        assert!(matches!(
            stage.settle(&task, vec![older]),
            Err(Refusal::Undecided { .. })
        ));
        let later = closed(6, COMMITTED);
        assert!(matches!(
            stage.settle(&task, vec![later]),
            Err(Refusal::RootAfterEnd { .. })
        ));
    }
}

#[test]
fn an_expired_zones_old_roots_still_settle() {
    let (mut stage, task) = two(Settlement::OnProof);
    let mut old = seen(1, 4, COMMITTED);
    old.root.standing.status = ZoneStatus::Expired;
    stage.settle(&task, vec![old]).unwrap();
    assert_eq!(stage.state(&task), LegState::Kept);
}

/// A sighting of a zone that forked at header 6, was over with it before the own leg was committed, and forked again, at
/// header 12 of the admitted branch, exactly, which was reported here at height 20.
fn twice(branch: u32, state_height: u64, state: Option<LegState>, admitted: bool) -> Sighting {
    let status = [ZoneStatus::Forked, ZoneStatus::Active][usize::from(admitted)];
    let mut sighting = forked(1, state_height, state, status, 1 + u32::from(admitted));
    sighting.root.standing.branch_fork = Some(Fork {
        branch: 1,
        height: Height(12),
        exact: true,
        first_report: Height(20),
    });
    sighting.root.branch = branch;
    sighting
}

#[test]
fn a_task_is_judged_by_the_first_fork_after_its_leg_was_committed() {
    // G = max(10, 20) + 5 = 25; by the first fork's report it would be 15.
    let at = |height: u64, sighting: Sighting| {
        let (mut stage, task) = two(Settlement::OnProof);
        let terms = stage.lock.terms.get_mut(&task.id()).unwrap();
        terms.seen = vec![tessera_lock::state::Seen { leg: 1, branch: 1 }];
        stage.height = height;
        stage.settle(&task, vec![sighting])?;
        Ok(stage.state(&task))
    };
    let undecided = |result: Result<LegState, Refusal>| {
        assert!(
            matches!(result, Err(Refusal::Undecided { .. })),
            "{result:?}"
        );
    };
    for admitted in [false, true] {
        let seen = |branch, height, state| twice(branch, height, state, admitted);
        // The end of the first fork's prefix never held the task, and says nothing of it, however late.
        for height in [15, 24, 25, 1_000] {
            undecided(at(height, seen(0, 4, None)));
        }
        // The end of its own says all.
        for height in [15, 24, 25, 1_000] {
            let kept = at(height, seen(1, 10, COMMITTED));
            assert_eq!(kept.unwrap(), LegState::Kept, "height {height}");
        }
        undecided(at(24, seen(1, 10, REGISTERED)));
        let reversed = at(25, seen(1, 10, REGISTERED));
        assert_eq!(reversed.unwrap(), LegState::Reversed);
        // What lies above it on the branch that forked never counts.
        let above = at(25, seen(1, 11, COMMITTED));
        assert!(
            matches!(above, Err(Refusal::RootInDoubt { .. })),
            "{above:?}"
        );
    }
    // The branch that was admitted next is believed until G, and then only about reverses.
    let next = |state| twice(2, 14, state, true);
    assert_eq!(at(24, next(COMMITTED)).unwrap(), LegState::Kept);
    undecided(at(25, next(COMMITTED)));
    assert_eq!(at(25, next(REGISTERED)).unwrap(), LegState::Reversed);
}
