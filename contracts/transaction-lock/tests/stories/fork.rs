//! Zones that fork, and zones that end.

use crate::world::{coin_of, facts, rule, skipped, World, FEE, FORK_GRACE, HORIZON, PURSE, TIP};
use tessera_contract_api::chain_view;
use tessera_lock::{state::LegState, Refusal};
use tessera_primitives::{Fork, Height, ZoneStatus};
use tessera_testing::Zone;

/// Beta gets a second history, and alpha is shown both: its view of beta is Forked.
fn fork_beta(world: &mut World) -> Zone {
    let mut other = world.sides[1].zone.fork().unwrap();
    world.tick(1);
    other.produce(1).unwrap();
    let height = world.sides[1].zone.sealed();
    world.advance(0, 1, height);
    let trusted = Height(height.0 - 1);
    let header = other.standard_header(height, trusted).unwrap();
    let zone = other.id().clone();
    world.view_message(
        0,
        "relayer",
        &chain_view::ExecuteMsg::Advance { zone, header },
    );
    assert_eq!(world.standing(0, 1).status, ZoneStatus::Forked);
    other
}

/// Alpha's owner admits the history that beta goes on with.
fn admit_beta(world: &mut World) {
    let beta = &world.sides[1].zone;
    let admit = chain_view::ExecuteMsg::AdmitBranch {
        zone: beta.id().clone(),
        header: beta.first_header(beta.sealed()).unwrap(),
        parent: None,
    };
    world.view_message(0, "owner", &admit);
}

#[test]
fn a_forked_zone_takes_part_in_nothing_new() {
    let mut world = World::new(2);
    let registered = world.swap();
    world.register_all(&registered);
    world.advance(0, 1, world.sides[1].zone.sealed());
    let proofs = world.evidence(0, &[&registered]);
    fork_beta(&mut world);
    let fresh = world.swap();
    let refusal = rule(world.register(0, &fresh));
    let (zone, actual) = (world.sides[1].zone.id().clone(), ZoneStatus::Forked);
    assert_eq!(refusal, Refusal::NotActive { zone, actual });
    let response = world.commit_with(0, &[&registered], proofs).unwrap();
    assert!(
        skipped(&response).contains("Forked"),
        "{}",
        skipped(&response)
    );
    // What was registered with it lapses.
    world.tick(HORIZON);
    world.lapse(0, &registered).unwrap();
    assert_eq!(world.coins(0, "ann"), PURSE - FEE);
}

#[test]
fn what_was_proven_below_the_fork_still_counts() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.commit_all(&plan);
    let proofs = world.evidence(0, &[&plan]);
    fork_beta(&mut world);
    assert_eq!(
        facts(&world.settle_with(0, &[&plan], proofs).unwrap()),
        ["kept"]
    );
}

#[test]
fn what_lies_above_the_fork_waits_for_the_branch_that_is_admitted() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register_all(&plan);
    world.commit(0, &[&plan]).unwrap();
    world.advance(0, 1, world.sides[1].zone.sealed());
    let fork = fork_beta(&mut world);
    // On the branch that alpha saw first beta commits; alpha may not believe that branch any more.
    world.commit(1, &[&plan]).unwrap();
    world.tick(3);
    let height = world.standing(0, 1).latest;
    let above = world.proof(1, &[&plan], height);
    let waits = world.settle_with(0, &[&plan], vec![above]);
    match waits {
        Ok(response) => assert_eq!(facts(&response), ["skipped"]),
        Err(refusal) => assert!(refusal.to_string().contains("beta-1"), "{refusal}"),
    }
    assert_eq!(world.state(0, &plan), LegState::Committed);
    // The owner admits the other branch, on which beta's leg never commits and lapses.
    world.replace(1, fork);
    let ahead = world.height(0).since(world.height(1));
    world.sides[1].zone.produce(ahead).unwrap();
    admit_beta(&mut world);
    assert_eq!(world.standing(0, 1).status, ZoneStatus::Active);
    world.tick(HORIZON);
    assert_eq!(facts(&world.settle(0, &[&plan]).unwrap()), ["reversed"]);
    assert_eq!(world.coins(0, "ann"), PURSE - FEE - TIP);
    assert_eq!(world.escrow(0, &coin_of(0)), 0);
}

#[test]
fn a_closed_zones_last_state_stands_for_ever() {
    let mut world = World::new(2);
    let plan = world.swap();
    world.register_all(&plan);
    world.commit(0, &[&plan]).unwrap();
    world.tick(2);
    let shown = world.evidence(0, &[&plan]);
    let zone = world.sides[1].zone.id().clone();
    world.view_message(0, "owner", &chain_view::ExecuteMsg::CloseZone { zone });
    assert_eq!(
        facts(&world.settle_with(0, &[&plan], shown.clone()).unwrap()),
        ["skipped"]
    );
    // Beta stands still; alpha goes on past the delay, and past the deadlines.
    world.sides[0].zone.produce(HORIZON + 20).unwrap();
    assert_eq!(world.standing(0, 1).status, ZoneStatus::Closed);
    assert_eq!(
        facts(&world.settle_with(0, &[&plan], shown).unwrap()),
        ["reversed"]
    );
    assert_eq!(world.coins(0, "ann"), PURSE - FEE - TIP);
}

#[test]
fn a_task_made_on_an_admitted_branch_is_judged_by_that_branchs_fork() {
    let mut world = World::new(2);
    let first = world.sides[1].zone.sealed();
    world.advance(0, 1, first);
    fork_beta(&mut world);
    world.tick(1);
    admit_beta(&mut world);
    let plan = world.swap();
    world.commit_all(&plan);
    let second = world.sides[1].zone.sealed();
    world.advance(0, 1, second);
    fork_beta(&mut world);
    let standing = world.standing(0, 1);
    let told = |fork: Option<Fork>| fork.map(|fork| (fork.branch, fork.height, fork.exact));
    let above = |height: Height| height.plus(1).unwrap();
    assert_eq!(told(standing.fork), Some((0, above(first), true)));
    assert_eq!(told(standing.branch_fork), Some((1, above(second), true)));
    world.tick(HORIZON + FORK_GRACE);
    // Where the first fork began there was no such task: that does not reverse it.
    let before = world.proof(1, &[&plan], first);
    assert_eq!(
        facts(&world.settle_with(0, &[&plan], vec![before]).unwrap()),
        ["skipped"]
    );
    assert_eq!(world.state(0, &plan), LegState::Committed);
    // Where the second began beta had committed.
    let end = world.proof(1, &[&plan], second);
    assert_eq!(
        facts(&world.settle_with(0, &[&plan], vec![end]).unwrap()),
        ["kept"]
    );
}
