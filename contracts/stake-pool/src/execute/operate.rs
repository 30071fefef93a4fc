//! What operators do with their validators.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_kit::{address, crypto::HostCrypto};
use tessera_primitives::Bytes;
use tessera_stake::{evidence, Input, Reads, Share};

use super::run;
use crate::{state::Book, PoolError};

pub fn edit(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    name: Option<String>,
    commission: Option<Share>,
) -> Result<Response, PoolError> {
    let operator = address::of(&info.sender)?;
    run(
        deps,
        env,
        Input::Edit {
            operator,
            name,
            commission,
        },
    )
}

pub fn rotate_vote_key(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    key: &Bytes,
    signature: &Bytes,
) -> Result<Response, PoolError> {
    let operator = address::of(&info.sender)?;
    let place = Book::open(deps.storage).place()?;
    let crypto = HostCrypto(deps.api);
    let (key, signature) = (key.as_slice(), signature.as_slice());
    let key = evidence::possession(&crypto, &place, &operator, key, signature)?;
    run(deps, env, Input::RotateVoteKey { operator, key })
}

pub fn leave(deps: DepsMut, env: Env, info: MessageInfo) -> Result<Response, PoolError> {
    let operator = address::of(&info.sender)?;
    run(deps, env, Input::Leave { operator })
}

pub fn unjail(deps: DepsMut, env: Env, info: MessageInfo) -> Result<Response, PoolError> {
    let operator = address::of(&info.sender)?;
    run(deps, env, Input::Unjail { operator })
}

pub fn withdraw_commission(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
) -> Result<Response, PoolError> {
    let operator = address::of(&info.sender)?;
    run(deps, env, Input::WithdrawCommission { operator })
}
