//! An oracle with five reporters and a quorum of three, and the time.
// Each story uses its own part.
#![allow(dead_code)]

use tessera_price::{
    answer,
    memory::Memory,
    state::{Feed, FeedName, Source},
    transition, Event, Freshness, Input, Now, Quote, Refusal, Refused,
};
use tessera_primitives::{Address, Price, Ratio, Timestamp};

pub const UNIT: u128 = 1_000_000_000_000_000_000;

pub struct World {
    pub oracle: Memory,
    pub time: u64,
}

pub fn name() -> FeedName {
    FeedName::new("ATOM/USD").unwrap()
}

pub fn reporter(number: usize) -> Address {
    Address::new(format!("reporter{number}")).unwrap()
}

pub fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

pub fn feed() -> Feed {
    let feed = Feed::with_defaults(Source::Reporters).unwrap();
    Feed {
        max_deviation: Ratio::new(1, 10).unwrap(),
        ..feed
    }
}

impl World {
    pub fn new() -> World {
        World::with(feed())
    }

    pub fn with(feed: Feed) -> World {
        let mut world = World {
            oracle: Memory::default(),
            time: 1_000_000,
        };
        world.reporters(5, 3).unwrap();
        world.set(feed).unwrap();
        world
    }

    pub fn act(&mut self, input: Input) -> Result<Vec<Event>, Refusal> {
        let now = Now {
            time: at(self.time),
        };
        match transition(&now, &self.oracle, input) {
            Ok(step) => {
                self.oracle.apply(&step);
                Ok(step.events)
            }
            Err(Refused::Rule(refusal)) => Err(refusal),
            Err(Refused::Read(never)) => match never {},
        }
    }

    pub fn reporters(&mut self, number: usize, quorum: u8) -> Result<Vec<Event>, Refusal> {
        let reporters = (0..number).map(reporter).collect();
        self.act(Input::SetReporters { reporters, quorum })
    }

    pub fn set(&mut self, parameters: Feed) -> Result<Vec<Event>, Refusal> {
        let feed = name();
        self.act(Input::SetFeed { feed, parameters })
    }

    /// A reporter says a price (in whole units) of so many seconds ago.
    pub fn say(&mut self, who: usize, price: u128, ago: u64) -> Result<Vec<Event>, Refusal> {
        self.act(Input::Report {
            reporter: reporter(who),
            feed: name(),
            price: Price(price * UNIT),
            time: at(self.time - ago),
        })
    }

    /// The first three reporters agree.
    pub fn agree(&mut self, price: u128) {
        (0..3).for_each(|who| drop(self.say(who, price, 0).unwrap()));
    }

    /// So many seconds pass, with the first three agreeing every interval.
    pub fn live(&mut self, price: u128, seconds: u64) {
        for _ in 0..seconds / 30 {
            self.time += 30;
            self.agree(price);
        }
    }

    pub fn quote(&self) -> Option<Quote> {
        answer::quote(at(self.time), &self.oracle, &name()).unwrap()
    }

    pub fn fresh(&self) -> Option<u128> {
        let price = self.quote()?.fresh()?;
        Some(price.0 / UNIT)
    }

    pub fn freshness(&self) -> Freshness {
        self.quote().unwrap().freshness
    }

    pub fn weight_price(&self) -> Option<u128> {
        let price = answer::weight_price(at(self.time), &self.oracle, &name()).unwrap();
        price.map(|price| price.0 / UNIT)
    }
}
