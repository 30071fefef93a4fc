//! The doorway: parse, permit, dispatch.

use cosmwasm_std::{entry_point, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Response};
use tessera_contract_api::stake_pool::{Entry, ExecuteMsg, InstantiateMsg, QueryMsg};
use tessera_contract_kit::{payment, roles};

use crate::{execute, migrate::take_over, query::answer, PoolError};

/// The contract's name, after `tessera:` in cw2.
pub const NAME: &str = env!("CARGO_PKG_NAME");
/// Its version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Makes a pool without validators, whose first epoch begins now.
///
/// # Errors
/// [`PoolError`].
#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: InstantiateMsg,
) -> Result<Response, PoolError> {
    execute::open(deps, env, info, message)
}

/// Does what a message says. One match without wildcard: longer than a function should be, so that no verb can be forgotten.
///
/// # Errors
/// [`PoolError`], and then nothing has changed.
#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: ExecuteMsg,
) -> Result<Response, PoolError> {
    roles::permit(deps.storage, &env, &info.sender, &message)?;
    if !brings_coins(&message) {
        payment::require_funds(&info.funds, &[])?;
    }
    match message {
        ExecuteMsg::CreateValidator(candidacy) => {
            execute::enter(deps, env, info, Entry::CreateValidator(candidacy))
        }
        ExecuteMsg::Bond { validator } => {
            execute::enter(deps, env, info, Entry::Bond { validator })
        }
        ExecuteMsg::Propose(draft) => execute::enter(deps, env, info, Entry::Propose(draft)),
        ExecuteMsg::Deposit { proposal } => {
            execute::enter(deps, env, info, Entry::Deposit { proposal })
        }
        ExecuteMsg::Receive {
            sender,
            amount,
            msg,
        } => execute::receive(deps, env, info, sender, amount, msg),
        ExecuteMsg::Edit { name, commission } => execute::edit(deps, env, info, name, commission),
        ExecuteMsg::RotateVoteKey {
            vote_key,
            possession,
        } => execute::rotate_vote_key(deps, env, info, &vote_key, &possession),
        ExecuteMsg::Leave {} => execute::leave(deps, env, info),
        ExecuteMsg::Unjail {} => execute::unjail(deps, env, info),
        ExecuteMsg::Unbond {
            validator,
            token,
            amount,
        } => execute::unbond(deps, env, info, validator, token, amount),
        ExecuteMsg::Redelegate {
            validator,
            to,
            token,
            amount,
        } => execute::redelegate(deps, env, info, (validator, to), token, amount),
        ExecuteMsg::WithdrawUnbonded { validator, token } => {
            execute::withdraw_unbonded(deps, env, info, validator, token)
        }
        ExecuteMsg::WithdrawRewards { validator } => {
            execute::withdraw_rewards(deps, env, info, validator)
        }
        ExecuteMsg::WithdrawCommission {} => execute::withdraw_commission(deps, env, info),
        ExecuteMsg::Fund { reserve } => execute::fund(deps, env, info, reserve),
        ExecuteMsg::Snapshot {} => execute::snapshot(deps, env),
        ExecuteMsg::Turn {} => execute::turn(deps, env, info),
        ExecuteMsg::Slash(order) => execute::slash(deps, env, info, order),
        ExecuteMsg::Drain { limit } => execute::drain(deps, env, info, limit),
        ExecuteMsg::Join { validator } => execute::join(deps, env, info, validator),
        ExecuteMsg::Hold { snapshot } => execute::hold(deps, env, info, snapshot),
        ExecuteMsg::Release { snapshot, at } => execute::release(deps, env, info, snapshot, at),
        ExecuteMsg::Vote {
            proposal,
            validator,
            via,
            choice,
        } => execute::vote(deps, env, info, (proposal, choice), validator, via),
        ExecuteMsg::VoteAsValidator { proposal, choice } => {
            execute::vote_as_validator(deps, env, info, proposal, choice)
        }
        ExecuteMsg::Tally { proposal } => execute::tally(deps, env, info, proposal),
        ExecuteMsg::Enact { proposal } => execute::enact(deps, env, info, proposal),
        ExecuteMsg::Refund { proposal } => execute::refund(deps, env, info, proposal),
        ExecuteMsg::Collect { token } => execute::collect(deps, env, info, token),
        ExecuteMsg::Burn { token } => execute::burn(deps, env, token),
        ExecuteMsg::SetParameters { settings } => execute::set_parameters(deps, env, settings),
        ExecuteMsg::Roles(message) => {
            roles::execute(deps.storage, deps.api, message)?;
            Ok(Response::new())
        }
    }
}

/// Answers a question.
///
/// # Errors
/// [`PoolError`] when there is no answer.
#[entry_point]
pub fn query(deps: Deps, env: Env, message: QueryMsg) -> Result<Binary, PoolError> {
    answer(deps, &env, message)
}

/// Takes over an older contract of this name.
///
/// # Errors
/// [`PoolError::Version`].
#[entry_point]
pub fn migrate(deps: DepsMut, _env: Env, message: Empty) -> Result<Response, PoolError> {
    take_over(deps, message)
}

fn brings_coins(message: &ExecuteMsg) -> bool {
    matches!(
        message,
        ExecuteMsg::CreateValidator(_)
            | ExecuteMsg::Bond { .. }
            | ExecuteMsg::Propose(_)
            | ExecuteMsg::Deposit { .. }
            | ExecuteMsg::Fund { .. }
    )
}
