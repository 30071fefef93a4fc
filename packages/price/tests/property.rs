//! The crate's invariants, over random reporters of which fewer than a quorum lie, and silence.

mod world;

use proptest::prelude::*;
use tessera_price::{deviates, Event, Freshness};
use tessera_primitives::Price;
use world::{at, feed, name, World, UNIT};

#[derive(Clone, Debug)]
enum Move {
    /// A reporter says something else than the truth, by so many percent, so long ago.
    Say(usize, u128, u64),
    /// Time passes.
    Wait(u64),
    /// The truth moves.
    Truth(u128),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        6 => (0..5usize, 1..400u128, 0..40u64).prop_map(|(who, per, ago)| Move::Say(who, per, ago)),
        3 => (1..80u64).prop_map(Move::Wait),
        1 => (200..2_000u64).prop_map(Move::Wait),
        1 => (80..125u128).prop_map(Move::Truth),
    ];
    prop::collection::vec(one, 1..300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold(moves in moves()) {
        let mut world = World::new();
        let parameters = feed();
        let mut truth = 1_000u128;
        let mut said: Vec<(u128, u64)> = Vec::new();
        let mut accepted: Vec<(Price, u64)> = Vec::new();
        for step in moves {
            let before = world.oracle.clone();
            let base = before.boards.get(&name()).map(|board| board.base);
            let events = match step {
                Move::Wait(seconds) => { world.time += seconds; continue }
                Move::Truth(per) => { truth = (truth * per / 100).clamp(100, 100_000); continue }
                Move::Say(who, per, ago) => {
                    // Two of five lie, one short of the quorum.
                    let price = if who < 2 { truth * per / 100 + 1 } else { truth };
                    let result = world.say(who, price, ago);
                    if result.is_err() {
                        prop_assert_eq!(&world.oracle, &before);
                        continue;
                    }
                    said.push((price, world.time - ago));
                    result.unwrap()
                }
            };
            for event in events {
                let Event::Accepted { price, confirmed, .. } = event else { continue };
                let price: Price = price.parse().unwrap();
                // An honest reporter said at least as much, and one at most as much, within max_age.
                let young = said.iter().filter(|(_, time)| time + parameters.max_age.0 > world.time);
                let young: Vec<u128> = young.map(|(price, _)| price * UNIT).collect();
                prop_assert!(young.iter().any(|other| *other <= price.0));
                prop_assert!(young.iter().any(|other| *other >= price.0));
                if let Some((_, last)) = accepted.last() {
                    prop_assert!(last + parameters.interval.0 <= world.time);
                    let far = deviates(price, base.unwrap(), parameters.max_deviation);
                    prop_assert_eq!(far, confirmed);
                }
                accepted.push((price, world.time));
                prop_assert!(world.oracle.boards[&name()].resumed.is_none());
            }
            if let Some(quote) = world.quote() {
                let (last, time) = *accepted.last().unwrap();
                prop_assert_eq!((quote.price, quote.time), (last, at(time)));
                if quote.freshness == Freshness::Fresh {
                    prop_assert!(world.time < time + parameters.max_age.0);
                }
            }
        }
        let kept: usize = world.oracle.pages.values().map(|page| page.accepted.len()).sum();
        prop_assert_eq!(kept, accepted.len());
    }

    #[test]
    fn liars_below_the_quorum_stay_between_the_honest(
        honest in prop::collection::vec(900..1_100u128, 3),
        lies in prop::collection::vec(1..1_000_000u128, 2),
    ) {
        let mut world = World::new();
        lies.iter().enumerate().for_each(|(who, price)| drop(world.say(who, *price, 0).unwrap()));
        for (index, price) in honest.iter().enumerate().take(2) {
            world.say(index + 2, *price, 0).unwrap();
        }
        world.say(4, honest[2], 0).unwrap();
        let mut all = [lies.clone(), honest.clone()].concat();
        all.sort_unstable();
        // Three of five are the quorum: the median of five lies between two honest ones.
        world.time += 30;
        for (who, price) in lies.iter().chain(&honest).enumerate() {
            world.say(who, *price, 0).unwrap();
        }
        let board = &world.oracle.boards[&name()];
        if board.suspicion.is_none() {
            let price = world.fresh().unwrap();
            prop_assert_eq!(price, all[2]);
            prop_assert!(honest.iter().any(|other| *other <= price));
            prop_assert!(honest.iter().any(|other| *other >= price));
        }
    }
}
