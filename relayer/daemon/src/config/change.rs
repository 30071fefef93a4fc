//! What differs between the configuration that a relayer runs with and the one that it has read again.

use std::fmt;

use tessera_primitives::ZoneId;

use super::{ChainConfig, Config, LogLevel};

/// A part of the configuration that differs.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// `[global] log_level`.
    LogLevel(LogLevel),
    /// `[mode]`.
    Mode,
    /// `[policy]`.
    Policy,
    /// A chain that was not there.
    Added(ZoneId),
    /// A chain that is no longer there.
    Removed(ZoneId),
    /// A chain's nodes: `rpc_addrs`, `grpc_addrs`, `event_source`, `witness_addrs`, `rpc_timeout`, `poll_interval`.
    Peers(ZoneId),
    /// What a chain's transactions cost and hold: `gas_price` … `memo_prefix`.
    Gas(ZoneId),
    /// Anything else of a chain: its keys, its contracts, its clock.
    Chain(ZoneId),
    /// `[rest]` or `[telemetry]`.
    Listening,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::LogLevel(_) => f.write_str("log_level"),
            Change::Mode => f.write_str("[mode]"),
            Change::Policy => f.write_str("[policy]"),
            Change::Added(zone) => write!(f, "chain {zone} was added"),
            Change::Removed(zone) => write!(f, "chain {zone} was removed"),
            Change::Peers(zone) => write!(f, "nodes of {zone}"),
            Change::Gas(zone) => write!(f, "gas of {zone}"),
            Change::Chain(zone) => write!(f, "chain {zone}"),
            Change::Listening => f.write_str("[rest] or [telemetry]"),
        }
    }
}

impl Config {
    /// What is different in `new`.
    pub fn changes(&self, new: &Config) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.global.log_level != new.global.log_level {
            changes.push(Change::LogLevel(new.global.log_level));
        }
        let parts = [
            (self.mode != new.mode, Change::Mode),
            (self.policy != new.policy, Change::Policy),
            (
                self.rest != new.rest || self.telemetry != new.telemetry,
                Change::Listening,
            ),
        ];
        changes.extend(
            parts
                .into_iter()
                .filter(|(differs, _)| *differs)
                .map(|(_, change)| change),
        );
        for chain in &new.chains {
            match self.chains.iter().find(|old| old.id == chain.id) {
                Some(old) => chain_changes(old, chain, &mut changes),
                None => changes.push(Change::Added(chain.id.clone())),
            }
        }
        let gone = self
            .chains
            .iter()
            .filter(|old| !new.chains.iter().any(|chain| chain.id == old.id));
        changes.extend(gone.map(|old| Change::Removed(old.id.clone())));
        changes
    }
}

fn chain_changes(old: &ChainConfig, new: &ChainConfig, changes: &mut Vec<Change>) {
    let with_peers = with_peers(old, new);
    let with_gas = with_gas(&with_peers, new);
    let parts = [
        (*old != with_peers, Change::Peers(new.id.clone())),
        (with_peers != with_gas, Change::Gas(new.id.clone())),
        (with_gas != *new, Change::Chain(new.id.clone())),
    ];
    changes.extend(
        parts
            .into_iter()
            .filter(|(differs, _)| *differs)
            .map(|(_, change)| change),
    );
}

fn with_peers(old: &ChainConfig, new: &ChainConfig) -> ChainConfig {
    let new = new.clone();
    ChainConfig {
        rpc_addrs: new.rpc_addrs,
        grpc_addrs: new.grpc_addrs,
        event_source: new.event_source,
        witness_addrs: new.witness_addrs,
        rpc_timeout: new.rpc_timeout,
        poll_interval: new.poll_interval,
        ..old.clone()
    }
}

fn with_gas(old: &ChainConfig, new: &ChainConfig) -> ChainConfig {
    let new = new.clone();
    ChainConfig {
        gas_price: new.gas_price,
        gas_multiplier: new.gas_multiplier,
        default_gas: new.default_gas,
        max_gas: new.max_gas,
        dynamic_gas_price: new.dynamic_gas_price,
        max_msg_num: new.max_msg_num,
        max_tx_size: new.max_tx_size,
        fee_granter: new.fee_granter,
        memo_prefix: new.memo_prefix,
        ..old.clone()
    }
}
