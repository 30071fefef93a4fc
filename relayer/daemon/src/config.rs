//! The configuration file: TOML, Hermes' names, unknown keys refused with the nearest known one.

mod duration;
mod error;
mod known;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use tessera_primitives::{Address, Height, ZoneId};

use duration::duration;
use known::check_keys;

pub use duration::parse_duration;
pub use error::ConfigError;

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it was read from.
    #[serde(skip)]
    pub path: PathBuf,
    /// `[global]`
    #[serde(default)]
    pub global: Global,
    /// `[mode]`
    #[serde(default)]
    pub mode: Mode,
    /// `[[chains]]`
    #[serde(default)]
    pub chains: Vec<ChainConfig>,
}

/// `[global]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Global {
    /// error, warn, info, debug or trace.
    pub log_level: LogLevel,
}

/// `log_level`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Only what stops work.
    Error,
    /// What an operator should look at.
    Warn,
    /// What was done.
    Info,
    /// What was decided.
    Debug,
    /// Everything.
    Trace,
}

/// `[mode]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mode {
    /// `[mode.clients]`
    pub clients: Clients,
    /// `[mode.locks]`
    pub locks: Locks,
}

/// `[mode.clients]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clients {
    /// Whether views are advanced before they expire.
    pub refresh: bool,
    /// Whether forks are reported.
    pub misbehaviour: bool,
}

/// `[mode.locks]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Locks {
    /// Whether dead legs of our own keys are rejected.
    pub reject_own: bool,
}

/// `[[chains]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
    /// Its chain id.
    pub id: ZoneId,
    /// CometBFT's RPC address.
    pub rpc_addr: String,
    /// Other nodes of the chain: their headers are compared with the first one's.
    #[serde(default)]
    pub witness_addrs: Vec<String>,
    /// How long a request may take.
    #[serde(default = "ten_seconds", deserialize_with = "duration")]
    pub rpc_timeout: Duration,
    /// How often new blocks are asked for.
    #[serde(default = "half_second", deserialize_with = "duration")]
    pub poll_interval: Duration,
    /// The prefix of its addresses.
    pub account_prefix: String,
    /// The key that signs.
    pub key_name: String,
    /// Price of a unit of gas.
    pub gas_price: GasPrice,
    /// What simulated gas is multiplied with.
    #[serde(default = "default_multiplier")]
    pub gas_multiplier: f64,
    /// Greatest gas of one transaction.
    #[serde(default = "default_max_gas")]
    pub max_gas: u64,
    /// Greatest number of messages in one transaction.
    #[serde(default = "default_messages")]
    pub max_msg_num: usize,
    /// Text that goes with every transaction.
    #[serde(default)]
    pub memo_prefix: String,
    /// `[chains.views]`
    pub views: Option<ViewsConfig>,
    /// `[chains.locks]`
    pub locks: Option<LocksConfig>,
}

/// `gas_price`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GasPrice {
    /// Price of a unit of gas.
    pub price: f64,
    /// The fee's denom.
    pub denom: String,
}

/// `[chains.views]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewsConfig {
    /// Address of the chain-view.
    pub contract: Address,
    /// Zones that it holds views of.
    #[serde(default)]
    pub zones: BTreeSet<ZoneId>,
}

/// `[chains.locks]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocksConfig {
    /// Address of the transaction-lock.
    pub contract: Address,
    /// Height from which blocks are read when the journal is new.
    #[serde(default = "first_height")]
    pub start_height: Height,
}

impl Default for Global {
    fn default() -> Global {
        Global {
            log_level: LogLevel::Info,
        }
    }
}

impl Default for Clients {
    fn default() -> Clients {
        Clients {
            refresh: true,
            misbehaviour: true,
        }
    }
}

impl Default for Locks {
    fn default() -> Locks {
        Locks { reject_own: true }
    }
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

fn half_second() -> Duration {
    Duration::from_millis(500)
}

fn default_multiplier() -> f64 {
    1.3
}

fn default_max_gas() -> u64 {
    30_000_000
}

fn default_messages() -> usize {
    30
}

fn first_height() -> Height {
    Height(1)
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::File {
            path: path.into(),
            source,
        })?;
        Config::parse(path, &text)
    }

    /// Checks the text of a file.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
        let syntax = |error: toml::de::Error| ConfigError::Syntax {
            path: path.into(),
            reason: error.to_string().trim_end().to_string(),
        };
        let table: toml::Table = toml::from_str(text).map_err(syntax)?;
        check_keys(path, "", &table)?;
        let mut config: Config = toml::from_str(text).map_err(syntax)?;
        config.path = path.into();
        config.check()?;
        Ok(config)
    }

    /// The section of a zone.
    ///
    /// # Errors
    /// [`ConfigError::UnknownZone`], with those that there are.
    pub fn chain(&self, zone: &str) -> Result<&ChainConfig, ConfigError> {
        let found = self.chains.iter().find(|chain| chain.id.as_str() == zone);
        found.ok_or_else(|| ConfigError::UnknownZone {
            path: self.path.clone(),
            zone: zone.into(),
            known: self.chains.iter().map(|c| c.id.to_string()).collect(),
        })
    }

    fn check(&self) -> Result<(), ConfigError> {
        let mut seen = BTreeSet::new();
        for chain in &self.chains {
            if !seen.insert(&chain.id) {
                return Err(ConfigError::Twice {
                    path: self.path.clone(),
                    zone: chain.id.clone(),
                });
            }
            let refuse = |key, expected, actual: String| ConfigError::Value {
                path: self.path.clone(),
                zone: chain.id.clone(),
                key,
                expected,
                actual,
            };
            let price = chain.gas_price.price;
            if !(price.is_finite() && price >= 0.0) {
                return Err(refuse("gas_price", "0 or more", price.to_string()));
            }
            if !(1.0..=10.0).contains(&chain.gas_multiplier) {
                let actual = chain.gas_multiplier.to_string();
                return Err(refuse("gas_multiplier", "from 1 to 10", actual));
            }
            if !(1..=1_000).contains(&chain.max_msg_num) {
                let actual = chain.max_msg_num.to_string();
                return Err(refuse("max_msg_num", "from 1 to 1000", actual));
            }
            if chain.poll_interval < Duration::from_millis(50) {
                let actual = format!("{:?}", chain.poll_interval);
                return Err(refuse("poll_interval", "50ms or more", actual));
            }
        }
        Ok(())
    }
}
