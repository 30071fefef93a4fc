//! From the configuration to zones that can be used.

mod policy;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use futures::future::join_all;
use tendermint_rpc::WebSocketClientUrl;
use tessera_planner::Policy;
use tessera_primitives::{Height, ZoneId};

use crate::{
    chain::{
        wasmd::{Dynamic, Gas, Settings, Wasmd},
        Chain, ChainError,
    },
    config::{ChainConfig, Config, EventSource, LocksConfig, ViewsConfig},
    journal::{Journal, JournalError},
    keys::{self, KeyError, KeyRing, SigningKey},
    ledger::Ledger,
    relay::{Nodes, Relay, Zone},
    watch::Witness,
};

pub use policy::policy;

/// Blocks after which a transaction can no longer be included: half a minute where blocks take a second.
const TIMEOUT_BLOCKS: u64 = 30;

/// Why a zone cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The zone.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Its key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Its section names no contracts.
    #[error("chain {zone} has no [chains.{table}]: run `tessera deploy`, or name the contract that is there; where packets alone are relayed, enable [mode.packets] and name a packet_key_name")]
    NoContract {
        /// The chain id.
        zone: String,
        /// The missing table.
        table: &'static str,
    },
    /// `[policy]` names an address that is none.
    #[error("[policy]: {address} is no address: {reason}")]
    Address {
        /// What was written.
        address: String,
        /// What is wrong.
        reason: String,
    },
    /// Two of its keys are one account.
    #[error("chain {zone}: key {name:?} has the same account as another of key_names: a lane needs an account of its own")]
    SameKey {
        /// The chain id.
        zone: String,
        /// The key's name.
        name: String,
    },
}

/// One node of a zone, and an account there.
///
/// # Errors
/// [`AppError`].
pub async fn connect(
    chain: &ChainConfig,
    endpoint: &str,
    key: Option<(&KeyRing, &str)>,
) -> Result<Wasmd, AppError> {
    let key = opened(chain, key).await?;
    Ok(Wasmd::connect(settings(chain, vec![endpoint.into()]), key).await?)
}

/// A zone by whichever of its nodes serve, and an account there.
///
/// # Errors
/// [`AppError`]; [`ChainError::Unreachable`] only when no node answers.
pub async fn reach(chain: &ChainConfig, key: Option<(&KeyRing, &str)>) -> Result<Wasmd, AppError> {
    let key = opened(chain, key).await?;
    Ok(Wasmd::connect(settings(chain, chain.rpc_addrs.clone()), key).await?)
}

/// A zone to read from, without asking anything yet.
///
/// # Errors
/// [`AppError`] for an address that is none.
pub fn open(chain: &ChainConfig) -> Result<Wasmd, AppError> {
    Ok(Wasmd::open(settings(chain, chain.rpc_addrs.clone()))?)
}

async fn opened(
    chain: &ChainConfig,
    key: Option<(&KeyRing, &str)>,
) -> Result<Option<SigningKey>, AppError> {
    Ok(match key {
        Some((ring, name)) => Some(keys::open(ring, chain, name).await?),
        None => None,
    })
}

fn settings(chain: &ChainConfig, endpoints: Vec<String>) -> Settings {
    let dynamic = &chain.dynamic_gas_price;
    let dynamic = dynamic.enabled.then_some(Dynamic {
        multiplier: dynamic.multiplier,
        max: dynamic.max,
    });
    Settings {
        zone: chain.id.clone(),
        endpoints,
        account_prefix: chain.account_prefix.clone(),
        gas: Gas {
            price: chain.gas_price.price,
            denom: chain.gas_price.denom.clone(),
            multiplier: chain.gas_multiplier,
            limit: chain.max_gas,
            dynamic,
        },
        fee_granter: chain.fee_granter.clone(),
        max_bytes: chain.max_tx_size,
        memo: chain.memo_prefix.clone(),
        timeout: chain.rpc_timeout,
        timeout_blocks: TIMEOUT_BLOCKS,
    }
}

/// A zone as the relayer uses it: its nodes, a lane for each of these keys, its witnesses, our contracts.
///
/// # Errors
/// [`AppError`].
pub async fn serve(
    chain: &ChainConfig,
    keys: Option<(&KeyRing, &[&str])>,
) -> Result<Zone, AppError> {
    let contracts = contracts(chain)?;
    serve_by(chain, contracts, reach(chain, None).await?, keys).await
}

fn contracts(chain: &ChainConfig) -> Result<(&ViewsConfig, &LocksConfig), AppError> {
    let missing = |table| AppError::NoContract {
        zone: chain.id.to_string(),
        table,
    };
    let views = chain.views.as_ref().ok_or_else(|| missing("views"))?;
    let locks = chain.locks.as_ref().ok_or_else(|| missing("locks"))?;
    Ok((views, locks))
}

async fn serve_by(
    chain: &ChainConfig,
    (view, lock): (&ViewsConfig, &LocksConfig),
    reader: Wasmd,
    keys: Option<(&KeyRing, &[&str])>,
) -> Result<Zone, AppError> {
    let mut lanes: Vec<Arc<dyn Chain>> = Vec::new();
    for (ring, name) in keys
        .iter()
        .flat_map(|(ring, names)| names.iter().map(move |name| (ring, name)))
    {
        let lane = reader.with_key(keys::open(ring, chain, name).await?)?;
        if lanes.iter().any(|other| other.account() == lane.account()) {
            return Err(AppError::SameKey {
                zone: chain.id.to_string(),
                name: (*name).into(),
            });
        }
        lanes.push(Arc::new(lane));
    }
    let node = lanes.first().cloned();
    let node = node.unwrap_or_else(|| Arc::new(reader));
    Ok(Zone {
        chain: node,
        lanes,
        witnesses: witnesses(chain),
        lock: lock.contract.clone(),
        view: view.contract.clone(),
        pool: chain.stake.as_ref().map(|stake| stake.contract.clone()),
        start: lock.start_height,
        poll: chain.poll_interval,
        wake: wake(chain),
        max_messages: chain.max_msg_num,
    })
}

/// All configured chains.
#[derive(Clone, Default)]
pub struct Serving {
    /// Those with contracts of ours, with a lane for each of their keys.
    pub zones: Vec<Zone>,
    /// Those whose packets alone are relayed.
    pub followed: Vec<Nodes>,
    /// Why no node answers, of those where none does.
    pub away: BTreeMap<ZoneId, ChainError>,
}

/// All configured chains. Of one that is away, nodes are asked again when it is used.
///
/// # Errors
/// [`AppError`] of the first that cannot be used.
pub async fn serve_all(config: &Config, ring: &KeyRing) -> Result<Serving, AppError> {
    let follows = |chain: &ChainConfig| {
        let ours = chain.views.is_some() || chain.locks.is_some() || chain.stake.is_some();
        !ours && config.mode.packets.enabled && chain.packet_key_name.is_some()
    };
    let mut readers = Vec::new();
    for chain in &config.chains {
        let contracts = match follows(chain) {
            true => None,
            false => Some(contracts(chain)?),
        };
        readers.push((chain, contracts, open(chain)?));
    }
    let checks = join_all(readers.iter().map(|(.., reader)| reader.check())).await;
    let mut serving = Serving::default();
    for ((chain, contracts, reader), checked) in readers.into_iter().zip(checks) {
        match checked {
            Err(away @ ChainError::Unreachable { .. }) => {
                serving.away.insert(chain.id.clone(), away);
            }
            checked => checked?,
        }
        let Some(contracts) = contracts else {
            serving.followed.push(Nodes {
                chain: Arc::new(reader),
                witnesses: witnesses(chain),
                start: Height(1),
                poll: chain.poll_interval,
            });
            continue;
        };
        let names: Vec<&str> = chain.key_names.iter().map(String::as_str).collect();
        let zone = serve_by(chain, contracts, reader, Some((ring, &names))).await?;
        serving.zones.push(zone);
    }
    Ok(serving)
}

/// A relayer of these zones, which knows what its journal says.
///
/// # Errors
/// [`JournalError`].
pub fn relay(serving: Serving, journal: &Path, policy: Policy) -> Result<Arc<Relay>, JournalError> {
    let ledger = Ledger::open(Journal::open(journal)?, policy)?;
    let relay = Relay::new(serving.zones, ledger);
    Ok(Arc::new(relay.with_followed(serving.followed)))
}

/// That it is a websocket's address was checked with the configuration.
fn wake(chain: &ChainConfig) -> Option<WebSocketClientUrl> {
    match &chain.event_source {
        EventSource::Push { url } => url.parse().ok(),
        EventSource::Pull => None,
    }
}

fn witnesses(chain: &ChainConfig) -> Vec<Arc<Witness>> {
    let endpoints = chain.witness_addrs.iter();
    let witnesses = endpoints.map(|endpoint| Arc::new(witness(chain, endpoint)));
    witnesses.collect()
}

/// Another node of a zone, which is connected to when it is asked for something: nothing waits for one that is down.
fn witness(chain: &ChainConfig, endpoint: &str) -> Witness {
    let (chain, endpoint) = (chain.clone(), endpoint.to_string());
    Witness::new(move || {
        let settings = settings(&chain, vec![endpoint.clone()]);
        Box::pin(async move { Ok(Arc::new(Wasmd::open(settings)?) as Arc<dyn Chain>) })
    })
}
