//! Pages, and what is answered where there is nothing.

use tessera_contract_api::stake_pool::{
    DelegationResponse, QueryMsg, ValidatorResponse, WeightsResponse,
};
use tessera_stake::{
    state::{Hold, Mark, Snapshot},
    Refusal,
};

use crate::world::{unanswered, World, HUB, MILLION};

#[test]
fn lists_come_by_pages() {
    let mut world = World::new();
    world.create("dave", 30);
    for validator in 0..3 {
        world.bond("ann", validator, HUB, 5).unwrap();
    }
    let page = |start_after, limit| -> Vec<u32> {
        let all: Vec<ValidatorResponse> = world.ask(&QueryMsg::Validators { start_after, limit });
        all.into_iter().map(|one| one.number).collect()
    };
    assert_eq!(page(None, Some(2)), [0, 1]);
    assert_eq!(page(Some(1), Some(2)), [2]);
    assert_eq!(page(Some(2), None), [0u32; 0]);
    let delegations = |start_after| -> Vec<u32> {
        let delegator = world.address("ann");
        let all: Vec<DelegationResponse> = world.ask(&QueryMsg::Delegations {
            delegator,
            start_after,
            limit: Some(2),
        });
        all.into_iter().map(|one| one.validator).collect()
    };
    assert_eq!(delegations(None), [0, 1]);
    assert_eq!(delegations(Some(1)), [2]);
    let snapshots: Vec<Snapshot> = world.ask(&QueryMsg::Snapshots {
        start_after: Some(1),
        limit: None,
    });
    assert_eq!(snapshots.len(), 1);
    assert_eq!(snapshots[0].epoch, 2);
}

#[test]
fn what_is_not_there_is_none_or_a_refusal() {
    let world = World::empty();
    let unknown = QueryMsg::Validator { validator: 3 };
    unanswered(
        world.pool.ask::<ValidatorResponse>(&world.zone, &unknown),
        &Refusal::UnknownValidator { validator: 3 },
    );
    let none = QueryMsg::WeightsAt { snapshot: 1 };
    unanswered(
        world.pool.ask::<WeightsResponse>(&world.zone, &none),
        &Refusal::NoSnapshot { epoch: 1 },
    );
    let snapshot: Option<Snapshot> = world.ask(&QueryMsg::Snapshot { snapshot: 1 });
    assert_eq!(snapshot, None);
    let marks: Vec<Mark> = world.ask(&QueryMsg::Marks { validator: 3 });
    assert!(marks.is_empty());
    let holds: Vec<Hold> = world.ask(&QueryMsg::Holds {
        slasher: 0,
        start_after: None,
        limit: None,
    });
    assert!(holds.is_empty());
    let key = QueryMsg::KeyOwner {
        vote_key: vec![1, 2, 3].into(),
    };
    assert!(world.pool.ask::<Option<u32>>(&world.zone, &key).is_err());
}

#[test]
fn who_proposes_next_is_by_weight() {
    let world = World::new();
    let schedule: Vec<u32> = world.ask(&QueryMsg::ProposerSchedule { proposers: 300 });
    let alice = schedule.iter().filter(|number| **number == 0).count();
    assert_eq!((schedule.len(), alice), (300, 200));
    let weights: WeightsResponse = world.ask(&QueryMsg::WeightsAt { snapshot: 2 });
    let members: Vec<_> = weights.members.iter().map(|one| one.weight.0).collect();
    assert_eq!(members, [200 * MILLION, 100 * MILLION]);
    let many = QueryMsg::ProposerSchedule { proposers: 1_001 };
    unanswered(
        world.pool.ask::<Vec<u32>>(&world.zone, &many),
        &Refusal::Parameter {
            what: "proposers",
            min: 0,
            max: 1_000,
            actual: 1_001,
        },
    );
}
