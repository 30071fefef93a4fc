//! A random walk over every verb, beside the rule over maps: whatever is said, set, asked and paused in whatever order, the
//! contract answers what the rule would with storage that cannot be wrong, and what it refuses changes nothing.
//!
//! `TESSERA_WALK_STEPS` (default 10,000) and `TESSERA_WALK_SEED` (default 1) change the walk; both are printed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod world;

use price_oracle::OracleError;
use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};
use tessera_contract_api::{
    price_oracle::{
        Accepted, ExecuteMsg, FeedName, FeedSettings, QueryMsg, Quote, SourcePrice, WeightPrice,
    },
    roles::RolesMsg,
};
use tessera_contract_kit::roles::RolesError;
use tessera_price::{
    answer,
    memory::Memory,
    state::{Board, Reporters},
    transition, Input, Now, Refused,
};
use tessera_primitives::{Price, Ratio, Timestamp};
use world::*;

const FEEDS: [&str; 3] = [ATOM, "OSMO/USD", "ibc/0123.USD"];

fn number(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().expect(name),
        Err(_) => default,
    }
}

struct Walk {
    random: TestRng,
    world: World,
    model: Memory,
    paused: bool,
    prices: [u128; 3],
    done: u64,
}

impl Walk {
    fn new(seed: u64) -> Walk {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut walk = Walk {
            random: TestRng::from_seed(RngAlgorithm::ChaCha, &bytes),
            world: World::new(),
            model: Memory::default(),
            paused: false,
            prices: [10 * UNIT, UNIT / 2, 60_000 * UNIT],
            done: 0,
        };
        let reporters = reporters(REPORTERS);
        walk.imagine(Input::SetReporters {
            reporters,
            quorum: 3,
        })
        .unwrap();
        let (feed, parameters) = (feed(ATOM), settings().parameters().unwrap());
        walk.imagine(Input::SetFeed { feed, parameters }).unwrap();
        walk
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random.next_u64() % bound
    }

    fn now(&self) -> Timestamp {
        self.world.at(0)
    }

    /// What the rule does over maps.
    fn imagine(&mut self, input: Input) -> Result<(), OracleError> {
        let time = self.now();
        match transition(&Now { time }, &self.model, input) {
            Ok(step) => {
                self.model.apply(&step);
                Ok(())
            }
            Err(Refused::Rule(refusal)) => Err(OracleError::Rule(refusal)),
            Err(Refused::Read(never)) => match never {},
        }
    }

    /// Sends a message, and expects of it what the rule says.
    fn act(&mut self, sender: &str, message: &ExecuteMsg, input: Input) {
        let entry = matches!(input, Input::Report { .. } | Input::Refresh { .. });
        let expected = if self.paused && entry {
            Err(OracleError::Roles(RolesError::Paused))
        } else {
            self.imagine(input)
        };
        let before = expected.is_err().then(|| self.world.dump());
        let done = self.world.send(sender, message).map(drop);
        assert_eq!(done, expected, "{sender}: {message:?}");
        match before {
            Some(before) => assert_eq!(self.world.dump(), before, "{message:?}"),
            None => self.done += 1,
        }
    }

    fn name(&mut self) -> (usize, FeedName) {
        let index = [0, 0, 0, 0, 1, 2][self.below(6) as usize];
        (index, feed(FEEDS[index]))
    }

    fn report(&mut self) {
        let (index, feed) = self.name();
        let who = reporter(self.below(7) as usize);
        let truth = self.prices[index];
        let price = match self.below(20) {
            0 => 0,
            1 => u128::MAX,
            2 => truth * 3,
            _ => truth / 1_000 * (990 + u128::from(self.below(21))),
        };
        let ago = if self.below(20) == 0 { 400 } else { 4 };
        let ago = self.below(ago);
        let time = match self.below(40) {
            0 => Timestamp(self.now().0 + 1),
            _ => self.world.at(ago),
        };
        let price = Price(price);
        let message = ExecuteMsg::Report {
            feed: feed.clone(),
            price,
            time,
        };
        let reporter = address(&who);
        let input = Input::Report {
            reporter,
            feed,
            price,
            time,
        };
        self.act(&who, &message, input);
    }

    fn set_feed(&mut self) {
        let (_, feed) = self.name();
        let settings = FeedSettings {
            max_deviation: Ratio::new(1 + self.below(20), 100).ok(),
            count: Some(self.below(34) as u8),
            interval: seconds(1 + self.below(60)),
            history: seconds(3_000 + self.below(200_000)),
            ..settings()
        };
        let message = ExecuteMsg::SetFeed {
            feed: feed.clone(),
            settings: settings.clone(),
        };
        let parameters = settings.parameters().unwrap();
        self.act("owner", &message, Input::SetFeed { feed, parameters });
    }

    fn set_reporters(&mut self) {
        let count = 2 + self.below(6) as usize;
        let (reporters, quorum) = (reporters(count), 2 + self.below(4) as u8);
        let message = ExecuteMsg::SetReporters {
            reporters: reporters.clone(),
            quorum,
        };
        self.act("owner", &message, Input::SetReporters { reporters, quorum });
    }

    fn pause(&mut self) {
        let (sender, message) = match self.paused {
            true => ("owner", RolesMsg::Unpause {}),
            false => ("guardian", RolesMsg::Pause {}),
        };
        self.world
            .send(sender, &ExecuteMsg::Roles(message))
            .unwrap();
        self.paused = !self.paused;
    }

    fn wait(&mut self) {
        let seconds = match self.below(900) {
            0 => 1_000 + self.below(8_000),
            1..=4 => 200 + self.below(400),
            _ => self.below(25),
        };
        self.world.wait(seconds);
        for price in &mut self.prices {
            let per = 996 + u128::from(self.random.next_u64() % 9);
            *price = (*price * per / 1_000).max(UNIT / 1_000);
        }
    }

    fn step(&mut self) {
        match self.below(400) {
            0..=1 => self.set_feed(),
            2 => self.set_reporters(),
            3 => self.pause(),
            4..=6 if self.paused => self.pause(),
            7..=160 => self.wait(),
            _ => self.report(),
        }
    }

    /// What is asked of the contract is what the rule answers over maps.
    fn compare(&mut self) {
        let now = self.now();
        let asked_at = Timestamp(now.0 - self.below(10_000) * 1_000_000_000);
        let texts = FEEDS.map(str::to_string).to_vec();
        let (world, model) = (&self.world, &self.model);
        let reporters: Reporters = world.ask(&QueryMsg::Reporters {});
        assert_eq!(reporters, model.reporters);
        let quotes: Vec<Option<Quote>> = world.ask(&QueryMsg::Quotes {
            feeds: texts.clone(),
        });
        let weights: Vec<WeightPrice> = world.ask(&QueryMsg::WeightPrices { feeds: texts });
        for (index, text) in FEEDS.iter().enumerate() {
            let name = feed(text);
            if !model.feeds.contains_key(&name) {
                assert_eq!((quotes[index], weights[index].price), (None, None));
                continue;
            }
            let quote = answer::quote(now, model, &name).unwrap();
            assert_eq!(quotes[index], quote);
            let price = answer::weight_price(now, model, &name).unwrap();
            let freshness = quote.map(|quote| quote.freshness);
            assert_eq!(weights[index], WeightPrice { price, freshness });
            let board: Board = world.ask(&QueryMsg::Board { feed: name.clone() });
            assert_eq!(
                Some(&board),
                model.boards.get(&name).or(Some(&Board::default()))
            );
            let held: Option<SourcePrice> =
                world.ask(&QueryMsg::SourcePrice { feed: name.clone() });
            let expected = answer::held(now, model, &name).unwrap();
            assert_eq!(
                held.map(|held| (held.price, held.time)),
                expected.map(|held| (held.price, held.time))
            );
            let then: Option<Accepted> = world.ask(&QueryMsg::PriceAt {
                feed: name.clone(),
                time: asked_at,
            });
            assert_eq!(then, answer::price_at(model, &name, asked_at).unwrap());
            let history: Vec<Accepted> = world.ask(&QueryMsg::History {
                feed: name.clone(),
                start_after: Some(asked_at),
                limit: Some(100),
            });
            let pages = model.pages.iter().filter(|((of, _), _)| *of == name);
            let kept = pages.flat_map(|(_, page)| page.accepted.clone());
            let kept: Vec<Accepted> = kept
                .filter(|accepted| accepted.time > asked_at)
                .take(100)
                .collect();
            assert_eq!(history, kept);
        }
    }
}

#[test]
fn the_contract_answers_what_the_rule_would() {
    let steps = number("TESSERA_WALK_STEPS", 10_000);
    let seed = number("TESSERA_WALK_SEED", 1);
    println!("TESSERA_WALK_STEPS={steps} TESSERA_WALK_SEED={seed}");
    let mut walk = Walk::new(seed);
    for step in 0..steps {
        walk.step();
        if step % 5 == 0 {
            walk.compare();
        }
    }
    let accepted: usize = walk
        .model
        .pages
        .values()
        .map(|page| page.accepted.len())
        .sum();
    println!("{} messages done, {accepted} prices kept", walk.done);
    assert!(walk.done > steps / 6 && accepted > 100);
}
