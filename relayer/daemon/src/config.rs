//! The configuration file: TOML, Hermes' names, unknown keys refused with the nearest known one.
//!
//! [`SAMPLE`] documents every key, and is where the known ones are read from. The environment overrides the file, see
//! [`environment`]. A file of Hermes is read as it is: its notes say what of it has no meaning here.

mod chain;
mod change;
mod check;
mod duration;
pub mod environment;
mod error;
mod hermes;
mod known;
mod mode;
mod prices;
mod registry;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use environment::Override;
use known::check_keys;

pub use chain::{
    AddressType, ChainConfig, DynamicGasPrice, EventSource, FilterPolicy, GasPrice, LocksConfig,
    PacketFilter, SignerConfig, TrustThreshold, ViewsConfig,
};
pub use change::Change;
pub use duration::{format_duration, parse_duration};
pub use error::ConfigError;
pub use mode::{
    Clients, Global, Locks, LogLevel, Mode, Packets, PolicyConfig, Rest, Selection, Telemetry,
};
pub use prices::{PriceFeed, PriceSource, PricesConfig};
pub use registry::Registered;

/// A file with every key, each documented.
pub const SAMPLE: &str = include_str!("../config.sample.toml");

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where it was read from.
    #[serde(skip)]
    pub path: PathBuf,
    /// What a file of Hermes says that has no meaning here.
    #[serde(skip)]
    pub notes: Vec<String>,
    /// `[global]`
    pub global: Global,
    /// `[mode]`
    pub mode: Mode,
    /// `[policy]`
    pub policy: PolicyConfig,
    /// `[rest]`
    pub rest: Rest,
    /// `[telemetry]`
    pub telemetry: Telemetry,
    /// `[[chains]]`
    pub chains: Vec<ChainConfig>,
}

impl Config {
    /// Reads and checks a file, with what the environment overrides.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        Config::parse_with(path, &read(path)?, &environment::overrides())
    }

    /// Reads and checks a file as it is.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load_bare(path: &Path) -> Result<Config, ConfigError> {
        Config::parse(path, &read(path)?)
    }

    /// Checks the text of a file.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
        Config::parse_with(path, text, &[])
    }

    /// Checks the text of a file as overrides change it. The file must be valid without them, too.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse_with(
        path: &Path,
        text: &str,
        overrides: &[Override],
    ) -> Result<Config, ConfigError> {
        let syntax = |error: toml::de::Error| ConfigError::Syntax {
            path: path.into(),
            reason: error.to_string().trim_end().to_string(),
        };
        let mut table: toml::Table = toml::from_str(text).map_err(syntax)?;
        let mut config = if hermes::is_hermes(&table) {
            let config = hermes::read(path, text, &table)?;
            table = toml::Table::try_from(&config).map_err(|error| ConfigError::Hermes {
                path: path.into(),
                reason: error.to_string(),
            })?;
            config
        } else {
            check_keys(path, &table)?;
            toml::from_str(text).map_err(syntax)?
        };
        config.path = path.into();
        check::check(&config)?;
        // One at a time, so that the one that is wrong is named.
        for given in overrides {
            let notes = std::mem::take(&mut config.notes);
            config = overridden(path, &mut table, given)?;
            config.notes = notes;
        }
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
}

fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => ConfigError::Missing { path: path.into() },
        _ => ConfigError::File {
            path: path.into(),
            source,
        },
    })
}

fn overridden(
    path: &Path,
    table: &mut toml::Table,
    given: &Override,
) -> Result<Config, ConfigError> {
    let wrong = |reason: String| ConfigError::Override {
        path: path.into(),
        name: given.name.clone(),
        reason,
    };
    environment::apply(path, table, given)?;
    check_keys(path, table).map_err(|error| wrong(error.to_string()))?;
    let config = Config::deserialize(table.clone());
    let mut config = config.map_err(|error| wrong(error.to_string().trim_end().into()))?;
    config.path = path.into();
    check::check(&config).map_err(|error| wrong(error.to_string()))?;
    Ok(config)
}
