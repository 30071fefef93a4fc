//! In which order work is done: by deadline, then by what it earns; and what waits for what.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod support;

use std::cmp::Reverse;

use proptest::prelude::*;
use support::*;
use tessera_lock::{Settlement, Task};
use tessera_planner::{Act, Duty, End, Policy};
use tessera_primitives::{Hash, Height};

/// A task on both zones, to be committed below a height.
fn until(nonce: u64, deadline: u64) -> Task {
    let mut task = task_on(&["a", "b"], nonce, Settlement::OnProof);
    for leg in &mut task.legs {
        leg.deadline = Height(deadline);
    }
    task
}

/// The tasks that the first commits on a zone are about, message by message.
fn commits(relayer: &Relayer) -> Vec<Vec<Hash>> {
    let duties = relayer.transaction_on("a").into_iter();
    let commits = duties.filter_map(|duty| match duty.act {
        Act::Commit { items } => Some(items.iter().map(|item| item.task).collect()),
        _ => None,
    });
    commits.collect()
}

proptest! {
    #[test]
    fn what_has_the_same_deadline_goes_by_what_it_earns(
        offers in prop::collection::vec((50u64..54, 0u128..20), 1..30),
    ) {
        let mut relayer = Relayer::new();
        let tasks: Vec<Task> = (0..).zip(&offers).map(|(nonce, (deadline, _))| until(nonce, *deadline)).collect();
        let on_a = tasks.iter().zip(&offers).map(|(task, (_, tip))| offered(task, "a", *tip));
        let on_b = tasks.iter().map(|task| registered(task, "b"));
        relayer.blocks(3, on_a.collect(), on_b.collect());
        relayer.blocks(4, vec![], vec![]);

        // A commit earns half of the tip, rounded down.
        let earned = tasks.iter().zip(&offers).map(|(task, (deadline, tip))| (*deadline, Reverse(tip / 2), task.id()));
        let mut earned: Vec<_> = earned.collect();
        earned.sort();
        let expected: Vec<Hash> = earned.into_iter().map(|(.., id)| id).collect();
        prop_assert_eq!(commits(&relayer), [expected]);
    }
}

/// What the next transactions on a zone begin with where a task waits to lapse, and before each another comes that must be
/// committed within so many blocks, until one is taken on.
fn begun(blocks_left: u64) -> Vec<&'static str> {
    let mut relayer = Relayer::new();
    relayer.blocks(3, vec![registered(&task(1), "a")], vec![]);
    let mut begun = Vec::new();
    for height in (DEADLINE.0 + 1..).step_by(2).take(5) {
        let live = until(height, height + 2 + blocks_left);
        let both = |name| vec![registered(&live, name)];
        relayer.blocks(height, both("a"), both("b"));
        relayer.blocks(height + 1, vec![], vec![]);
        let duties = relayer.transaction_on("a");
        begun.push(duties[0].verb());
        // The last is under way; the others were in no block, and are due again.
        for id in relayer.promise_together(duties, 1_000) {
            let reason = "blocks are full".to_string();
            if begun.len() < 5 {
                relayer.conclude(id, End::Lost { reason });
            }
        }
    }
    begun.extend(relayer.transaction_on("a").first().map(Duty::verb));
    begun
}

#[test]
fn clearing_has_its_turn_however_much_live_work_there_is() {
    let begun = begun(300);
    assert_eq!(begun[..4], ["advance", "advance", "advance", "lapse"]);
}

#[test]
fn while_a_commit_presses_clearing_waits_and_no_longer() {
    let waited = begun(Policy::default().pressing - 1);
    assert_eq!(waited[..5], ["advance"; 5]);
    assert_eq!(waited[5], "lapse", "what pressed is under way");
    let far = begun(Policy::default().pressing + 10);
    assert_eq!(far[3], "lapse");
}
