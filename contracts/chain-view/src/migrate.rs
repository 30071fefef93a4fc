use cosmwasm_std::{DepsMut, Response};
use tessera_contract_api::chain_view::MigrateMsg;
use tessera_contract_kit::version;

use crate::{
    contract::{NAME, VERSION},
    ChainViewError,
};

/// There is no older layout of storage yet: only the version moves.
pub fn take_over(deps: DepsMut, _message: MigrateMsg) -> Result<Response, ChainViewError> {
    version::migrate(deps.storage, NAME, VERSION)?;
    Ok(Response::new())
}
