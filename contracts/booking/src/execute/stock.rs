use cosmwasm_std::{DepsMut, Response};
use tessera_contract_api::booking::MAX_NAME;
use tessera_contract_kit::address;
use tessera_primitives::{Address, Amount};

use crate::{state, BookingError};

/// Adds an item, or changes what is free of it, what a unit costs and who may book it.
pub fn stock(
    deps: DepsMut,
    name: String,
    free: u32,
    price: Amount,
    reserved_for: Option<Address>,
) -> Result<Response, BookingError> {
    if !(1..=MAX_NAME).contains(&name.len()) {
        return Err(BookingError::Name {
            max: MAX_NAME,
            actual: name.len(),
        });
    }
    if name.trim() != name {
        return Err(BookingError::Spaces { actual: name });
    }
    address::validate_option(deps.api, reserved_for.as_ref())?;
    let item = state::item(deps.storage, &name)?.unwrap_or_default();
    let item = item.stock(free, price, reserved_for)?;
    state::keep_item(deps.storage, &name, &item)?;
    Ok(Response::new())
}
