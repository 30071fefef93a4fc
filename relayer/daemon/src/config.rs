//! The configuration file: TOML, Hermes' names, unknown keys refused with the nearest known one.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Deserializer};
use tessera_primitives::{Address, Height, ZoneId};

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not TOML, or a value has the wrong type.
    #[error("{path}: {reason}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// A key that means nothing.
    #[error("{path}: unknown key {key:?} in {table}; did you mean {nearest:?}?")]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The key.
        key: String,
        /// The known key that is written most like it.
        nearest: String,
    },
    /// Two sections with one chain id.
    #[error("{path}: chain {zone} is configured twice")]
    Twice {
        /// The file.
        path: PathBuf,
        /// The chain id.
        zone: ZoneId,
    },
    /// A value out of its range.
    #[error("{path}: chain {zone}: {key} must be {expected}, not {actual}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The chain.
        zone: ZoneId,
        /// The key.
        key: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        actual: String,
    },
    /// A zone that no section is about.
    #[error("{path}: there is no chain {zone}; it has {known:?}")]
    UnknownZone {
        /// The file.
        path: PathBuf,
        /// The chain id that was asked for.
        zone: String,
        /// Those that are there.
        known: Vec<String>,
    },
}

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

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).ok_or_else(|| {
        serde::de::Error::custom(format_args!(
            "{text:?} is no duration: 500ms, 10s, 5m, 2h, 14days are"
        ))
    })
}

/// Reads `500ms`, `10s`, `5m`, `2h`, `14days`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(split)?;
    let number: u64 = number.parse().ok()?;
    let seconds = match unit.trim() {
        "ms" => return Some(Duration::from_millis(number)),
        "s" | "sec" | "second" | "seconds" => 1,
        "m" | "min" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// What every table may hold. Kept equal to the structs by the test that reads the sample.
const TABLES: [(&str, &[&str]); 9] = [
    ("", &["global", "mode", "chains"]),
    ("global", &["log_level"]),
    ("mode", &["clients", "locks"]),
    ("mode.clients", &["refresh", "misbehaviour"]),
    ("mode.locks", &["reject_own"]),
    (
        "chains",
        &[
            "id",
            "rpc_addr",
            "witness_addrs",
            "rpc_timeout",
            "poll_interval",
            "account_prefix",
            "key_name",
            "gas_price",
            "gas_multiplier",
            "max_gas",
            "max_msg_num",
            "memo_prefix",
            "views",
            "locks",
        ],
    ),
    ("chains.gas_price", &["price", "denom"]),
    ("chains.views", &["contract", "zones"]),
    ("chains.locks", &["contract", "start_height"]),
];

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

fn check_keys(path: &Path, name: &str, table: &toml::Table) -> Result<(), ConfigError> {
    let Some((_, known)) = TABLES.iter().find(|(table, _)| *table == name) else {
        return Ok(());
    };
    for (key, value) in table {
        if !known.contains(&key.as_str()) {
            return Err(ConfigError::UnknownKey {
                path: path.into(),
                table: if name.is_empty() { "the file" } else { name }.into(),
                key: key.clone(),
                nearest: nearest(key, known).into(),
            });
        }
        let inner = if name.is_empty() {
            key.clone()
        } else {
            format!("{name}.{key}")
        };
        let tables: Vec<&toml::Table> = match value {
            toml::Value::Table(table) => vec![table],
            toml::Value::Array(items) => items.iter().filter_map(|item| item.as_table()).collect(),
            _ => Vec::new(),
        };
        for table in tables {
            check_keys(path, &inner, table)?;
        }
    }
    Ok(())
}

fn nearest<'a>(key: &str, known: &[&'a str]) -> &'a str {
    let by_distance = known
        .iter()
        .min_by_key(|candidate| distance(key, candidate));
    by_distance.copied().unwrap_or_default()
}

/// Levenshtein's: insertions, deletions and replacements from one text to the other.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        let mut next = vec![left];
        for (to, above) in b.bytes().zip(row.iter().skip(1)) {
            let replaced = diagonal.saturating_add(usize::from(from != to));
            let shifted = left.min(*above).saturating_add(1);
            left = replaced.min(shifted);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
