use cosmwasm_std::{DepsMut, Env, Response};
use tessera_contract_api::{price_oracle::FeedName, price_source::PriceSource};
use tessera_price::{answer, Input};

use super::run;
use crate::{state::State, OracleError};

/// Asks the source of an adapter feed. What it answers is judged like any report: the caller pays for the asking, and
/// decides nothing.
pub fn refresh(deps: DepsMut, env: &Env, feed: FeedName) -> Result<Response, OracleError> {
    let contract = answer::adapter(&State::new(deps.storage), &feed)?;
    let source = PriceSource(contract.clone());
    let answer = source.price(&deps.querier, &feed);
    let answer = answer.map_err(|error| OracleError::NoAnswer {
        feed: feed.clone(),
        contract: contract.clone(),
        reason: error.to_string(),
    })?;
    let Some(held) = answer else {
        return Err(OracleError::NotFresh { feed, contract });
    };
    let input = Input::Refresh {
        feed,
        price: held.price,
        time: held.time,
    };
    run(deps.storage, env, input)
}
