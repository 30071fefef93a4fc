//! How a pool begins, and what its owner decides.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_api::{
    price_oracle::{FeedName, PriceOracle},
    stake_pool::{FirstToken, InstantiateMsg, Settings},
};
use tessera_contract_kit::{address, payment, roles, version};
use tessera_primitives::{Asset, Timestamp, ZoneId};
use tessera_stake::{
    genesis,
    state::{Parameters, Place},
    Input, Share,
};

use super::{finish, require_contract, run};
use crate::{
    contract::{NAME, VERSION},
    state, PoolError,
};

/// A token's share where none is given.
const MAX_SHARE: Share = Share::percent(20);

/// Makes the pool, on the zone whose chain runs it. Its oracle must answer about the first tokens, if only that it has no
/// price yet.
pub fn open(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: InstantiateMsg,
) -> Result<Response, PoolError> {
    payment::require_funds(&info.funds, &[])?;
    let place = Place {
        chain: ZoneId::new(env.block.chain_id.as_str())?,
        pool: address::of(&env.contract.address)?,
        start: Timestamp(env.block.time.nanos()),
        epoch: message.epoch,
        unbonding: message.unbonding,
    };
    address::validate(deps.api, &message.settings.treasury)?;
    address::validate(deps.api, &message.oracle)?;
    let mut slashers = Vec::new();
    for slasher in message.slashers {
        address::validate(deps.api, &slasher.address)?;
        require_contract(&deps, &slasher.address)?;
        slashers.push((slasher.address, slasher.max_fraction));
    }
    let mut tokens = Vec::new();
    for token in message.tokens {
        tokens.push(first_token(&deps, token)?);
    }
    let parameters: Parameters = message.settings.into();
    let feeds: Vec<String> = tokens.iter().map(|token| token.feed.clone()).collect();
    let step = genesis(&place, parameters.clone(), tokens, slashers)?;
    let oracle = PriceOracle(message.oracle);
    oracle
        .weight_prices(&deps.querier, &feeds)
        .map_err(|error| PoolError::NoPrice {
            oracle: oracle.0.clone(),
            reason: error.to_string(),
        })?;
    roles::appoint(deps.storage, deps.api, message.roles)?;
    version::record(deps.storage, NAME, VERSION)?;
    state::open(deps.storage, place, parameters, oracle.0)?;
    finish(deps.storage, step, None)
}

fn first_token(deps: &DepsMut, token: FirstToken) -> Result<tessera_stake::FirstToken, PoolError> {
    FeedName::new(token.feed.as_str())?;
    if let Asset::Cw20(contract) = &token.asset {
        address::validate(deps.api, contract)?;
        require_contract(deps, contract)?;
    }
    Ok(tessera_stake::FirstToken {
        asset: token.asset,
        decimals: token.decimals,
        feed: token.feed,
        max_share: token.max_share.unwrap_or(MAX_SHARE),
    })
}

/// Sets the parameters, all of them.
pub fn set_parameters(deps: DepsMut, env: Env, settings: Settings) -> Result<Response, PoolError> {
    address::validate(deps.api, &settings.treasury)?;
    let parameters = settings.into();
    run(deps, env, Input::SetParameters { parameters })
}
