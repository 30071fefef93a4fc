//! The doorway: parse, permit, dispatch.

use cosmwasm_std::{entry_point, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response};
use tessera_contract_api::transaction_lock::{ExecuteMsg, InstantiateMsg, QueryMsg};
use tessera_contract_kit::{payment, roles};

use crate::{execute, migrate::take_over, query::answer, LockError};

/// The contract's name, after `tessera:` in cw2.
pub const NAME: &str = env!("CARGO_PKG_NAME");
/// Its version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Makes a lock without peers.
///
/// # Errors
/// [`LockError`].
#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: InstantiateMsg,
) -> Result<Response, LockError> {
    execute::settle_in(deps, env, info, message)
}

/// Does what a message says.
///
/// # Errors
/// [`LockError`], and then nothing has changed.
#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: ExecuteMsg,
) -> Result<Response, LockError> {
    payment::refuse_while_fetching(deps.storage)?;
    roles::permit(deps.storage, &env, &info.sender, &message)?;
    if !matches!(&message, ExecuteMsg::Register { .. }) {
        payment::require_funds(&info.funds, &[])?;
    }
    match message {
        ExecuteMsg::Register {
            task,
            tx,
            reversal,
            tip,
        } => execute::register(deps, env, info, (task, tx, reversal, tip)),
        ExecuteMsg::Commit { tasks, proofs } => execute::commit(deps, env, info, tasks, proofs),
        ExecuteMsg::Reject { task, proofs } => execute::reject(deps, env, info, task, proofs),
        ExecuteMsg::Settle { tasks, proofs } => execute::settle(deps, env, info, tasks, proofs),
        ExecuteMsg::Lapse { task_id } => execute::lapse(deps, env, task_id),
        ExecuteMsg::Claim { task_id, effect } => execute::claim(deps, env, task_id, effect),
        ExecuteMsg::CommitLocked { locking } => execute::commit_locked(deps, env, locking),
        ExecuteMsg::LinkPeer {
            zone,
            contract,
            roots,
        } => execute::link_peer(deps, env, zone, contract, roots),
        ExecuteMsg::UnlinkPeer { zone } => execute::unlink_peer(deps, env, zone),
        ExecuteMsg::LinkTarget { contract } => execute::link_target(deps, env, contract),
        ExecuteMsg::UnlinkTarget { contract } => execute::unlink_target(deps, env, contract),
        ExecuteMsg::SetCap { zone, asset, max } => execute::set_cap(deps, env, zone, asset, max),
        ExecuteMsg::SetParameters { settings } => execute::set_parameters(deps, env, settings),
        ExecuteMsg::Roles(message) => {
            roles::execute(deps.storage, deps.api, message)?;
            Ok(Response::new())
        }
    }
}

/// Takes the reply to a submessage.
///
/// # Errors
/// [`LockError::Payment`] when tokens did not arrive, which undoes the whole transaction.
#[entry_point]
pub fn reply(deps: DepsMut, env: Env, reply: Reply) -> Result<Response, LockError> {
    execute::replied(deps, env, reply)
}

/// Answers a question.
///
/// # Errors
/// [`LockError`] when storage cannot be read.
#[entry_point]
pub fn query(deps: Deps, env: Env, message: QueryMsg) -> Result<Binary, LockError> {
    answer(deps, env, message)
}

/// Takes over an older contract of this name.
///
/// # Errors
/// [`LockError::Version`].
#[entry_point]
pub fn migrate(deps: DepsMut, _env: Env, message: Empty) -> Result<Response, LockError> {
    take_over(deps, message)
}
