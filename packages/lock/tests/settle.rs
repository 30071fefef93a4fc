//! `settle` and `claim`.
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
    effect::Payout, state::LegState, Input, Instruction, Refusal, Settlement, Step, Task, TaskBody,
};
use tessera_primitives::{Amount, Hash, Height};
use world::{native, plain_body, plain_task, seen, text, user, Stage};

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

fn payouts(step: &Step) -> Vec<&Payout> {
    let attempts = step
        .instructions
        .iter()
        .filter_map(|instruction| match instruction {
            Instruction::Attempt { payout, .. } => Some(payout),
            _ => None,
        });
    attempts.collect()
}

fn paid(step: &Step) -> Vec<(u128, tessera_primitives::Address)> {
    let transfers = payouts(step).into_iter().map(|payout| match payout {
        Payout::Transfer { amount, to, .. } => (amount.0, to.clone()),
        other => panic!("{other:?}"),
    });
    transfers.collect()
}

#[test]
fn a_kept_task_pays_its_tx_and_the_rest_of_the_tip() {
    let (mut stage, task) = two(Settlement::OnProof);
    let step = stage
        .settle(&task, vec![seen(1, 4, Some(LegState::Committed))])
        .unwrap();
    assert_eq!(stage.state(&task), LegState::Kept);
    assert_eq!(paid(&step), [(100, text(&user(20)))]);
    let rest = Instruction::Pay {
        to: world::relayer(),
        coin: world::fee_coin(3),
    };
    assert!(
        step.instructions.contains(&rest),
        "the odd unit goes to whoever settles"
    );
    assert!(stage.lock.terms.is_empty() && stage.lock.waiting.is_empty());
}

#[test]
fn a_reversed_task_pays_its_reversal() {
    for gone in [
        seen(1, 4, Some(LegState::Rejected)),
        seen(1, 4, Some(LegState::Reversed)),
        seen(1, 12, Some(LegState::Registered)),
        seen(1, 12, Some(LegState::Lapsed)),
        seen(1, 12, None),
        seen(1, 36, None),
    ] {
        let (mut stage, task) = two(Settlement::OnProof);
        let step = stage.settle(&task, vec![gone]).unwrap();
        assert_eq!(stage.state(&task), LegState::Reversed);
        assert_eq!(paid(&step), [(100, text(&user(10)))]);
    }
}

#[test]
fn evidence_that_decides_nothing_changes_nothing() {
    for little in [
        seen(1, 4, None),
        seen(1, 11, None),
        seen(1, 4, Some(LegState::Registered)),
        seen(1, 11, Some(LegState::Registered)),
        seen(1, 11, Some(LegState::Lapsed)),
        // Its key may have been archived by now: it says nothing.
        seen(1, 37, None),
    ] {
        let (mut stage, task) = two(Settlement::OnProof);
        let result = stage.settle(&task, vec![little]);
        assert!(
            matches!(result, Err(Refusal::Undecided { .. })),
            "{little:?}"
        );
    }
    let (mut stage, task) = two(Settlement::OnProof);
    assert!(matches!(
        stage.settle(&task, vec![]),
        Err(Refusal::Undecided { .. })
    ));
    let own = seen(0, 12, None);
    assert!(matches!(
        stage.settle(&task, vec![own]),
        Err(Refusal::NoLeg { leg: 0 })
    ));
    let nobody = seen(2, 12, None);
    assert!(matches!(
        stage.settle(&task, vec![nobody]),
        Err(Refusal::NoLeg { leg: 2 })
    ));
}

#[test]
fn three_legs_need_all_to_keep_and_one_to_reverse() {
    let committed = |leg| seen(leg, 4, Some(LegState::Committed));
    let (mut stage, task) = three(Settlement::OnProof);
    assert!(stage.settle(&task, vec![committed(1)]).is_err());
    assert!(stage
        .settle(&task, vec![committed(1), seen(2, 13, None)])
        .is_err());
    stage
        .settle(&task, vec![committed(1), committed(2)])
        .unwrap();
    assert_eq!(stage.state(&task), LegState::Kept);
    let (mut stage, task) = three(Settlement::OnProof);
    stage.settle(&task, vec![seen(2, 14, None)]).unwrap();
    assert_eq!(stage.state(&task), LegState::Reversed);
}

#[test]
fn a_leg_proven_gone_weighs_more_than_one_proven_committed() {
    let (mut stage, task) = two(Settlement::OnProof);
    let both = vec![
        seen(1, 4, Some(LegState::Committed)),
        seen(1, 6, Some(LegState::Reversed)),
    ];
    stage.settle(&task, both).unwrap();
    assert_eq!(stage.state(&task), LegState::Reversed);
}

#[test]
fn after_deadlines_a_relayer_cannot_hide_what_came_after() {
    let settlement = Settlement::AfterDeadlines;
    let (mut stage, task) = two(settlement);
    let early = seen(1, 11, Some(LegState::Committed));
    assert!(matches!(
        stage.settle(&task, vec![early]),
        Err(Refusal::Undecided { .. })
    ));
    stage.height = 9;
    let late = seen(1, 12, Some(LegState::Committed));
    assert!(matches!(
        stage.settle(&task, vec![late]),
        Err(Refusal::Undecided { .. })
    ));
    stage.height = 10;
    stage.settle(&task, vec![late]).unwrap();
    assert_eq!(stage.state(&task), LegState::Kept);
}

#[test]
fn after_deadlines_a_rejection_waits_for_the_view_of_its_zone() {
    let (mut stage, task) = two(Settlement::AfterDeadlines);
    let mut rejected = seen(1, 5, Some(LegState::Rejected));
    rejected.root.standing.latest = Height(12);
    assert!(matches!(
        stage.settle(&task, vec![rejected]),
        Err(Refusal::Undecided { .. })
    ));
    rejected.root.standing.latest = Height(13);
    stage.settle(&task, vec![rejected]).unwrap();
    assert_eq!(stage.state(&task), LegState::Reversed);
}

#[test]
fn what_is_settled_is_settled() {
    let (mut stage, task) = two(Settlement::OnProof);
    stage
        .settle(&task, vec![seen(1, 4, Some(LegState::Committed))])
        .unwrap();
    let again = stage.settle(&task, vec![seen(1, 12, Some(LegState::Reversed))]);
    assert!(matches!(again, Err(Refusal::State { .. })));
    let unknown = plain_task(&[10, 12], Settlement::OnProof, 2);
    assert!(matches!(
        stage.settle(&unknown, vec![]),
        Err(Refusal::Unknown { .. })
    ));
}

#[test]
fn effects_are_those_of_the_task_and_only_the_needed_ones_are_sent() {
    let (mut stage, task) = two(Settlement::OnProof);
    let committed = || vec![seen(1, 4, Some(LegState::Committed))];
    let settle = |body| Input::Settle {
        caller: world::relayer(),
        body,
        sightings: committed(),
    };
    let none = TaskBody {
        tx: None,
        ..plain_body(&task, 0)
    };
    assert!(matches!(
        stage.take(settle(none)),
        Err(Refusal::EffectsMissing { what: "tx" })
    ));
    let mine = TaskBody {
        tx: Some(vec![world::transfer(&native("ucoin"), 100, 66)]),
        ..plain_body(&task, 0)
    };
    assert!(matches!(
        stage.take(settle(mine)),
        Err(Refusal::EffectsHash { what: "tx", .. })
    ));
    let enough = TaskBody {
        reversal: None,
        ..plain_body(&task, 0)
    };
    stage.take(settle(enough)).unwrap();
}

#[test]
fn what_cannot_be_paid_is_owed_and_claimed_once() {
    let (mut stage, task) = two(Settlement::OnProof);
    let id = task.id();
    let stray = |payout: Payout| Input::PayoutFailed {
        task: id,
        effect: 0,
        payout,
    };
    let fake = Payout::Transfer {
        asset: native("ucoin"),
        amount: Amount(100),
        to: text(&user(66)),
    };
    assert!(matches!(
        stage.take(stray(fake.clone())),
        Err(Refusal::StrayReply { .. })
    ));
    let step = stage
        .settle(&task, vec![seen(1, 4, Some(LegState::Committed))])
        .unwrap();
    let payout = payouts(&step)[0].clone();
    let claim = || Input::Claim {
        task: id,
        effect: 0,
    };
    assert!(matches!(stage.take(claim()), Err(Refusal::NotOwed { .. })));
    stage.take(stray(payout.clone())).unwrap();
    assert!(matches!(
        stage.take(stray(fake)),
        Err(Refusal::StrayReply { .. })
    ));
    let step = stage.take(claim()).unwrap();
    assert_eq!(
        step.instructions,
        [Instruction::Claimed { task: id, payout }]
    );
    assert!(matches!(stage.take(claim()), Err(Refusal::NotOwed { .. })));
    let nothing = Input::Claim {
        task: Hash::ZERO,
        effect: 0,
    };
    assert!(matches!(stage.take(nothing), Err(Refusal::NotOwed { .. })));
}
