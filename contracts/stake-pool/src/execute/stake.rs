//! What delegators do with stake that is here. None of it needs a price.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_kit::address;
use tessera_primitives::Amount;
use tessera_stake::{
    state::{TokenNumber, ValidatorNumber},
    Input,
};

use super::run;
use crate::PoolError;

pub fn unbond(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    validator: ValidatorNumber,
    token: TokenNumber,
    amount: Amount,
) -> Result<Response, PoolError> {
    let delegator = address::of(&info.sender)?;
    run(
        deps,
        env,
        Input::Unbond {
            delegator,
            validator,
            token,
            amount,
        },
    )
}

pub fn redelegate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    (validator, to): (ValidatorNumber, ValidatorNumber),
    token: TokenNumber,
    amount: Amount,
) -> Result<Response, PoolError> {
    let delegator = address::of(&info.sender)?;
    run(
        deps,
        env,
        Input::Redelegate {
            delegator,
            validator,
            to,
            token,
            amount,
        },
    )
}

pub fn withdraw_unbonded(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    validator: ValidatorNumber,
    token: TokenNumber,
) -> Result<Response, PoolError> {
    let delegator = address::of(&info.sender)?;
    run(
        deps,
        env,
        Input::WithdrawUnbonded {
            delegator,
            validator,
            token,
        },
    )
}

pub fn withdraw_rewards(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    validator: ValidatorNumber,
) -> Result<Response, PoolError> {
    let delegator = address::of(&info.sender)?;
    run(
        deps,
        env,
        Input::WithdrawRewards {
            delegator,
            validator,
        },
    )
}
