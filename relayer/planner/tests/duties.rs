//! What a relayer is told to do, as stories.
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
use tessera_lock::{Event, Settlement};
use tessera_planner::{Act, Brings, End, Fact, Policy};
use tessera_primitives::{Height, Seconds};

#[test]
fn a_leg_commits_at_the_first_header_that_proves_the_other_leg() {
    let mut relayer = Relayer::new();
    let task = task(1);
    relayer.blocks(
        3,
        vec![registered(&task, "a")],
        vec![registered(&task, "b")],
    );
    assert_eq!(
        relayer.said(),
        Vec::<String>::new(),
        "header 3 proves state 2"
    );

    relayer.blocks(4, vec![], vec![]);
    let said = relayer.said();
    assert_eq!(
        said,
        [
            "advance on a: b at 4",
            "commit on a: 1 tasks",
            "advance on b: a at 4",
            "commit on b: 1 tasks"
        ]
    );
    let Act::Commit { items } = &relayer.duties()[1].act else {
        panic!("the second duty commits");
    };
    assert_eq!(items[0].sights[0].root.header, Height(4));
    assert_eq!(items[0].brings, Brings::Nothing, "it has no calls");
}

#[test]
fn a_leg_whose_other_is_not_registered_waits() {
    let mut relayer = Relayer::new();
    let task = task(1);
    relayer.blocks(3, vec![registered(&task, "a")], vec![]);
    for height in 4..50 {
        relayer.blocks(height, vec![], vec![]);
        assert!(relayer.duties().is_empty(), "nothing to do at {height}");
    }
}

#[test]
fn a_stored_root_that_proves_it_is_used_instead_of_a_new_header() {
    let mut relayer = Relayer::new();
    let task = task(1);
    relayer.blocks(3, vec![], vec![registered(&task, "b")]);
    relayer.blocks(4, vec![registered(&task, "a")], vec![]);
    relayer.blocks(5, vec![advanced("b", 4)], vec![]);
    let said = relayer.said();
    assert!(
        said.contains(&"commit on a: 1 tasks".to_string()),
        "{said:?}"
    );
    assert!(
        !said.iter().any(|duty| duty.contains("advance on a")),
        "{said:?}"
    );
}

#[test]
fn a_stale_root_is_not_used_to_commit() {
    let mut relayer = Relayer::new();
    let task = task(1);
    relayer.blocks(3, vec![], vec![registered(&task, "b")]);
    relayer.blocks(4, vec![registered(&task, "a")], vec![]);
    relayer.blocks(5, vec![advanced("b", 4)], vec![]);
    // Half of 900 s is the policy's limit: 90 blocks of 5 s. The deadline is far enough for that in another zone.
    let far = 4 + 91;
    let mut task_far = task_on(&["a", "b"], 7, Settlement::OnProof);
    for leg in &mut task_far.legs {
        leg.deadline = Height(500);
    }
    relayer.blocks(6, vec![registered(&task_far, "a")], vec![]);
    relayer.blocks(far + 5, vec![], vec![]);
    let said = relayer.said();
    assert!(
        !said.iter().any(|duty| duty.contains("commit on a")),
        "{said:?}"
    );
}

#[test]
fn a_committed_task_is_kept_and_brings_only_its_tx() {
    let mut relayer = Relayer::new();
    let task = task(1);
    relayer.blocks(
        3,
        vec![registered(&task, "a")],
        vec![registered(&task, "b")],
    );
    relayer.blocks(
        5,
        vec![advanced("b", 4), committed(&task, 5)],
        vec![advanced("a", 4), committed(&task, 5)],
    );
    relayer.blocks(6, vec![], vec![]);
    let duties = relayer.duties();
    let settles: Vec<_> = duties
        .iter()
        .filter_map(|duty| match &duty.act {
            Act::Settle { items } => Some(items),
            _ => None,
        })
        .collect();
    assert_eq!(settles.len(), 2);
    assert_eq!(settles[0][0].brings, Brings::Tx);
    assert_eq!(settles[0][0].sights[0].root.header, Height(6));

    relayer.blocks(7, vec![kept(&task)], vec![kept(&task)]);
    assert!(relayer.duties().is_empty());
    assert_eq!(relayer.knowledge.open_tasks().count(), 0);
    assert_eq!(relayer.knowledge.finished(), 1);
}

#[test]
fn after_deadlines_nothing_is_kept_before_every_deadline() {
    let mut relayer = Relayer::new();
    let task = task_on(&["a", "b"], 1, Settlement::AfterDeadlines);
    relayer.blocks(
        3,
        vec![registered(&task, "a")],
        vec![registered(&task, "b")],
    );
    relayer.blocks(5, vec![committed(&task, 5)], vec![committed(&task, 5)]);
    for height in 6..=DEADLINE.0 {
        relayer.blocks(height, vec![], vec![]);
        let said = relayer.said();
        assert!(said.is_empty(), "{said:?} at {height}");
    }
    // Header 61 proves state 60, the deadline.
    relayer.blocks(DEADLINE.0 + 1, vec![], vec![]);
    assert_eq!(
        relayer.said(),
        [
            "advance on a: b at 61",
            "settle on a: 1 tasks",
            "advance on b: a at 61",
            "settle on b: 1 tasks"
        ]
    );
}

#[test]
fn a_leg_whose_other_never_commits_is_reversed_and_the_other_lapses() {
    let mut relayer = Relayer::new();
    let task = task(1);
    relayer.blocks(
        3,
        vec![registered(&task, "a")],
        vec![registered(&task, "b")],
    );
    relayer.blocks(5, vec![committed(&task, 5)], vec![]);
    relayer.blocks(DEADLINE.0 + 1, vec![], vec![]);
    let duties = relayer.duties();
    let said = relayer.said();
    assert!(
        said.contains(&format!("lapse on b: {}", task.id())),
        "{said:?}"
    );
    let reverse = duties.iter().find_map(|duty| match &duty.act {
        Act::Settle { items } => Some(items[0].clone()),
        _ => None,
    });
    assert_eq!(reverse.unwrap().brings, Brings::Reversal);
}

#[test]
fn a_leg_lapses_when_a_block_has_reached_its_deadline() {
    let mut relayer = Relayer::new();
    let task = task(1);
    relayer.blocks(3, vec![], vec![registered(&task, "b")]);
    // The next block would do, but a node tries the message at its newest one first, and would refuse it there.
    relayer.blocks(DEADLINE.0 - 1, vec![], vec![]);
    assert!(relayer.said().is_empty(), "{:?}", relayer.said());
    relayer.blocks(DEADLINE.0, vec![], vec![]);
    assert_eq!(relayer.said(), [format!("lapse on b: {}", task.id())]);
}

#[test]
fn what_was_promised_is_not_given_out_again_until_it_cannot_happen() {
    let mut relayer = Relayer::new();
    let task = task(1);
    relayer.blocks(
        3,
        vec![registered(&task, "a")],
        vec![registered(&task, "b")],
    );
    relayer.blocks(4, vec![], vec![]);
    let duties = relayer.duties();
    for duty in &duties {
        relayer.promise(duty.clone(), 10);
    }
    for height in 5..=10 {
        relayer.blocks(height, vec![], vec![]);
        assert!(
            relayer.duties().is_empty(),
            "promised until 10, at {height}"
        );
    }
    relayer.blocks(11, vec![], vec![]);
    assert_eq!(relayer.said().len(), 4, "nobody included it");
}

#[test]
fn a_promise_that_was_included_and_changed_nothing_is_paused_for_longer_each_time() {
    let policy = Policy {
        first_pause: Seconds(20),
        ..Policy::default()
    };
    let mut relayer = Relayer::under(policy);
    let task = task(1);
    relayer.blocks(3, vec![], vec![registered(&task, "b")]);
    relayer.blocks(4, vec![registered(&task, "a")], vec![]);
    relayer.blocks(5, vec![advanced("b", 4)], vec![]);
    let commit = |relayer: &Relayer| {
        let duties = relayer.duties();
        duties
            .into_iter()
            .find(|duty| duty.to_string() == "commit on a: 1 tasks")
    };
    let mut height = 5;
    let mut pauses = Vec::new();
    for _ in 0..3 {
        let id = relayer.promise(commit(&relayer).unwrap(), 1_000);
        height += 1;
        relayer.included(id, height);
        relayer.blocks(height, vec![], vec![]);
        let mut pause = 0;
        while commit(&relayer).is_none() {
            height += 1;
            pause += 1;
            relayer.blocks(height, vec![], vec![]);
        }
        pauses.push(pause);
    }
    // Blocks of 5 s: 20 s, 40 s, 80 s after the conclusion, which is a block before.
    assert_eq!(pauses, [3, 7, 15]);
    assert_eq!(relayer.knowledge.stuck(3).len(), 1);
    relayer.blocks(height + 1, vec![committed(&task, height + 1)], vec![]);
    assert!(relayer.knowledge.stuck(1).is_empty());
}

#[test]
fn a_refused_duty_is_tried_again() {
    let mut relayer = Relayer::new();
    let task = task(1);
    relayer.blocks(
        3,
        vec![registered(&task, "a")],
        vec![registered(&task, "b")],
    );
    relayer.blocks(4, vec![], vec![]);
    let before = relayer.duties();
    for duty in before.clone() {
        let id = relayer.promise(duty, 100);
        let reason = "the node said no".to_string();
        relayer.conclude(id, End::Failed { reason });
    }
    relayer.blocks(5, vec![], vec![]);
    assert_eq!(relayer.duties().len(), before.len());
}

#[test]
fn sixty_five_tasks_share_one_header_and_three_messages() {
    let mut relayer = Relayer::new();
    let tasks: Vec<_> = (0..65).map(task).collect();
    let on = |name: &str| {
        tasks
            .iter()
            .map(|task| registered(task, name))
            .collect::<Vec<_>>()
    };
    relayer.blocks(3, on("a"), on("b"));
    relayer.blocks(4, vec![], vec![]);
    let on_a: Vec<String> = relayer
        .said()
        .into_iter()
        .filter(|said| said.contains("on a"))
        .collect();
    assert_eq!(
        on_a,
        [
            "advance on a: b at 4",
            "commit on a: 30 tasks",
            "commit on a: 30 tasks",
            "commit on a: 5 tasks"
        ]
    );
}

#[test]
fn what_is_lost_by_waiting_comes_first() {
    let mut relayer = Relayer::new();
    let old = task(1);
    let mut urgent = task(2);
    for leg in &mut urgent.legs {
        leg.deadline = Height(DEADLINE.0 + 20);
    }
    relayer.blocks(3, vec![registered(&old, "a")], vec![]);
    relayer.blocks(
        DEADLINE.0 + 3,
        vec![registered(&urgent, "a")],
        vec![registered(&urgent, "b")],
    );
    relayer.blocks(DEADLINE.0 + 4, vec![], vec![]);
    let said = relayer.said();
    let place = |what: &str| said.iter().position(|duty| duty.contains(what)).unwrap();
    assert!(place("commit on a") < place("lapse on a"), "{said:?}");
}

#[test]
fn a_leg_of_ones_own_is_rejected_once_another_is_gone_for_good() {
    let mut relayer = Relayer::new();
    let mut task = task(1);
    task.legs[0].registrant = address(9);
    task.legs[0].deadline = Height(DEADLINE.0 + 100);
    relayer.blocks(3, vec![registered(&task, "a")], vec![]);
    relayer.blocks(DEADLINE.0, vec![], vec![]);
    assert!(relayer.duties().is_empty(), "the other leg may still come");
    relayer.blocks(DEADLINE.0 + 1, vec![], vec![]);
    let said = relayer.said();
    assert_eq!(said[0], "advance on a: b at 61");
    assert_eq!(said[1], format!("reject on a: {}", task.id()));

    // Somebody else's leg is his to reject.
    let mut relayer = Relayer::new();
    task.legs[0].registrant = address(8);
    relayer.blocks(3, vec![registered(&task, "a")], vec![]);
    relayer.blocks(DEADLINE.0 + 1, vec![], vec![]);
    assert!(relayer.duties().is_empty());
}

#[test]
fn a_view_that_nobody_needs_is_refreshed_before_it_expires_and_not_sooner() {
    let mut relayer = Relayer::new();
    // Trusting period 1,000,000 s, 66 % of it, blocks of 5 s.
    relayer.blocks(131_000, vec![], vec![]);
    assert!(relayer.duties().is_empty());
    relayer.blocks(132_010, vec![], vec![]);
    assert_eq!(
        relayer.said(),
        ["advance on a: b at 132010", "advance on b: a at 132010"]
    );
    let quiet = Policy {
        refresh: false,
        ..Policy::default()
    };
    let mut relayer = Relayer::under(quiet);
    relayer.blocks(132_010, vec![], vec![]);
    assert!(relayer.duties().is_empty());
}

#[test]
fn a_leg_is_not_committed_so_late_that_it_might_miss_its_deadline() {
    let mut relayer = Relayer::new();
    let task = task(1);
    relayer.blocks(
        3,
        vec![registered(&task, "a")],
        vec![registered(&task, "b")],
    );
    relayer.blocks(DEADLINE.0 - 3, vec![], vec![]);
    assert!(!relayer.duties().is_empty());
    relayer.blocks(DEADLINE.0 - 2, vec![], vec![]);
    assert!(relayer.duties().is_empty());
}

#[test]
fn a_commit_whose_calls_are_refused_is_tried_a_few_times_and_no_more() {
    let policy = Policy {
        first_pause: Seconds(1),
        lock_attempts: 2,
        ..Policy::default()
    };
    let mut relayer = Relayer::under(policy);
    let task = task(1);
    relayer.blocks(
        3,
        vec![registered(&task, "a")],
        vec![registered(&task, "b")],
    );
    relayer.blocks(4, vec![], vec![]);
    let commits = |relayer: &Relayer| {
        let said = relayer.said();
        said.contains(&"commit on a: 1 tasks".to_string())
    };
    for height in [5, 6] {
        assert!(commits(&relayer), "at {height}");
        let refused = Fact::Lock(Event::LockFailed { task: task.id() });
        relayer.blocks(height, vec![refused], vec![]);
    }
    relayer.blocks(12, vec![], vec![]);
    assert!(!commits(&relayer), "whoever is called had two chances");
    // Its operator is told, although nothing of ours failed.
    let given_up = &relayer.knowledge.stuck(3)[0];
    assert_eq!((given_up.count, given_up.aside), (2, true));
    assert!(given_up.reason.contains("lapses at 60"), "{given_up:?}");
    relayer.blocks(DEADLINE.0, vec![], vec![]);
    assert!(relayer.knowledge.stuck(3).is_empty(), "it is given back");
}
