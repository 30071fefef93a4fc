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
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use environment::Override;
use known::check_keys;

use crate::document;

pub use chain::{
    AddressType, ChainConfig, DynamicGasPrice, EventSource, FilterPolicy, GasPrice, LocksConfig,
    PacketFilter, SignerConfig, StakeConfig, TrustThreshold, ViewsConfig,
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

    /// Reads and checks a file of Hermes as it is, and no other.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load_hermes(path: &Path) -> Result<Config, ConfigError> {
        let text = read(path).map_err(|error| match error {
            // That there is no file of ours is no matter.
            ConfigError::Missing { path } => ConfigError::File {
                path,
                source: io::Error::new(io::ErrorKind::NotFound, "there is no such file"),
            },
            other => other,
        })?;
        let config = Config::parse(path, &text)?;
        match document::toml(&text) {
            Ok(table) if hermes::is_hermes(&table) => Ok(config),
            _ => Err(ConfigError::Hermes {
                path: path.into(),
                reason: "no chain of it has a store_prefix, which Hermes demands".into(),
            }),
        }
    }

    /// Checks the text of a file.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
        Config::parse_with(path, text, &[])
    }

    /// Checks the text of a file as overrides change it. They are applied together: neither the file nor one of them need be
    /// valid without the others.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse_with(
        path: &Path,
        text: &str,
        overrides: &[Override],
    ) -> Result<Config, ConfigError> {
        let syntax = |reason| ConfigError::Syntax {
            path: path.into(),
            reason,
        };
        let mut table: toml::Table = document::toml(text).map_err(syntax)?;
        let mut notes = Vec::new();
        let foreign = hermes::is_hermes(&table);
        if foreign {
            let config = hermes::read(path, text, &table)?;
            table = toml::Table::try_from(&config).map_err(|error| ConfigError::Hermes {
                path: path.into(),
                reason: error.to_string(),
            })?;
            notes = config.notes;
        }
        let read = overridden(path, &table, overrides);
        if let (Err(ConfigError::Syntax { .. }), false) = (&read, foreign) {
            // A table does not know where in the file its values stand.
            document::toml::<Config>(text).map_err(syntax)?;
        }
        let mut config = read?;
        notes.extend(check::notes(&config));
        config.notes = notes;
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
    document::text(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => ConfigError::Missing { path: path.into() },
        _ => ConfigError::File {
            path: path.into(),
            source,
        },
    })
}

/// The file as all overrides together change it. If that is refused, the one without which it would not be is named, or the
/// one since which it is; none where the file alone is refused for the same reason.
fn overridden(
    path: &Path,
    table: &toml::Table,
    overrides: &[Override],
) -> Result<Config, ConfigError> {
    let refused = match settled(path, table, overrides.iter()) {
        Err(refused) if !matches!(refused, ConfigError::Override { .. }) => refused,
        done => return done,
    };
    let reason = refused.to_string();
    let spoils = |given: &&Override| {
        let others = overrides.iter().filter(|other| other != given);
        settled(path, table, others).is_ok()
    };
    let refused_so = |count: &usize| {
        let first = settled(path, table, overrides.iter().take(*count));
        first.is_err_and(|error| error.to_string() == reason)
    };
    let since = || (0..=overrides.len()).find(refused_so)?.checked_sub(1);
    let culprit = overrides.iter().find(spoils);
    let Some(culprit) = culprit.or_else(|| overrides.get(since()?)) else {
        return Err(refused);
    };
    Err(ConfigError::Override {
        path: path.into(),
        name: culprit.name.clone(),
        reason: reason.replacen(&format!("{}: ", path.display()), "", 1),
    })
}

fn settled<'a>(
    path: &Path,
    table: &toml::Table,
    overrides: impl Iterator<Item = &'a Override>,
) -> Result<Config, ConfigError> {
    let mut table = table.clone();
    for given in overrides {
        environment::apply(path, &mut table, given)?;
    }
    checked(path, table)
}

fn checked(path: &Path, table: toml::Table) -> Result<Config, ConfigError> {
    check_keys(path, &table)?;
    let mut config = Config::deserialize(table).map_err(|error| ConfigError::Syntax {
        path: path.into(),
        reason: document::without_values(error.message()),
    })?;
    config.path = path.into();
    check::check(&config)?;
    Ok(config)
}
