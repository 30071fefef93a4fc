//! What a lock says, and what this contract answers: the part to learn from.
//!
//! A lock is believed about two things: that the task exists and in which state its leg is, and who its registrant is.
//! It is not believed about what the registrant may have; that is checked here, when the leg commits, so that it can
//! still be undone. After that nothing may fail.

use cosmwasm_std::{from_json, BankMsg, DepsMut, MessageInfo, Response};
use tessera_contract_api::{
    booking::{Booking, Event},
    event,
    lockable::{LockableMsg, Order},
};
use tessera_contract_kit::{address, payment};
use tessera_primitives::{Address, Amount, Asset, Coin, Hash, Overflow};

use crate::{inventory::Reservation, state, BookingError};

pub fn lockable(
    deps: DepsMut,
    info: MessageInfo,
    message: LockableMsg,
) -> Result<Response, BookingError> {
    let lock = address::of(&info.sender)?;
    match message {
        LockableMsg::Lock(order) => reserve(deps, info, lock, order),
        LockableMsg::Unlock(order) => hand_over(deps, info, lock, order.task_id),
        LockableMsg::Reverse(order) => release(deps, info, lock, order.task_id),
    }
}

/// The leg commits. Everything that can be wrong is found now.
fn reserve(
    deps: DepsMut,
    info: MessageInfo,
    lock: Address,
    order: Order,
) -> Result<Response, BookingError> {
    payment::require_funds(&info.funds, &[])?;
    if !state::is_linked(deps.storage, &lock) {
        return Err(BookingError::NotLinked { sender: lock });
    }
    let Order {
        task_id,
        registrant,
        payload,
        funds,
    } = order;
    if state::reservation(deps.storage, &lock, &task_id)?.is_some() {
        return Err(BookingError::Reserved { lock, task_id });
    }
    address::validate(deps.api, &registrant)?;
    let booking: Booking = from_json(payload.as_slice()).map_err(BookingError::Payload)?;
    let item = state::known_item(deps.storage, &booking.item)?;
    let item = item.reserve(&registrant, booking.units, booking.price)?;
    // What is reserved is paid for: otherwise the whole stock could be held for what a register costs.
    payment::require_funds(&funds, &[price(&deps, booking.price)?])?;
    state::keep_item(deps.storage, &booking.item, &item)?;
    let reservation = Reservation {
        item: booking.item.clone(),
        units: booking.units,
        registrant: registrant.clone(),
        due: booking.price,
    };
    state::reserve(deps.storage, &lock, &task_id, &reservation)?;
    let reserved = Event::Reserved {
        lock,
        task_id,
        registrant,
        item: booking.item,
        units: booking.units,
    };
    Ok(Response::new().add_event(event::encode(&reserved)))
}

/// The task is kept. The reservation says what is handed over, not the order: the lock could be shown another payload.
fn hand_over(
    deps: DepsMut,
    info: MessageInfo,
    lock: Address,
    task_id: Hash,
) -> Result<Response, BookingError> {
    let reservation = reserved(&deps, &lock, task_id)?;
    let price = price(&deps, reservation.due)?;
    if payment::require_funds(&info.funds, std::slice::from_ref(&price)).is_err() {
        return call_off(deps, info, lock, task_id, reservation);
    }
    let Reservation {
        item: name,
        units,
        registrant,
        due,
    } = reservation;
    let item = state::known_item(deps.storage, &name)?.hand_over(units)?;
    let held = state::held(deps.storage, &registrant, &name)?;
    let held = held.checked_add(units).ok_or(Overflow("units held"))?;
    let earned = state::earned(deps.storage)?.plus(due)?;
    state::keep_item(deps.storage, &name, &item)?;
    state::hold(deps.storage, &registrant, &name, held)?;
    state::note_earned(deps.storage, earned)?;
    state::end_reservation(deps.storage, &lock, &task_id);
    let taken = Event::Taken {
        lock,
        task_id,
        registrant,
        item: name,
        units,
        paid: due,
    };
    Ok(Response::new().add_event(event::encode(&taken)))
}

/// The task is kept, and the lock brought another sum than it had in escrow when it reserved. No lock of ours does;
/// refusing would leave the units reserved and the money owed for ever, so both go back.
fn call_off(
    deps: DepsMut,
    info: MessageInfo,
    lock: Address,
    task_id: Hash,
    reservation: Reservation,
) -> Result<Response, BookingError> {
    free(deps, &lock, task_id, &reservation)?;
    let mut response = Response::new().add_event(event::encode(&Event::Unpaid {
        lock,
        task_id,
        item: reservation.item,
        units: reservation.units,
        due: reservation.due,
    }));
    if !info.funds.is_empty() {
        response = response.add_message(BankMsg::Send {
            to_address: reservation.registrant.to_string(),
            amount: info.funds,
        });
    }
    Ok(response)
}

/// The task is reversed.
fn release(
    deps: DepsMut,
    info: MessageInfo,
    lock: Address,
    task_id: Hash,
) -> Result<Response, BookingError> {
    payment::require_funds(&info.funds, &[])?;
    let reservation = reserved(&deps, &lock, task_id)?;
    free(deps, &lock, task_id, &reservation)?;
    let released = Event::Released {
        lock,
        task_id,
        item: reservation.item,
        units: reservation.units,
    };
    Ok(Response::new().add_event(event::encode(&released)))
}

fn free(
    deps: DepsMut,
    lock: &Address,
    task_id: Hash,
    reservation: &Reservation,
) -> Result<(), BookingError> {
    let item = state::known_item(deps.storage, &reservation.item)?;
    let item = item.release(reservation.units)?;
    state::keep_item(deps.storage, &reservation.item, &item)?;
    state::end_reservation(deps.storage, lock, &task_id);
    Ok(())
}

fn price(deps: &DepsMut, amount: Amount) -> Result<Coin, BookingError> {
    let asset = Asset::Native(state::denom(deps.storage)?);
    Ok(Coin { asset, amount })
}

/// Whoever reserved may end the reservation, linked or not: the key holds the sender.
fn reserved(deps: &DepsMut, lock: &Address, task_id: Hash) -> Result<Reservation, BookingError> {
    let reservation = state::reservation(deps.storage, lock, &task_id)?;
    reservation.ok_or_else(|| BookingError::NotReserved {
        lock: lock.clone(),
        task_id,
    })
}
