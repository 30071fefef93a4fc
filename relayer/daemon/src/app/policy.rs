use std::collections::BTreeSet;

use tessera_planner::{Filter, Policy, Price, Work};
use tessera_primitives::{Address, Amount, CanonicalAddress, ZoneId};

use super::AppError;
use crate::{
    chain::{account_bytes, wasmd::gas_price},
    config::{ChainConfig, Config, PolicyConfig},
};

/// Gas of a commit or a settle of one task of two legs alone, its share of a view's header included: what `ci/bench`
/// measures, and more than it costs in company.
const TASK_GAS: u64 = 161_000;

/// What each further leg adds to it, by the same measure: another zone's header and proof.
const LEG_GAS: u64 = 51_000;

/// Gas of pushing a stake-pool along once, most of the time: a turn of a hundred validators with four tokens.
const PUSH_GAS: u64 = 1_000_000;

/// What the configuration lets the planner decide.
///
/// # Errors
/// [`AppError::Address`] for an address in `[policy]` that is none.
pub fn policy(config: &Config) -> Result<Policy, AppError> {
    Ok(Policy {
        locks: config.mode.locks.enabled,
        refresh: config.mode.clients.enabled && config.mode.clients.refresh,
        misbehaviour: config.mode.clients.enabled && config.mode.clients.misbehaviour,
        reject_own: config.mode.locks.reject_own,
        pools: pools(config),
        work: work(config)?,
        ..Policy::default()
    })
}

/// Where a stake-pool is to be pushed along.
fn pools(config: &Config) -> BTreeSet<ZoneId> {
    let pushed = |chain: &&ChainConfig| chain.stake.as_ref().is_some_and(|stake| stake.enabled);
    let chains = config.chains.iter().filter(pushed);
    chains.map(|chain| chain.id.clone()).collect()
}

fn work(config: &Config) -> Result<Work, AppError> {
    let PolicyConfig { allow, deny, .. } = &config.policy;
    let prices = config.chains.iter().map(|chain| {
        let price = price(&config.policy, chain);
        (chain.id.clone(), price)
    });
    Ok(Work {
        zones: filter(allow.zones.iter().cloned(), deny.zones.iter().cloned()),
        locks: addresses(allow.locks.iter(), deny.locks.iter())?,
        registrants: addresses(allow.registrants.iter(), deny.registrants.iter())?,
        prices: prices.collect(),
    })
}

/// By the configured price of gas: that of a fee market is learnt when the chain is asked.
fn price(policy: &PolicyConfig, chain: &ChainConfig) -> Price {
    Price {
        min_tip: Amount(policy.min_tip.into()),
        task_gas: TASK_GAS,
        leg_gas: LEG_GAS,
        push_gas: PUSH_GAS,
        gas_price: gas_price(chain.gas_multiplier * chain.gas_price.price),
        min_profit: policy.min_profit,
    }
}

fn addresses<'a>(
    allow: impl Iterator<Item = &'a Address>,
    deny: impl Iterator<Item = &'a Address>,
) -> Result<Filter<CanonicalAddress>, AppError> {
    let allow = allow.map(canonical).collect::<Result<Vec<_>, _>>()?;
    let deny = deny.map(canonical).collect::<Result<Vec<_>, _>>()?;
    Ok(filter(allow.into_iter(), deny.into_iter()))
}

/// An empty list allows all.
fn filter<T: Ord>(allow: impl Iterator<Item = T>, deny: impl Iterator<Item = T>) -> Filter<T> {
    let allow: BTreeSet<T> = allow.collect();
    Filter {
        allow: (!allow.is_empty()).then_some(allow),
        deny: deny.collect(),
    }
}

fn canonical(address: &Address) -> Result<CanonicalAddress, AppError> {
    let bytes = account_bytes(address.as_str()).map(|(_, bytes)| bytes);
    bytes.map_err(|reason| AppError::Address {
        address: address.to_string(),
        reason,
    })
}
