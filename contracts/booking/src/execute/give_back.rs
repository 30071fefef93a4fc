use cosmwasm_std::{DepsMut, MessageInfo, Response};
use tessera_contract_api::{booking::Event, event};
use tessera_contract_kit::address;

use crate::{state, BookingError};

/// Makes units free again that the sender holds.
pub fn give_back(
    deps: DepsMut,
    info: MessageInfo,
    name: String,
    units: u32,
) -> Result<Response, BookingError> {
    let holder = address::of(&info.sender)?;
    let item = state::known_item(deps.storage, &name)?;
    let held = state::held(deps.storage, &holder, &name)?;
    let (item, held) = item.give_back(held, units)?;
    state::keep_item(deps.storage, &name, &item)?;
    state::hold(deps.storage, &holder, &name, held)?;
    let returned = Event::Returned {
        holder,
        item: name,
        units,
    };
    Ok(Response::new().add_event(event::encode(&returned)))
}
