use cosmwasm_std::StdError;
use tessera_contract_kit::{
    address::AddressError, packed::PackedError, payment::PaymentError, roles::RolesError,
    version::VersionError,
};
use tessera_primitives::{Address, Hash, Overflow};

use crate::inventory::Refusal;

/// Why a message is refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum BookingError {
    /// The inventory's rule refuses it.
    #[error(transparent)]
    Inventory(#[from] Refusal),
    /// A contract that is not linked says that it is a lock.
    #[error("{sender} is not a linked lock")]
    NotLinked {
        /// Who sent the message.
        sender: Address,
    },
    /// The task has a reservation already.
    #[error("task {task_id} has a reservation through {lock} already")]
    Reserved {
        /// The lock.
        lock: Address,
        /// The task.
        task_id: Hash,
    },
    /// There is nothing to hand over or to release.
    #[error("task {task_id} has no reservation through {lock}")]
    NotReserved {
        /// Who sent the message.
        lock: Address,
        /// The task.
        task_id: Hash,
    },
    /// There is no such item.
    #[error("no item `{item}`")]
    UnknownItem {
        /// The name given.
        item: String,
    },
    /// A name that cannot be an item's.
    #[error("an item's name is {actual} bytes long, expected 1 to {max}")]
    Name {
        /// Greatest length.
        max: usize,
        /// Length given.
        actual: usize,
    },
    /// A name that events could not carry: the chain trims their attributes.
    #[error("an item's name is `{actual}`, expected one without outer spaces")]
    Spaces {
        /// The name given.
        actual: String,
    },
    /// The payload of a lock's order is not a booking.
    #[error("the payload is not a booking: {0}")]
    Payload(StdError),
    /// The sender may not send this, or not now.
    #[error(transparent)]
    Roles(#[from] RolesError),
    /// Funds that are missing or too many.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// An address of another zone.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A sum that does not fit.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// Storage cannot be read.
    #[error(transparent)]
    Storage(#[from] PackedError),
    /// A migration from what cannot be taken over.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// The host refuses.
    #[error(transparent)]
    Std(#[from] StdError),
}
