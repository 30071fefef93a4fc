//! `create_validator`, `edit`, `rotate_vote_key`, `leave`, `unjail`.

use tessera_contract_api::stake_pool::{Candidacy, Entry, ExecuteMsg, QueryMsg};
use tessera_primitives::Value;
use tessera_stake::{key, state::Standing, Event, Refusal, Share};
use tessera_testing::pool::VoteSecret;

use crate::world::{rule, World, HUB, MILLION};

fn candidacy(world: &World, who: &str, secret: u32) -> Candidacy {
    let secret = VoteSecret::new(secret);
    world.pool.candidacy(&world.zone, who, &secret).unwrap()
}

fn stand(world: &mut World, who: &str, tokens: u128, candidacy: Candidacy) -> crate::world::Said {
    world.enter(
        who,
        HUB,
        tokens * MILLION,
        &Entry::CreateValidator(candidacy),
    )
}

#[test]
fn a_validator_is_who_its_operator_says_it_is() {
    let world = World::new();
    let alice = world.validator(0);
    assert_eq!(alice.name, "alice");
    assert_eq!(alice.vote_key.0, VoteSecret::new(1).key().unwrap());
    assert_eq!(alice.validator.operator, world.address("alice"));
    let operator = world.address("carol");
    let of: Option<u32> = world.ask(&QueryMsg::ValidatorOf { operator });
    assert_eq!(of, Some(1));
    let all: Vec<u32> = world.ask(&QueryMsg::Candidates {
        start_after: Some(0),
        limit: None,
    });
    assert_eq!(all, [1]);
}

#[test]
fn a_key_that_is_not_proven_is_not_taken() {
    let mut world = World::new();
    let good = candidacy(&world, "dave", 7);
    let dave = world.address("dave");
    let place = world.config().place;
    let vote_key = VoteSecret::new(7).key().unwrap();
    let elsewhere = |chain: &str, pool: &tessera_primitives::Address, operator| {
        let chain = tessera_primitives::ZoneId::new(chain).unwrap();
        let message = key::possession(&chain, pool, operator, &vote_key);
        VoteSecret::new(7).sign(&message).unwrap().to_vec().into()
    };
    let oracle = world.zone.address(&world.pool.oracle).unwrap();
    let identity = |first: u8, length: usize| {
        let mut bytes = vec![0u8; length];
        bytes[0] = first;
        tessera_primitives::Bytes(bytes)
    };
    let forged = [
        elsewhere("other-1", &place.pool, &dave),
        elsewhere("hub-1", &oracle, &dave),
        elsewhere("hub-1", &place.pool, &world.address("alice")),
        identity(0xc0, 96),
        identity(0x00, 95),
        good.vote_key.clone(),
    ];
    for possession in forged {
        let candidacy = Candidacy {
            possession,
            ..good.clone()
        };
        let refusal = rule(stand(&mut world, "dave", 50, candidacy));
        let operator = dave.clone();
        assert_eq!(refusal, Refusal::Possession { operator });
    }
    let nobody = Candidacy {
        vote_key: identity(0xc0, 48),
        ..good.clone()
    };
    assert!(stand(&mut world, "dave", 50, nobody).is_err());
    let short = Candidacy {
        vote_key: identity(0x80, 47),
        ..good.clone()
    };
    let refusal = rule(stand(&mut world, "dave", 50, short));
    assert!(matches!(refusal, Refusal::Malformed(_)), "{refusal:?}");
    // Somebody else's proof is worth nothing to the thief.
    let operator = world.address("thief");
    let refusal = rule(stand(&mut world, "thief", 50, good.clone()));
    assert_eq!(refusal, Refusal::Possession { operator });
    stand(&mut world, "dave", 50, good).unwrap();
}

#[test]
fn a_key_is_one_validators_for_ever() {
    let mut world = World::new();
    let taken = candidacy(&world, "dave", 1);
    let refusal = rule(stand(&mut world, "dave", 50, taken));
    assert_eq!(refusal, Refusal::KeyTaken { validator: 0 });
    let rotate = |world: &mut World, secret| {
        let Candidacy {
            vote_key,
            possession,
            ..
        } = candidacy(world, "alice", secret);
        world.say(
            "alice",
            ExecuteMsg::RotateVoteKey {
                vote_key,
                possession,
            },
        )
    };
    rotate(&mut world, 5).unwrap();
    assert_eq!(
        world.validator(0).vote_key.0,
        VoteSecret::new(5).key().unwrap()
    );
    let refusal = rule(rotate(&mut world, 2));
    assert_eq!(refusal, Refusal::KeyTaken { validator: 1 });
    // The old key still leads to her, and nobody else may have it.
    let vote_key = VoteSecret::new(1).key().unwrap().to_vec().into();
    let owner: Option<u32> = world.ask(&QueryMsg::KeyOwner { vote_key });
    assert_eq!(owner, Some(0));
    let refusal = rule(rotate(&mut world, 1));
    assert_eq!(refusal, Refusal::KeyTaken { validator: 0 });
}

#[test]
fn dust_is_no_candidate() {
    let mut world = World::new();
    let dust = candidacy(&world, "dave", 7);
    let refusal = rule(world.enter("dave", HUB, 999_999, &Entry::CreateValidator(dust)));
    assert_eq!(
        refusal,
        Refusal::SelfValue {
            min: Value(1_000_000),
            actual: Value(999_999)
        }
    );
    let twice = candidacy(&world, "alice", 7);
    let refusal = rule(stand(&mut world, "alice", 50, twice));
    let operator = world.address("alice");
    assert_eq!(
        refusal,
        Refusal::OperatorTaken {
            operator,
            validator: 0
        }
    );
}

#[test]
fn commission_changes_by_its_bounds_a_day_at_a_time() {
    let mut world = World::new();
    let edit = |percent| ExecuteMsg::Edit {
        name: Some("Alice & Sons".into()),
        commission: Some(Share::percent(percent)),
    };
    let refusal = rule(world.say("alice", edit(12)));
    assert!(
        matches!(refusal, Refusal::CommissionChange { .. }),
        "{refusal:?}"
    );
    world.pass(86_400);
    let refusal = rule(world.say("alice", edit(16)));
    assert!(
        matches!(refusal, Refusal::CommissionChange { .. }),
        "{refusal:?}"
    );
    let refusal = rule(world.say("alice", edit(51)));
    assert!(matches!(refusal, Refusal::Commission { .. }), "{refusal:?}");
    assert_eq!(
        world.validator(0).name,
        "alice",
        "what is refused changes nothing"
    );
    world.say("alice", edit(15)).unwrap();
    let alice = world.validator(0);
    assert_eq!(
        (alice.name.as_str(), alice.validator.commission),
        ("Alice & Sons", Share::percent(15))
    );
    let sender = world.address("thief");
    assert_eq!(
        rule(world.say("thief", edit(1))),
        Refusal::NotOperator { sender }
    );
}

#[test]
fn a_validator_leaves_and_comes_back() {
    let mut world = World::new();
    let said = world.say("carol", ExecuteMsg::Leave {}).unwrap();
    let out = Event::CandidateOut {
        validator: 1,
        reason: "left".into(),
    };
    assert_eq!(world.facts(&said), [out]);
    let refusal = rule(world.bond("ann", 1, HUB, 5));
    assert!(matches!(refusal, Refusal::Standing { .. }), "{refusal:?}");
    world.epochs(1);
    assert_eq!(world.validator(1).validator.standing, Standing::Out);
    world.say("carol", ExecuteMsg::Unjail {}).unwrap();
    world.bond("ann", 1, HUB, 5).unwrap();
    world.epochs(1);
    assert!(world.validator(1).validator.is_active());
    let refusal = rule(world.say("carol", ExecuteMsg::Unjail {}));
    assert!(matches!(refusal, Refusal::Standing { .. }), "{refusal:?}");
}
