//! A pool of some size, and what its people do, measured or not.

use anyhow::Context;
use cosmwasm_std::Coin;
use cw_multi_test::AppResponse;
use tessera_contract_api::stake_pool::{Entry, ExecuteMsg, PoolResponse, QueryMsg, Settings};
use tessera_primitives::{canonical, Address, Amount, Asset, Price, Seconds};
use tessera_testing::contracts;
use tessera_testing::pool::{feed, Codes, Pool, PoolConfig, Stakable, VoteSecret, HUB, UNIT};
use tessera_testing::suite::{Suite, SuiteConfig};
use tessera_testing::Zone;

use super::super::stage::{Stage, HERE};
use super::super::Reading;
use super::Size;
use crate::wasm::Artifact;

/// More than anybody else has: where all places are taken, it takes the lightest one's.
const HEAVIEST: u128 = 123_456_789_012_345_678;

/// A pool that tells what it costs.
pub struct Told {
    stage: Stage,
    pub pool: Pool,
    pub size: Size,
    pub settings: Settings,
    pub readings: Vec<Reading>,
}

impl Told {
    /// So many validators that all have some of each token, and so many delegators who have the same.
    pub fn new(size: Size, artifacts: &[Artifact]) -> anyhow::Result<Told> {
        let mut stage = Stage::bare(SuiteConfig::new(1)?, "stake_pool")?;
        let oracle = stage.store("price_oracle", contracts::price_oracle, artifacts)?;
        let pool = stage.store("stake_pool", contracts::stake_pool, artifacts)?;
        let zone = &mut stage.suite.side_mut(HERE)?.zone;
        let codes = Codes {
            oracle,
            pool,
            ..Codes::store(zone)
        };
        let mut config = PoolConfig::new(zone)?;
        config.settings.max_validators = Some(300);
        config.settings.pay = Some(Amount(10));
        for number in 4..size.tokens {
            config.tokens.push(Stakable::Coin {
                denom: format!("coin{number}"),
                decimals: 6,
            });
        }
        config.tokens.truncate(size.tokens.into());
        config.feed.max_age = Some(Seconds(80_000));
        config.feed.grace = Some(Seconds(160_000));
        config.feed.max_gap = Some(Seconds(80_000));
        config.feed.confirm = Some(Seconds(80_000));
        config.feed.history = Some(Seconds(160_000));
        let settings = config.settings.clone();
        let pool = Pool::deploy_with(zone, config, codes)?;
        let mut told = Told {
            stage,
            pool,
            size,
            settings,
            readings: Vec::new(),
        };
        told.populate()?;
        Ok(told)
    }

    pub fn zone(&mut self) -> anyhow::Result<&mut Zone> {
        Ok(&mut self.stage.suite.side_mut(HERE)?.zone)
    }

    fn populate(&mut self) -> anyhow::Result<()> {
        let (pool, size) = (self.pool.clone(), self.size);
        let zone = self.zone()?;
        let patron = zone.account("patron")?;
        zone.mint(&patron, 11_000_000_000, &denom(&pool)?)?;
        let funds = [Coin::new(5_000_000_000u128, denom(&pool)?)];
        for reserve in [true, false] {
            let fund = ExecuteMsg::Fund { reserve };
            zone.execute(&patron, &pool.address, &fund, &funds)?;
        }
        for number in 0..size.validators {
            let stake = u128::from(number)
                .saturating_mul(987_654_321)
                .saturating_add(123_456_789_012);
            pool.create_validator(zone, &format!("operator{number}"), stake)?;
            for token in 1..size.tokens {
                pool.bond(zone, "ann", number, token, 9_876_543_210_987)?;
            }
        }
        for token in 0..size.tokens {
            pool.bond(zone, "bob", 0, token, 1_234_567_890_123)?;
        }
        self.crowd()?;
        let zone = self.zone()?;
        pool.execute(zone, "pusher", &ExecuteMsg::Snapshot {})?;
        pool.pass_epochs(zone, 1)
    }

    /// As many delegations as there are to be, each like Bob's: written where the contract writes them.
    fn crowd(&mut self) -> anyhow::Result<()> {
        let (pool, size) = (self.pool.clone(), self.size);
        let zone = self.zone()?;
        let path = |who: &Address, validator: u32| -> Vec<u8> {
            [
                &b"\x00\x01d"[..],
                &canonical::encode(&(who.clone(), validator)),
            ]
            .concat()
        };
        let bob = zone.address(&zone.account("bob")?)?;
        let mut others = Vec::new();
        for number in 0..size.delegators {
            others.push(zone.address(&zone.account(&format!("delegator{number}"))?)?);
        }
        zone.with_app(|app| {
            let mut storage = app.contract_storage_mut(&pool.address);
            let like = storage.get(&path(&bob, 0)).context("bob has none")?;
            for (other, validator) in others.iter().zip((0..size.validators).cycle()) {
                storage.set(&path(other, validator), &like);
            }
            Ok(())
        })
    }

    pub fn epoch(&mut self) -> anyhow::Result<()> {
        self.later(100)
    }

    pub fn later(&mut self, seconds: u64) -> anyhow::Result<()> {
        let (pool, tokens) = (self.pool.clone(), self.size.tokens);
        let zone = self.zone()?;
        zone.next_block_after(Seconds(seconds))?;
        for token in 0..tokens {
            pool.report(
                zone,
                &feed(token)?,
                Price(UNIT.0.saturating_add(token.into())),
            )?;
        }
        Ok(())
    }

    pub fn say(&mut self, who: &str, message: ExecuteMsg) -> anyhow::Result<()> {
        let pool = self.pool.clone();
        pool.execute(self.zone()?, who, &message).map(drop)
    }

    pub fn act(
        &mut self,
        call: impl Into<String>,
        who: &str,
        message: ExecuteMsg,
    ) -> anyhow::Result<()> {
        let pool = self.pool.clone();
        self.measure(call.into(), |zone| pool.execute(zone, who, &message))
    }

    pub fn fund(&mut self, call: &str) -> anyhow::Result<()> {
        let pool = self.pool.clone();
        let funds = [Coin::new(1_000_000u128, denom(&pool)?)];
        let fund = ExecuteMsg::Fund { reserve: false };
        self.measure(call.into(), |zone| {
            let patron = zone.account("patron")?;
            zone.execute(&patron, &pool.address, &fund, &funds)
        })
    }

    pub fn order(&mut self, call: &str, message: ExecuteMsg) -> anyhow::Result<()> {
        let pool = self.pool.clone();
        self.measure(call.into(), |zone| pool.order(zone, 0, &message))
    }

    pub fn bond(&mut self, call: String, who: &str, token: u16) -> anyhow::Result<()> {
        let entry = Entry::Bond { validator: 0 };
        self.enter(call, who, token, 7_654_321_098, &entry)
    }

    pub fn create(&mut self, call: String, number: u32) -> anyhow::Result<()> {
        let secret = VoteSecret::new(number);
        let pool = self.pool.clone();
        let who = format!("operator{number}");
        let candidacy = pool.candidacy(self.zone()?, &who, &secret)?;
        let entry = Entry::CreateValidator(candidacy);
        self.enter(call, &who, HUB, HEAVIEST, &entry)
    }

    pub fn enter(
        &mut self,
        call: String,
        who: &str,
        token: u16,
        amount: u128,
        entry: &Entry,
    ) -> anyhow::Result<()> {
        let pool = self.pool.clone();
        self.measure(call, |zone| pool.enter(zone, who, token, amount, entry))
    }

    pub fn weights(&mut self, call: String) -> anyhow::Result<()> {
        let pool = self.pool.clone();
        let state: PoolResponse = pool.ask(self.zone()?, &QueryMsg::Pool {})?;
        let snapshot = state.pool.snapshot;
        let question = QueryMsg::WeightsAt { snapshot };
        let reading = self.stage.ask(call, &pool.address, &question)?;
        self.readings.push(reading);
        Ok(())
    }

    fn measure(
        &mut self,
        call: String,
        act: impl Fn(&mut Zone) -> anyhow::Result<AppResponse>,
    ) -> anyhow::Result<()> {
        let act = |suite: &mut Suite| act(&mut suite.side_mut(HERE)?.zone);
        let reading = self.stage.measure(call, act)?;
        self.readings.push(reading);
        Ok(())
    }
}

fn denom(pool: &Pool) -> anyhow::Result<String> {
    match pool.asset(HUB)? {
        Asset::Native(denom) => Ok(denom.to_string()),
        Asset::Cw20(_) => anyhow::bail!("the hub's coin is a token"),
    }
}
