//! What the relayer does, apart from where: `[global]`, `[mode]`, `[policy]`, `[rest]`, `[telemetry]`.

use std::{collections::BTreeSet, net::IpAddr, time::Duration};

use serde::{Deserialize, Serialize};
use tessera_primitives::{Address, ZoneId};

use super::duration::{duration, write_duration};

/// `[global]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Global {
    /// error, warn, info, debug or trace.
    pub log_level: LogLevel,
}

/// `log_level`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl LogLevel {
    /// Its name in a log filter.
    pub fn name(self) -> &'static str {
        match self {
            LogLevel::Error => "error",
            LogLevel::Warn => "warn",
            LogLevel::Info => "info",
            LogLevel::Debug => "debug",
            LogLevel::Trace => "trace",
        }
    }

    /// The directives of a log filter that are meant by it: Hermes' library says at `info` what others say at `debug`.
    pub fn directives(self) -> String {
        let packets = match self {
            LogLevel::Error => LogLevel::Error,
            LogLevel::Warn | LogLevel::Info => LogLevel::Warn,
            LogLevel::Debug => LogLevel::Info,
            LogLevel::Trace => LogLevel::Debug,
        };
        let (level, packets) = (self.name(), packets.name());
        format!("warn,tessera={level},ibc_relayer={packets},ibc_telemetry=error")
    }
}

/// `[mode]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mode {
    /// `[mode.clients]`
    pub clients: Clients,
    /// `[mode.packets]`
    pub packets: Packets,
    /// `[mode.locks]`
    pub locks: Locks,
}

/// `[mode.clients]`: views, and the light clients of ordinary IBC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clients {
    /// Whether views and clients are looked after at all.
    pub enabled: bool,
    /// Whether views are advanced before they expire.
    pub refresh: bool,
    /// Whether forks are reported.
    pub misbehaviour: bool,
}

/// `[mode.packets]`: ordinary IBC beside the locks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Packets {
    /// Whether packets are relayed.
    pub enabled: bool,
    /// Blocks after which pending packets are looked for again; 0 never.
    pub clear_interval: u64,
    /// Whether pending packets are looked for at the start.
    pub clear_on_start: bool,
    /// Greatest number of packets that are cleared at once.
    pub clear_limit: usize,
    /// Whether it is awaited that packets' transactions are included.
    pub tx_confirmation: bool,
}

/// `[mode.locks]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Locks {
    /// Whether tasks are settled.
    pub enabled: bool,
    /// Whether dead legs of our own keys are rejected.
    pub reject_own: bool,
}

/// `[policy]`: which work is worth doing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// Least tip less the fee of the transaction, in base units of the zone's fee denom; none does all work.
    pub min_profit: Option<i64>,
    /// Least tip of a leg, in base units of its lock's fee denom.
    pub min_tip: u64,
    /// What may be worked for; an empty list allows all.
    pub allow: Selection,
    /// What is not worked for, even if it is allowed.
    pub deny: Selection,
}

/// Zones, locks and registrants, each empty for "no word about it".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// Chain ids.
    pub zones: BTreeSet<ZoneId>,
    /// Addresses of transaction-locks.
    pub locks: BTreeSet<Address>,
    /// Who registered a leg.
    pub registrants: BTreeSet<Address>,
}

/// `[rest]`: `/health`, `/ready`, `/version`, `/state` and a page for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rest {
    /// Whether it is served.
    pub enabled: bool,
    /// The address that is listened at.
    pub host: IpAddr,
    /// The port that is listened at.
    pub port: u16,
}

/// `[telemetry]`: `/metrics`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// Whether it is served.
    pub enabled: bool,
    /// The address that is listened at.
    pub host: IpAddr,
    /// The port that is listened at.
    pub port: u16,
    /// How often balances and views are asked for.
    #[serde(deserialize_with = "duration", serialize_with = "write_duration")]
    pub refresh_interval: Duration,
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
            enabled: true,
            refresh: true,
            misbehaviour: true,
        }
    }
}

impl Default for Packets {
    fn default() -> Packets {
        Packets {
            enabled: false,
            clear_interval: 100,
            clear_on_start: true,
            clear_limit: 50,
            tx_confirmation: false,
        }
    }
}

impl Default for Locks {
    fn default() -> Locks {
        Locks {
            enabled: true,
            reject_own: true,
        }
    }
}

const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

impl Default for Rest {
    fn default() -> Rest {
        Rest {
            enabled: true,
            host: LOOPBACK,
            port: 3000,
        }
    }
}

impl Default for Telemetry {
    fn default() -> Telemetry {
        Telemetry {
            enabled: true,
            host: LOOPBACK,
            port: 3001,
            refresh_interval: Duration::from_secs(30),
        }
    }
}
