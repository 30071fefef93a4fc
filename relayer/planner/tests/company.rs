//! Which duties share a transaction, and whose fault it is when that fails.
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
use tessera_lock::Task;
use tessera_planner::End;
use tessera_primitives::Height;

/// A task whose deadline passed on the first zone, and one that can commit there.
fn stale_and_live(relayer: &mut Relayer) -> (Task, Task) {
    let (stale, mut live) = (task(1), task(2));
    for leg in &mut live.legs {
        leg.deadline = Height(500);
    }
    relayer.blocks(3, vec![registered(&stale, "a")], vec![]);
    relayer.blocks(
        DEADLINE.0 + 1,
        vec![registered(&live, "a")],
        vec![registered(&live, "b")],
    );
    relayer.blocks(DEADLINE.0 + 2, vec![], vec![]);
    (stale, live)
}

const LIVE: [&str; 2] = ["advance on a: b at 62", "commit on a: 1 tasks"];

#[test]
fn what_somebody_elses_transaction_can_spoil_shares_none_with_what_it_cannot() {
    let mut relayer = Relayer::new();
    let (stale, _) = stale_and_live(&mut relayer);
    assert_eq!(relayer.next_on("a"), LIVE);
    let duties = relayer.transaction_on("a");
    relayer.promise_together(duties, 100);
    assert_eq!(
        relayer.next_on("a"),
        [format!("lapse on a: {}", stale.id())]
    );
}

#[test]
fn a_report_of_a_fork_goes_first_and_by_itself() {
    let mut relayer = Relayer::new();
    stale_and_live(&mut relayer);
    relayer.absorb(conflict("b", 50));
    assert_eq!(relayer.next_on("a"), ["report_fork on a: b at 50"]);
}

#[test]
fn what_failed_in_company_is_tried_alone_before_it_is_blamed() {
    let mut relayer = Relayer::new();
    let (_, live) = stale_and_live(&mut relayer);
    let ids = relayer.promise_together(relayer.transaction_on("a"), 100);
    for id in ids {
        let reason = "reverted in its block".to_string();
        relayer.conclude(id, End::Failed { reason });
    }
    assert!(
        relayer.knowledge.stuck(1).is_empty(),
        "nobody knows whose fault it was"
    );
    // The header first, since the commit needs it; nothing else with it.
    assert_eq!(relayer.next_on("a"), LIVE[..1]);
    let id = relayer.promise_together(relayer.transaction_on("a"), 100)[0];
    relayer.included(id, 63);
    relayer.blocks(63, vec![shown("b", 62, Default::default())], vec![]);
    assert_eq!(relayer.next_on("a"), LIVE[1..]);
    let id = relayer.promise_together(relayer.transaction_on("a"), 100)[0];
    let reason = "reverted in its block".to_string();
    relayer.conclude(id, End::Failed { reason });
    assert_eq!(relayer.knowledge.stuck(1).len(), 1, "now it is its own");
    relayer.blocks(64, vec![committed(&live, 64)], vec![]);
    assert!(relayer.knowledge.stuck(1).is_empty());
}

#[test]
fn what_was_in_no_block_is_nobodys_fault() {
    let mut relayer = Relayer::new();
    stale_and_live(&mut relayer);
    for id in relayer.promise_together(relayer.transaction_on("a"), 100) {
        let reason = "account sequence mismatch".to_string();
        relayer.conclude(id, End::Lost { reason });
    }
    assert!(relayer.knowledge.stuck(1).is_empty());
    assert_eq!(relayer.next_on("a"), LIVE, "at once, and in company");
}
