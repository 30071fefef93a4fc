//! Zones with everything that a task needs: `chain-view` with a view of every other zone, `transaction-lock` linked to
//! every other lock, `booking`, a cw20 token, and people who hold coins and tokens.
//!
//! ```
//! use tessera_lock::{state::LegState, Settlement};
//! use tessera_testing::suite::Suite;
//!
//! # fn main() -> anyhow::Result<()> {
//! let mut suite = Suite::new(2)?;
//! // ann pays bob 100 on the first zone, bob pays ann 200 on the second: both, or neither.
//! let there = suite.payment(0, "ann", "bob", &suite.coin(0)?, 100)?;
//! let back = suite.payment(1, "bob", "ann", &suite.coin(1)?, 200)?;
//! let plan = suite.plan(vec![(0, there), (1, back)], Settlement::OnProof)?;
//! suite.register_all(&plan)?;
//! suite.commit_all(&plan)?;
//! suite.settle_all(&plan)?;
//! assert_eq!(suite.states(&plan)?, [Some(LegState::Kept); 2]);
//! # Ok(())
//! # }
//! ```

mod deploy;
mod plan;
mod relay;

use anyhow::Context;
use cosmwasm_std::{Addr, Coin};
use cw_multi_test::AppResponse;
use serde::Serialize;
use tessera_contract_api::transaction_lock::Settings;
use tessera_primitives::{Address, Amount, Asset, Denom, Height, Ratio, Seconds};

pub use plan::{Part, Plan};
/// What a `chain-view` is told of a zone: for crates that may not see package `view`.
pub use tessera_view::state::Params;

use crate::{Zone, ZoneConfig};

/// What a suite's zones are made with. The defaults are small: tests should not wait.
#[derive(Clone, Debug)]
pub struct SuiteConfig {
    /// The zones, with chain ids ascending.
    pub zones: Vec<ZoneConfig>,
    /// What every `chain-view` knows of every zone.
    pub view: Params,
    /// What a register costs.
    pub fee: u128,
    /// What a plan's legs offer to relayers.
    pub tip: u128,
    /// Least distance of a deadline, in blocks.
    pub min_horizon: u64,
    /// Greatest distance of a deadline, in blocks.
    pub max_horizon: u64,
    /// How far ahead plans put deadlines, in blocks.
    pub horizon: u64,
    /// Greatest age of a root that a commit takes.
    pub fresh: Seconds,
    /// Blocks that an admitted branch is waited for.
    pub fork_grace: u64,
    /// What may be at risk from each other zone in each asset.
    pub cap: u128,
    /// What everybody has of each zone's coin and token at first.
    pub purse: u128,
}

/// People with a purse on every zone. `owner` and `guardian` have their roles in every contract; `relayer` pushes along.
pub const PEOPLE: [&str; 8] = [
    "ann", "bob", "cleo", "dan", "relayer", "owner", "guardian", "thief",
];

const NAMES: [&str; 8] = [
    "alpha", "beta", "gamma", "kappa", "lambda", "omega", "sigma", "tau",
];

impl SuiteConfig {
    /// So many zones, 1 to 8: `alpha-1`, `beta-1`, …
    ///
    /// # Errors
    /// More than 8 zones.
    pub fn new(zones: usize) -> anyhow::Result<SuiteConfig> {
        let names = NAMES.get(..zones).context("a suite has 1 to 8 zones")?;
        let config = |name: &&'static str| ZoneConfig::new(&format!("{name}-1"), name);
        Ok(SuiteConfig {
            zones: names.iter().map(config).collect::<Result<_, _>>()?,
            view: Params {
                trust_level: Ratio::new(1, 3)?,
                trusting_period: Seconds(14 * 86_400),
                unbonding_period: Seconds(21 * 86_400),
                clock_drift: Seconds(30),
                min_block_interval: 100,
                k: 64,
                refresh_interval: Seconds(60),
                close_delay: Seconds(60),
                advance_reward: Amount(1),
                fork_bounty: Amount(100),
            },
            fee: 10,
            tip: 7,
            min_horizon: 5,
            max_horizon: 1_000,
            horizon: 40,
            fresh: Seconds(100),
            fork_grace: 60,
            cap: 1_000_000_000,
            purse: 1_000_000,
        })
    }

    fn settings(&self, fee_denom: Denom, treasury: Address) -> Settings {
        Settings {
            min_horizon: self.min_horizon,
            max_horizon: self.max_horizon,
            fresh: self.fresh,
            fork_grace: self.fork_grace,
            ..Settings::new(Amount(self.fee), fee_denom, treasury)
        }
    }
}

/// One zone of a suite.
#[derive(Clone, Debug)]
pub struct Side {
    /// The zone.
    pub zone: Zone,
    /// Its own coin.
    pub denom: String,
    /// Its `chain-view`.
    pub view: Addr,
    /// Its `transaction-lock`.
    pub lock: Addr,
    /// Its `booking`, with 1,000 units of `berth` at 50 each.
    pub booking: Addr,
    /// Its cw20 token.
    pub token: Addr,
}

/// Zones that know each other. A clone is a world of its own.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The zones, chain ids ascending.
    pub sides: Vec<Side>,
    /// What they were made with.
    pub config: SuiteConfig,
    nonce: u64,
}

impl Suite {
    /// So many zones that all know each other.
    ///
    /// # Errors
    /// As [`SuiteConfig::new`].
    pub fn new(zones: usize) -> anyhow::Result<Suite> {
        Suite::with(SuiteConfig::new(zones)?)
    }

    /// Zones as configured, that all know each other.
    ///
    /// # Errors
    /// What a contract refused of the configuration.
    pub fn with(config: SuiteConfig) -> anyhow::Result<Suite> {
        let zones = 0..config.zones.len();
        let sides = zones.map(|index| deploy::deploy(&config, index));
        let mut suite = Suite {
            sides: sides.collect::<anyhow::Result<_>>()?,
            config,
            nonce: 0,
        };
        suite.tick(2)?;
        for on in 0..suite.sides.len() {
            for of in 0..suite.sides.len() {
                suite.introduce(on, of)?;
            }
        }
        suite.tick(1)?;
        Ok(suite)
    }

    /// A zone by its index.
    ///
    /// # Errors
    /// None has this index.
    pub fn side(&self, on: usize) -> anyhow::Result<&Side> {
        let count = self.sides.len();
        let side = self.sides.get(on);
        side.with_context(|| format!("no zone {on} in a suite of {count}"))
    }

    /// A zone by its index.
    ///
    /// # Errors
    /// None has this index.
    pub fn side_mut(&mut self, on: usize) -> anyhow::Result<&mut Side> {
        let count = self.sides.len();
        let side = self.sides.get_mut(on);
        side.with_context(|| format!("no zone {on} in a suite of {count}"))
    }

    /// Seals blocks on all zones, in step.
    ///
    /// # Errors
    /// As [`Zone::next_block`].
    pub fn tick(&mut self, blocks: u64) -> anyhow::Result<()> {
        for side in &mut self.sides {
            side.zone.produce(blocks)?;
        }
        Ok(())
    }

    /// Seals blocks on all zones, in step, until a zone's open block has this height.
    ///
    /// # Errors
    /// As [`Zone::next_block`].
    pub fn tick_to(&mut self, on: usize, height: Height) -> anyhow::Result<()> {
        self.tick(height.since(self.side(on)?.zone.height()))
    }

    /// Calls a contract of a zone, in a transaction of its own.
    ///
    /// # Errors
    /// What the contract refused.
    pub fn execute(
        &mut self,
        on: usize,
        sender: &str,
        contract: &Addr,
        message: &impl Serialize,
        funds: &[Coin],
    ) -> anyhow::Result<AppResponse> {
        let zone = &mut self.side_mut(on)?.zone;
        let sender = zone.account(sender)?;
        zone.execute(&sender, contract, message, funds)
    }

    /// Somebody's address on a zone, as messages write it.
    ///
    /// # Errors
    /// None has this index.
    pub fn address(&self, on: usize, name: &str) -> anyhow::Result<Address> {
        let zone = &self.side(on)?.zone;
        Ok(zone.address(&zone.account(name)?)?)
    }

    /// A zone's own coin.
    ///
    /// # Errors
    /// None has this index.
    pub fn coin(&self, on: usize) -> anyhow::Result<Asset> {
        Ok(Asset::Native(Denom::new(&self.side(on)?.denom)?))
    }

    /// A zone's token.
    ///
    /// # Errors
    /// None has this index.
    pub fn token(&self, on: usize) -> anyhow::Result<Asset> {
        let side = self.side(on)?;
        Ok(Asset::Cw20(side.zone.address(&side.token)?))
    }

    /// How much an address holds of an asset on a zone.
    ///
    /// # Errors
    /// What the bank or the token says.
    pub fn holds(&self, on: usize, holder: &Addr, asset: &Asset) -> anyhow::Result<u128> {
        let zone = &self.side(on)?.zone;
        let amount = match asset {
            Asset::Native(denom) => zone.balance(holder, denom.as_str())?,
            Asset::Cw20(token) => zone.balance_cw20(holder, &Addr::unchecked(token.as_str()))?,
        };
        Ok(amount.0)
    }

    /// How much somebody holds of a zone's own coin.
    ///
    /// # Errors
    /// As [`Suite::holds`].
    pub fn purse(&self, on: usize, name: &str) -> anyhow::Result<u128> {
        let holder = self.side(on)?.zone.account(name)?;
        self.holds(on, &holder, &self.coin(on)?)
    }
}
