//! `booking`: an inventory whose units can be reserved, kept and released. The example of a lockable contract.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{to_json_vec, StdResult};
use tessera_primitives::{facts, Address, Amount, Bytes, Coin, Denom, Hash};

use crate::{
    lockable::LockableMsg,
    permissions,
    roles::{Appointment, RolesMsg, RolesResponse},
};

/// Makes a booking contract.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct InstantiateMsg {
    /// The owner, who stocks the inventory and links locks, and the guardian.
    pub roles: Appointment,
    /// What prices are in.
    pub denom: Denom,
}

/// What can be done with a booking contract.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum ExecuteMsg {
    /// Adds an item, or changes what is free of it and what a unit costs. Sent by the owner.
    ///
    /// What is reserved already keeps the price that it was reserved at.
    Stock {
        /// The item's name, 1 to [`MAX_NAME`] bytes, without spaces before or after it.
        item: String,
        /// Units that are free from now on.
        free: u32,
        /// Price of one unit, in the contract's denom.
        price: Amount,
        /// Who may book it: anyone when absent.
        reserved_for: Option<Address>,
    },
    /// Links a lock, whose word about registrants is then believed. Sent by the owner.
    LinkLock {
        /// The lock.
        lock: Address,
    },
    /// Takes a lock's link away: it can reserve nothing more, and still keep or release what it has reserved. Sent by
    /// the owner.
    UnlinkLock {
        /// The lock.
        lock: Address,
    },
    /// Gives a unit back that was kept: it becomes free again. Sent by who holds it; nothing is paid back.
    Return {
        /// The item.
        item: String,
        /// How many units.
        units: u32,
    },
    /// Sends what has been earned to the owner. Sent by the owner.
    Withdraw {},
    /// What a lock says: [`Booking`] as JSON in the payload.
    ///
    /// An `Unlock` that does not bring exactly the price releases the units and sends what it brought back to the
    /// registrant: it must not fail, and nothing is handed over for less.
    Lockable(LockableMsg),
    /// Roles and pause.
    Roles(RolesMsg),
}

permissions! {
    ExecuteMsg {
        "stock": ExecuteMsg::Stock { .. } => Owner, Works;
        "link_lock": ExecuteMsg::LinkLock { .. } => Owner, Works;
        "unlink_lock": ExecuteMsg::UnlinkLock { .. } => Owner, Works;
        "return": ExecuteMsg::Return { .. } => Anyone, Works;
        "withdraw": ExecuteMsg::Withdraw {} => Owner, Works;
        "lock": ExecuteMsg::Lockable(LockableMsg::Lock(_)) => Anyone, Refused;
        "unlock": ExecuteMsg::Lockable(LockableMsg::Unlock(_)) => Anyone, Works;
        "reverse": ExecuteMsg::Lockable(LockableMsg::Reverse(_)) => Anyone, Works;
        in RolesMsg: ExecuteMsg::Roles;
    }
}

/// Longest name of an item, in bytes: it is part of a storage key.
pub const MAX_NAME: usize = 64;

/// What a leg's call asks for: the payload that a registrant signs, as JSON.
#[cw_serde]
#[serde(deny_unknown_fields)]
#[derive(Eq)]
pub struct Booking {
    /// The item.
    pub item: String,
    /// How many units, at least one.
    pub units: u32,
    /// What the leg's call will pay for them. `Lock` refuses any other sum than the inventory's, so that a price which
    /// changed after the registrant signed undoes the commit instead of spoiling the settlement.
    pub price: Amount,
}

impl Booking {
    /// The payload of a leg's call.
    ///
    /// # Errors
    /// When it cannot be written as JSON; none can fail to.
    pub fn payload(&self) -> StdResult<Bytes> {
        to_json_vec(self).map(Bytes)
    }
}

/// What can be asked of a booking contract.
#[cw_serde]
#[serde(deny_unknown_fields)]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// Roles and pause.
    #[returns(RolesResponse)]
    Roles {},
    /// One item.
    #[returns(Option<ItemResponse>)]
    Item {
        /// Its name.
        item: String,
    },
    /// The items, by name.
    #[returns(Vec<ItemResponse>)]
    Items {
        /// The last item of the page before.
        start_after: Option<String>,
        /// 30 when absent, at most 100.
        limit: Option<u32>,
    },
    /// How many units of an item somebody holds.
    #[returns(u32)]
    Held {
        /// Who.
        holder: Address,
        /// Of what.
        item: String,
    },
    /// What a task has reserved through a lock.
    #[returns(Option<ReservationResponse>)]
    Reservation {
        /// The lock.
        lock: Address,
        /// The task.
        task_id: Hash,
    },
    /// Whether a lock is linked.
    #[returns(bool)]
    Linked {
        /// The lock.
        lock: Address,
    },
    /// What has been earned and not withdrawn.
    #[returns(Coin)]
    Earned {},
}

/// An item of the inventory.
#[cw_serde]
#[serde(deny_unknown_fields)]
#[derive(Eq)]
pub struct ItemResponse {
    /// Its name.
    pub item: String,
    /// Units that can be reserved.
    pub free: u32,
    /// Units that tasks have reserved.
    pub reserved: u32,
    /// Units that somebody holds.
    pub taken: u32,
    /// Price of one unit.
    pub price: Amount,
    /// Who may book it: anyone when absent.
    pub reserved_for: Option<Address>,
}

/// What a task has reserved.
#[cw_serde]
#[serde(deny_unknown_fields)]
#[derive(Eq)]
pub struct ReservationResponse {
    /// The item.
    pub item: String,
    /// How many units.
    pub units: u32,
    /// For whom.
    pub registrant: Address,
    /// What `Unlock` must bring.
    pub due: Amount,
}

facts! {
    /// What the booking contract says.
    pub enum Event {
        /// Units were reserved for a task.
        Reserved = "booking_reserved" {
            /// The lock through which the task came.
            lock: Address,
            /// The task.
            task_id: Hash,
            /// For whom.
            registrant: Address,
            /// What.
            item: String,
            /// How many.
            units: u32,
        },
        /// Reserved units were handed over.
        Taken = "booking_taken" {
            /// The lock through which the task came.
            lock: Address,
            /// The task.
            task_id: Hash,
            /// To whom.
            registrant: Address,
            /// What.
            item: String,
            /// How many.
            units: u32,
            /// What was paid for them.
            paid: Amount,
        },
        /// Reserved units are free again.
        Released = "booking_released" {
            /// The lock through which the task came.
            lock: Address,
            /// The task.
            task_id: Hash,
            /// What.
            item: String,
            /// How many.
            units: u32,
        },
        /// An `Unlock` brought another sum than the price: the units are free again, and the money went back.
        Unpaid = "booking_unpaid" {
            /// The lock through which the task came.
            lock: Address,
            /// The task.
            task_id: Hash,
            /// What.
            item: String,
            /// How many.
            units: u32,
            /// What was due.
            due: Amount,
        },
        /// Units were given back by their holder.
        Returned = "booking_returned" {
            /// Who held them.
            holder: Address,
            /// What.
            item: String,
            /// How many.
            units: u32,
        },
    }
}
