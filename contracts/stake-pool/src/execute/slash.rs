//! What registered slashers say, and the draining of what they took. The rule knows who is registered.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_api::stake_pool::SlashOrder;
use tessera_contract_kit::address;
use tessera_primitives::Timestamp;
use tessera_stake::{
    input,
    state::{Epoch, ValidatorNumber},
    Input, Reads,
};

use super::run;
use crate::{state::Book, PoolError};

/// A registered slasher's slash never fails: a reward for what is no account of this zone is the treasury's.
pub fn slash(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    order: SlashOrder,
) -> Result<Response, PoolError> {
    let reward_to = match address::validate(deps.api, &order.reward_to) {
        Ok(_) => order.reward_to,
        Err(_) => Book::open(deps.storage).parameters()?.treasury,
    };
    let input = Input::Slash(input::SlashOrder {
        slasher: address::of(&info.sender)?,
        validator: order.validator,
        kind: order.kind,
        from: order.from,
        to: order.to,
        fraction: order.fraction,
        evidence: order.evidence,
        reward_to,
    });
    run(deps, env, input)
}

pub fn drain(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    limit: u32,
) -> Result<Response, PoolError> {
    let caller = address::of(&info.sender)?;
    run(deps, env, Input::Drain { caller, limit })
}

pub fn join(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    validator: ValidatorNumber,
) -> Result<Response, PoolError> {
    let slasher = address::of(&info.sender)?;
    run(deps, env, Input::Join { slasher, validator })
}

pub fn hold(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    snapshot: Epoch,
) -> Result<Response, PoolError> {
    let slasher = address::of(&info.sender)?;
    run(deps, env, Input::Hold { slasher, snapshot })
}

pub fn release(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    snapshot: Epoch,
    at: Timestamp,
) -> Result<Response, PoolError> {
    let slasher = address::of(&info.sender)?;
    run(
        deps,
        env,
        Input::Release {
            slasher,
            snapshot,
            at,
        },
    )
}
