//! Adapter feeds: another oracle instead of reporters, honest or not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use cosmwasm_std::Addr;
use price_oracle::OracleError;
use tessera_contract_api::price_oracle::{
    ExecuteMsg, Freshness, InstantiateMsg, NamedFeed, QueryMsg,
};
use tessera_price::Refusal;
use tessera_primitives::{Address, Price, Timestamp};
use world::{adapter, address, feed, instantiation, liar, settings, World, ATOM, UNIT};

/// An oracle without reporters, whose feed is another's.
fn follower(contract: &Addr) -> InstantiateMsg {
    InstantiateMsg {
        reporters: Vec::new(),
        quorum: 0,
        feeds: vec![NamedFeed {
            feed: feed(ATOM),
            settings: adapter(contract),
        }],
        ..instantiation()
    }
}

/// The world's oracle has reporters; a second one follows it.
fn pair() -> (World, Addr) {
    let mut world = World::new();
    let leader = world.oracle.clone();
    let second = world.another(&follower(&leader));
    (world, second)
}

/// Does something as if the other oracle were the world's.
fn on<T>(world: &mut World, oracle: &Addr, act: impl FnOnce(&mut World) -> T) -> T {
    let first = std::mem::replace(&mut world.oracle, oracle.clone());
    let done = act(world);
    world.oracle = first;
    done
}

/// A world whose feed asks a liar.
fn deceived() -> (World, Addr) {
    let mut world = World::new();
    let source = liar::deploy(&mut world);
    world.set(adapter(&source)).unwrap();
    (world, source)
}

fn answer(price: impl std::fmt::Display, time: Timestamp) -> String {
    format!(r#"{{"price":"{price}","time":"{}"}}"#, time.0)
}

fn source_of(contract: &Addr) -> Address {
    Address::new(contract.as_str()).unwrap()
}

#[test]
fn an_oracle_follows_another() {
    let (mut world, second) = pair();
    // Before there is anything to follow.
    let refused = on(&mut world, &second, World::refresh);
    let contract = source_of(&world.oracle.clone());
    let feed = feed(ATOM);
    assert_eq!(refused, Err(OracleError::NotFresh { feed, contract }));
    world.agree(100);
    on(&mut world, &second, |world| {
        world.refresh().unwrap();
        assert_eq!(world.fresh(), Some(100));
        assert_eq!(world.board().reports[0].reporter, 0);
        // The same word twice is none, whoever asks.
        assert!(matches!(
            world.refresh(),
            Err(OracleError::Rule(Refusal::NotRising { .. }))
        ));
    });
    for price in [102, 104, 106] {
        world.live(price, 60);
        on(&mut world, &second, |world| world.refresh().unwrap());
        assert_eq!(on(&mut world, &second, |world| world.fresh()), Some(price));
    }
}

#[test]
fn what_the_other_does_not_rely_on_is_not_taken() {
    let (mut world, second) = pair();
    world.live(100, 60);
    on(&mut world, &second, |world| world.refresh().unwrap());
    world.wait(30);
    world.agree(200);
    assert!(matches!(world.freshness(), Freshness::Suspect { .. }));
    let refused = on(&mut world, &second, World::refresh);
    assert!(matches!(refused, Err(OracleError::NotFresh { .. })));
    world.wait(300);
    let refused = on(&mut world, &second, World::refresh);
    assert!(matches!(refused, Err(OracleError::NotFresh { .. })));
    let freshness = on(&mut world, &second, |world| world.freshness());
    assert!(matches!(freshness, Freshness::Stale { .. }));
}

#[test]
fn a_source_that_lies_is_judged_like_a_reporter() {
    let (mut world, source) = deceived();
    let now = world.at(0);
    liar::tell(&mut world, &source, &answer(100 * UNIT, now));
    world.refresh().unwrap();
    assert_eq!(world.fresh(), Some(100));
    world.wait(30);
    let before = world.dump();
    let (now, old) = (world.at(0), world.at(300));
    let future = Timestamp(now.0 + 1);
    let lies = [
        (answer(0, now), Refusal::Zero { feed: feed(ATOM) }),
        (
            answer(1, future),
            Refusal::FromFuture {
                latest: now,
                actual: future,
            },
        ),
        (
            answer(1, old),
            Refusal::TooOld {
                until: now,
                actual: old,
                now,
            },
        ),
    ];
    for (lie, expected) in lies {
        liar::tell(&mut world, &source, &lie);
        assert_eq!(world.refresh(), Err(OracleError::Rule(expected)));
        assert_eq!(world.dump(), before, "{lie}");
    }
    // A price that is too far waits for `confirm` like any other.
    liar::tell(&mut world, &source, &answer(300 * UNIT, now));
    world.refresh().unwrap();
    let deviation = 20_000;
    assert_eq!(world.freshness(), Freshness::Suspect { deviation });
    assert_eq!(world.weight().price, Some(Price(100 * UNIT)));
}

#[test]
fn a_source_that_babbles_or_fails_is_told_by_name() {
    let (mut world, source) = deceived();
    let before = world.dump();
    let refused = |world: &mut World, expected: &str| {
        let Err(OracleError::NoAnswer {
            contract, reason, ..
        }) = world.refresh()
        else {
            panic!("an answer out of {expected}")
        };
        assert_eq!(contract.as_str(), source.as_str());
        assert!(reason.contains(expected), "{reason}");
    };
    refused(&mut world, "does not feel like it");
    let price = UNIT.to_string();
    let huge = format!(r#"{{"price":"{}","time":"1"}}"#, "9".repeat(40));
    for (babble, expected) in [
        ("\"dear\"".to_string(), "an object"),
        ("[]".to_string(), "an object"),
        ("7.5".to_string(), "f"),
        (format!(r#"{{"price":"{price}"}}"#), "time"),
        (
            format!(r#"{{"price":{{}},"time":"{price}"}}"#),
            "expected a string",
        ),
        (r#"{"price":"1","time":"1","spare":1}"#.into(), "spare"),
        (r#"{"price":"-1","time":"1"}"#.into(), "-1"),
        (huge, "9999"),
        ("{".into(), "EOF"),
        ("[".repeat(10_000), "recursion"),
    ] {
        liar::tell(&mut world, &source, &babble);
        refused(&mut world, expected);
    }
    assert_eq!(world.dump(), before);
    liar::tell(&mut world, &source, "null");
    let (feed, contract) = (feed(ATOM), source_of(&source));
    assert_eq!(
        world.refresh(),
        Err(OracleError::NotFresh { feed, contract })
    );
}

/// A source costs only whoever refreshes: no other verb and no question asks it, so one that fails, or takes all the gas
/// there is, stops nothing.
#[test]
fn nothing_but_a_refresh_asks_a_source() {
    let (mut world, source) = deceived();
    let other = feed("OSMO/USD");
    let set = ExecuteMsg::SetFeed {
        feed: other.clone(),
        settings: settings(),
    };
    world.send("owner", &set).unwrap();
    let now = world.at(0);
    liar::tell(&mut world, &source, &answer(100 * UNIT, now));
    world.refresh().unwrap();
    liar::tell(&mut world, &source, "");
    assert!(world.refresh().is_err());
    for who in 0..3 {
        let report = ExecuteMsg::Report {
            feed: other.clone(),
            price: Price(UNIT),
            time: now,
        };
        world.send(&world::reporter(who), &report).unwrap();
    }
    assert_eq!(world.fresh(), Some(100));
    let feeds = vec![ATOM.to_string(), other.to_string()];
    let quotes: Vec<Option<tessera_price::Quote>> = world.ask(&QueryMsg::Quotes { feeds });
    assert_eq!(quotes.iter().flatten().count(), 2);
    // And it can be replaced, whatever it does.
    world.set(settings()).unwrap();
    world.agree(101);
    world.live(101, 30);
    assert_eq!(world.fresh(), Some(101));
}

#[test]
fn an_oracle_is_no_source_of_its_own_nor_is_an_account() {
    let mut world = World::new();
    let before = world.dump();
    let (own, oracle) = (feed(ATOM), world.oracle.clone());
    let refused = world.set(adapter(&oracle));
    assert_eq!(refused, Err(OracleError::OwnSource { feed: own }));
    let account = address("ann");
    let refused = world.set(adapter(&Addr::unchecked(account.as_str())));
    assert_eq!(refused, Err(OracleError::NoContract { address: account }));
    let refused = world.set(adapter(&Addr::unchecked("osmo1notofthiszone")));
    assert!(matches!(refused, Err(OracleError::Address(_))));
    assert_eq!(world.dump(), before);
}

#[test]
fn oracles_in_a_circle_go_stale() {
    let (mut world, second) = pair();
    let third = world.another(&follower(&second));
    world.live(100, 60);
    on(&mut world, &second, |world| world.refresh().unwrap());
    on(&mut world, &third, |world| world.refresh().unwrap());
    // The first now takes from the third what the third has from the second, and that from the first.
    let began = world.now();
    world.set(adapter(&third)).unwrap();
    let circle = [world.oracle.clone(), second, third];
    let mut last = began;
    for turn in 0..600 {
        world.wait(7);
        let asking = &circle[turn % 3];
        let _ = on(&mut world, asking, World::refresh);
        if on(&mut world, asking, |world| world.fresh()).is_some() {
            last = world.now();
        }
    }
    assert!(last - began < 900, "fresh {} s after", last - began);
}
