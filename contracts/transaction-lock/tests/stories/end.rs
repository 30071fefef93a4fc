//! `reject`, `lapse` and `claim`, by those who may and by those who would like to.

use crate::world::{batch, coin_of, facts, rule, World, FEE, FRESH, HORIZON, INTERVAL, PURSE};
use tessera_contract_api::transaction_lock::ExecuteMsg;
use tessera_lock::{state::LegState, Refusal, Settlement};
use tessera_primitives::{Height, Seconds};

#[test]
fn only_the_registrant_rejects() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register(0, &plan).unwrap();
    world.tick(2);
    for pretender in ["thief", "bob", "relayer"] {
        let refusal = rule(world.reject(0, pretender, &plan));
        assert!(
            matches!(refusal, Refusal::NotRegistrant { .. }),
            "{refusal}"
        );
    }
    assert_eq!(world.state(0, &plan), LegState::Registered);
}

#[test]
fn a_registrant_has_no_free_option() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register_all(&plan);
    assert_eq!(rule(world.reject(0, "ann", &plan)), Refusal::NothingMissing);
    world.commit(1, &[&plan]).unwrap();
    world.tick(2);
    assert_eq!(rule(world.reject(0, "ann", &plan)), Refusal::NothingMissing);
    let message = ExecuteMsg::Reject {
        batch: batch(0, &[&plan], vec![]),
    };
    assert_eq!(
        rule(world.send(0, "ann", &message, &[])),
        Refusal::NothingMissing
    );
}

#[test]
fn what_was_missing_long_ago_is_not_missing_now() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register(0, &plan).unwrap();
    world.tick(2);
    let proofs = world.evidence(0, &[&plan]);
    world.register(1, &plan).unwrap();
    world.tick(FRESH / INTERVAL);
    let message = ExecuteMsg::Reject {
        batch: batch(0, &[&plan], proofs),
    };
    let refusal = rule(world.send(0, "ann", &message, &[]));
    let (zone, max) = (world.sides[1].zone.id().clone(), Seconds(FRESH));
    let actual = Seconds(FRESH + INTERVAL);
    assert_eq!(refusal, Refusal::Stale { zone, max, actual });
}

#[test]
fn an_absent_key_says_nothing_from_the_block_on_in_which_it_need_not_be_kept() {
    for (short, counts) in [(1, true), (0, false)] {
        let mut world = World::new(2);
        let mut plan = world.swap();
        plan.task.legs[1].deadline = Height(world.height(1).0 + 3);
        plan.task.legs[1].retention = 10;
        world.register(0, &plan).unwrap();
        let shown = plan.task.legs[1].deadline.0 + 10 - short;
        // Shown is the state one below the newest sealed header, which is one below the open block.
        world.tick_to(1, Height(shown + 2));
        let result = world.reject(0, "ann", &plan);
        if counts {
            assert_eq!(facts(&result.unwrap()), ["rejected"]);
        } else {
            assert_eq!(rule(result), Refusal::NothingMissing);
        }
    }
}

#[test]
fn a_committed_leg_is_not_rejected() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register_all(&plan);
    world.commit(0, &[&plan]).unwrap();
    world.tick(HORIZON);
    let refusal = rule(world.reject(0, "ann", &plan));
    let (task, expected, actual) = (plan.id(), "registered", "committed");
    assert_eq!(
        refusal,
        Refusal::State {
            task,
            expected,
            actual
        }
    );
}

#[test]
fn a_leg_lapses_at_its_deadline_and_not_a_block_before() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register_all(&plan);
    let deadline = plan.task.legs[0].deadline;
    world.tick_to(0, Height(deadline.0 - 1));
    let (task, now) = (plan.id(), world.height(0));
    assert_eq!(
        rule(world.lapse(0, &plan)),
        Refusal::TooEarly {
            task,
            deadline,
            now
        }
    );
    world.tick(1);
    assert_eq!(facts(&world.lapse(0, &plan).unwrap()), ["lapsed"]);
    assert_eq!(
        world.coins(0, "ann"),
        PURSE - FEE,
        "funds and tip are back, the fee is not"
    );
    assert_eq!(
        world.coins(0, "thief"),
        PURSE,
        "whoever lapses earns nothing"
    );
    let (task, expected, actual) = (plan.id(), "registered", "lapsed");
    assert_eq!(
        rule(world.lapse(0, &plan)),
        Refusal::State {
            task,
            expected,
            actual
        }
    );
}

#[test]
fn a_committed_leg_does_not_lapse() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register_all(&plan);
    world.commit(0, &[&plan]).unwrap();
    world.tick(2 * HORIZON);
    assert!(matches!(rule(world.lapse(0, &plan)), Refusal::State { .. }));
    let unknown = world.swap();
    assert_eq!(
        rule(world.lapse(0, &unknown)),
        Refusal::Unknown { task: unknown.id() }
    );
}

#[test]
fn what_fails_is_owed_and_claimed_once_and_the_rest_goes_through() {
    let mut world = World::new(2);
    let villain = world.villain(0);
    let mut first = world.payment(0, "ann", "bob", villain.clone(), 40);
    let second = world.payment(0, "ann", "bob", coin_of(0), 60);
    first.tx.extend(second.tx);
    first.reversal.extend(second.reversal);
    let parts = vec![first, world.payment(1, "bob", "ann", coin_of(1), 5)];
    let plan = world.plan(parts, Settlement::OnProof);
    world.commit_all(&plan);
    world.arm(0, "transfer", true, vec![]);
    let response = world.settle(0, &[&plan]).unwrap();
    assert_eq!(facts(&response), ["kept", "owed"]);
    assert_eq!(
        world.coins(0, "bob"),
        PURSE + 60,
        "the other effect went through"
    );
    assert_eq!((world.owed(0).len(), world.escrow(0, &villain)), (1, 40));
    // Retried too early it is owed as before; a claim of anything else is refused.
    assert!(world.claim(0, &plan, 0).is_err());
    assert_eq!(world.owed(0).len(), 1);
    let (task, effect) = (plan.id(), 1);
    let other = world.send(
        0,
        "thief",
        &ExecuteMsg::Claim {
            task_id: task,
            effect,
        },
        &[],
    );
    assert_eq!(rule(other), Refusal::NotOwed { task, effect });
    world.arm(0, "transfer", false, vec![]);
    assert_eq!(facts(&world.claim(0, &plan, 0).unwrap()), ["claimed"]);
    let bob = world.who(0, "bob");
    assert_eq!(
        (world.has(0, &bob, &villain), world.escrow(0, &villain)),
        (40, 0)
    );
    assert!(world.owed(0).is_empty());
    let again = world.send(
        0,
        "thief",
        &ExecuteMsg::Claim {
            task_id: task,
            effect: 0,
        },
        &[],
    );
    assert_eq!(rule(again), Refusal::NotOwed { task, effect: 0 });
}

#[test]
fn a_receiver_that_always_fails_stops_nobody_else() {
    let mut world = World::new(2);
    let villain = world.sides[0].villain.clone();
    let mut plans = Vec::new();
    for stubborn in [true, false, true, false] {
        let part = if stubborn {
            world.call(
                0,
                "ann",
                &villain,
                tessera_primitives::Bytes(b"x".to_vec()),
                50,
            )
        } else {
            world.payment(0, "ann", "bob", coin_of(0), 50)
        };
        let parts = vec![part, world.payment(1, "bob", "ann", coin_of(1), 5)];
        plans.push(world.plan(parts, Settlement::OnProof));
    }
    let all: Vec<_> = plans.iter().collect();
    for plan in &plans {
        world.register(0, plan).unwrap();
        world.register(1, plan).unwrap();
    }
    world.tick(2);
    world.commit(0, &all).unwrap();
    world.commit(1, &all).unwrap();
    world.tick(2);
    world.arm(0, "unlock", true, vec![]);
    let response = world.settle(0, &all).unwrap();
    let kept = facts(&response)
        .iter()
        .filter(|fact| **fact == "kept")
        .count();
    assert_eq!((kept, world.owed(0).len()), (4, 2));
    assert_eq!(world.coins(0, "bob"), PURSE + 100);
    assert_eq!(
        world.escrow(0, &coin_of(0)),
        100,
        "what is owed stays in escrow"
    );
    for plan in &plans {
        assert_eq!(world.state(0, plan), LegState::Kept);
    }
}
