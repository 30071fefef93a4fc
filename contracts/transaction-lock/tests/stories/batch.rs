//! `register_batch`: several tasks of one registrant in one message, and what must not get in among them.

use crate::world::{coin_of, denom, facts, rule, Plan, World, FEE, HORIZON, PURSE, TIP};
use cosmwasm_std::{coin, Coin};
use cw_multi_test::AppResponse;
use tessera_contract_api::transaction_lock::{ExecuteMsg, OwnLeg};
use tessera_lock::{Refusal, Settlement, MAX_BATCH};
use tessera_primitives::{Amount, Denom};
use transaction_lock::LockError;

fn message(on: usize, plans: &[Plan]) -> ExecuteMsg {
    let legs = plans.iter().map(|plan| OwnLeg {
        task: plan.task.clone(),
        tx: plan.parts[on].tx.clone(),
        reversal: plan.parts[on].reversal.clone(),
        tip: Amount(plan.tip),
    });
    ExecuteMsg::RegisterBatch {
        legs: legs.collect(),
    }
}

fn price(world: &World, on: usize, plans: &[Plan]) -> Vec<Coin> {
    let all = plans.iter().flat_map(|plan| world.price(on, plan));
    let total = all.map(|coin| coin.amount.u128()).sum();
    vec![coin(total, denom(on))]
}

fn register(world: &mut World, on: usize, plans: &[Plan]) -> Result<AppResponse, LockError> {
    let funds = price(world, on, plans);
    let sender = plans[0].parts[on].registrant;
    world.send(on, sender, &message(on, plans), &funds)
}

fn swaps(world: &mut World, count: usize) -> Vec<Plan> {
    (0..count).map(|_| world.swap()).collect()
}

/// Nothing of these plans is there, and nobody has paid.
fn nothing_happened(world: &World, plans: &[Plan]) {
    for plan in plans {
        assert_eq!(world.leg(0, plan), None);
    }
    assert_eq!(
        (world.coins(0, "ann"), world.coins(0, "treasury")),
        (PURSE, 0)
    );
}

#[test]
fn a_batch_is_paid_at_once_and_each_task_goes_its_own_way() {
    let mut world = World::new(2);
    let plans = swaps(&mut world, MAX_BATCH);
    let response = register(&mut world, 0, &plans).unwrap();
    assert_eq!(facts(&response), ["registered"; MAX_BATCH]);
    let fees = response
        .events
        .iter()
        .filter(|event| event.ty == "transfer");
    // All fees together; of what ann sent along there is no event in this chain.
    assert_eq!(fees.count(), 1);
    assert_eq!(world.coins(0, "treasury"), FEE * MAX_BATCH as u128);
    let due = (100 + TIP) * MAX_BATCH as u128;
    assert_eq!(world.escrow(0, &coin_of(0)), due);

    // One is kept, one is taken back, the rest lapses.
    register(&mut world, 1, &plans[..1]).unwrap();
    world.tick(2);
    for on in 0..2 {
        world.commit(on, &[&plans[0]]).unwrap();
    }
    world.tick(2);
    for on in 0..2 {
        world.settle(on, &[&plans[0]]).unwrap();
    }
    world.reject(0, "ann", &plans[1]).unwrap();
    world.tick(HORIZON);
    for plan in &plans[2..] {
        world.lapse(0, plan).unwrap();
    }
    assert_eq!(world.escrow(0, &coin_of(0)), 0);
    let paid = 100 + TIP + FEE * MAX_BATCH as u128;
    // On the other zone bob has paid ann.
    assert_eq!(world.coins(0, "ann"), PURSE - paid);
}

#[test]
fn a_batch_has_one_to_thirty_tasks() {
    let mut world = World::new(2);
    let plans = swaps(&mut world, MAX_BATCH + 1);
    let refused = |actual| Refusal::Number {
        what: "tasks of a batch",
        min: 1,
        max: MAX_BATCH,
        actual,
    };
    let empty = world.send(0, "ann", &message(0, &[]), &[]);
    assert_eq!(rule(empty), refused(0));
    assert_eq!(
        rule(register(&mut world, 0, &plans)),
        refused(MAX_BATCH + 1)
    );
    nothing_happened(&world, &plans);
}

#[test]
fn one_bad_task_refuses_all() {
    let mut world = World::new(2);
    let mut plans = swaps(&mut world, 3);
    // Twice the same.
    plans.push(plans[1].clone());
    let task = plans[1].id();
    let refusal = rule(register(&mut world, 0, &plans));
    assert_eq!(refusal, Refusal::SeenBefore { task });
    nothing_happened(&world, &plans);
    // Another's.
    let parts = vec![
        world.payment(0, "bob", "ann", coin_of(0), 100),
        world.payment(1, "ann", "bob", coin_of(1), 200),
    ];
    plans[3] = world.plan(parts, Settlement::OnProof);
    let (expected, actual) = (world.address(0, "bob"), world.address(0, "ann"));
    let refusal = rule(register(&mut world, 0, &plans));
    assert_eq!(refusal, Refusal::NotRegistrant { expected, actual });
    nothing_happened(&world, &plans);
}

#[test]
fn the_sum_is_exact_whoever_of_them_is_short() {
    let mut world = World::new(2);
    let plans = swaps(&mut world, 3);
    let due = (100 + FEE + TIP) * 3;
    for sent in [0, due - 1, due + 1] {
        let funds = match sent {
            0 => vec![],
            _ => vec![coin(sent, denom(0))],
        };
        let refused = world.send(0, "ann", &message(0, &plans), &funds);
        let refusal = Refusal::Funds {
            denom: Denom::new(denom(0)).unwrap(),
            expected: Amount(due),
            actual: Amount(sent),
        };
        assert_eq!(rule(refused), refusal);
        nothing_happened(&world, &plans);
    }
}

#[test]
fn tokens_of_a_batch_are_fetched_together() {
    let mut world = World::new(2);
    let token = world.token(0);
    let plans: Vec<Plan> = (0..3)
        .map(|_| {
            let parts = vec![
                world.payment(0, "ann", "bob", token.clone(), 30),
                world.payment(1, "bob", "ann", coin_of(1), 5),
            ];
            world.plan(parts, Settlement::OnProof)
        })
        .collect();
    // A batch cannot bring more than is allowed for all.
    world.allow(0, "ann", 89);
    let (sender, funds) = (world.who(0, "ann"), price(&world, 0, &plans));
    let lock = world.sides[0].lock.clone();
    let zone = &mut world.sides[0].zone;
    zone.execute(&sender, &lock, &message(0, &plans), &funds)
        .unwrap_err();
    nothing_happened(&world, &plans);
    world.allow(0, "ann", 1);
    register(&mut world, 0, &plans).unwrap();
    assert_eq!(world.escrow(0, &token), 90);
}
