//! Validators: their keys, their places, and what they promised.

mod world;

use tessera_primitives::{Address, Value, ZoneId};
use tessera_stake::{
    answer, evidence, key,
    state::{Parameters, Place, Standing},
    Input, Refusal,
};
use world::{address, parameters, place, sign, vote_key, Native, World, HUB};

fn proven(place: &Place, operator: &Address, key: &[u8], signature: &[u8]) -> Result<(), Refusal> {
    evidence::possession(&Native, place, operator, key, signature).map(drop)
}

#[test]
fn a_proof_of_possession_is_for_one_key_operator_pool_and_chain() {
    let (place, operator) = (place(), address("alice"));
    let key = vote_key(7);
    let message = key::possession(&place.chain, &place.pool, &operator, &key);
    let signature = sign(7, &message);
    assert_eq!(proven(&place, &operator, &key, &signature), Ok(()));
    let refused = |place: &Place, operator: &Address, key: &[u8], signature: &[u8]| {
        let operator = operator.clone();
        assert_eq!(
            proven(place, &operator.clone(), key, signature),
            Err(Refusal::Possession { operator })
        );
    };
    refused(&place, &address("eve"), &key, &signature);
    refused(&place, &operator, &vote_key(8), &signature);
    refused(&place, &operator, &key, &sign(8, &message));
    refused(
        &Place {
            chain: ZoneId::new("hub-2").unwrap(),
            ..place.clone()
        },
        &operator,
        &key,
        &signature,
    );
    refused(
        &Place {
            pool: address("pool2"),
            ..place.clone()
        },
        &operator,
        &key,
        &signature,
    );
    // The identity signs everything under itself.
    let mut identity = [0; 48];
    identity[0] = 0xc0;
    let mut nothing = [0; 96];
    nothing[0] = 0xc0;
    refused(&place, &operator, &identity, &nothing);
    refused(&place, &operator, &key, &nothing);
    refused(&place, &operator, &[0xff; 48], &signature);
    refused(&place, &operator, &key, &signature[..95]);
    assert!(matches!(
        proven(&place, &operator, &key[..47], &signature),
        Err(Refusal::Malformed(_))
    ));
}

#[test]
fn keys_and_operators_are_taken_once_and_for_ever() {
    let mut world = World::new();
    world.create("alice", 100);
    let mut again = world.candidacy("alice", 9, 100_000_000);
    let (operator, validator) = (address("alice"), 0);
    let taken = Refusal::OperatorTaken {
        operator: operator.clone(),
        validator,
    };
    assert_eq!(world.act(Input::CreateValidator(again.clone())), Err(taken));
    again.operator = address("eve");
    let stolen = world.act(Input::CreateValidator(again));
    assert_eq!(
        stolen,
        Err(Refusal::Possession {
            operator: address("eve")
        })
    );
    let key = world.key(&operator, 20);
    world
        .act(Input::RotateVoteKey {
            operator: operator.clone(),
            key,
        })
        .unwrap();
    assert_eq!(world.pool.vote_keys[&0].0, vote_key(20));
    // The old key still leads to the validator, and nobody else may have it.
    assert_eq!(world.pool.key_owners[&evidence::VoteKey(vote_key(1))], 0);
    for secret in [1, 20] {
        let other = world.candidacy("carol", secret, 100_000_000);
        let taken = Refusal::KeyTaken { validator: 0 };
        assert_eq!(world.act(Input::CreateValidator(other)), Err(taken));
    }
}

#[test]
fn dust_candidates_find_no_place() {
    let mut world = World::new();
    let dust = world.candidacy("dust", 1, 999_999);
    let (min, actual) = (Value(1_000_000), Value(999_999));
    assert_eq!(
        world.act(Input::CreateValidator(dust)),
        Err(Refusal::SelfValue { min, actual })
    );
    // Eight places for an active set of four.
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        world.create(name, 10);
    }
    world.epochs(1);
    let members: Vec<u32> = world.pool.members[&2]
        .iter()
        .map(|member| member.validator)
        .collect();
    assert_eq!(members, [0, 1, 2, 3], "ties go to the older");
    let light = world.candidacy("light", 9, 10_000_000);
    assert_eq!(
        world.act(Input::CreateValidator(light)),
        Err(Refusal::CandidatesFull { places: 8 })
    );
    let heavy = world.candidacy("heavy", 9, 10_000_001);
    world.act(Input::CreateValidator(heavy)).unwrap();
    assert_eq!(
        world.validator(7).standing,
        Standing::Out,
        "the youngest of the lightest"
    );
    assert_eq!(world.pool.candidates, [0, 1, 2, 3, 4, 5, 6, 8]);
    // Who is out can be left, and come back with more.
    world.unbond("h", 7, HUB, 1).unwrap();
    let unjail = Input::Unjail {
        operator: address("h"),
    };
    assert_eq!(
        world.act(unjail.clone()),
        Err(Refusal::CandidatesFull { places: 8 })
    );
    world.check();
}

#[test]
fn jail_ends_by_time_and_leaving_by_will() {
    let mut world = World::new();
    world.create("alice", 100);
    world.create("carol", 100);
    world.epochs(1);
    world.slash(0, 1, 2, 2);
    let unjail = Input::Unjail {
        operator: address("alice"),
    };
    assert!(matches!(
        world.act(unjail.clone()),
        Err(Refusal::Jailed { .. })
    ));
    world.epochs(1);
    let members = |world: &World| world.pool.members[&world.epoch()].len();
    assert_eq!(members(&world), 1);
    world.time += 50;
    world.drain().unwrap();
    world.act(unjail.clone()).unwrap();
    assert!(matches!(world.act(unjail), Err(Refusal::Standing { .. })));
    world.epochs(1);
    assert_eq!(members(&world), 2);
    let leave = Input::Leave {
        operator: address("carol"),
    };
    world.act(leave.clone()).unwrap();
    assert!(world.act(leave).is_err());
    assert_eq!(members(&world), 2, "this epoch's snapshot stands");
    world.epochs(1);
    assert_eq!(members(&world), 1);
    let nobody = Refusal::NotOperator {
        sender: address("bob"),
    };
    assert_eq!(
        world.act(Input::Leave {
            operator: address("bob")
        }),
        Err(nobody)
    );
}

/// An operator whose own stake falls below the least is not active, whatever others bond to it.
#[test]
fn an_operator_keeps_its_own_stake() {
    let mut world = World::new();
    world.create("alice", 2);
    world.create("carol", 2);
    world.bond("whale", 0, HUB, 1 << 40).unwrap();
    world.epochs(1);
    assert_eq!(world.pool.members[&2].len(), 2);
    world.unbond("alice", 0, HUB, 1_000_001).unwrap();
    world.epochs(1);
    assert_eq!(world.pool.members[&3].len(), 1);
    // A slash takes of it too.
    world.slash(1, 51, 3, 3);
    world.drain().unwrap();
    world.time += 200;
    let poor = world.act(Input::Unjail {
        operator: address("carol"),
    });
    assert_eq!(
        poor,
        Err(Refusal::SelfValue {
            min: Value(1_000_000),
            actual: Value(980_000)
        })
    );
    world.bond("alice", 0, HUB, 1).unwrap();
    world.epochs(1);
    assert_eq!(world.pool.members[&world.epoch()].len(), 1);
    world.check();
}

#[test]
fn a_schedule_goes_on_from_snapshot_to_snapshot() {
    let mut world = World::with(Parameters {
        rotation: 5,
        ..parameters()
    });
    world.create("alice", 100);
    world.create("carol", 300);
    assert_eq!(
        answer::proposer_schedule(&world.pool, 3).unwrap_err(),
        tessera_stake::Refused::Rule(Refusal::NoSnapshot { epoch: 0 })
    );
    world.epochs(1);
    let first = answer::proposer_schedule(&world.pool, 30).unwrap();
    world.epochs(1);
    let second = answer::proposer_schedule(&world.pool, 25).unwrap();
    assert_eq!(first[5..], second);
    assert_eq!(first.iter().filter(|proposer| **proposer == 1).count(), 22);
    assert!(answer::proposer_schedule(&world.pool, 1_001).is_err());
}

#[test]
fn places_and_parameters_have_bounds() {
    let good = parameters();
    let seconds = tessera_primitives::Seconds;
    for wrong in [
        Parameters {
            max_validators: 0,
            ..good.clone()
        },
        Parameters {
            max_validators: 301,
            ..good.clone()
        },
        Parameters {
            voting_period: seconds(1_000),
            ..good.clone()
        },
        Parameters {
            rotation: 1_001,
            ..good.clone()
        },
        Parameters {
            throttle_fraction: tessera_stake::Share::ZERO,
            ..good.clone()
        },
        Parameters {
            leaving_period: seconds(0),
            ..good.clone()
        },
    ] {
        let mut world = World::new();
        let input = Input::SetParameters { parameters: wrong };
        assert!(matches!(world.act(input), Err(Refusal::Parameter { .. })));
    }
    for wrong in [
        Place {
            unbonding: seconds(59),
            ..place()
        },
        Place {
            epoch: seconds(31),
            ..place()
        },
        Place {
            epoch: seconds(1_001),
            ..place()
        },
    ] {
        assert!(matches!(wrong.check(), Err(Refusal::Parameter { .. })));
    }
    assert_eq!(place().epoch_at(world::at(999_999)), 0);
    assert_eq!(place().epoch_at(world::at(1_000_000)), 1);
    assert_eq!(place().epoch_at(world::at(1_000_100)), 2);
}
