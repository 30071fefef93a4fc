use cosmwasm_std::{to_json_binary, Binary, Deps};
use tessera_contract_api::booking::{ItemResponse, QueryMsg, ReservationResponse};
use tessera_contract_kit::{pagination::page, roles};
use tessera_primitives::{Asset, Coin};

use crate::{
    inventory::{Item, Reservation},
    state, BookingError,
};

pub fn answer(deps: Deps, message: QueryMsg) -> Result<Binary, BookingError> {
    let storage = deps.storage;
    let answer = match message {
        QueryMsg::Roles {} => to_json_binary(&roles::query(storage)?),
        QueryMsg::Item { item: name } => {
            let item = state::item(storage, &name)?;
            to_json_binary(&item.map(|item| describe(name, item)))
        }
        QueryMsg::Items { start_after, limit } => {
            let items = state::items(storage, start_after, page(limit))?;
            let items = items.into_iter().map(|(name, item)| describe(name, item));
            to_json_binary(&items.collect::<Vec<_>>())
        }
        QueryMsg::Held { holder, item } => to_json_binary(&state::held(storage, &holder, &item)?),
        QueryMsg::Reservation { lock, task_id } => {
            let reservation = state::reservation(storage, &lock, &task_id)?;
            to_json_binary(&reservation.map(describe_reservation))
        }
        QueryMsg::Linked { lock } => to_json_binary(&state::is_linked(storage, &lock)),
        QueryMsg::Earned {} => to_json_binary(&Coin {
            asset: Asset::Native(state::denom(storage)?),
            amount: state::earned(storage)?,
        }),
    };
    Ok(answer?)
}

fn describe(name: String, item: Item) -> ItemResponse {
    ItemResponse {
        item: name,
        free: item.free,
        reserved: item.reserved,
        taken: item.taken,
        price: item.price,
        reserved_for: item.reserved_for,
    }
}

fn describe_reservation(reservation: Reservation) -> ReservationResponse {
    ReservationResponse {
        item: reservation.item,
        units: reservation.units,
        registrant: reservation.registrant,
        due: reservation.due,
    }
}
