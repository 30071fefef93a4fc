use cosmwasm_std::StdError;
use tessera_contract_kit::{
    address::AddressError, payment::PaymentError, roles::RolesError, version::VersionError,
};
use tessera_view::{Refusal, Refused};

use crate::StateError;

/// Why a message or a query is refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ChainViewError {
    /// The rule refuses it.
    #[error(transparent)]
    View(#[from] Refusal),
    /// The sender may not send this, or not now.
    #[error(transparent)]
    Roles(#[from] RolesError),
    /// Funds that are missing, too many, or of another denom.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// An address of another zone.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A migration from another contract, or to an older version.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// Storage cannot be read or written.
    #[error(transparent)]
    Storage(#[from] StateError),
    /// An answer cannot be written as JSON; none can fail to.
    #[error(transparent)]
    Std(#[from] StdError),
}

impl From<Refused<StateError>> for ChainViewError {
    fn from(refused: Refused<StateError>) -> ChainViewError {
        match refused {
            Refused::Rule(refusal) => refusal.into(),
            Refused::Read(error) => error.into(),
        }
    }
}
