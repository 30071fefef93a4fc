//! Our configuration as Hermes' own types have it. They deny unknown fields and know one address and one key a chain, so
//! ours is written as what Hermes would read.

use ibc_relayer::config::{ChainConfig as HermesChain, Config as HermesConfig};
use serde::Deserialize;
use serde_json::json;

use super::{PacketsError, Site, Sites};
use crate::config::{format_duration, ChainConfig, Config, EventSource, FilterPolicy};

/// Hermes' configuration of the chains that have a site, which is what it keeps to.
///
/// # Errors
/// [`PacketsError::Config`] with what Hermes does not take.
pub fn hermes_config(config: &Config, sites: &Sites) -> Result<HermesConfig, PacketsError> {
    let mut hermes = HermesConfig::default();
    let (clients, packets) = (&config.mode.clients, &config.mode.packets);
    hermes.mode.clients.enabled = clients.enabled && clients.refresh;
    hermes.mode.clients.refresh = clients.refresh;
    hermes.mode.clients.misbehaviour = false;
    hermes.mode.packets.enabled = packets.enabled;
    hermes.mode.packets.clear_interval = packets.clear_interval;
    hermes.mode.packets.clear_on_start = packets.clear_on_start;
    hermes.mode.packets.clear_limit = packets.clear_limit;
    hermes.mode.packets.tx_confirmation = packets.tx_confirmation;
    for chain in &config.chains {
        if let Some(site) = sites.get(&chain.id) {
            hermes.chains.push(hermes_chain(chain, site)?);
        }
    }
    Ok(hermes)
}

fn hermes_chain(chain: &ChainConfig, site: &Site) -> Result<HermesChain, PacketsError> {
    let id = chain.id.to_string();
    let key_name = chain.packet_key_name.clone().unwrap_or_default();
    let source = match &chain.event_source {
        EventSource::Pull => {
            json!({ "mode": "pull", "interval": format_duration(chain.poll_interval) })
        }
        EventSource::Push { url } => json!({ "mode": "push", "url": url }),
    };
    let filter = match chain.packet_filter.policy {
        FilterPolicy::AllowAll => json!({ "policy": "allowall" }),
        FilterPolicy::Allow => json!({ "policy": "allow", "list": chain.packet_filter.list }),
        FilterPolicy::Deny => json!({ "policy": "deny", "list": chain.packet_filter.list }),
    };
    let threshold = chain.trust_threshold;
    let mut written = json!({
        "id": id,
        "type": "CosmosSdk",
        "rpc_addr": site.rpc,
        "grpc_addr": site.grpc,
        "event_source": source,
        "rpc_timeout": format_duration(chain.rpc_timeout),
        "account_prefix": chain.account_prefix,
        "key_name": key_name,
        "key_store_type": "Memory",
        "store_prefix": "ibc",
        "default_gas": chain.default_gas,
        "max_gas": chain.max_gas,
        "gas_multiplier": chain.gas_multiplier,
        "fee_granter": chain.fee_granter,
        "max_msg_num": chain.max_msg_num,
        "max_tx_size": chain.max_tx_size,
        "clock_drift": format_duration(chain.clock_drift),
        "max_block_time": format_duration(chain.max_block_time),
        "memo_prefix": chain.memo_prefix,
        "trust_threshold": { "numerator": threshold.numerator().to_string(), "denominator": threshold.denominator().to_string() },
        "gas_price": { "price": chain.gas_price.price, "denom": chain.gas_price.denom },
        "dynamic_gas_price": {
            "enabled": chain.dynamic_gas_price.enabled,
            "multiplier": chain.dynamic_gas_price.multiplier,
            "max": chain.dynamic_gas_price.max,
        },
        "packet_filter": filter,
        "address_type": { "derivation": "cosmos" },
    });
    if let (Some(period), Some(table)) = (chain.trusting_period, written.as_object_mut()) {
        table.insert("trusting_period".into(), json!(format_duration(period)));
    }
    HermesChain::deserialize(written).map_err(|error| PacketsError::Config {
        chain: id,
        reason: error.to_string(),
    })
}
