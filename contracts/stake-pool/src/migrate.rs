use cosmwasm_std::{DepsMut, Empty, Response};
use tessera_contract_kit::version;

use crate::{
    contract::{NAME, VERSION},
    PoolError,
};

/// There is no older layout of storage yet: only the version moves.
pub fn take_over(deps: DepsMut, _message: Empty) -> Result<Response, PoolError> {
    version::migrate(deps.storage, NAME, VERSION)?;
    Ok(Response::new())
}
