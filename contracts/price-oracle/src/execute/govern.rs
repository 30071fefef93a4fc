//! What the owner decides.

use cosmwasm_std::{Deps, DepsMut, Env, MessageInfo, Response, WasmQuery};
use tessera_contract_api::price_oracle::{FeedName, FeedSettings, InstantiateMsg, MAX_FEEDS};
use tessera_contract_kit::{address, payment, roles, version};
use tessera_price::{
    state::{Feed, Source},
    Input,
};
use tessera_primitives::{json::Json, Address};

use super::{run, step};
use crate::{
    contract::{NAME, VERSION},
    OracleError,
};

/// Makes the oracle, with its first reporters and feeds.
pub fn settle_in(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    message: InstantiateMsg,
) -> Result<Response, OracleError> {
    payment::require_funds(&info.funds, &[])?;
    let (max, actual) = (MAX_FEEDS, message.feeds.len());
    if actual > max {
        return Err(OracleError::TooManyFeeds { max, actual });
    }
    let mut inputs = Vec::new();
    if !message.reporters.is_empty() || message.quorum != 0 {
        inputs.push(named(deps.as_ref(), message.reporters, message.quorum)?);
    }
    for named in message.feeds {
        let parameters = parameters(deps.as_ref(), env, &named.feed, named.settings)?;
        let feed = named.feed;
        inputs.push(Input::SetFeed { feed, parameters });
    }
    roles::appoint(deps.storage, deps.api, message.roles)?;
    version::record(deps.storage, NAME, VERSION)?;
    let mut response = Response::new();
    for input in inputs {
        response = response.add_events(step(deps.storage, env, input)?);
    }
    Ok(response)
}

/// Adds a feed, or replaces all its parameters.
pub fn set_feed(
    deps: DepsMut,
    env: &Env,
    feed: FeedName,
    settings: FeedSettings,
) -> Result<Response, OracleError> {
    let parameters = parameters(deps.as_ref(), env, &feed, settings)?;
    run(deps.storage, env, Input::SetFeed { feed, parameters })
}

/// Says who reports.
pub fn set_reporters(
    deps: DepsMut,
    env: &Env,
    reporters: Vec<Address>,
    quorum: u8,
) -> Result<Response, OracleError> {
    let input = named(deps.as_ref(), reporters, quorum)?;
    run(deps.storage, env, input)
}

fn named(deps: Deps, reporters: Vec<Address>, quorum: u8) -> Result<Input, OracleError> {
    for reporter in &reporters {
        address::validate(deps.api, reporter)?;
    }
    Ok(Input::SetReporters { reporters, quorum })
}

fn parameters(
    deps: Deps,
    env: &Env,
    feed: &FeedName,
    settings: FeedSettings,
) -> Result<Feed, OracleError> {
    if let Source::Adapter { contract } = &settings.source {
        address::validate(deps.api, contract)?;
        if contract.as_str() == env.contract.address.as_str() {
            let feed = feed.clone();
            return Err(OracleError::OwnSource { feed });
        }
        let question = WasmQuery::ContractInfo {
            contract_addr: contract.to_string(),
        };
        // What it answers is of no interest, so it is read as a tree: that costs no code.
        if deps.querier.query::<Json>(&question.into()).is_err() {
            let address = contract.clone();
            return Err(OracleError::NoContract { address });
        }
    }
    Ok(settings.parameters()?)
}
