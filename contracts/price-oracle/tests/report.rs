//! What reporters say, and what those get who mean harm.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use cosmwasm_std::coin;
use price_oracle::OracleError;
use tessera_contract_api::{
    event,
    price_oracle::{ExecuteMsg, Freshness, WeightPrice},
};
use tessera_contract_kit::payment::PaymentError;
use tessera_price::{Event, Refusal};
use tessera_primitives::{Address, Price, Seconds, Timestamp};
use world::{address, feed, refusal, reporter, World, ATOM, UNIT};

/// The facts that a call emitted, as the relayer reads them.
fn facts(world: &World, events: &[cosmwasm_std::Event]) -> Vec<Event> {
    let oracle = Address::new(world.oracle.as_str()).unwrap();
    let read = |event: &cosmwasm_std::Event| {
        let attributes = event.attributes.iter();
        let attributes: Vec<_> = attributes
            .map(|a| (a.key.clone(), a.value.clone()))
            .collect();
        event::decode(&oracle, &event.ty, &attributes).map(Result::unwrap)
    };
    events.iter().filter_map(read).collect()
}

fn report(price: u128, time: Timestamp) -> ExecuteMsg {
    ExecuteMsg::Report {
        feed: feed(ATOM),
        price: Price(price),
        time,
    }
}

#[test]
fn three_of_five_make_a_price_and_every_report_is_told() {
    let mut world = World::new();
    world.say(0, 10, 2).unwrap();
    let events = world.say(1, 12, 1).unwrap();
    let said = Event::Reported {
        feed: ATOM.into(),
        reporter: Some(address(&reporter(1))),
        price: Price(12 * UNIT).to_string(),
        time: world.at(1),
    };
    assert_eq!(facts(&world, &events), [said]);
    assert_eq!(world.quote(), None);
    let events = world.say(2, 11, 0).unwrap();
    let accepted = Event::Accepted {
        feed: ATOM.into(),
        price: Price(11 * UNIT).to_string(),
        time: world.at(0),
        confirmed: false,
    };
    assert_eq!(facts(&world, &events)[1], accepted);
    assert_eq!(world.fresh(), Some(11));
}

#[test]
fn one_price_an_interval_is_accepted_and_it_ages() {
    let mut world = World::new();
    world.agree(100);
    world.wait(29);
    world.agree(101);
    assert_eq!(world.quote().unwrap().price, Price(100 * UNIT));
    world.wait(1);
    world.say(3, 101, 0).unwrap();
    assert_eq!(world.fresh(), Some(101));
    world.wait(299);
    // The reports are as old as max_age by now, and the price is not: there is no quorum for it.
    let age = Seconds(299);
    assert_eq!(world.freshness(), Freshness::Stale { age });
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut world = World::new();
    world.live(100, 60);
    world.say(3, 100, 5).unwrap();
    let before = world.dump();
    let (now, second) = (world.at(0), 1_000_000_000);
    let future = Timestamp(now.0 + 1);
    let (old, last) = (world.at(300), world.at(5));
    let cases = [
        (
            reporter(4),
            report(1, future),
            Refusal::FromFuture {
                latest: now,
                actual: future,
            },
        ),
        (
            reporter(4),
            report(0, now),
            Refusal::Zero { feed: feed(ATOM) },
        ),
        (
            reporter(4),
            report(1, old),
            Refusal::TooOld {
                until: now,
                actual: old,
                now,
            },
        ),
        (
            reporter(3),
            report(1, last),
            Refusal::NotRising { last, actual: last },
        ),
        (
            reporter(3),
            report(1, Timestamp(last.0 - second)),
            Refusal::NotRising {
                last,
                actual: Timestamp(last.0 - second),
            },
        ),
        (
            "stranger".into(),
            report(1, now),
            Refusal::NotReporter {
                sender: address("stranger"),
            },
        ),
        (
            "owner".into(),
            report(1, now),
            Refusal::NotReporter {
                sender: address("owner"),
            },
        ),
        (
            reporter(4),
            ExecuteMsg::Report {
                feed: feed("OSMO/USD"),
                price: Price(1),
                time: now,
            },
            Refusal::UnknownFeed {
                feed: feed("OSMO/USD"),
            },
        ),
        (
            "anybody".into(),
            ExecuteMsg::Refresh { feed: feed(ATOM) },
            Refusal::Source {
                feed: feed(ATOM),
                expected: "reporters",
                actual: "an adapter",
            },
        ),
    ];
    for (sender, message, expected) in cases {
        let refused = world.send(&sender, &message);
        assert_eq!(refused, Err(OracleError::Rule(expected)));
        assert_eq!(world.dump(), before, "{message:?}");
    }
    assert_eq!(world.fresh(), Some(100));
}

#[test]
fn money_is_refused() {
    let mut world = World::new();
    let (oracle, message) = (world.oracle.clone(), report(1, world.at(0)));
    let sent = world.call(&reporter(0), &oracle, &message, &[coin(1, "uatom")]);
    assert!(matches!(
        refusal(sent),
        OracleError::Payment(PaymentError::Funds { .. })
    ));
}

#[test]
fn a_name_that_can_be_no_feeds_is_not_even_read() {
    let mut world = World::new();
    let oracle = world.oracle.clone();
    for name in ["", "A/", "ATOM USD", "ATOM/USD\n", &"x".repeat(41)] {
        let message = serde_json::json!({ "refresh": { "feed": name } });
        let refused = world.call("anybody", &oracle, &message, &[]).unwrap_err();
        assert!(
            refused.root_cause().to_string().contains("feed"),
            "{refused:?}"
        );
    }
    let message = serde_json::json!({ "refresh": { "feed": ATOM, "spare": 1 } });
    assert!(world.call("anybody", &oracle, &message, &[]).is_err());
}

#[test]
fn a_reporter_alone_moves_nothing() {
    let mut world = World::new();
    (0..5).for_each(|who| drop(world.say(who, 100, 0).unwrap()));
    for step in 1..=40 {
        world.wait(30);
        (0..4).for_each(|who| drop(world.say(who, 100, 0).unwrap()));
        world.say(4, 100 * (step + 1), 0).unwrap();
        assert_eq!(world.fresh(), Some(100));
    }
    // Nor by speaking often: the newest word replaces the last, in one block too.
    world.wait(30);
    for nanos in 1..=5 {
        let time = Timestamp(world.at(1).0 + nanos);
        world.send(&reporter(4), &report(500 * UNIT, time)).unwrap();
    }
    assert_eq!(world.board().reports.len(), 5);
    assert_eq!(world.fresh(), Some(100));
    // Nor while the others are silent: its word is no quorum.
    for _ in 0..20 {
        world.wait(30);
        world.say(4, 200, 0).unwrap();
    }
    assert!(matches!(world.freshness(), Freshness::Stale { .. }));
    assert_eq!(world.quote().unwrap().price, Price(100 * UNIT));
}

#[test]
fn a_pumped_price_is_suspect_until_it_has_stayed() {
    let mut world = World::new();
    world.live(100, 600);
    world.wait(30);
    world.say(0, 150, 0).unwrap();
    world.say(1, 150, 0).unwrap();
    let deviation = 5_000;
    assert_eq!(world.freshness(), Freshness::Suspect { deviation });
    let events = world.live_last(155, 3_600);
    let confirmed = Event::Accepted {
        feed: ATOM.into(),
        price: Price(155 * UNIT).to_string(),
        time: world.at(0),
        confirmed: true,
    };
    assert!(facts(&world, &events).contains(&confirmed), "{events:?}");
    assert_eq!(world.fresh(), Some(155));
    // Weights follow by the window's median. Of two prices, the one before the jump and this, it is the lower.
    assert_eq!(world.weight().price, Some(Price(100 * UNIT)));
    world.live(155, 30);
    let price = Some(Price(155 * UNIT));
    let freshness = Some(Freshness::Fresh);
    assert_eq!(world.weight(), WeightPrice { price, freshness });
}

#[test]
fn a_suspect_price_that_does_not_stay_was_never_accepted() {
    let mut world = World::new();
    world.live(100, 600);
    world.live(150, 3_000);
    world.live(200, 3_570);
    assert!(matches!(world.freshness(), Freshness::Suspect { .. }));
    world.live(100, 30);
    assert_eq!(world.fresh(), Some(100));
    assert_eq!(world.board().suspicion, None);
}

#[test]
fn a_silenced_feed_is_stale_and_recovers_before_it_is_believed() {
    let mut world = World::new();
    world.live(100, 600);
    world.wait(901);
    let age = Seconds(901);
    assert_eq!(world.freshness(), Freshness::Stale { age });
    assert_eq!(
        world.weight().price,
        Some(Price(100 * UNIT)),
        "within grace"
    );
    world.agree(101);
    world.live(101, 270);
    assert!(matches!(world.freshness(), Freshness::Stale { .. }));
    world.live(101, 30);
    assert_eq!(world.fresh(), Some(101));
    world.wait(7_201);
    assert_eq!(world.weight().price, None, "past grace");
    assert!(matches!(
        world.weight().freshness,
        Some(Freshness::Stale { .. })
    ));
}

#[test]
fn amounts_near_the_greatest_are_prices_like_others() {
    let mut world = World::new();
    let time = world.at(0);
    for who in 0..3 {
        world
            .send(&reporter(who), &report(u128::MAX - who as u128, time))
            .unwrap();
    }
    assert_eq!(world.quote().unwrap().price, Price(u128::MAX - 1));
    world.wait(30);
    let time = world.at(0);
    for who in 0..3 {
        world.send(&reporter(who), &report(1, time)).unwrap();
    }
    let deviation = 10_000;
    assert_eq!(world.freshness(), Freshness::Suspect { deviation });
}
