//! Tokens and targets that call back. Each tries every verb, in the middle of what the lock is doing to it; nothing moves
//! twice, and the legs end where they would have ended.

use crate::world::{batch, coin_of, denom, facts, villain, Plan, World, FEE, HORIZON, PURSE, TIP};
use cosmwasm_std::{coin, to_json_binary, CosmosMsg, WasmMsg};
use serde::Serialize;
use tessera_contract_api::transaction_lock::ExecuteMsg;
use tessera_lock::{state::LegState, Locking, Settlement};
use tessera_primitives::{Amount, Bytes};

fn call(
    contract: &cosmwasm_std::Addr,
    message: &impl Serialize,
    funds: Vec<cosmwasm_std::Coin>,
) -> CosmosMsg {
    let msg = to_json_binary(message).unwrap();
    WasmMsg::Execute {
        contract_addr: contract.to_string(),
        msg,
        funds,
    }
    .into()
}

/// Every verb, as the villain would send it in the middle of something.
fn every_verb(world: &mut World, plan: &Plan) -> Vec<CosmosMsg> {
    let lock = world.sides[0].lock.clone();
    let villain = world.sides[0].villain.clone();
    world.sides[0]
        .zone
        .mint(&villain, 1_000, &denom(0))
        .unwrap();
    let proofs = world.evidence(0, &[plan]);
    let (task_id, batch) = (plan.id(), batch(0, &[plan], proofs));
    let locking = Locking {
        caller: world.address(0, "thief"),
        body: Bytes(plan.body(0).to_bytes()),
        seen: vec![],
    };
    let register = ExecuteMsg::Register {
        task: plan.task.clone(),
        tx: plan.parts[0].tx.clone(),
        reversal: plan.parts[0].reversal.clone(),
        tip: Amount(TIP),
    };
    let free = [
        ExecuteMsg::Commit {
            batch: batch.clone(),
        },
        ExecuteMsg::Settle {
            batch: batch.clone(),
        },
        ExecuteMsg::Reject { batch },
        ExecuteMsg::Lapse { task_id },
        ExecuteMsg::Claim { task_id, effect: 0 },
        ExecuteMsg::CommitLocked {
            locking: Bytes(tessera_primitives::canonical::encode(&locking)),
        },
    ];
    let paid = call(&lock, &register, vec![coin(FEE + TIP, denom(0))]);
    free.iter()
        .map(|message| call(&lock, message, vec![]))
        .chain([paid])
        .collect()
}

fn token_swap(world: &mut World) -> Plan {
    let villain = world.villain(0);
    let parts = vec![
        world.payment(0, "ann", "bob", villain, 40),
        world.payment(1, "bob", "ann", coin_of(1), 5),
    ];
    world.plan(parts, Settlement::OnProof)
}

fn villain_call(world: &mut World) -> Plan {
    let villain = world.sides[0].villain.clone();
    let parts = vec![
        world.call(0, "ann", &villain, Bytes(b"payload".to_vec()), 40),
        world.payment(1, "bob", "ann", coin_of(1), 5),
    ];
    world.plan(parts, Settlement::OnProof)
}

#[test]
fn a_token_that_calls_back_while_it_is_fetched_finds_every_door_shut() {
    let mut world = World::new(2);
    let plan = token_swap(&mut world);
    world.tick(2);
    let messages = every_verb(&mut world, &plan);
    let tried = messages.len();
    world.arm(0, "transfer_from", false, messages);
    world.register(0, &plan).unwrap();
    let answers = world.answers(0);
    assert_eq!(answers.len(), tried);
    for answer in answers {
        // The host hides a contract's words from whoever calls it; that it failed is what counts.
        assert_ne!(answer, "done");
    }
    assert_eq!(world.state(0, &plan), LegState::Registered);
    assert_eq!(world.escrow(0, &world.villain(0)), 40);
    assert_eq!(world.open_tasks(0).len(), 1);
    // The doors are open again once it has arrived.
    let next = world.swap();
    world.register(0, &next).unwrap();
}

#[test]
fn one_balance_is_not_counted_for_two_legs() {
    // The villain registers a leg of its own while another is being fetched: were both believed by the same rise of the
    // balance, one of the two would be worth nothing.
    let mut world = World::new(2);
    let (outer, inner) = (token_swap(&mut world), token_swap(&mut world));
    let villain = world.sides[0].villain.clone();
    let message = ExecuteMsg::Register {
        task: inner.task.clone(),
        tx: inner.parts[0].tx.clone(),
        reversal: inner.parts[0].reversal.clone(),
        tip: Amount(TIP),
    };
    world.sides[0]
        .zone
        .mint(&villain, 1_000, &denom(0))
        .unwrap();
    let lock = world.sides[0].lock.clone();
    let again = call(&lock, &message, vec![coin(FEE + TIP, denom(0))]);
    world.arm(0, "transfer_from", false, vec![again]);
    world.register(0, &outer).unwrap();
    assert_eq!(world.leg(0, &inner), None);
}

#[test]
fn a_token_that_calls_back_while_it_is_paid_out_gains_nothing() {
    let mut world = World::new(2);
    let plan = token_swap(&mut world);
    world.commit_all(&plan);
    let messages = every_verb(&mut world, &plan);
    world.arm(0, "transfer", false, messages);
    let response = world.settle(0, &[&plan]).unwrap();
    assert!(facts(&response).contains(&"kept"));
    assert!(!facts(&response).contains(&"reversed"));
    let (bob, villain) = (world.who(0, "bob"), world.villain(0));
    assert_eq!(
        (world.has(0, &bob, &villain), world.escrow(0, &villain)),
        (40, 0)
    );
    assert_eq!(world.escrow(0, &coin_of(0)), 0);
    assert_eq!(world.coins(0, "relayer"), PURSE + TIP);
    assert_eq!(world.state(0, &plan), LegState::Kept);
    assert!(world.owed(0).is_empty());
}

#[test]
fn a_target_that_calls_back_when_it_is_locked_gains_nothing() {
    let mut world = World::new(2);
    let plan = villain_call(&mut world);
    world.register_all(&plan);
    let messages = every_verb(&mut world, &plan);
    world.arm(0, "lock", false, messages);
    let response = world.commit(0, &[&plan]).unwrap();
    let commits = facts(&response)
        .iter()
        .filter(|fact| **fact == "committed")
        .count();
    assert_eq!((commits, world.state(0, &plan)), (1, LegState::Committed));
    assert_eq!(world.calls(0, "lock"), 1);
    assert_eq!(world.coins(0, "relayer"), PURSE + TIP / 2);
    assert_eq!(world.escrow(0, &coin_of(0)), 40 + TIP - TIP / 2);
    assert_eq!(world.at_risk(0, 1, coin_of(0)), 40);
}

#[test]
fn a_target_that_calls_back_when_it_is_unlocked_gains_nothing() {
    let mut world = World::new(2);
    let plan = villain_call(&mut world);
    world.commit_all(&plan);
    let messages = every_verb(&mut world, &plan);
    let villain = world.sides[0].villain.clone();
    let before = world.has(0, &villain, &coin_of(0));
    world.arm(0, "unlock", false, messages);
    world.settle(0, &[&plan]).unwrap();
    assert_eq!(world.calls(0, "unlock"), 1);
    assert_eq!(
        world.has(0, &villain, &coin_of(0)),
        before + 40,
        "once, and nothing for what it tried"
    );
    assert_eq!((world.escrow(0, &coin_of(0)), world.owed(0).len()), (0, 0));
    assert_eq!(world.state(0, &plan), LegState::Kept);
}

#[test]
fn a_target_that_calls_back_when_it_is_reversed_gains_nothing() {
    let mut world = World::new(2);
    let plan = villain_call(&mut world);
    world.register_all(&plan);
    world.commit(0, &[&plan]).unwrap();
    world.tick(HORIZON);
    let messages = every_verb(&mut world, &plan);
    world.arm(0, "reverse", false, messages);
    world.settle(0, &[&plan]).unwrap();
    assert_eq!(
        (world.calls(0, "reverse"), world.calls(0, "unlock")),
        (1, 0)
    );
    assert_eq!(world.coins(0, "ann"), PURSE - FEE - TIP);
    assert_eq!(
        (world.state(0, &plan), world.escrow(0, &coin_of(0))),
        (LegState::Reversed, 0)
    );
}

#[test]
fn a_target_that_refuses_to_release_stops_neither_the_refund_nor_the_claim() {
    let mut world = World::new(2);
    let plan = villain_call(&mut world);
    world.register_all(&plan);
    world.commit(0, &[&plan]).unwrap();
    world.tick(HORIZON);
    world.arm(0, "reverse", true, vec![]);
    let response = world.settle(0, &[&plan]).unwrap();
    assert_eq!(facts(&response), ["reversed", "owed"]);
    assert_eq!(world.coins(0, "ann"), PURSE - FEE - TIP);
    world.arm(0, "reverse", false, vec![]);
    world.claim(0, &plan, 0).unwrap();
    assert_eq!(world.calls(0, "reverse"), 1);
}

#[test]
fn a_claim_that_is_called_again_in_its_own_middle_pays_once() {
    let mut world = World::new(2);
    let plan = token_swap(&mut world);
    world.commit_all(&plan);
    world.arm(0, "transfer", true, vec![]);
    world.settle(0, &[&plan]).unwrap();
    let again = ExecuteMsg::Claim {
        task_id: plan.id(),
        effect: 0,
    };
    let again = call(&world.sides[0].lock.clone(), &again, vec![]);
    world.arm(0, "transfer", false, vec![again.clone(), again]);
    world.claim(0, &plan, 0).unwrap();
    assert!(world.answers(0).iter().all(|answer| answer != "done"));
    let (bob, villain) = (world.who(0, "bob"), world.villain(0));
    assert_eq!(
        (world.has(0, &bob, &villain), world.escrow(0, &villain)),
        (40, 0)
    );
}

#[test]
fn a_contract_that_is_no_lock_says_nothing_to_a_harbour() {
    let mut world = World::new(2);
    let harbour = world.sides[0].harbour.clone();
    let order = world.booking(0, "ann", 1, 50);
    let tessera_lock::Effect::Call { payload, .. } = &order.tx[0] else {
        unreachable!()
    };
    let order = tessera_contract_api::lockable::Order {
        task_id: tessera_primitives::Hash::ZERO,
        registrant: world.address(0, "ann"),
        payload: payload.clone(),
        funds: vec![],
    };
    let lock = tessera_contract_api::lockable::LockableMsg::Lock(order);
    let message = tessera_contract_api::booking::ExecuteMsg::Lockable(lock);
    let send = villain::ExecuteMsg::Send {
        messages: vec![call(&harbour, &message, vec![])],
    };
    let (thief, villain) = (world.who(0, "thief"), world.sides[0].villain.clone());
    assert!(world.sides[0]
        .zone
        .execute(&thief, &villain, &send, &[])
        .is_err());
}
