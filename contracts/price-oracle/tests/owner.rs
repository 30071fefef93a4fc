//! What the owner and the guardian decide, and how an oracle is made and taken over.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use cosmwasm_std::Empty;
use cw_multi_test::{Executor, IntoAddr};
use price_oracle::OracleError;
use tessera_contract_api::{
    permission::Who,
    price_oracle::{ExecuteMsg, FeedResponse, FeedSettings, Freshness, NamedFeed, QueryMsg},
    roles::{RolesMsg, RolesResponse},
};
use tessera_contract_kit::roles::RolesError;
use tessera_price::{
    state::{Feed, Reporters, Source},
    Refusal,
};
use tessera_primitives::{Address, Ratio};
use world::{address, feed, instantiation, reporters, seconds, settings, World, ATOM};

fn name(reporters: Vec<Address>, quorum: u8) -> ExecuteMsg {
    ExecuteMsg::SetReporters { reporters, quorum }
}

#[test]
fn only_the_owner_sets_feeds_and_reporters() {
    let mut world = World::new();
    let before = world.dump();
    let set = ExecuteMsg::SetFeed {
        feed: feed(ATOM),
        settings: settings(),
    };
    for sender in ["guardian", "reporter0", "stranger"] {
        for message in [&set, &name(reporters(3), 3)] {
            let refused = world.send(sender, message).unwrap_err();
            let OracleError::Roles(RolesError::Unauthorized { who, .. }) = refused else {
                panic!("{refused}")
            };
            assert_eq!(who, Who::Owner);
        }
    }
    assert_eq!(world.dump(), before);
}

#[test]
fn a_quorum_is_three_at_least_and_over_half() {
    let mut world = World::new();
    let before = world.dump();
    for (count, quorum, min) in [(4, 2, 3), (6, 3, 4), (3, 4, 3), (2, 2, 3), (0, 0, 3)] {
        let refused = world.send("owner", &name(reporters(count), quorum));
        let (max, actual) = (count, usize::from(quorum));
        let expected = Refusal::Quorum { min, max, actual };
        assert_eq!(refused, Err(OracleError::Rule(expected)));
    }
    let refused = world.send("owner", &name(reporters(17), 9));
    let (max, actual) = (16, 17);
    let expected = Refusal::TooManyReporters { max, actual };
    assert_eq!(refused, Err(OracleError::Rule(expected)));
    let mut twice = reporters(3);
    twice.push(address("reporter1"));
    let reporter = address("reporter1");
    let expected = Refusal::TwiceReporter { reporter };
    let refused = world.send("owner", &name(twice, 3));
    assert_eq!(refused, Err(OracleError::Rule(expected)));
    let foreign = Address::new("osmo1notofthiszone").unwrap();
    let named = [reporters(3), vec![foreign]].concat();
    let refused = world.send("owner", &name(named, 3));
    assert!(matches!(refused, Err(OracleError::Address(_))));
    assert_eq!(world.dump(), before);
    world.send("owner", &name(reporters(16), 9)).unwrap();
    let all: Reporters = world.ask(&QueryMsg::Reporters {});
    assert_eq!((all.members.len(), all.quorum), (16, 9));
}

#[test]
fn who_is_removed_counts_no_more_at_once() {
    let mut world = World::new();
    world.agree(100);
    let stay = [0, 3, 4].map(|number| address(&world::reporter(number)));
    world.send("owner", &name(stay.to_vec(), 3)).unwrap();
    assert!(matches!(world.freshness(), Freshness::Stale { .. }));
    assert!(matches!(
        world.say(1, 100, 0),
        Err(OracleError::Rule(Refusal::NotReporter { .. }))
    ));
    world.say(3, 100, 0).unwrap();
    assert_eq!(world.fresh(), None);
    world.say(4, 100, 0).unwrap();
    assert_eq!(world.fresh(), Some(100));
}

#[test]
fn parameters_have_bounds_and_defaults() {
    let mut world = World::new();
    let before = world.dump();
    let wrong: [fn(&mut FeedSettings); 9] = [
        |feed| feed.max_age = seconds(9),
        |feed| feed.interval = seconds(301),
        |feed| feed.max_deviation = Ratio::new(0, 1).ok(),
        |feed| feed.count = Some(0),
        |feed| feed.confirm = seconds(899),
        |feed| feed.max_gap = seconds(299),
        |feed| feed.grace = seconds(3_899),
        |feed| feed.weight_window = seconds(30 * 512 + 1),
        |feed| feed.history = seconds(7_199),
    ];
    for change in wrong {
        let mut settings = settings();
        change(&mut settings);
        let refused = world.set(settings);
        assert!(
            matches!(refused, Err(OracleError::Rule(Refusal::Parameter { .. }))),
            "{refused:?}"
        );
    }
    assert_eq!(world.dump(), before);
    let found: Option<FeedResponse> = world.ask(&QueryMsg::Feed { feed: feed(ATOM) });
    let defaults = Feed::with_defaults(Source::Reporters).unwrap();
    assert_eq!(found.unwrap().parameters, defaults);
    let longer = FeedSettings {
        max_age: seconds(600),
        ..settings()
    };
    world.set(longer).unwrap();
    let found: Option<FeedResponse> = world.ask(&QueryMsg::Feed { feed: feed(ATOM) });
    assert_eq!(found.unwrap().parameters.max_age.0, 600);
}

#[test]
fn what_is_left_out_of_a_message_has_its_default() {
    let mut world = World::new();
    let oracle = world.oracle.clone();
    let message = serde_json::json!({ "set_feed": {
        "feed": "OSMO/USD",
        "settings": { "source": "reporters", "count": 5, "max_deviation": { "numerator": 1, "denominator": 4 } },
    } });
    world.call("owner", &oracle, &message, &[]).unwrap();
    let found: Option<FeedResponse> = world.ask(&QueryMsg::Feed {
        feed: feed("OSMO/USD"),
    });
    let expected = Feed {
        count: 5,
        max_deviation: Ratio::new(1, 4).unwrap(),
        ..Feed::with_defaults(Source::Reporters).unwrap()
    };
    assert_eq!(found.unwrap().parameters, expected);
}

#[test]
fn a_feed_keeps_its_history_when_its_parameters_change() {
    let mut world = World::new();
    world.live(100, 120);
    world
        .set(FeedSettings {
            max_deviation: Ratio::new(1, 100).ok(),
            ..settings()
        })
        .unwrap();
    assert_eq!(world.fresh(), Some(100), "and what was said");
    world.wait(30);
    world.agree(102);
    let deviation = 200;
    assert_eq!(world.freshness(), Freshness::Suspect { deviation });
}

#[test]
fn while_paused_nothing_is_said_and_everything_is_told() {
    let mut world = World::new();
    world.agree(100);
    let pause = ExecuteMsg::Roles(RolesMsg::Pause {});
    world.send("guardian", &pause).unwrap();
    let refused = Err(OracleError::Roles(RolesError::Paused));
    assert_eq!(world.say(3, 100, 0), refused);
    assert_eq!(world.refresh(), refused);
    assert_eq!(world.fresh(), Some(100));
    // The owner can still put things right.
    world.send("owner", &name(reporters(4), 3)).unwrap();
    world.set(settings()).unwrap();
    let unpause = ExecuteMsg::Roles(RolesMsg::Unpause {});
    assert!(world.send("guardian", &unpause).is_err());
    world.send("owner", &unpause).unwrap();
    world.say(3, 100, 0).unwrap();
    let roles: RolesResponse = world.ask(&QueryMsg::Roles {});
    assert!(!roles.paused);
    assert_eq!(roles.guardian, Some(address("guardian")));
}

#[test]
fn an_oracle_that_could_not_work_is_not_made() {
    let refused = |change: fn(&mut tessera_contract_api::price_oracle::InstantiateMsg)| {
        let mut message = instantiation();
        change(&mut message);
        World::with(&message).map(|_| ()).unwrap_err()
    };
    let two = refused(|message| message.reporters.truncate(2));
    assert!(matches!(two, OracleError::Rule(Refusal::Quorum { .. })));
    let none = refused(|message| message.reporters.clear());
    assert!(matches!(none, OracleError::Rule(Refusal::Quorum { .. })));
    let many = refused(|message| {
        let named = |number| NamedFeed {
            feed: feed(&format!("T{number}/USD")),
            settings: settings(),
        };
        message.feeds = (0..17).map(named).collect();
    });
    let (max, actual) = (16, 17);
    assert_eq!(many, OracleError::TooManyFeeds { max, actual });
    let odd = refused(|message| message.feeds[0].settings.count = Some(33));
    assert!(matches!(odd, OracleError::Rule(Refusal::Parameter { .. })));
    let foreign = refused(|message| message.roles.owner = Address::new("osmo1notofthiszone").ok());
    assert!(matches!(
        foreign,
        OracleError::Roles(RolesError::Address(_))
    ));
}

#[test]
fn a_migration_from_another_contract_or_a_newer_one_is_refused() {
    let mut world = World::new();
    world.agree(100);
    let (owner, oracle) = ("owner".into_addr(), world.oracle.clone());
    let code = world.app.store_code(world::code());
    let migrate = |world: &mut World| {
        let taken = world
            .app
            .migrate_contract(owner.clone(), oracle.clone(), &Empty {}, code);
        taken.map(drop).map_err(|error| format!("{error:?}"))
    };
    migrate(&mut world).unwrap();
    assert_eq!(world.fresh(), Some(100), "the state is taken over");
    for (name, version) in [("booking", "0.0.1"), ("price-oracle", "99.0.0")] {
        let oracle = world.oracle.clone();
        let mut storage = world.app.contract_storage_mut(&oracle);
        cw2::set_contract_version(&mut *storage, format!("tessera:{name}"), version).unwrap();
        drop(storage);
        let refused = migrate(&mut world).unwrap_err();
        let expected = if name == "booking" { name } else { version };
        assert!(refused.contains(expected), "{refused}");
    }
}
