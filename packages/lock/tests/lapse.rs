//! `lapse`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_lock::{effect::Payout, Input, Instruction, Refusal, Settlement, Task};
use tessera_primitives::Asset;
use world::{native, plain_task, text, user, Stage};

fn task() -> Task {
    plain_task(&[10, 12], Settlement::OnProof, 1)
}

#[test]
fn a_lapsed_leg_is_given_back_whole_and_not_before() {
    let mut stage = Stage::new(2);
    stage.register(&task()).unwrap();
    let lapse = || Input::Lapse { task: task().id() };
    stage.height = 9;
    assert!(matches!(stage.take(lapse()), Err(Refusal::TooEarly { .. })));
    stage.height = 10;
    let step = stage.take(lapse()).unwrap();
    let refunds: Vec<(u128, Asset)> = step.instructions.iter().map(paid_to_registrant).collect();
    assert_eq!(refunds, [(100, native("ucoin")), (5, native("ufee"))]);
    assert!(stage.lock.terms.is_empty() && stage.lock.waiting.is_empty());
    assert!(matches!(stage.take(lapse()), Err(Refusal::State { .. })));
}

fn paid_to_registrant(instruction: &Instruction) -> (u128, Asset) {
    match instruction {
        Instruction::Attempt {
            payout: Payout::Transfer { asset, amount, to },
            ..
        } if *to == text(&user(10)) => (amount.0, asset.clone()),
        other => panic!("{other:?}"),
    }
}
