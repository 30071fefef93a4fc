//! How a pool begins, who may do what, what a pause stops, and how one version follows another.

use cosmwasm_std::Empty;
use stake_pool::{contract, PoolError};
use tessera_contract_api::{
    permission::{Paused, Permitted, Who},
    roles::RolesMsg,
    stake_pool::{Entry, ExecuteMsg, FirstSlasher, QueryMsg, Settings},
};
use tessera_contract_kit::{roles::RolesError, version::VersionError};
use tessera_primitives::{Address, Amount, Seconds, Value};
use tessera_stake::{state::Choice, Event, Refusal, Share};
use tessera_testing::pool::Stakable;

use crate::world::{refused, rule, World, EPOCH, HUB, MILLION, TOKEN, UNBONDING};

#[test]
fn a_pool_begins_with_its_clock_its_tokens_and_its_slashers() {
    let world = World::empty();
    let config = world.config();
    assert_eq!(config.place.chain.as_str(), "hub-1");
    assert_eq!(config.place.pool.as_str(), world.pool.address.as_str());
    assert_eq!(config.oracle.as_str(), world.pool.oracle.as_str());
    assert_eq!(config.parameters.max_validators, 4);
    assert_eq!(config.parameters.quorum, Share::new(334_000_000).unwrap());
    let state = world.state();
    assert_eq!(state.epoch, 1);
    assert_eq!(state.pool.tokens, [0, 1, 2, 3]);
    assert_eq!(state.pool.slashers, [0, 1]);
}

#[test]
fn a_pool_does_not_begin_wrong() {
    let error =
        |change: &dyn Fn(&mut tessera_testing::pool::PoolConfig)| refused(World::try_with(change));
    let rule = |change: &dyn Fn(&mut tessera_testing::pool::PoolConfig)| match error(change) {
        PoolError::Rule(refusal) => *refusal,
        other => panic!("{other:?}"),
    };
    let short = rule(&|config| config.epoch = Seconds(31));
    assert!(matches!(short, Refusal::Parameter { what: "epoch", .. }));
    let short = rule(&|config| config.unbonding = Seconds(59));
    assert!(matches!(
        short,
        Refusal::Parameter {
            what: "unbonding",
            ..
        }
    ));
    let long = rule(&|config| config.settings.voting_period = Some(Seconds(UNBONDING)));
    assert!(matches!(
        long,
        Refusal::Parameter {
            what: "voting_period",
            ..
        }
    ));
    let none = rule(&|config| config.tokens.clear());
    assert!(matches!(none, Refusal::Number { .. }), "{none:?}");
    let twice = rule(&|config| config.tokens[3] = config.tokens[0].clone());
    assert!(matches!(twice, Refusal::Content { .. }), "{twice:?}");
    let hub = rule(&|config| config.tokens[0] = Stakable::Token { decimals: 6 });
    assert!(matches!(hub, Refusal::Content { .. }), "{hub:?}");
    let foreign = Address::new("cosmos1elsewhere").unwrap();
    let treasury = error(&|config| config.settings.treasury = foreign.clone());
    assert!(matches!(treasury, PoolError::Address(_)), "{treasury:?}");
    let person = World::empty().address("ann");
    let slasher = error(&|config| {
        config.slashers = vec![FirstSlasher {
            address: person.clone(),
            max_fraction: Share::ONE,
        }]
    });
    assert!(
        matches!(slasher, PoolError::NoContract { .. }),
        "{slasher:?}"
    );
}

#[test]
fn only_the_owner_sets_parameters_and_only_within_bounds() {
    let mut world = World::new();
    let treasury = world.address("other treasury");
    let set = |settings: Settings| ExecuteMsg::SetParameters { settings };
    let good = Settings {
        voting_period: Some(Seconds(300)),
        pay: Some(Amount(3)),
        ..Settings::new(treasury.clone(), Value(5), Value(6))
    };
    for who in ["thief", "guardian", "alice"] {
        let refusal = refused(world.say(who, set(good.clone())));
        assert!(
            matches!(
                refusal,
                PoolError::Roles(RolesError::Unauthorized {
                    who: Who::Owner,
                    ..
                })
            ),
            "{refusal:?}"
        );
    }
    let wrong = Settings {
        max_validators: Some(301),
        ..good.clone()
    };
    let refusal = rule(world.say("owner", set(wrong)));
    assert!(matches!(
        refusal,
        Refusal::Parameter {
            what: "max_validators",
            ..
        }
    ));
    let said = world.say("owner", set(good)).unwrap();
    assert_eq!(world.facts(&said), [Event::ParametersSet { treasury }]);
    let parameters = world.config().parameters;
    assert_eq!(
        (parameters.pay, parameters.max_validators),
        (Amount(3), 100)
    );
}

/// What may be sent while the pool is paused, exactly: everything that lets somebody out, and nothing that lets in.
#[test]
fn the_table_of_permissions() {
    let table = ExecuteMsg::table();
    let named = |paused| {
        let some = table.iter().filter(move |(_, one)| one.paused == paused);
        some.map(|(name, _)| *name).collect::<Vec<_>>()
    };
    assert_eq!(
        named(Paused::Refused),
        [
            "create_validator",
            "bond",
            "propose",
            "deposit",
            "receive",
            "redelegate",
            "fund"
        ]
    );
    let owners = table.iter().filter(|(_, one)| one.who == Who::Owner);
    let owners: Vec<_> = owners.map(|(name, _)| *name).collect();
    assert_eq!(
        owners,
        [
            "set_parameters",
            "offer_owner",
            "renounce_owner",
            "set_guardian",
            "unpause"
        ]
    );
}

#[test]
fn a_pause_stops_entries_and_no_exit() {
    let mut world = World::new();
    for token in [HUB, TOKEN] {
        world.bond("ann", 0, token, 900).unwrap();
    }
    world.epochs(1);
    let content = tessera_stake::state::Content::RemoveToken { token: 3 };
    let proposal = world.propose(content.clone(), 100).unwrap();
    world
        .say("guardian", ExecuteMsg::Roles(RolesMsg::Pause {}))
        .unwrap();
    let paused = |refusal: PoolError| {
        assert_eq!(refusal, PoolError::Roles(RolesError::Paused));
    };
    paused(refused(world.bond("ann", 0, HUB, 1)));
    paused(refused(world.bond("ann", 0, TOKEN, 1)));
    paused(refused(world.redelegate("ann", (0, 1), HUB, 1)));
    paused(refused(world.propose(content, 100)));
    paused(refused(world.fund(5, true)));
    paused(refused(world.enter(
        "ann",
        HUB,
        1,
        &Entry::Deposit { proposal },
    )));
    // Everything else goes on.
    world.unbond("ann", 0, HUB, 900).unwrap();
    world.unbond("ann", 0, TOKEN, 900).unwrap();
    let epoch = world.epoch();
    world.slash(1, 10, (epoch, epoch));
    world.drain();
    world.seat("alice", proposal, Choice::Yes).unwrap();
    world.epochs(UNBONDING / EPOCH + 1);
    world.say("pusher", ExecuteMsg::Tally { proposal }).unwrap();
    world.say("pat", ExecuteMsg::Refund { proposal }).unwrap();
    world
        .say("pat", ExecuteMsg::Collect { token: HUB })
        .unwrap();
    world.withdraw("ann", 0, HUB).unwrap();
    world.withdraw("ann", 0, TOKEN).unwrap();
    world.say("carol", ExecuteMsg::Unjail {}).unwrap();
    let refusal = refused(world.say("guardian", ExecuteMsg::Roles(RolesMsg::Unpause {})));
    assert!(matches!(refusal, PoolError::Roles(_)), "{refusal:?}");
    world
        .say("owner", ExecuteMsg::Roles(RolesMsg::Unpause {}))
        .unwrap();
    world.bond("ann", 0, HUB, MILLION).unwrap();
}

#[test]
fn a_version_follows_an_older_one_of_the_same_contract() {
    let mut world = World::new();
    world.bond("ann", 0, TOKEN, 77).unwrap();
    let owner = world.who("owner");
    let code = world
        .zone
        .store_code(tessera_testing::contracts::stake_pool);
    let (pool, oracle) = (world.pool.address.clone(), world.pool.oracle.clone());
    world.zone.migrate(&owner, &pool, code, &Empty {}).unwrap();
    assert_eq!(world.stake("ann", 0, TOKEN), (77, 0));
    let thief = world.who("thief");
    assert!(world.zone.migrate(&thief, &pool, code, &Empty {}).is_err());
    let refusal = refused(world.zone.migrate(&owner, &oracle, code, &Empty {}));
    let PoolError::Version(VersionError::Contract { expected, .. }) = refusal else {
        panic!("{refusal:?}");
    };
    assert_eq!(expected, format!("tessera:{}", contract::NAME));
    let roles: tessera_contract_api::roles::RolesResponse = world.ask(&QueryMsg::Roles {});
    assert_eq!(roles.owner, Some(world.address("owner")));
}
