//! What readers ask, and what a pool asks by its client.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use tessera_contract_api::{
    price_oracle::{
        Accepted, ExecuteMsg, FeedResponse, FeedSettings, Freshness, PriceOracle, QueryMsg,
        SourcePrice, WeightPrice,
    },
    price_source::PriceSource,
};
use tessera_primitives::{Address, Price, Seconds, Timestamp};
use world::{feed, liar, seconds, settings, World, ATOM, UNIT};

fn client(world: &World) -> PriceOracle {
    PriceOracle(Address::new(world.oracle.as_str()).unwrap())
}

fn names(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| text.to_string()).collect()
}

const OSMO: &str = "OSMO/USD";

/// ATOM is fresh at 109 after an hour at 100; OSMO was never priced.
fn world() -> World {
    let mut world = World::new();
    let set = ExecuteMsg::SetFeed {
        feed: feed(OSMO),
        settings: settings(),
    };
    world.send("owner", &set).unwrap();
    world.live(100, 3_600);
    world.live(109, 600);
    world
}

#[test]
fn a_pool_asks_about_all_its_tokens_at_once() {
    let mut world = world();
    let odd = "x".repeat(100);
    let feeds = names(&[OSMO, ATOM, "JUNO/USD", "no name", &odd, ATOM]);
    let querier = world.app.wrap();
    let oracle = client(&world);
    let fresh = oracle.fresh_prices(&querier, &feeds).unwrap();
    let now = Some(Price(109 * UNIT));
    assert_eq!(fresh, [None, now, None, None, None, now]);
    let weights = oracle.weight_prices(&querier, &feeds).unwrap();
    let hour = WeightPrice {
        price: Some(Price(100 * UNIT)),
        freshness: Some(Freshness::Fresh),
    };
    let none = WeightPrice {
        price: None,
        freshness: None,
    };
    assert_eq!(weights, [none, hour, none, none, none, hour]);
    // A price that is not Fresh is told as what it is.
    world.wait(30);
    world.agree(200);
    let querier = world.app.wrap();
    let quotes = oracle.quotes(&querier, &feeds).unwrap();
    let deviation = 8_349;
    let suspect = Freshness::Suspect { deviation };
    assert_eq!(quotes[1].unwrap().freshness, suspect);
    assert_eq!(oracle.fresh_prices(&querier, &feeds).unwrap()[1], None);
    world.wait(400);
    let querier = world.app.wrap();
    let quotes = oracle.quotes(&querier, &feeds).unwrap();
    // The first word of the last block closed an interval.
    let age = Seconds(400);
    assert_eq!(quotes[1].unwrap().freshness, Freshness::Stale { age });
    let weights = oracle.weight_prices(&querier, &feeds).unwrap();
    assert_eq!(weights[1].freshness, Some(Freshness::Stale { age }));
    assert_eq!(weights[1].price, hour.price, "within grace");
}

#[test]
fn as_many_feeds_can_be_asked_about_as_a_pool_has_tokens() {
    let world = world();
    let querier = world.app.wrap();
    let most: Vec<String> = (0..16).map(|number| format!("T{number}/USD")).collect();
    assert_eq!(client(&world).quotes(&querier, &most).unwrap(), [None; 16]);
    let more = [most, names(&[ATOM])].concat();
    for refused in [
        client(&world).quotes(&querier, &more).map(drop),
        client(&world).weight_prices(&querier, &more).map(drop),
    ] {
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.contains("17 feeds, expected at most 16"),
            "{refused}"
        );
    }
}

#[test]
fn a_client_does_not_believe_an_oracle_that_answers_about_something_else() {
    let mut world = World::new();
    let source = liar::deploy(&mut world);
    let oracle = PriceOracle(Address::new(source.as_str()).unwrap());
    let feeds = names(&[ATOM, OSMO]);
    for answer in ["[]", "[null]", "[null,null,null]", "{}", "null", "[7,7]"] {
        liar::tell(&mut world, &source, answer);
        let querier = world.app.wrap();
        assert!(oracle.quotes(&querier, &feeds).is_err(), "{answer}");
        assert!(oracle.weight_prices(&querier, &feeds).is_err(), "{answer}");
    }
    let huge = r#"[{"price":"1","time":"1","freshness":"certain"},null]"#;
    liar::tell(&mut world, &source, huge);
    let refused = oracle.quotes(&world.app.wrap(), &feeds).unwrap_err();
    assert!(refused.to_string().contains("certain"), "{refused}");
    let nobody = PriceOracle(world::address("nobody"));
    assert!(nobody.fresh_prices(&world.app.wrap(), &feeds).is_err());
}

#[test]
fn a_price_is_known_of_any_time_that_is_kept() {
    let world = world();
    let at = |seconds_ago| {
        let time = world.at(seconds_ago);
        let querier = world.app.wrap();
        let found = client(&world).price_at(&querier, &feed(ATOM), time);
        found
            .unwrap()
            .map(|accepted| (accepted.price.0 / UNIT, accepted.time))
    };
    assert_eq!(at(0), Some((109, world.at(0))));
    // The first word of a block closes the interval, before the others have said the new price.
    assert_eq!(at(571), Some((100, world.at(600))));
    assert_eq!(at(4_171), None);
    assert_eq!(at(4_170), Some((100, world.at(4_170))));
    assert_eq!(at(4_141), Some((100, world.at(4_170))));
    let refused = world.asked_in_vain(&QueryMsg::PriceAt {
        feed: feed("JUNO/USD"),
        time: Timestamp(0),
    });
    assert!(refused.contains("no feed JUNO/USD"), "{refused}");
}

#[test]
fn history_comes_by_pages_in_order_of_time() {
    let world = world();
    let page = |start_after, limit| -> Vec<Accepted> {
        world.ask(&QueryMsg::History {
            feed: feed(ATOM),
            start_after,
            limit,
        })
    };
    assert_eq!(page(None, None).len(), 30);
    assert_eq!(page(None, Some(1_000)).len(), 100);
    for limit in [1, 7, 16, 17, 33] {
        let mut all: Vec<Accepted> = Vec::new();
        loop {
            let next = page(all.last().map(|last| last.time), Some(limit));
            if next.is_empty() {
                break;
            }
            all.extend(next);
        }
        assert_eq!(all.len(), 140, "by {limit}");
        assert!(all.windows(2).all(|pair| pair[0].time < pair[1].time));
        assert_eq!(all[0].time, world.at(4_170));
    }
    // A time at which nothing was accepted will do.
    assert_eq!(page(Some(world.at(31)), None)[0].time, world.at(30));
    assert_eq!(page(Some(world.at(30)), None)[0].time, world.at(0));
    assert!(page(Some(world.at(0)), None).is_empty());
    assert_eq!(page(Some(Timestamp(0)), Some(1))[0].time, world.at(4_170));
    assert!(page(Some(Timestamp(u64::MAX)), None).is_empty());
}

#[test]
fn feeds_come_by_pages_with_their_quotes() {
    let mut world = World::new();
    world.agree(100);
    for number in 100..220 {
        let set = ExecuteMsg::SetFeed {
            feed: feed(&format!("T{number}/USD")),
            settings: settings(),
        };
        world.send("owner", &set).unwrap();
    }
    let page = |start_after, limit| -> Vec<FeedResponse> {
        world.ask(&QueryMsg::Feeds { start_after, limit })
    };
    let first = page(None, None);
    assert_eq!((first.len(), first[0].feed.as_str()), (30, ATOM));
    assert_eq!(first[0].quote.unwrap().price, Price(100 * UNIT));
    assert_eq!(first[1].quote, None);
    let most = page(None, Some(1_000));
    let rest = page(most.last().map(|last| last.feed.clone()), Some(100));
    assert_eq!((most.len(), rest.len()), (100, 21));
    let none: Option<FeedResponse> = world.ask(&QueryMsg::Feed {
        feed: feed("JUNO/USD"),
    });
    assert_eq!(none, None);
}

#[test]
fn what_another_oracle_may_take_is_told_with_when_it_held() {
    let mut world = World::new();
    let source = PriceSource(Address::new(world.oracle.as_str()).unwrap());
    let ask = |world: &World| source.price(&world.app.wrap(), &feed(ATOM)).unwrap();
    assert_eq!(ask(&world), None);
    for (who, ago) in [(0, 9), (1, 5), (2, 7)] {
        world.say(who, 100, ago).unwrap();
    }
    let (price, time) = (Price(100 * UNIT), world.at(9));
    assert_eq!(ask(&world), Some(SourcePrice { price, time }));
    world.wait(291);
    assert_eq!(ask(&world), None);
    assert!(source.price(&world.app.wrap(), &feed("JUNO/USD")).is_err());
}

#[test]
fn an_old_history_is_forgotten_page_by_page() {
    let mut world = World::new();
    world
        .set(FeedSettings {
            history: seconds(7_200),
            ..settings()
        })
        .unwrap();
    world.live(100, 20_000);
    let all: Vec<Accepted> = world.ask(&QueryMsg::History {
        feed: feed(ATOM),
        start_after: None,
        limit: Some(1),
    });
    let kept = (world.at(0).0 - all[0].time.0) / 1_000_000_000;
    assert!((7_200..7_200 + 3 * 4 * 30).contains(&kept), "{kept} s");
}
