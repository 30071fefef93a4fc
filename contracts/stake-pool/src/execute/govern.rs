//! Votes on proposals, their ends, and what is credited.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_kit::address;
use tessera_stake::{
    state::{Choice, ProposalNumber, TokenNumber, ValidatorNumber},
    Input,
};

use super::run;
use crate::PoolError;

pub fn vote(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    (proposal, choice): (ProposalNumber, Choice),
    validator: ValidatorNumber,
    via: Vec<ValidatorNumber>,
) -> Result<Response, PoolError> {
    let voter = address::of(&info.sender)?;
    run(
        deps,
        env,
        Input::Vote {
            voter,
            proposal,
            validator,
            via,
            choice,
        },
    )
}

pub fn vote_as_validator(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    proposal: ProposalNumber,
    choice: Choice,
) -> Result<Response, PoolError> {
    let operator = address::of(&info.sender)?;
    run(
        deps,
        env,
        Input::VoteAsValidator {
            operator,
            proposal,
            choice,
        },
    )
}

pub fn tally(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    proposal: ProposalNumber,
) -> Result<Response, PoolError> {
    let caller = address::of(&info.sender)?;
    run(deps, env, Input::Tally { caller, proposal })
}

pub fn enact(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    proposal: ProposalNumber,
) -> Result<Response, PoolError> {
    let caller = address::of(&info.sender)?;
    run(deps, env, Input::Enact { caller, proposal })
}

pub fn refund(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    proposal: ProposalNumber,
) -> Result<Response, PoolError> {
    let depositor = address::of(&info.sender)?;
    run(
        deps,
        env,
        Input::Refund {
            depositor,
            proposal,
        },
    )
}

/// One token at a time: one that cannot move holds back no other.
pub fn collect(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    token: TokenNumber,
) -> Result<Response, PoolError> {
    let holder = Some(address::of(&info.sender)?);
    run(deps, env, Input::Collect { holder, token })
}

pub fn burn(deps: DepsMut, env: Env, token: TokenNumber) -> Result<Response, PoolError> {
    let holder = None;
    run(deps, env, Input::Collect { holder, token })
}
