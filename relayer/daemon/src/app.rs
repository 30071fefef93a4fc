//! From the configuration to zones that can be used.

use std::sync::Arc;

use tessera_planner::Policy;

use crate::{
    chain::{
        wasmd::{Gas, Settings, Wasmd},
        Chain, ChainError,
    },
    config::{ChainConfig, Config},
    keys::{self, KeyError, KeyRing},
    relay::Zone,
};

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
    #[error("chain {zone} has no [chains.{table}]: run `tessera deploy`, or name the contract that is there")]
    NoContract {
        /// The chain id.
        zone: String,
        /// The missing table.
        table: &'static str,
    },
}

/// A connection to one node of a zone.
///
/// # Errors
/// [`AppError`].
pub async fn connect(
    chain: &ChainConfig,
    endpoint: &str,
    key: Option<(&KeyRing, &str)>,
) -> Result<Wasmd, AppError> {
    let key = match key {
        Some((ring, name)) => Some(keys::open(ring, chain, name).await?),
        None => None,
    };
    let settings = Settings {
        zone: chain.id.clone(),
        endpoint: endpoint.into(),
        account_prefix: chain.account_prefix.clone(),
        gas: Gas {
            price: chain.gas_price.price,
            denom: chain.gas_price.denom.clone(),
            multiplier: chain.gas_multiplier,
            limit: chain.max_gas,
        },
        memo: chain.memo_prefix.clone(),
        timeout: chain.rpc_timeout,
        timeout_blocks: TIMEOUT_BLOCKS,
    };
    Ok(Wasmd::connect(settings, key).await?)
}

/// A zone as the relayer uses it: its node, its witnesses, our contracts.
///
/// # Errors
/// [`AppError`].
pub async fn serve(chain: &ChainConfig, key: Option<(&KeyRing, &str)>) -> Result<Zone, AppError> {
    let missing = |table| AppError::NoContract {
        zone: chain.id.to_string(),
        table,
    };
    let view = chain.views.as_ref().ok_or_else(|| missing("views"))?;
    let lock = chain.locks.as_ref().ok_or_else(|| missing("locks"))?;
    let node = connect(chain, chain.rpc_addr(), key).await?;
    let mut witnesses: Vec<Arc<dyn Chain>> = Vec::new();
    for endpoint in &chain.witness_addrs {
        witnesses.push(Arc::new(connect(chain, endpoint, None).await?));
    }
    Ok(Zone {
        chain: Arc::new(node),
        witnesses,
        lock: lock.contract.clone(),
        view: view.contract.clone(),
        start: lock.start_height,
        poll: chain.poll_interval,
        max_messages: chain.max_msg_num,
    })
}

/// What the configuration lets the planner decide.
pub fn policy(config: &Config) -> Policy {
    Policy {
        refresh: config.mode.clients.refresh,
        misbehaviour: config.mode.clients.misbehaviour,
        reject_own: config.mode.locks.reject_own,
        ..Policy::default()
    }
}
