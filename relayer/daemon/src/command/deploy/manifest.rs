use std::path::Path;

use anyhow::{ensure, Context};
use serde::{de::Error as _, Deserialize, Deserializer};
use tessera_contract_api::{
    price_oracle::NamedFeed,
    stake_pool::{self, FirstSlasher, FirstToken},
    transaction_lock::Settings,
};
use tessera_primitives::{
    json::{FromJson, Json},
    Address, Amount, Asset, Denom, Seconds, Timestamp, ZoneId,
};
use tessera_stake::state as stake;
use tessera_view::state::Params;

use crate::document;

/// What is to be deployed. Every zone views every other, and every lock believes every other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Manifest {
    pub(in crate::command) zones: Vec<ZoneManifest>,
}

/// One zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct ZoneManifest {
    pub(in crate::command) id: ZoneId,
    /// The signing account unless told.
    pub(in crate::command) owner: Option<Address>,
    pub(in crate::command) guardian: Option<Address>,
    /// How the other zones view this one.
    pub(in crate::command) viewed: Params,
    pub(in crate::command) views: Views,
    pub(in crate::command) locks: Locks,
    /// Its price-oracle, if it is to have one.
    pub(in crate::command) prices: Option<Prices>,
    /// Its stake-pool, if it is to have one.
    pub(in crate::command) stake: Option<Stake>,
}

/// The zone's chain-view.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Views {
    pub(in crate::command) reserve_denom: Denom,
    /// What each view starts with, to pay those who advance it.
    #[serde(default)]
    pub(in crate::command) reserve: Amount,
}

/// The zone's transaction-lock.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Locks {
    pub(in crate::command) settings: Settings,
    #[serde(default)]
    pub(in crate::command) caps: Vec<Cap>,
    /// Lockable contracts of the zone that legs may call.
    #[serde(default)]
    pub(in crate::command) targets: Vec<Address>,
}

/// The zone's price-oracle.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Prices {
    pub(in crate::command) reporters: Vec<Address>,
    pub(in crate::command) quorum: u8,
    pub(in crate::command) feeds: Vec<NamedFeed>,
}

/// The zone's stake-pool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Stake {
    /// The price-oracle; that of the zone unless told.
    pub(in crate::command) oracle: Option<Address>,
    pub(in crate::command) epoch: Seconds,
    pub(in crate::command) unbonding: Seconds,
    #[serde(deserialize_with = "told")]
    pub(in crate::command) settings: stake_pool::Settings,
    #[serde(deserialize_with = "told")]
    pub(in crate::command) tokens: Vec<FirstToken>,
    #[serde(default, deserialize_with = "told")]
    pub(in crate::command) slashers: Vec<FirstSlasher>,
}

/// What may be at risk from another zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Cap {
    pub(in crate::command) zone: ZoneId,
    pub(in crate::command) asset: Asset,
    pub(in crate::command) max: Amount,
}

/// Reads what contracts read in their own way.
fn told<'de, T: FromJson, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    // TOML's whole numbers are signed, and a contract's are not: JSON knows both.
    let value = serde_json::Value::deserialize(deserializer)?;
    let json: Json = serde_json::from_value(value).map_err(D::Error::custom)?;
    T::from_json(json).map_err(D::Error::custom)
}

impl ZoneManifest {
    /// Its contracts, by the names of their artifacts.
    pub(in crate::command) fn contracts(&self) -> impl Iterator<Item = &'static str> {
        let prices = self.prices.as_ref().map(|_| "price_oracle");
        let stake = self.stake.as_ref().map(|_| "stake_pool");
        let always = ["chain_view", "transaction_lock"];
        always.into_iter().chain(prices).chain(stake)
    }
}

impl Stake {
    fn check(&self, zone: &ZoneManifest) -> anyhow::Result<()> {
        let place = stake::Place {
            chain: zone.id.clone(),
            // Nobody has it yet.
            pool: self.settings.treasury.clone(),
            start: Timestamp(0),
            epoch: self.epoch,
            unbonding: self.unbonding,
        };
        place.check()?;
        stake::Parameters::from(self.settings.clone()).check(&place)?;
        let priced = self.oracle.is_some() || zone.prices.is_some();
        ensure!(priced, "it needs an oracle, or the zone [zones.prices]");
        Ok(())
    }
}

impl Manifest {
    pub(in crate::command) fn load(path: &Path) -> anyhow::Result<Manifest> {
        let manifest: Manifest = document::load(path, document::toml)?;
        let known = |id: &ZoneId| manifest.zones.iter().filter(|zone| zone.id == *id).count();
        for zone in &manifest.zones {
            let refused = |what: &str| format!("{}: {}: {what}", path.display(), zone.id);
            zone.viewed.check().with_context(|| refused("viewed"))?;
            let settings = zone.locks.settings.clone();
            tessera_lock::state::Parameters::from(settings)
                .check()
                .with_context(|| refused("locks.settings"))?;
            ensure!(known(&zone.id) == 1, refused("the manifest has it twice"));
            for feed in zone.prices.iter().flat_map(|prices| &prices.feeds) {
                let parameters = feed.settings.clone().parameters()?;
                let name = format!("prices, feed {}", feed.feed.as_str());
                parameters.check().with_context(|| refused(&name))?;
            }
            if let Some(stake) = &zone.stake {
                stake.check(zone).with_context(|| refused("stake"))?;
            }
            for cap in &zone.locks.caps {
                let other = cap.zone != zone.id && known(&cap.zone) == 1;
                let told = format!(
                    "a cap is against {}, no other zone of the manifest",
                    cap.zone
                );
                ensure!(other, refused(&told));
            }
        }
        Ok(manifest)
    }
}
