//! What the oracle does, and what its attackers get.

mod world;

use tessera_price::{
    answer, basis_points, deviates, median,
    state::{Feed, FeedName, Source},
    Event, Freshness, Input, Refusal,
};
use tessera_primitives::{Address, Price, Ratio, Seconds, Timestamp};
use world::{at, feed, name, reporter, World, UNIT};

#[test]
fn the_median_of_an_even_number_is_the_lower_middle() {
    let of = |prices: &[u128]| median(prices.iter().copied().map(Price).collect());
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[7]), Some(Price(7)));
    assert_eq!(of(&[9, 1]), Some(Price(1)));
    assert_eq!(of(&[3, 1, 2]), Some(Price(2)));
    assert_eq!(of(&[4, 1, 3, 2]), Some(Price(2)));
}

#[test]
fn a_deviation_is_exact_and_told_rounded_up() {
    let tenth = Ratio::new(1, 10).unwrap();
    assert!(!deviates(Price(110), Price(100), tenth));
    assert!(deviates(Price(111), Price(100), tenth));
    assert!(!deviates(Price(90), Price(100), tenth));
    assert!(deviates(Price(89), Price(100), tenth));
    assert!(deviates(Price(u128::MAX), Price(u128::MAX / 2), tenth));
    assert_eq!(basis_points(Price(110), Price(100)), 1_000);
    assert_eq!(basis_points(Price(3_001), Price(3_000)), 4);
    assert_eq!(basis_points(Price(u128::MAX), Price(1)), u64::MAX);
}

#[test]
fn a_price_needs_a_quorum_of_young_reports() {
    let mut world = World::new();
    world.say(0, 10, 0).unwrap();
    world.say(1, 12, 0).unwrap();
    assert_eq!(world.quote(), None);
    world.say(2, 11, 0).unwrap();
    assert_eq!(world.fresh(), Some(11));
    // Two reports are as old as max_age: the third alone is no price.
    world.time += 299;
    world.say(2, 11, 0).unwrap();
    assert_eq!(world.fresh(), Some(11));
    world.time += 1;
    let age = Seconds(1);
    assert_eq!(world.freshness(), Freshness::Stale { age });
}

#[test]
fn one_price_an_interval_is_accepted() {
    let mut world = World::new();
    world.agree(100);
    world.time += 29;
    world.agree(101);
    assert_eq!(world.fresh(), Some(100));
    world.time += 1;
    world.agree(102);
    // Whoever speaks first when the interval is over closes it: the median of what was said until then.
    assert_eq!(world.fresh(), Some(101));
    let accepted: usize = world
        .oracle
        .pages
        .values()
        .map(|page| page.accepted.len())
        .sum();
    assert_eq!(accepted, 2);
}

#[test]
fn a_reporter_alone_moves_nothing() {
    let mut world = World::new();
    (0..5).for_each(|who| drop(world.say(who, 100, 0).unwrap()));
    for step in 1..=40 {
        world.time += 30;
        (0..4).for_each(|who| drop(world.say(who, 100, 0).unwrap()));
        world.say(4, 100 * (step + 1), 0).unwrap();
        assert_eq!(world.fresh(), Some(100));
    }
    // Nor alone when the others are silent: its word is no quorum, and the price goes stale.
    for _ in 0..20 {
        world.time += 30;
        world.say(4, 200, 0).unwrap();
    }
    assert!(matches!(world.freshness(), Freshness::Stale { .. }));
    assert_eq!(world.quote().unwrap().price, Price(100 * UNIT));
}

#[test]
fn times_rise_and_are_neither_in_the_future_nor_old() {
    let mut world = World::new();
    let before = world.oracle.clone();
    let report = |price: u128, time| Input::Report {
        reporter: reporter(0),
        feed: name(),
        price: Price(price),
        time,
    };
    let (latest, actual) = (at(world.time), Timestamp(at(world.time).0 + 1));
    assert_eq!(
        world.act(report(1, actual)),
        Err(Refusal::FromFuture { latest, actual })
    );
    assert_eq!(
        world.act(report(0, latest)),
        Err(Refusal::Zero { feed: name() })
    );
    let old = at(world.time - 300);
    let (until, now) = (latest, latest);
    let actual = old;
    assert_eq!(
        world.act(report(1, old)),
        Err(Refusal::TooOld { until, actual, now })
    );
    assert_eq!(world.oracle, before);
    world.say(0, 10, 5).unwrap();
    let (last, actual) = (at(world.time - 5), at(world.time - 5));
    assert_eq!(
        world.say(0, 11, 5),
        Err(Refusal::NotRising { last, actual })
    );
    world.say(0, 11, 4).unwrap();
}

#[test]
fn who_may_report_is_the_owners_word() {
    let mut world = World::new();
    let sender = Address::new("stranger").unwrap();
    let input = Input::Report {
        reporter: sender.clone(),
        feed: name(),
        price: Price(1),
        time: at(world.time),
    };
    assert_eq!(world.act(input), Err(Refusal::NotReporter { sender }));
    let quorum = |min, max, actual| Err(Refusal::Quorum { min, max, actual });
    assert_eq!(world.reporters(4, 2), quorum(3, 4, 2));
    assert_eq!(world.reporters(6, 3), quorum(4, 6, 3));
    assert_eq!(world.reporters(3, 4), quorum(3, 3, 4));
    let (max, actual) = (16, 17);
    assert_eq!(
        world.reporters(17, 9),
        Err(Refusal::TooManyReporters { max, actual })
    );
    world.reporters(16, 9).unwrap();
    let twice = vec![reporter(0), reporter(1), reporter(0)];
    let named = Input::SetReporters {
        reporters: twice,
        quorum: 3,
    };
    assert_eq!(
        world.act(named),
        Err(Refusal::TwiceReporter {
            reporter: reporter(0)
        })
    );
}

#[test]
fn a_reporter_who_was_removed_counts_no_more() {
    let mut world = World::new();
    (0..3).for_each(|who| drop(world.say(who, 100, 0).unwrap()));
    // Reporters 1 and 2 go, 5 and 6 come: of three reports one is left, for readers at once.
    let named = [0, 3, 4, 5, 6].map(reporter).to_vec();
    world
        .act(Input::SetReporters {
            reporters: named,
            quorum: 3,
        })
        .unwrap();
    assert!(matches!(world.freshness(), Freshness::Stale { .. }));
    // Who is named again may say again what it said before: it is another.
    world.reporters(5, 3).unwrap();
    assert!(matches!(world.freshness(), Freshness::Stale { .. }));
    world.say(1, 100, 0).unwrap();
    world.say(2, 100, 0).unwrap();
    assert_eq!(world.fresh(), Some(100));
    assert_eq!(world.oracle.boards[&name()].reports.len(), 3);
}

#[test]
fn a_pumped_price_is_suspect_until_it_has_stayed() {
    let mut world = World::new();
    world.live(100, 600);
    world.time += 30;
    world.agree(150);
    assert_eq!(world.freshness(), Freshness::Suspect { deviation: 5_000 });
    assert_eq!(world.weight_price(), Some(100));
    world.live(155, 3_570);
    assert!(matches!(world.freshness(), Freshness::Suspect { .. }));
    world.live(155, 30);
    assert_eq!(world.fresh(), Some(155));
    // The base begins anew: the next price is measured from it.
    world.live(150, 60);
    assert_eq!(world.fresh(), Some(150));
}

#[test]
fn a_suspect_price_that_does_not_stay_begins_again_or_is_forgotten() {
    let mut world = World::new();
    world.live(100, 600);
    world.live(150, 3_000);
    world.live(200, 3_570);
    assert!(matches!(world.freshness(), Freshness::Suspect { .. }));
    world.live(100, 30);
    assert_eq!(world.fresh(), Some(100));
    world.live(200, 3_570);
    assert!(matches!(world.freshness(), Freshness::Suspect { .. }));
    assert_eq!(world.quote().unwrap().price, Price(100 * UNIT));
}

#[test]
fn a_silenced_feed_recovers_before_it_is_believed() {
    let mut world = World::new();
    world.live(100, 600);
    world.time += 901;
    assert_eq!(world.freshness(), Freshness::Stale { age: Seconds(901) });
    world.agree(101);
    assert!(matches!(world.freshness(), Freshness::Stale { .. }));
    world.live(101, 270);
    assert!(matches!(world.freshness(), Freshness::Stale { .. }));
    world.live(101, 30);
    assert_eq!(world.fresh(), Some(101));
}

#[test]
fn a_gap_forgets_a_suspicion() {
    let mut world = World::new();
    world.live(100, 600);
    world.live(200, 1_800);
    world.time += 1_800;
    world.agree(200);
    world.live(200, 3_600);
    assert!(matches!(world.freshness(), Freshness::Suspect { .. }));
    world.live(200, 300);
    assert_eq!(world.fresh(), Some(200));
}

#[test]
fn a_silence_of_just_max_gap_is_none() {
    let mut world = World::new();
    world.live(100, 600);
    world.time += 900;
    world.agree(100);
    assert_eq!(world.fresh(), Some(100));
}

#[test]
fn stake_is_weighed_by_the_windows_median_until_grace_ends() {
    let mut world = World::new();
    world.live(100, 3_600);
    world.live(109, 1_500);
    // 50 of 121 prices of the last hour are the new one: whoever picks the block cannot pick it.
    assert_eq!(world.fresh(), Some(109));
    assert_eq!(world.weight_price(), Some(100));
    world.live(109, 360);
    assert_eq!(world.weight_price(), Some(109));
    world.time += 7_200;
    assert_eq!(world.weight_price(), Some(109));
    world.time += 1;
    assert_eq!(world.weight_price(), None);
}

/// While a true and sudden move is being confirmed, by reporters who do not speak at once, the price before it weighs.
#[test]
fn a_move_that_is_confirmed_leaves_no_hole_in_the_weight() {
    let mut world = World::new();
    world.live(100, 3_600);
    for second in 1..=8_000u64 {
        world.time += 1;
        if second % 10 == 0 {
            world.say((second / 10 % 3) as usize, 115, 0).unwrap();
        }
        assert!(world.weight_price().is_some(), "after {second} s");
    }
    assert_eq!(world.weight_price(), Some(115));
}

#[test]
fn history_is_kept_by_time_and_forgotten_after_its_time() {
    let mut world = World::with(Feed {
        history: Seconds(7_200),
        ..feed()
    });
    let begun = world.time;
    world.live(100, 3_600);
    world.live(105, 3_600);
    let price_at = |world: &World, seconds| {
        let found = answer::price_at(&world.oracle, &name(), at(seconds)).unwrap();
        found.map(|accepted| (accepted.price.0 / UNIT, accepted.time))
    };
    assert_eq!(price_at(&world, begun + 29), None);
    assert_eq!(price_at(&world, begun + 59), Some((100, at(begun + 30))));
    assert_eq!(
        price_at(&world, begun + 3_600),
        Some((100, at(begun + 3_600)))
    );
    assert_eq!(
        price_at(&world, begun + 3_660),
        Some((105, at(begun + 3_660)))
    );
    assert_eq!(
        price_at(&world, u64::MAX / 1_000_000_000),
        Some((105, at(begun + 7_200)))
    );
    world.live(105, 36_000);
    assert_eq!(price_at(&world, begun + 59), None);
    assert!(
        world.oracle.pages.len() <= 63,
        "{}",
        world.oracle.pages.len()
    );
}

#[test]
fn an_adapter_feed_has_one_source_and_all_guards() {
    let contract = Address::new("oracle2").unwrap();
    let mut world = World::with(Feed {
        source: Source::Adapter { contract },
        ..feed()
    });
    let refresh = |world: &mut World, price: u128| {
        let (feed, price, time) = (name(), Price(price * UNIT), at(world.time));
        world.act(Input::Refresh { feed, price, time })
    };
    assert!(matches!(world.say(0, 100, 0), Err(Refusal::Source { .. })));
    refresh(&mut world, 100).unwrap();
    assert_eq!(world.fresh(), Some(100));
    assert!(matches!(
        refresh(&mut world, 100),
        Err(Refusal::NotRising { .. })
    ));
    world.time += 30;
    let events = refresh(&mut world, 300).unwrap();
    assert!(events.iter().any(|event| matches!(
        event,
        Event::Suspected {
            deviation: 20_000,
            ..
        }
    )));
    // Back to reporters: what the adapter said is no report of theirs.
    world.set(feed()).unwrap();
    assert!(matches!(world.freshness(), Freshness::Stale { .. }));
    assert!(matches!(
        refresh(&mut world, 100),
        Err(Refusal::Source { .. })
    ));
    world.agree(101);
    assert_eq!(world.fresh(), Some(101));
}

#[test]
fn parameters_and_names_have_bounds() {
    let mut world = World::new();
    let wrong = [
        Feed {
            max_age: Seconds(9),
            ..feed()
        },
        Feed {
            interval: Seconds(0),
            ..feed()
        },
        Feed {
            interval: Seconds(301),
            ..feed()
        },
        Feed { count: 0, ..feed() },
        Feed {
            count: 33,
            ..feed()
        },
        Feed {
            max_gap: Seconds(299),
            ..feed()
        },
        Feed {
            confirm: Seconds(899),
            ..feed()
        },
        Feed {
            grace: Seconds(3_899),
            ..feed()
        },
        Feed {
            weight_window: Seconds(30 * 512 + 1),
            ..feed()
        },
        Feed {
            history: Seconds(7_199),
            ..feed()
        },
        Feed {
            max_deviation: Ratio::new(0, 1).unwrap(),
            ..feed()
        },
    ];
    for feed in wrong {
        assert!(matches!(world.set(feed), Err(Refusal::Parameter { .. })));
    }
    assert!(FeedName::new("A/").is_err());
    assert!(FeedName::new("ATOM USD").is_err());
    let unknown = FeedName::new("OSMO/USD").unwrap();
    let missing = Input::Report {
        reporter: reporter(0),
        feed: unknown.clone(),
        price: Price(1),
        time: at(world.time),
    };
    assert_eq!(
        world.act(missing),
        Err(Refusal::UnknownFeed { feed: unknown })
    );
}

#[test]
fn who_can_silence_the_rest_needs_half_of_a_quorum() {
    let mut world = World::new();
    world.say(2, 100, 0).unwrap();
    world.say(0, 105, 0).unwrap();
    world.say(1, 105, 0).unwrap();
    assert_eq!(world.fresh(), Some(105));
    // While the other two report, the same two move nothing.
    let mut world = World::new();
    (2..5).for_each(|who| drop(world.say(who, 100, 0).unwrap()));
    world.time += 30;
    (0..2).for_each(|who| drop(world.say(who, 105, 0).unwrap()));
    (2..5).for_each(|who| drop(world.say(who, 100, 0).unwrap()));
    assert_eq!(world.fresh(), Some(100));
}

#[test]
fn what_another_oracle_takes_held_since_a_quorum_said_so() {
    let mut world = World::new();
    let held = |world: &World| answer::held(at(world.time), &world.oracle, &name()).unwrap();
    assert_eq!(held(&world), None);
    world.say(0, 100, 20).unwrap();
    world.say(1, 100, 10).unwrap();
    world.say(2, 101, 15).unwrap();
    let first = at(world.time - 20);
    assert_eq!(held(&world).unwrap().time, first);
    assert_eq!(held(&world).unwrap().price, Price(100 * UNIT));
    // One alone, however often it speaks, makes it no younger.
    world.time += 20;
    world.say(0, 100, 0).unwrap();
    let second = at(world.time - 35);
    assert_eq!(held(&world).unwrap().time, second);
    // Nor is it younger than what was accepted.
    world.say(1, 100, 0).unwrap();
    world.say(2, 101, 0).unwrap();
    assert_eq!(held(&world).unwrap().time, at(world.time - 20));
    world.time += 301;
    assert_eq!(held(&world), None);
}

#[test]
fn oracles_that_ask_each_other_go_stale() {
    let contract = Address::new("other").unwrap();
    let adapter = Feed {
        source: Source::Adapter { contract },
        ..feed()
    };
    let mut pair = [World::new(), World::new()];
    pair.iter_mut().for_each(|world| world.agree(100));
    let mut last = pair[0].time;
    pair.iter_mut()
        .for_each(|world| drop(world.set(adapter.clone()).unwrap()));
    for turn in 0..200 {
        let other = answer::held(at(pair[0].time), &pair[1 - turn % 2].oracle, &name()).unwrap();
        let world = &mut pair[turn % 2];
        if let Some(held) = other {
            let (feed, price, time) = (name(), held.price, held.time);
            let _ = world.act(Input::Refresh { feed, price, time });
        }
        if world.fresh().is_some() {
            last = world.time;
        }
        pair.iter_mut().for_each(|world| world.time += 10);
    }
    assert!(last < pair[0].time - 1_000, "{last}");
}
