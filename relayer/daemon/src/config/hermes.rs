//! An existing Hermes configuration, read by Hermes' own types and turned into ours. What has no meaning here is named.
//!
//! A file is Hermes' when its chains say `store_prefix`, which Hermes demands and nothing here knows.

use std::{net::IpAddr, path::Path};

use ibc_relayer::{
    chain::cosmos::config::CosmosSdkConfig,
    config::{
        self as hermes, AddressType as HermesAddress, ChainConfig as HermesChain, EventSourceMode,
    },
};
use tessera_primitives::{Address, ZoneId};
use toml::{Table, Value};

use super::{
    chain::{max_gas, multiplier, poll_interval},
    AddressType, ChainConfig, Clients, Config, ConfigError, DynamicGasPrice, EventSource, GasPrice,
    Global, LogLevel, Mode, PacketFilter, Packets, Rest, Telemetry, TrustThreshold,
};
use crate::document;

/// What is taken over.
const USED: [&str; 56] = [
    "global.log_level",
    "mode.clients.enabled",
    "mode.clients.refresh",
    "mode.clients.misbehaviour",
    "mode.packets.enabled",
    "mode.packets.clear_interval",
    "mode.packets.clear_on_start",
    "mode.packets.clear_limit",
    "mode.packets.tx_confirmation",
    "rest.enabled",
    "rest.host",
    "rest.port",
    "telemetry.enabled",
    "telemetry.host",
    "telemetry.port",
    "chains.id",
    "chains.rpc_addr",
    "chains.grpc_addr",
    "chains.event_source.mode",
    "chains.event_source.url",
    "chains.event_source.interval",
    "chains.rpc_timeout",
    "chains.account_prefix",
    "chains.key_name",
    "chains.address_type.derivation",
    "chains.gas_price.price",
    "chains.gas_price.denom",
    "chains.gas_multiplier",
    "chains.gas_adjustment",
    "chains.default_gas",
    "chains.max_gas",
    "chains.dynamic_gas_price.enabled",
    "chains.dynamic_gas_price.multiplier",
    "chains.dynamic_gas_price.max",
    "chains.max_msg_num",
    "chains.max_tx_size",
    "chains.fee_granter",
    "chains.memo_prefix",
    "chains.clock_drift",
    "chains.max_block_time",
    "chains.trusting_period",
    "chains.trust_threshold",
    "chains.trust_threshold.numerator",
    "chains.trust_threshold.denominator",
    "chains.packet_filter.policy",
    "chains.packet_filter.list",
    // Said as it is always done here.
    "mode.connections.enabled = false",
    "mode.channels.enabled = false",
    "chains.type = \"CosmosSdk\"",
    "chains.store_prefix = \"ibc\"",
    "chains.trusted_node = false",
    "chains.key_store_type = \"Test\"",
    "chains.ccv_consumer_chain = false",
    "chains.sequential_batch_tx = false",
    "mode.packets.auto_register_counterparty_payee = false",
    "tracing_server.enabled = false",
];

/// Why something else has no meaning.
const REASONS: [(&str, &str); 12] = [
    ("mode.connections", "handshakes are made by `tessera channel open`"),
    ("mode.channels", "handshakes are made by `tessera channel open`"),
    ("telemetry.buckets", "the buckets of latencies are fixed"),
    ("tracing_server", "what a running relayer logs is changed by `tessera logs`, through a socket beside its journal"),
    ("chains.event_source", "blocks are pulled from a cursor, one by one, and the websocket only wakes"),
    ("chains.trusted_node", "no node is trusted: what it says is verified"),
    ("chains.key_store_folder", "keys are in the folder `keys` beside the configuration: add them with `tessera keys add --key-file`"),
    ("chains.key_store_type", "keys are in the folder `keys` beside the configuration: add them with `tessera keys add --key-file`"),
    ("chains.sequential_batch_tx", "a lane sends a transaction when the one before it was taken"),
    ("chains.client_refresh_rate", "views and clients are refreshed after two thirds of the trusting period"),
    ("chains.proof_specs", "proofs are verified by the built-in specifications of ICS-23 alone"),
    ("chains.gas_adjustment", "it is called gas_multiplier now, and is one greater"),
];

pub(super) fn is_hermes(table: &Table) -> bool {
    let chains = table.get("chains").and_then(Value::as_array);
    chains.is_some_and(|chains| {
        chains
            .iter()
            .any(|chain| chain.get("store_prefix").is_some())
    })
}

/// Reads and converts.
pub(super) fn read(path: &Path, text: &str, table: &Table) -> Result<Config, ConfigError> {
    let wrong = |reason: String| ConfigError::Hermes {
        path: path.into(),
        reason,
    };
    let read: hermes::Config = document::toml(text).map_err(wrong)?;
    let mut notes = Vec::new();
    unused("", "", table, &mut notes);
    let mut config = Config {
        path: path.into(),
        global: global(&read.global),
        mode: mode(&read.mode),
        rest: Rest {
            enabled: read.rest.enabled,
            host: host("rest", &read.rest.host, &mut notes),
            port: read.rest.port,
        },
        telemetry: Telemetry {
            enabled: read.telemetry.enabled,
            host: host("telemetry", &read.telemetry.host, &mut notes),
            port: read.telemetry.port,
            ..Telemetry::default()
        },
        ..Config::default()
    };
    let tables = table.get("chains").and_then(Value::as_array);
    let tables = tables.map(Vec::as_slice).unwrap_or_default();
    for (HermesChain::CosmosSdk(chain), raw) in read.chains.iter().zip(tables) {
        if chain.address_type != HermesAddress::Cosmos {
            let reason =
                "left out: its keys are ethermint's (address_type), which do not sign here";
            notes.push(format!("chain {}: {reason}", chain.id));
            continue;
        }
        let converted =
            convert(chain, raw).map_err(|reason| wrong(format!("chain {}: {reason}", chain.id)))?;
        config.chains.push(converted);
    }
    config.notes = notes;
    Ok(config)
}

/// Names what is not taken over.
fn unused(path: &str, place: &str, table: &Table, notes: &mut Vec<String>) {
    for (key, value) in table {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        let said = format!("{path} = {value}");
        if USED.iter().any(|used| *used == path || *used == said) {
            continue;
        }
        let inner = format!("{path}.");
        let known = USED.iter().any(|used| used.starts_with(&inner));
        if let (true, Some(table)) = (known, value.as_table()) {
            unused(&path, place, table, notes);
        } else if let (true, Some(items)) = (known, value.as_array()) {
            for item in items.iter().filter_map(Value::as_table) {
                let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
                unused(&path, &format!("chain {id}: "), item, notes);
            }
        } else {
            let reason = REASONS
                .iter()
                .find(|(of, _)| path == *of || path.starts_with(&format!("{of}.")));
            let reason = reason.map_or("it has no meaning here", |(_, reason)| reason);
            let name = path.strip_prefix("chains.").unwrap_or(&path);
            notes.push(format!("{place}{name} is not used: {reason}"));
        }
    }
}

fn global(read: &hermes::GlobalConfig) -> Global {
    let log_level = match read.log_level {
        hermes::LogLevel::Trace => LogLevel::Trace,
        hermes::LogLevel::Debug => LogLevel::Debug,
        hermes::LogLevel::Info => LogLevel::Info,
        hermes::LogLevel::Warn => LogLevel::Warn,
        hermes::LogLevel::Error => LogLevel::Error,
    };
    Global { log_level }
}

fn mode(read: &hermes::ModeConfig) -> Mode {
    Mode {
        clients: Clients {
            enabled: read.clients.enabled,
            refresh: read.clients.refresh,
            misbehaviour: read.clients.misbehaviour,
        },
        packets: Packets {
            enabled: read.packets.enabled,
            clear_interval: read.packets.clear_interval,
            clear_on_start: read.packets.clear_on_start,
            clear_limit: read.packets.clear_limit,
            tx_confirmation: read.packets.tx_confirmation,
        },
        ..Mode::default()
    }
}

fn host(table: &str, written: &str, notes: &mut Vec<String>) -> IpAddr {
    let loopback = IpAddr::from([127, 0, 0, 1]);
    let address = if written == "localhost" {
        Some(loopback)
    } else {
        written.parse().ok()
    };
    address.unwrap_or_else(|| {
        notes.push(format!(
            "{table}.host is not used: {written:?} is no IP address; {loopback} is taken"
        ));
        loopback
    })
}

fn convert(chain: &CosmosSdkConfig, raw: &Value) -> Result<ChainConfig, String> {
    let event_source = match &chain.event_source {
        EventSourceMode::Push { url, .. } => EventSource::Push {
            url: url.to_string(),
        },
        EventSourceMode::Pull { .. } => EventSource::Pull,
    };
    let poll = match &chain.event_source {
        EventSourceMode::Pull { interval, .. } => *interval,
        EventSourceMode::Push { .. } => poll_interval(),
    };
    let granter = chain
        .fee_granter
        .as_ref()
        .filter(|granter| !granter.is_empty());
    let granter = granter
        .map(|granter| Address::new(granter.as_str()))
        .transpose();
    let threshold = &chain.trust_threshold;
    let adjusted = chain.gas_adjustment.map(|adjustment| adjustment + 1.0);
    let given = chain.gas_multiplier.map(|multiplier| multiplier.to_f64());
    Ok(ChainConfig {
        id: ZoneId::new(chain.id.as_str()).map_err(|error| error.to_string())?,
        rpc_addrs: vec![bare(&chain.rpc_addr)],
        grpc_addrs: vec![bare(&chain.grpc_addr)],
        event_source,
        witness_addrs: Vec::new(),
        rpc_timeout: chain.rpc_timeout,
        poll_interval: poll,
        account_prefix: chain.account_prefix.clone(),
        address_type: AddressType::Cosmos,
        key_names: Vec::new(),
        packet_key_name: Some(chain.key_name.clone()),
        signer: None,
        gas_price: GasPrice {
            price: chain.gas_price.price,
            denom: chain.gas_price.denom.clone(),
        },
        gas_multiplier: given.or(adjusted).unwrap_or_else(multiplier),
        default_gas: chain.default_gas,
        max_gas: chain.max_gas.unwrap_or_else(max_gas),
        dynamic_gas_price: DynamicGasPrice {
            enabled: chain.dynamic_gas_price.enabled,
            multiplier: chain.dynamic_gas_price.multiplier,
            max: chain.dynamic_gas_price.max,
        },
        max_msg_num: chain.max_msg_num.to_usize(),
        max_tx_size: chain.max_tx_size.to_usize(),
        fee_granter: granter.map_err(|error| format!("fee_granter: {error}"))?,
        memo_prefix: chain.memo_prefix.to_string(),
        clock_drift: chain.clock_drift,
        max_block_time: chain.max_block_time,
        trusting_period: chain.trusting_period,
        trust_threshold: TrustThreshold::new(threshold.numerator(), threshold.denominator())?,
        packet_filter: filter(raw)?,
        views: None,
        locks: None,
        stake: None,
        prices: None,
    })
}

/// An address as it was written: the type's own text ends it with a slash.
fn bare(url: &tendermint_rpc::Url) -> String {
    url.to_string().trim_end_matches('/').to_string()
}

/// Hermes' list is of types that do not show what they match, and has been checked by them: it is read again.
fn filter(raw: &Value) -> Result<PacketFilter, String> {
    let Some(mut filter) = raw.get("packet_filter").and_then(Value::as_table).cloned() else {
        return Ok(PacketFilter::default());
    };
    filter.remove("min_fees");
    filter
        .try_into()
        .map_err(|error: toml::de::Error| error.to_string())
}
