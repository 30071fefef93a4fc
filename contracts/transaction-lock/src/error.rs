use cosmwasm_std::StdError;
use tessera_contract_kit::{
    address::AddressError, packed::PackedError, payment::PaymentError, roles::RolesError,
    version::VersionError,
};
use tessera_lock::{Refusal, Refused};
use tessera_primitives::{Address, Height, Malformed, Overflow, ZoneId};

/// Why a message is refused. What is refused has changed nothing.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum LockError {
    /// The rule refuses it. Boxed, since it names everything it compared.
    #[error(transparent)]
    Rule(Box<Refusal>),
    /// The source of a zone's roots does not answer for this one: it has none there, or does not stand by it.
    #[error("no root of zone {zone} at header {height} from {source_of_roots}: {reason}")]
    NoRoot {
        /// The zone.
        zone: ZoneId,
        /// The header height that a proof names.
        height: Height,
        /// The linked source.
        source_of_roots: Address,
        /// What it says.
        reason: String,
    },
    /// The source of a zone's roots does not say how the zone stands.
    #[error("zone {zone} has no standing at {source_of_roots}: {reason}")]
    NoStanding {
        /// The zone.
        zone: ZoneId,
        /// The linked source.
        source_of_roots: Address,
        /// What it says.
        reason: String,
    },
    /// The chain is not the zone that the lock was made on: nothing new begins there, and what began can end.
    #[error("this chain is {actual}, the lock was made on {expected}")]
    OtherChain {
        /// The zone.
        expected: ZoneId,
        /// The chain's id.
        actual: String,
    },
    /// An address that was to be called has no contract.
    #[error("{address} was to be called, and is no contract")]
    NoContract {
        /// The address.
        address: Address,
    },
    /// A reply that this contract did not ask for.
    #[error("a reply with id {0}, which nothing here asks for")]
    StrayReply(u64),
    /// The sender may not send this, or not now.
    #[error(transparent)]
    Roles(#[from] RolesError),
    /// Funds or tokens that did not come as they must.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// An address of another zone where one of this zone must stand.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A word that is malformed.
    #[error(transparent)]
    Malformed(#[from] Malformed),
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

impl From<Refusal> for LockError {
    fn from(refusal: Refusal) -> LockError {
        LockError::Rule(Box::new(refusal))
    }
}

impl From<Refused<LockError>> for LockError {
    fn from(refused: Refused<LockError>) -> LockError {
        match refused {
            Refused::Rule(refusal) => refusal.into(),
            Refused::Read(error) => error,
        }
    }
}
