//! A linked peer whose value for a leg cannot be read. It holds up its own task at most, and not for good.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_lock::{
    in_batch,
    state::{LegState, Mark},
    transition, Event, Input, Refusal, Settlement, Shown, Sighting, Task,
};
use tessera_primitives::{Closing, Height, Standing, Timestamp, ZoneStatus};
use world::{now, plain_body, plain_task, seen, text, user, Stage};

/// The leg's value, at a state height, is no mark.
fn unreadable(leg: u8, state_height: u64) -> Sighting {
    Sighting {
        mark: Shown::Unreadable,
        ..seen(leg, state_height, None)
    }
}

fn committed(deadlines: &[u64], settlement: Settlement) -> (Stage, Task) {
    let task = plain_task(deadlines, settlement, 1);
    let mut stage = Stage::new(deadlines.len());
    stage.committed(&task);
    stage.height = 20;
    (stage, task)
}

#[test]
fn it_is_never_ready_to_commit_and_holds_up_no_other_task() {
    let task = plain_task(&[10, 12], Settlement::OnProof, 1);
    let mut stage = Stage::new(2);
    stage.register(&task).unwrap();
    stage.height = 3;
    let refused = stage.commit(&task, vec![unreadable(1, 2)]).unwrap_err();
    let Refusal::NotReady { found, .. } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(found, "unreadable at state height 2");
    let input = Input::Commit {
        caller: world::relayer(),
        body: plain_body(&task, 0),
        sightings: vec![unreadable(1, 2)],
    };
    let step = in_batch(task.id(), transition(&now(3), &stage.lock, input)).unwrap();
    assert!(matches!(step.events[..], [Event::Skipped { .. }]));
    // It is no reason to take the leg back before its deadline either: it may be anything.
    let reject = Input::Reject {
        sender: text(&user(10)),
        task: task.clone(),
        sightings: vec![unreadable(1, 2)],
    };
    assert_eq!(stage.take(reject), Err(Refusal::NothingMissing));
}

#[test]
fn before_the_deadline_it_decides_nothing() {
    let (mut stage, task) = committed(&[10, 12], Settlement::OnProof);
    let refused = stage.settle(&task, vec![unreadable(1, 11)]).unwrap_err();
    assert!(matches!(refused, Refusal::Undecided { .. }), "{refused}");
    assert!(refused.skips_the_task());
    // What was proven committed before it became unreadable is kept.
    let before = seen(1, 4, Some(LegState::Committed));
    stage
        .settle(&task, vec![unreadable(1, 11), before])
        .unwrap();
    assert_eq!(stage.state(&task), LegState::Kept);
}

#[test]
fn from_the_deadline_on_it_is_gone_on_a_faulty_zones_word() {
    for settlement in [Settlement::OnProof, Settlement::AfterDeadlines] {
        let (mut stage, task) = committed(&[10, 12], settlement);
        stage.settle(&task, vec![unreadable(1, 12)]).unwrap();
        assert_eq!(stage.state(&task), LegState::Reversed);
    }
}

/// The zone may show one of two honest zones a readable value and the other none: they still agree.
#[test]
fn with_three_legs_the_honest_ones_agree() {
    let three = || committed(&[10, 12, 14], Settlement::OnProof);
    let free = |state| seen(1, 13, Some(state));
    let (mut stage, task) = three();
    stage
        .settle(&task, vec![unreadable(2, 14), free(LegState::Committed)])
        .unwrap();
    assert_eq!(
        stage.state(&task),
        LegState::Conceded,
        "the other may be kept"
    );
    let waiting = vec![unreadable(2, 14), free(LegState::Committed)];
    assert!(stage.settle(&task, waiting).is_err());
    let mut other = three();
    for (kept, end) in [(true, LegState::Kept), (false, LegState::Reversed)] {
        let (stage, task) = if kept {
            (&mut stage, &task)
        } else {
            (&mut other.0, &other.1)
        };
        let said = if kept {
            LegState::Kept
        } else {
            LegState::Conceded
        };
        stage
            .settle(task, vec![unreadable(2, 14), free(said)])
            .unwrap();
        assert_eq!(stage.state(task), end);
    }
}

#[test]
fn the_last_root_of_a_closed_zone_stands_for_its_deadline() {
    let (mut stage, task) = committed(&[10, 12], Settlement::OnProof);
    let mut last = unreadable(1, 6);
    last.root.standing = Standing {
        status: ZoneStatus::Closed,
        branch_fork: None,
        closing: Some(Closing {
            at: Timestamp(1),
            last: Some(Height(7)),
        }),
        ..last.root.standing
    };
    stage.settle(&task, vec![last]).unwrap();
    assert_eq!(stage.state(&task), LegState::Reversed);
}

#[test]
fn a_mark_is_told_from_none_and_from_what_is_none() {
    let mark = Mark {
        state: LegState::Kept,
        committed_at: Height(3),
    };
    assert_eq!(Shown::from(Some(mark)).state(), Some(LegState::Kept));
    assert_eq!(Shown::from(None), Shown::Absent);
    assert_eq!(Shown::Unreadable.state(), None);
}
