//! The doorway: parse, permit, dispatch.

use cosmwasm_std::{entry_point, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Response};
use tessera_contract_api::price_oracle::{ExecuteMsg, InstantiateMsg, QueryMsg};
use tessera_contract_kit::{payment, roles};

use crate::{execute, migrate::take_over, query::answer, OracleError};

/// The contract's name, after `tessera:` in cw2.
pub const NAME: &str = env!("CARGO_PKG_NAME");
/// Its version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Makes an oracle, with its first reporters and feeds.
///
/// # Errors
/// [`OracleError`].
#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: InstantiateMsg,
) -> Result<Response, OracleError> {
    execute::settle_in(deps, &env, &info, message)
}

/// Does what a message says.
///
/// # Errors
/// [`OracleError`], and then nothing has changed.
#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: ExecuteMsg,
) -> Result<Response, OracleError> {
    roles::permit(deps.storage, &env, &info.sender, &message)?;
    payment::require_funds(&info.funds, &[])?;
    match message {
        ExecuteMsg::Report { feed, price, time } => {
            execute::report(deps, &env, &info, feed, price, time)
        }
        ExecuteMsg::Refresh { feed } => execute::refresh(deps, &env, feed),
        ExecuteMsg::SetFeed { feed, settings } => execute::set_feed(deps, &env, feed, settings),
        ExecuteMsg::SetReporters { reporters, quorum } => {
            execute::set_reporters(deps, &env, reporters, quorum)
        }
        ExecuteMsg::Roles(message) => {
            roles::execute(deps.storage, deps.api, message)?;
            Ok(Response::new())
        }
    }
}

/// Answers a question.
///
/// # Errors
/// [`OracleError`] when there is no answer.
#[entry_point]
pub fn query(deps: Deps, env: Env, message: QueryMsg) -> Result<Binary, OracleError> {
    answer(deps, &env, message)
}

/// Takes over an older contract of this name.
///
/// # Errors
/// [`OracleError::Version`].
#[entry_point]
pub fn migrate(deps: DepsMut, _env: Env, message: Empty) -> Result<Response, OracleError> {
    take_over(deps, message)
}
