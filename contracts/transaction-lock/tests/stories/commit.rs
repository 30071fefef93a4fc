//! `commit`, as a relayer and as whoever would lock what should not be.

use crate::world::{
    batch, coin_of, facts, rule, skipped, Plan, World, FRESH, INTERVAL, PURSE, TIP,
};
use tessera_contract_api::{
    roles::RolesMsg,
    transaction_lock::{CheckResponse, ExecuteMsg, QueryMsg},
};
use tessera_contract_kit::roles::RolesError;
use tessera_lock::{
    state::LegState, Batch, Effect, Locking, Refusal, Settlement, TaskBody, MAX_BATCH,
};
use tessera_primitives::{canonical, Amount, Bytes, Height, Malformed, ZoneId};
use transaction_lock::LockError;

fn registered(world: &mut World) -> Plan {
    let plan = world.swap();
    world.register_all(&plan);
    plan
}

#[test]
fn a_leg_is_locked_and_the_relayer_gets_half_of_the_tip() {
    let mut world = World::new(2);
    let plan = registered(&mut world);
    let before = world.ask::<CheckResponse>(0, &QueryMsg::Check { task_id: plan.id() });
    assert_eq!(
        before,
        CheckResponse {
            tx: None,
            reversed: false
        }
    );
    world.commit(0, &[&plan]).unwrap();
    let leg = world.leg(0, &plan).unwrap();
    assert_eq!(
        (leg.state, leg.committed_at),
        (LegState::Committed, world.height(0))
    );
    let check = world.ask::<CheckResponse>(0, &QueryMsg::Check { task_id: plan.id() });
    assert_eq!(
        check,
        CheckResponse {
            tx: Some(world.height(0)),
            reversed: false
        }
    );
    assert_eq!(world.coins(0, "relayer"), PURSE + TIP / 2);
    assert_eq!(world.escrow(0, &coin_of(0)), 100 + TIP - TIP / 2);
    assert_eq!(world.at_risk(0, 1, coin_of(0)), 100);
}

#[test]
fn nothing_is_earned_twice() {
    let mut world = World::new(2);
    let plan = registered(&mut world);
    world.commit(0, &[&plan]).unwrap();
    let again = world.commit(0, &[&plan]).unwrap();
    assert_eq!(
        skipped(&again),
        format!("task {} is committed, expected registered", plan.id())
    );
    assert_eq!(world.coins(0, "relayer"), PURSE + TIP / 2);
}

#[test]
fn a_batch_takes_what_can_commit_and_passes_the_rest_over() {
    let mut world = World::new(2);
    let plans: Vec<Plan> = (0..5).map(|_| world.swap()).collect();
    for (number, plan) in plans.iter().enumerate() {
        world.register(0, plan).unwrap();
        if number != 3 {
            world.register(1, plan).unwrap();
        }
    }
    world.tick(2);
    world.commit(0, &[&plans[0]]).unwrap();
    let all: Vec<&Plan> = plans.iter().collect();
    let response = world.commit(0, &all).unwrap();
    assert_eq!(
        facts(&response),
        ["skipped", "committed", "committed", "skipped", "committed"]
    );
    assert_eq!(world.state(0, &plans[3]), LegState::Registered);
    assert_eq!(world.coins(0, "relayer"), PURSE + 4 * (TIP / 2));
    let payments = response
        .events
        .iter()
        .filter(|event| event.ty == "transfer")
        .count();
    assert_eq!(payments, 1, "thirty tips are one payment");
}

#[test]
fn a_task_that_repeats_in_a_batch_is_passed_over() {
    let mut world = World::new(2);
    let plan = registered(&mut world);
    let mut proofs = world.evidence(0, &[&plan]);
    proofs[0].tasks = vec![0];
    let response = world.commit_with(0, &[&plan, &plan], proofs).unwrap();
    assert_eq!(facts(&response), ["committed", "skipped"]);
    assert_eq!(world.coins(0, "relayer"), PURSE + TIP / 2);
}

#[test]
fn a_batch_has_one_to_thirty_tasks() {
    let mut world = World::new(2);
    let plan = registered(&mut world);
    let proofs = world.evidence(0, &[&plan]);
    let many: Vec<&Plan> = vec![&plan; MAX_BATCH + 1];
    for batch in [&many[..], &[]] {
        let refusal = rule(world.commit_with(0, batch, proofs.clone()));
        let Refusal::Malformed(Malformed::Range {
            min, max, actual, ..
        }) = refusal
        else {
            panic!("{refusal}")
        };
        let sent = batch.len() as u128;
        assert_eq!((min, max, actual), (1, MAX_BATCH as u128, sent));
    }
}

#[test]
fn thirty_tasks_commit_with_one_multiproof() {
    let mut world = World::new(2);
    let plans: Vec<Plan> = (0..MAX_BATCH).map(|_| world.swap()).collect();
    for plan in &plans {
        world.register(0, plan).unwrap();
        world.register(1, plan).unwrap();
    }
    world.tick(2);
    let all: Vec<&Plan> = plans.iter().collect();
    let response = world.commit(0, &all).unwrap();
    assert_eq!(facts(&response), vec!["committed"; MAX_BATCH]);
    assert_eq!(world.at_risk(0, 1, coin_of(0)), 100 * MAX_BATCH as u128);
}

#[test]
fn an_unregistered_leg_is_not_ready() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register(0, &plan).unwrap();
    world.tick(2);
    assert!(skipped(&world.commit(0, &[&plan]).unwrap()).contains("is not proven ready"));
    // Registered now, and shown as it was before: stale evidence proves nothing ready either.
    let before = world.sides[1].zone.sealed();
    world.register(1, &plan).unwrap();
    world.tick(2);
    let proofs = vec![world.proof(1, &[&plan], before)];
    assert!(
        skipped(&world.commit_with(0, &[&plan], proofs).unwrap()).contains("is not proven ready")
    );
    let nothing = world.commit_with(0, &[&plan], vec![]).unwrap();
    assert!(skipped(&nothing).contains("nothing was shown"));
}

#[test]
fn evidence_of_another_task_is_not_evidence() {
    let mut world = World::new(2);
    let (plan, other) = (world.swap(), world.swap());
    world.register(0, &plan).unwrap();
    world.register_all(&other);
    let proofs = world.evidence(0, &[&other]);
    let refusal = rule(world.commit_with(0, &[&plan], proofs));
    assert!(matches!(refusal, Refusal::Proof { .. }), "{refusal}");
}

#[test]
fn evidence_of_another_contract_or_zone_is_not_evidence() {
    let mut world = World::new(3);
    let parts = vec![
        world.payment(0, "ann", "bob", coin_of(0), 100),
        world.payment(1, "bob", "cleo", coin_of(1), 200),
        world.payment(2, "cleo", "ann", coin_of(2), 300),
    ];
    let plan = world.plan(parts, Settlement::OnProof);
    world.register_all(&plan);
    let mut proofs = world.evidence(0, &[&plan]);
    // Gamma's proof under beta's name, at a root that beta has.
    proofs[0].proof = proofs[1].proof.clone();
    let refusal = rule(world.commit_with(0, &[&plan], proofs.clone()));
    assert!(matches!(refusal, Refusal::Proof { .. }), "{refusal}");
    // The same key in another contract of beta: the harbour has no leg, its absence proves nothing of the lock.
    let height = proofs[0].height;
    let state = height.minus(1).unwrap();
    let side = &world.sides[1];
    let forged = side
        .zone
        .prove(&side.harbour, &tessera_lock::key::leg(&plan.id()), state)
        .unwrap();
    proofs[0].proof = forged.to_proof();
    let refusal = rule(world.commit_with(0, &[&plan], proofs.clone()));
    assert!(matches!(refusal, Refusal::Proof { .. }), "{refusal}");
    // A zone that the task does not touch.
    proofs[0].zone = ZoneId::new("omega-1").unwrap();
    let refusal = rule(world.commit_with(0, &[&plan], proofs));
    assert!(
        matches!(refusal, Refusal::NotLinked { .. } | Refusal::Number { .. }),
        "{refusal}"
    );
    assert_eq!(world.state(0, &plan), LegState::Registered);
}

#[test]
fn a_root_that_the_view_does_not_have_is_refused() {
    let mut world = World::new(2);
    let plan = registered(&mut world);
    let mut proofs = world.evidence(0, &[&plan]);
    proofs[0].height = Height(9_999);
    let refusal = world.commit_with(0, &[&plan], proofs).unwrap_err();
    assert!(
        matches!(
            refusal,
            LockError::NoRoot {
                height: Height(9_999),
                ..
            }
        ),
        "{refusal}"
    );
}

#[test]
fn a_root_is_fresh_to_the_second() {
    let mut world = World::new(2);
    let mut plan = world.swap();
    for leg in &mut plan.task.legs {
        leg.deadline = Height(leg.deadline.0 + 100);
    }
    world.register_all(&plan);
    let proofs = world.evidence(0, &[&plan]);
    // The newest header was sealed a block ago: at `fresh` the root just counts.
    let blocks = FRESH / INTERVAL - 1;
    world.tick(blocks);
    let fresh = world.commit_with(0, &[&plan], proofs.clone());
    assert_eq!(facts(&fresh.unwrap()), ["committed"]);
    let mut plan = world.swap();
    for leg in &mut plan.task.legs {
        leg.deadline = Height(leg.deadline.0 + 100);
    }
    world.register_all(&plan);
    let proofs = world.evidence(0, &[&plan]);
    world.tick(blocks + 1);
    assert!(skipped(&world.commit_with(0, &[&plan], proofs).unwrap()).contains("old, at most"));
    // A newer root, and it commits.
    assert_eq!(facts(&world.commit(0, &[&plan]).unwrap()), ["committed"]);
}

#[test]
fn the_last_block_to_commit_is_the_one_below_the_deadline() {
    for (blocks_left, commits) in [(1, true), (0, false)] {
        let mut world = World::new(2);
        let plan = registered(&mut world);
        let deadline = plan.task.legs[0].deadline;
        world.tick_to(0, Height(deadline.0 - blocks_left));
        let response = world.commit(0, &[&plan]).unwrap();
        if commits {
            assert_eq!(facts(&response), ["committed"]);
        } else {
            assert!(skipped(&response).contains("had its deadline at"));
        }
    }
}

#[test]
fn another_leg_counts_as_registered_only_below_its_own_deadline() {
    for (above, commits) in [(0, false), (1, true)] {
        let mut world = World::new(2);
        let mut plan = world.swap();
        // Shown at the state two blocks from now: at beta's deadline, or one below it.
        let shown = world.height(1).0 + 5;
        plan.task.legs[1].deadline = Height(shown + above);
        world.register(0, &plan).unwrap();
        world.register(1, &plan).unwrap();
        world.tick_to(1, Height(shown + 2));
        let proofs = vec![world.show(0, 1, &[&plan])];
        assert_eq!(proofs[0].height, Height(shown + 1));
        let response = world.commit_with(0, &[&plan], proofs).unwrap();
        assert_eq!(
            facts(&response),
            [if commits { "committed" } else { "skipped" }]
        );
    }
}

#[test]
fn a_cap_holds_over_a_batch_and_is_freed_by_a_reversal() {
    let mut world = World::new(2);
    let zone = world.sides[1].zone.id().clone();
    let cap = ExecuteMsg::SetCap {
        zone,
        asset: coin_of(0),
        max: Amount(250),
    };
    world.send(0, "owner", &cap, &[]).unwrap();
    let plans: Vec<Plan> = (0..3).map(|_| world.swap()).collect();
    for plan in &plans {
        world.register(0, plan).unwrap();
        world.register(1, plan).unwrap();
    }
    world.tick(2);
    let all: Vec<&Plan> = plans.iter().collect();
    let response = world.commit(0, &all).unwrap();
    assert_eq!(facts(&response), ["committed", "committed", "skipped"]);
    assert!(skipped(&response)
        .contains("300 of native:ualpha would be at risk from zone beta-1, the cap is 250"));
    world.tick(crate::world::HORIZON);
    world.settle(0, &[&plans[0]]).unwrap();
    assert_eq!(world.at_risk(0, 1, coin_of(0)), 100);
}

#[test]
fn a_link_that_was_taken_away_stops_commits_and_not_settles() {
    let mut world = World::new(2);
    let (committed, late) = (world.swap(), world.swap());
    world.commit_all(&committed);
    world.register_all(&late);
    let unlink = ExecuteMsg::UnlinkPeer {
        zone: world.sides[1].zone.id().clone(),
    };
    world.send(0, "owner", &unlink, &[]).unwrap();
    assert!(skipped(&world.commit(0, &[&late]).unwrap()).contains("is not linked"));
    assert_eq!(facts(&world.settle(0, &[&committed]).unwrap()), ["kept"]);
    world.tick(crate::world::HORIZON);
    world.lapse(0, &late).unwrap();
}

#[test]
fn an_expired_view_commits_nothing() {
    let mut world = World::new(2);
    let plan = registered(&mut world);
    let proofs = world.evidence(0, &[&plan]);
    let month = tessera_primitives::Seconds(30 * 24 * 3600);
    world.sides[0].zone.next_block_after(month).unwrap();
    let response = world.commit_with(0, &[&plan], proofs);
    match response {
        Ok(response) => assert!(
            skipped(&response).contains("Expired"),
            "{}",
            skipped(&response)
        ),
        Err(refusal) => assert!(matches!(refusal, LockError::NoRoot { .. }), "{refusal}"),
    }
    assert_eq!(world.state(0, &plan), LegState::Registered);
    let fresh = world.swap();
    let refusal = rule(world.register(0, &fresh));
    assert!(matches!(refusal, Refusal::NotActive { .. }), "{refusal}");
}

#[test]
fn garbage_for_a_task_refuses_the_batch() {
    let mut world = World::new(2);
    let plan = registered(&mut world);
    let proofs = world.evidence(0, &[&plan]);
    let whole = batch(0, &[&plan], proofs);
    let cut = Bytes(whole.0[..whole.0.len() - 1].to_vec());
    let spare = Bytes([whole.0.as_slice(), &[0]].concat());
    for garbage in [Bytes(vec![]), Bytes(vec![0xff; 64]), cut, spare] {
        let message = ExecuteMsg::Commit { batch: garbage };
        let refusal = rule(world.send(0, "relayer", &message, &[]));
        assert!(matches!(refusal, Refusal::Malformed(_)), "{refusal}");
    }
}

#[test]
fn a_task_of_which_a_byte_differs_is_another_task() {
    let mut world = World::new(2);
    let plan = registered(&mut world);
    let mut richer = plan.clone();
    richer.task.nonce += 1;
    let proofs = world.evidence(0, &[&richer]);
    let response = world.commit_with(0, &[&richer], proofs).unwrap();
    assert_eq!(
        skipped(&response),
        format!("task {} is not registered", richer.id())
    );
}

#[test]
fn only_the_lock_sends_the_second_half_of_a_commit() {
    let mut world = World::new(2);
    let parts = vec![
        world.booking(0, "ann", 1, 50),
        world.payment(1, "bob", "ann", coin_of(1), 5),
    ];
    let plan = world.plan(parts, Settlement::OnProof);
    world.register_all(&plan);
    let caller = world.address(0, "thief");
    let (tx, reversal) = (Some(plan.parts[0].tx.clone()), None);
    let body = TaskBody {
        task: plan.task.clone(),
        tx,
        reversal,
    };
    let locking = Bytes(canonical::encode(&Locking {
        caller,
        body: Bytes(body.to_bytes()),
        seen: Vec::new(),
    }));
    for pretender in ["thief", "owner", "ann"] {
        let message = ExecuteMsg::CommitLocked {
            locking: locking.clone(),
        };
        let refusal = world.send(0, pretender, &message, &[]).unwrap_err();
        assert!(
            matches!(refusal, LockError::Roles(RolesError::Unauthorized { .. })),
            "{refusal}"
        );
    }
    assert_eq!(world.state(0, &plan), LegState::Registered);
}

#[test]
fn a_call_commits_only_with_its_effects_shown() {
    let mut world = World::new(2);
    let parts = vec![
        world.booking(0, "ann", 1, 50),
        world.payment(1, "bob", "ann", coin_of(1), 5),
    ];
    let plan = world.plan(parts, Settlement::OnProof);
    world.register_all(&plan);
    let proofs = world.evidence(0, &[&plan]);
    let send = |world: &mut World, tx| {
        let body = TaskBody {
            task: plan.task.clone(),
            tx,
            reversal: None,
        };
        let tasks = vec![body];
        let proofs = proofs.clone();
        let batch = Batch { tasks, proofs }.to_bytes();
        world.send(0, "relayer", &ExecuteMsg::Commit { batch }, &[])
    };
    assert!(skipped(&send(&mut world, None).unwrap()).contains("lacks its tx"));
    let other = world.booking(0, "ann", 2, 50).tx;
    let refusal = rule(send(&mut world, Some(other)));
    assert!(matches!(refusal, Refusal::EffectsHash { what: "tx", .. }));
    let done = send(&mut world, Some(plan.parts[0].tx.clone())).unwrap();
    assert_eq!(facts(&done), ["committed", "booking_reserved"]);
}

#[test]
fn a_lock_that_fails_undoes_its_own_leg_and_no_other() {
    let mut world = World::new(2);
    let plans: Vec<Plan> = [6, 6, 4]
        .into_iter()
        .map(|units| {
            let parts = vec![
                world.booking(0, "ann", units, 50 * u128::from(units)),
                world.payment(1, "bob", "ann", coin_of(1), 5),
            ];
            world.plan(parts, Settlement::OnProof)
        })
        .collect();
    for plan in &plans {
        world.register(0, plan).unwrap();
        world.register(1, plan).unwrap();
    }
    world.tick(2);
    let all: Vec<&Plan> = plans.iter().collect();
    world.commit(0, &all).unwrap();
    let states: Vec<LegState> = plans.iter().map(|plan| world.state(0, plan)).collect();
    assert_eq!(
        states,
        [
            LegState::Committed,
            LegState::Registered,
            LegState::Committed
        ]
    );
    assert_eq!(
        world.coins(0, "relayer"),
        PURSE + 2 * (TIP / 2),
        "what failed earns nothing"
    );
    assert_eq!(world.at_risk(0, 1, coin_of(0)), 500);
}

/// Attack: a booking at its price in a task that brings none of it, to hold berths for a register's fee.
#[test]
fn a_call_reserves_only_what_its_task_has_in_escrow() {
    let mut world = World::new(2);
    let booked = world.booking(0, "ann", 1, 50);
    let (harbour, payload) = match &booked.tx[0] {
        Effect::Call { payload, .. } => (world.sides[0].harbour.clone(), payload.clone()),
        Effect::Transfer { .. } => unreachable!(),
    };
    let plans: Vec<Plan> = [0, 49, 51, 50]
        .into_iter()
        .map(|brought| {
            let parts = vec![
                world.call(0, "ann", &harbour, payload.clone(), brought),
                world.payment(1, "bob", "ann", coin_of(1), 5),
            ];
            world.plan(parts, Settlement::OnProof)
        })
        .collect();
    for plan in &plans {
        world.register(0, plan).unwrap();
        world.register(1, plan).unwrap();
    }
    world.tick(2);
    let all: Vec<&Plan> = plans.iter().collect();
    let done = world.commit(0, &all).unwrap();
    let reserved = facts(&done)
        .iter()
        .filter(|fact| **fact == "booking_reserved")
        .count();
    assert_eq!(reserved, 1, "only the one that has the price in escrow");
    assert_eq!(world.state(0, &plans[0]), LegState::Registered);
    assert_eq!(world.state(0, &plans[3]), LegState::Committed);
}

#[test]
fn a_pause_stops_commits_and_no_exit() {
    let mut world = World::new(2);
    let (kept, open, taken) = (world.swap(), world.swap(), world.swap());
    world.commit_all(&kept);
    world.register_all(&open);
    world.register(0, &taken).unwrap();
    world.tick(2);
    world
        .send(0, "guardian", &ExecuteMsg::Roles(RolesMsg::Pause {}), &[])
        .unwrap();
    let proofs = world.evidence(0, &[&open]);
    let refusal = world.commit_with(0, &[&open], proofs);
    assert_eq!(refusal.unwrap_err(), LockError::Roles(RolesError::Paused));
    assert_eq!(facts(&world.settle(0, &[&kept]).unwrap()), ["kept"]);
    assert_eq!(
        facts(&world.reject(0, "ann", &taken).unwrap()),
        ["rejected"]
    );
    world.tick(crate::world::HORIZON);
    assert_eq!(facts(&world.lapse(0, &open).unwrap()), ["lapsed"]);
}
