use cosmwasm_std::{DepsMut, Response};
use tessera_contract_kit::address;
use tessera_primitives::Address;

use crate::{state, BookingError};

/// Believes a lock from now on about who a registrant is.
pub fn link_lock(deps: DepsMut, lock: Address) -> Result<Response, BookingError> {
    address::validate(deps.api, &lock)?;
    state::link(deps.storage, &lock)?;
    Ok(Response::new())
}

/// Lets a lock reserve nothing more. What it has reserved it can still hand over or release: otherwise a task that is
/// kept elsewhere could not be kept here.
pub fn unlink_lock(deps: DepsMut, lock: Address) -> Result<Response, BookingError> {
    if !state::is_linked(deps.storage, &lock) {
        return Err(BookingError::NotLinked { sender: lock });
    }
    state::unlink(deps.storage, &lock);
    Ok(Response::new())
}
