//! `settle`, as a relayer and as whoever would rather see another outcome.

use crate::world::{coin_of, facts, rule, skipped, Plan, World, HORIZON, PURSE, TIP};
use tessera_contract_api::transaction_lock::{CheckResponse, ExecuteMsg, QueryMsg};
use tessera_lock::{state::LegState, Batch, Refusal, Settlement, TaskBody};
use tessera_primitives::Height;

#[test]
fn nothing_is_settled_twice() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.commit_all(&plan);
    world.settle(0, &[&plan]).unwrap();
    let again = world.settle(0, &[&plan]).unwrap();
    assert_eq!(
        skipped(&again),
        format!("task {} is kept, expected committed or conceded", plan.id())
    );
    assert_eq!(world.coins(0, "bob"), PURSE + 100);
    assert_eq!(world.coins(0, "relayer"), PURSE + TIP);
}

#[test]
fn a_registered_leg_settles_nothing() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register_all(&plan);
    world.commit(1, &[&plan]).unwrap();
    world.tick(2);
    assert!(skipped(&world.settle(0, &[&plan]).unwrap()).contains("is registered"));
    assert_eq!(world.coins(0, "bob"), PURSE);
}

#[test]
fn undecided_evidence_says_what_is_missing_and_changes_nothing() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register_all(&plan);
    world.commit(0, &[&plan]).unwrap();
    world.tick(2);
    let response = world.settle(0, &[&plan]).unwrap();
    assert!(
        skipped(&response).starts_with("undecided: "),
        "{}",
        skipped(&response)
    );
    let response = world.settle_with(0, &[&plan], vec![]).unwrap();
    assert!(skipped(&response).starts_with("undecided: "));
    assert_eq!(world.state(0, &plan), LegState::Committed);
    assert_eq!(world.coins(0, "relayer"), PURSE + TIP / 2);
}

#[test]
fn a_missing_leg_is_missing_from_its_deadline_on_to_the_block() {
    for (at, reverses) in [(-1i64, false), (0, true)] {
        let mut world = World::new(2);
        let plan = world.swap();
        world.register_all(&plan);
        world.commit(0, &[&plan]).unwrap();
        // Shown is the state one below the newest sealed header, which is one below the open block.
        let shown = plan.task.legs[1].deadline.0.checked_add_signed(at).unwrap();
        world.tick_to(1, Height(shown + 2));
        let response = world.settle(0, &[&plan]).unwrap();
        assert_eq!(
            facts(&response),
            [if reverses { "reversed" } else { "skipped" }],
            "at {at}"
        );
    }
}

#[test]
fn a_reversal_needs_the_reversal_and_a_keep_the_tx() {
    let mut world = World::new(2);
    let (kept, reversed) = (world.swap(), world.swap());
    world.register_all(&kept);
    world.register_all(&reversed);
    world.commit(0, &[&kept, &reversed]).unwrap();
    world.commit(1, &[&kept]).unwrap();
    world.tick(HORIZON);
    let bare = |plan: &Plan| {
        let task = plan.task.clone();
        TaskBody {
            task,
            tx: None,
            reversal: None,
        }
    };
    for (plan, lacks) in [(&kept, "lacks its tx"), (&reversed, "lacks its reversal")] {
        let proofs = world.evidence(0, &[plan]);
        let tasks = vec![bare(plan)];
        let batch = Batch { tasks, proofs }.to_bytes();
        let message = ExecuteMsg::Settle { batch };
        let response = world.send(0, "relayer", &message, &[]).unwrap();
        assert!(skipped(&response).contains(lacks), "{}", skipped(&response));
    }
    // Effects of somebody's own making.
    let mut forged = kept.clone();
    forged.parts[0].tx = vec![world.pays(0, "thief", coin_of(0), 100)];
    let proofs = world.evidence(0, &[&kept]);
    let refusal = rule(world.settle_with(0, &[&forged], proofs));
    assert!(matches!(refusal, Refusal::EffectsHash { what: "tx", .. }));
    assert_eq!(
        facts(&world.settle(0, &[&kept, &reversed]).unwrap()),
        ["kept", "reversed"]
    );
}

#[test]
fn a_batch_settles_each_task_by_its_own_evidence() {
    let mut world = World::new(2);
    let plans: Vec<Plan> = (0..4).map(|_| world.swap()).collect();
    let all: Vec<&Plan> = plans.iter().collect();
    for plan in &plans {
        world.register(0, plan).unwrap();
        world.register(1, plan).unwrap();
    }
    world.tick(2);
    world.commit(0, &all).unwrap();
    world.commit(1, &[all[1], all[2]]).unwrap();
    world.tick(HORIZON);
    let response = world.settle(0, &all).unwrap();
    assert_eq!(facts(&response), ["reversed", "kept", "kept", "reversed"]);
    let response = world.settle(1, &all).unwrap();
    assert_eq!(facts(&response), ["skipped", "kept", "kept", "skipped"]);
    assert_eq!(world.coins(0, "bob"), PURSE + 200);
    let reversed = QueryMsg::Check {
        task_id: plans[0].id(),
    };
    assert!(world.ask::<CheckResponse>(0, &reversed).reversed);
}

#[test]
fn an_old_root_that_shows_a_commit_still_counts_on_proof() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.commit_all(&plan);
    let proofs = world.evidence(0, &[&plan]);
    world.tick(HORIZON * 2);
    assert_eq!(
        facts(&world.settle_with(0, &[&plan], proofs).unwrap()),
        ["kept"]
    );
}

#[test]
fn an_old_root_does_not_count_after_deadlines() {
    let mut world = World::new(2);
    let parts = world.swap().parts;
    let plan = world.plan(parts, Settlement::AfterDeadlines);
    world.commit_all(&plan);
    let old = world.evidence(0, &[&plan]);
    world.tick(HORIZON);
    let response = world.settle_with(0, &[&plan], old).unwrap();
    assert!(
        skipped(&response).starts_with("undecided: "),
        "what came after could be hidden"
    );
    assert_eq!(facts(&world.settle(0, &[&plan]).unwrap()), ["kept"]);
}

#[test]
fn the_other_zone_kept_is_proof_enough() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.commit_all(&plan);
    world.settle(1, &[&plan]).unwrap();
    world.tick(HORIZON);
    assert_eq!(facts(&world.settle(0, &[&plan]).unwrap()), ["kept"]);
}

#[test]
fn kept_value_frees_its_cap_only_later() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.commit_all(&plan);
    world.settle(0, &[&plan]).unwrap();
    assert_eq!(
        world.at_risk(0, 1, coin_of(0)),
        100,
        "kept, and still at risk"
    );
    world.tick(2 * crate::world::MAX_HORIZON);
    assert_eq!(world.at_risk(0, 1, coin_of(0)), 0);
}
