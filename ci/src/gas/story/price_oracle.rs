//! `price-oracle`: what reporters say, what another oracle is asked, and what a pool asks.

use cosmwasm_std::Addr;
use tessera_contract_api::price_oracle::{
    Accepted, ExecuteMsg, FeedName, FeedSettings, InstantiateMsg, NamedFeed, QueryMsg, Source,
};
use tessera_contract_api::roles::Appointment;
use tessera_primitives::{Address, Price, Timestamp};
use tessera_testing::contracts;
use tessera_testing::suite::{Suite, SuiteConfig};

use super::stage::{Stage, HERE};
use super::Reading;
use crate::wasm::Artifact;

/// As a price is that nobody rounded: 9.8 of the reference currency.
const PRICE: u128 = 9_817_263_548_190_273_645;

/// As many tokens as the pool's figures have at most.
const FEEDS: usize = 8;

pub fn tell(artifacts: &[Artifact]) -> anyhow::Result<Vec<Reading>> {
    let mut readings = Vec::new();
    for reporters in [5, 16] {
        let mut oracle = Oracle::new(reporters, artifacts)?;
        oracle.live(&mut readings)?;
        if reporters == 5 {
            oracle.ask(&mut readings)?;
            oracle.follow(artifacts, &mut readings)?;
            oracle.govern(&mut readings)?;
        }
    }
    Ok(readings)
}

struct Oracle {
    stage: Stage,
    oracle: Addr,
    reporters: usize,
}

fn feed(number: usize) -> anyhow::Result<FeedName> {
    Ok(FeedName::new(format!("TOK{number}/USD"))?)
}

fn reporter(number: usize) -> String {
    format!("reporter{number}")
}

fn address(suite: &Suite, name: &str) -> anyhow::Result<Address> {
    suite.address(HERE, name)
}

fn now(suite: &Suite) -> anyhow::Result<Timestamp> {
    Ok(suite.side(HERE)?.zone.time())
}

/// What a reporter says of a feed now.
fn report(suite: &Suite, number: usize) -> anyhow::Result<ExecuteMsg> {
    Ok(ExecuteMsg::Report {
        feed: feed(number)?,
        price: Price(PRICE),
        time: now(suite)?,
    })
}

impl Oracle {
    fn new(reporters: usize, artifacts: &[Artifact]) -> anyhow::Result<Oracle> {
        let mut stage = Stage::bare(SuiteConfig::new(1)?, "price_oracle")?;
        let named = (0..reporters).map(|number| address(&stage.suite, &reporter(number)));
        let feeds = (0..FEEDS).map(|number| {
            Ok(NamedFeed {
                feed: feed(number)?,
                settings: FeedSettings::new(Source::Reporters),
            })
        });
        let message = InstantiateMsg {
            roles: roles(&stage.suite)?,
            reporters: named.collect::<anyhow::Result<_>>()?,
            quorum: u8::try_from((reporters / 2).saturating_add(1))?,
            feeds: feeds.collect::<anyhow::Result<_>>()?,
        };
        let oracle = stage.deploy("price_oracle", contracts::price_oracle, artifacts, &message)?;
        Ok(Oracle {
            stage,
            oracle,
            reporters,
        })
    }

    fn say(&mut self, who: usize, number: usize) -> anyhow::Result<()> {
        let message = report(&self.stage.suite, number)?;
        let oracle = self.oracle.clone();
        self.stage
            .suite
            .execute(HERE, &reporter(who), &oracle, &message, &[])?;
        Ok(())
    }

    /// In the next block all reporters say the prices of so many feeds.
    fn pass(&mut self, feeds: usize) -> anyhow::Result<()> {
        self.stage.suite.tick(1)?;
        for number in 0..feeds {
            for who in 0..self.reporters {
                self.say(who, number)?;
            }
        }
        Ok(())
    }

    fn measure(&mut self, call: &str, who: usize) -> anyhow::Result<Reading> {
        let (oracle, reporters) = (self.oracle.clone(), self.reporters);
        self.stage
            .measure(format!("{call}, {reporters} reporters"), |suite| {
                let message = report(suite, 0)?;
                suite.execute(HERE, &reporter(who), &oracle, &message, &[])
            })
    }

    /// A report that is only heard, and one that closes an interval, into a page that is almost full and into a new one.
    fn live(&mut self, readings: &mut Vec<Reading>) -> anyhow::Result<()> {
        // Long enough for the base to be a median of 12, and for the page to have one place left.
        while self.accepted()? != 31 {
            self.wait()?;
            self.pass(1)?;
        }
        self.wait()?;
        readings.push(self.measure("report, accepted", 0)?);
        readings.push(self.measure("report, heard", 1)?);
        self.wait()?;
        readings.push(self.measure("report, accepted, a new page", 2)?);
        Ok(())
    }

    /// Until the interval is over.
    fn wait(&mut self) -> anyhow::Result<()> {
        let begun = now(&self.stage.suite)?;
        while now(&self.stage.suite)?.since(begun).0 < 30 {
            self.stage.suite.tick(1)?;
        }
        Ok(())
    }

    fn accepted(&self) -> anyhow::Result<usize> {
        let zone = &self.stage.suite.side(HERE)?.zone;
        let question = QueryMsg::History {
            feed: feed(0)?,
            start_after: None,
            limit: Some(100),
        };
        let history: Vec<Accepted> = zone.query(&self.oracle, &question)?;
        Ok(history.len())
    }

    /// What a pool asks for a bond, and for a snapshot with a full window.
    fn ask(&mut self, readings: &mut Vec<Reading>) -> anyhow::Result<()> {
        while self.accepted()? < 100 {
            self.wait()?;
            self.pass(FEEDS)?;
        }
        for count in [1, 4, FEEDS] {
            let feeds: Vec<String> = (0..count)
                .map(|number| Ok(feed(number)?.to_string()))
                .collect::<anyhow::Result<_>>()?;
            let oracle = self.oracle.clone();
            let question = QueryMsg::Quotes {
                feeds: feeds.clone(),
            };
            let call = format!("quotes, {count} feeds");
            readings.push(self.stage.ask(call, &oracle, &question)?);
            let question = QueryMsg::WeightPrices { feeds };
            let call = format!("weight_prices, {count} feeds");
            readings.push(self.stage.ask(call, &oracle, &question)?);
        }
        Ok(())
    }

    /// Another oracle follows this one.
    fn follow(
        &mut self,
        artifacts: &[Artifact],
        readings: &mut Vec<Reading>,
    ) -> anyhow::Result<()> {
        let contract = Address::new(self.oracle.as_str())?;
        let message = InstantiateMsg {
            roles: roles(&self.stage.suite)?,
            reporters: Vec::new(),
            quorum: 0,
            feeds: vec![NamedFeed {
                feed: feed(0)?,
                settings: FeedSettings::new(Source::Adapter { contract }),
            }],
        };
        let follower =
            self.stage
                .deploy("price_oracle", contracts::price_oracle, artifacts, &message)?;
        self.pass(1)?;
        let refresh = ExecuteMsg::Refresh { feed: feed(0)? };
        readings.push(self.stage.measure("refresh, of another oracle", |suite| {
            suite.execute(HERE, "relayer", &follower, &refresh, &[])
        })?);
        Ok(())
    }

    fn govern(&mut self, readings: &mut Vec<Reading>) -> anyhow::Result<()> {
        let oracle = self.oracle.clone();
        let set = ExecuteMsg::SetFeed {
            feed: feed(0)?,
            settings: FeedSettings::new(Source::Reporters),
        };
        readings.push(self.stage.measure("set_feed", |suite| {
            suite.execute(HERE, "owner", &oracle, &set, &[])
        })?);
        let named = (0..16).map(|number| address(&self.stage.suite, &reporter(number)));
        let name = ExecuteMsg::SetReporters {
            reporters: named.collect::<anyhow::Result<_>>()?,
            quorum: 9,
        };
        readings.push(self.stage.measure("set_reporters, 16", |suite| {
            suite.execute(HERE, "owner", &oracle, &name, &[])
        })?);
        Ok(())
    }
}

fn roles(suite: &Suite) -> anyhow::Result<Appointment> {
    Ok(Appointment {
        owner: Some(address(suite, "owner")?),
        guardian: Some(address(suite, "guardian")?),
    })
}
