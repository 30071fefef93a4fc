//! The doorway: parse, permit, dispatch.

use cosmwasm_std::{entry_point, Binary, Deps, DepsMut, Env, MessageInfo, Response};
use tessera_contract_api::booking::{ExecuteMsg, InstantiateMsg, QueryMsg};
use tessera_contract_kit::{payment, roles, version};

use crate::{execute, migrate::take_over, query::answer, state, BookingError};

/// The contract's name, after `tessera:` in cw2.
pub const NAME: &str = env!("CARGO_PKG_NAME");
/// Its version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Makes an empty inventory.
///
/// # Errors
/// [`BookingError`].
#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    message: InstantiateMsg,
) -> Result<Response, BookingError> {
    payment::require_funds(&info.funds, &[])?;
    roles::appoint(deps.storage, deps.api, message.roles)?;
    state::open(deps.storage, &message.denom)?;
    version::record(deps.storage, NAME, VERSION)?;
    Ok(Response::new())
}

/// Does what a message says.
///
/// # Errors
/// [`BookingError`], and then nothing has changed.
#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: ExecuteMsg,
) -> Result<Response, BookingError> {
    roles::permit(deps.storage, &env, &info.sender, &message)?;
    if !matches!(&message, ExecuteMsg::Lockable(_)) {
        payment::require_funds(&info.funds, &[])?;
    }
    match message {
        ExecuteMsg::Lockable(message) => execute::lockable(deps, info, message),
        ExecuteMsg::Stock {
            item,
            free,
            price,
            reserved_for,
        } => execute::stock(deps, item, free, price, reserved_for),
        ExecuteMsg::LinkLock { lock } => execute::link_lock(deps, lock),
        ExecuteMsg::UnlinkLock { lock } => execute::unlink_lock(deps, lock),
        ExecuteMsg::Return { item, units } => execute::give_back(deps, info, item, units),
        ExecuteMsg::Withdraw {} => execute::withdraw(deps, info),
        ExecuteMsg::Roles(message) => {
            roles::execute(deps.storage, deps.api, message)?;
            Ok(Response::new())
        }
    }
}

/// Answers a question.
///
/// # Errors
/// [`BookingError`] when storage cannot be read.
#[entry_point]
pub fn query(deps: Deps, _env: Env, message: QueryMsg) -> Result<Binary, BookingError> {
    answer(deps, message)
}

/// Takes over an older contract of this name.
///
/// # Errors
/// [`BookingError::Version`].
#[entry_point]
pub fn migrate(
    deps: DepsMut,
    _env: Env,
    message: cosmwasm_std::Empty,
) -> Result<Response, BookingError> {
    take_over(deps, message)
}
