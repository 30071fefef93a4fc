//! The doorway: parse, permit, dispatch.

use cosmwasm_std::{entry_point, Binary, Deps, DepsMut, Env, MessageInfo, Response};
use tessera_contract_api::chain_view::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use tessera_contract_kit::{payment, roles, version};

use crate::{execute, migrate::take_over, query::answer, state, ChainViewError};

/// The contract's name, after `tessera:` in cw2.
pub const NAME: &str = env!("CARGO_PKG_NAME");
/// Its version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Makes a contract that views no zone yet.
///
/// # Errors
/// [`ChainViewError`].
#[entry_point]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    message: InstantiateMsg,
) -> Result<Response, ChainViewError> {
    payment::require_funds(&info.funds, &[])?;
    roles::appoint(deps.storage, deps.api, message.roles)?;
    state::open(deps.storage, &message.reserve_denom)?;
    version::record(deps.storage, NAME, VERSION)?;
    Ok(Response::new())
}

/// Does what a message says.
///
/// # Errors
/// [`ChainViewError`], and then nothing has changed.
#[entry_point]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    message: ExecuteMsg,
) -> Result<Response, ChainViewError> {
    roles::permit(deps.storage, &env, &info.sender, &message)?;
    if !matches!(&message, ExecuteMsg::Fund { .. }) {
        payment::require_funds(&info.funds, &[])?;
    }
    match message {
        ExecuteMsg::RegisterZone {
            zone,
            header,
            params,
        } => execute::register_zone(deps, &env, zone, &header, params),
        ExecuteMsg::Fund { zone } => execute::fund(deps, &env, &info, zone),
        ExecuteMsg::Advance { zone, header } => execute::advance(deps, &env, &info, zone, &header),
        ExecuteMsg::ReportFork { zone, proof } => {
            execute::report_fork(deps, &env, &info, zone, &proof)
        }
        ExecuteMsg::AdmitBranch {
            zone,
            header,
            parent,
        } => execute::admit_branch(deps, &env, zone, &header, parent),
        ExecuteMsg::Renew {
            zone,
            chain_id,
            header,
        } => execute::renew(deps, &env, zone, chain_id, &header),
        ExecuteMsg::CloseZone { zone } => execute::close_zone(deps, &env, zone),
        ExecuteMsg::Prune { zone, limit } => execute::prune(deps, &env, zone, limit),
        ExecuteMsg::Roles(message) => {
            roles::execute(deps.storage, deps.api, message)?;
            Ok(Response::new())
        }
    }
}

/// Answers a question.
///
/// # Errors
/// [`ChainViewError`] when there is no answer.
#[entry_point]
pub fn query(deps: Deps, env: Env, message: QueryMsg) -> Result<Binary, ChainViewError> {
    answer(deps, &env, message)
}

/// Takes over an older contract of this name.
///
/// # Errors
/// [`ChainViewError::Version`].
#[entry_point]
pub fn migrate(deps: DepsMut, _env: Env, message: MigrateMsg) -> Result<Response, ChainViewError> {
    take_over(deps, message)
}
