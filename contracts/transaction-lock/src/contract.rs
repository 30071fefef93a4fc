//! The doorway: parse, permit, dispatch.

use cosmwasm_std::{entry_point, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response};
use tessera_contract_api::transaction_lock::{ExecuteMsg, InstantiateMsg, OwnLeg, QueryMsg};
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
    let registers = matches!(
        &message,
        ExecuteMsg::Register { .. } | ExecuteMsg::RegisterBatch { .. }
    );
    if !registers {
        payment::require_funds(&info.funds, &[])?;
    }
    match message {
        ExecuteMsg::Register {
            task,
            tx,
            reversal,
            tip,
        } => {
            let leg = OwnLeg {
                task,
                tx,
                reversal,
                tip,
            };
            execute::register(deps, env, info, vec![leg])
        }
        ExecuteMsg::RegisterBatch { legs } => execute::register(deps, env, info, legs),
        ExecuteMsg::Commit { batch } => execute::commit(deps, env, info, batch),
        ExecuteMsg::Reject { batch } => execute::reject(deps, env, info, batch),
        ExecuteMsg::Settle { batch } => execute::settle(deps, env, info, batch),
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
pub fn reply(deps: DepsMut, env: Env, reply: Reply) -> Result<Response, LockError> {
    execute::replied(deps, env, reply.into())
}

/// The entry point `reply` as `entry_point` would export it, but that of the reply only what is looked at is read: the
/// decoders of events and responses would be 30 kB.
#[cfg(target_arch = "wasm32")]
mod reply_entry {
    #[no_mangle]
    extern "C" fn reply(env: u32, reply: u32) -> u32 {
        cosmwasm_std::do_sudo(&super::execute::replied, env, reply)
    }
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
