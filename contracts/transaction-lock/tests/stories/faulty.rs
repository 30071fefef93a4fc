//! Another zone whose linked lock writes what no lock writes.

use crate::world::{facts, skipped, Plan, World};
use tessera_contract_api::transaction_lock::ExecuteMsg;
use tessera_lock::{
    key,
    state::{LegState, Mark},
};
use tessera_primitives::{Address, Height};

fn mark(state: LegState) -> [u8; 9] {
    key::mark_to_bytes(&Mark {
        state,
        committed_at: Height(1),
    })
}

/// A task whose leg on beta lies on the villain there, which the owner of alpha's lock has linked.
fn with_the_villain(world: &mut World) -> Plan {
    let mut plan = world.swap();
    let beta = &world.sides[1];
    plan.task.legs[1].lock = beta.zone.canonical(&beta.villain).unwrap();
    world.register(0, &plan).unwrap();
    plan
}

fn believe_the_villain(world: &mut World) {
    let (beta, alpha) = (&world.sides[1], &world.sides[0]);
    let link = ExecuteMsg::LinkPeer {
        zone: beta.zone.id().clone(),
        contract: beta.zone.canonical(&beta.villain).unwrap(),
        roots: Address::new(alpha.view.as_str()).unwrap(),
    };
    world.send(0, "owner", &link, &[]).unwrap();
}

/// Attack: one value that does not decode, so that nothing which shares a batch with it can go on, nor itself ever.
#[test]
fn a_value_that_cannot_be_read_holds_up_its_own_task_alone_and_not_for_good() {
    let mut world = World::new(2);
    believe_the_villain(&mut world);
    let (sick, sound) = (with_the_villain(&mut world), with_the_villain(&mut world));
    world.forge(1, &sick, b"not a mark");
    world.forge(1, &sound, &mark(LegState::Registered));
    world.tick(2);
    let proofs = vec![world.show_forged(0, 1, &[&sick, &sound])];
    let done = world.commit_with(0, &[&sick, &sound], proofs).unwrap();
    assert!(skipped(&done).contains("unreadable"), "{}", skipped(&done));
    assert_eq!(world.state(0, &sick), LegState::Registered);
    assert_eq!(world.state(0, &sound), LegState::Committed);

    world.forge(1, &sick, &mark(LegState::Registered));
    world.tick(2);
    let proofs = vec![world.show_forged(0, 1, &[&sick])];
    world.commit_with(0, &[&sick], proofs).unwrap();
    world.forge(1, &sick, &[9; 9]);
    world.forge(1, &sound, &mark(LegState::Committed));
    world.tick(2);
    let proofs = vec![world.show_forged(0, 1, &[&sick, &sound])];
    let done = world.settle_with(0, &[&sick, &sound], proofs).unwrap();
    assert_eq!(facts(&done), ["skipped", "kept"]);
    assert_eq!(world.state(0, &sick), LegState::Committed);

    // From the deadline on it is as good as missing.
    world.tick_to(1, sick.task.legs[1].deadline.plus(2).unwrap());
    let proofs = vec![world.show_forged(0, 1, &[&sick])];
    let done = world.settle_with(0, &[&sick], proofs).unwrap();
    assert_eq!(facts(&done), ["reversed"]);
}
