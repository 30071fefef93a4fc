use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_api::price_oracle::FeedName;
use tessera_contract_kit::address;
use tessera_price::Input;
use tessera_primitives::{Price, Timestamp};

use super::run;
use crate::OracleError;

/// Takes a reporter's word.
pub fn report(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    feed: FeedName,
    price: Price,
    time: Timestamp,
) -> Result<Response, OracleError> {
    let reporter = address::of(&info.sender)?;
    let input = Input::Report {
        reporter,
        feed,
        price,
        time,
    };
    run(deps.storage, env, input)
}
