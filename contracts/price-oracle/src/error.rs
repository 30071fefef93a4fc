use cosmwasm_std::StdError;
use tessera_contract_api::price_oracle::FeedName;
use tessera_contract_kit::{
    address::AddressError, packed::PackedError, payment::PaymentError, roles::RolesError,
    version::VersionError,
};
use tessera_price::{Refusal, Refused};
use tessera_primitives::{Address, Malformed};

/// Why a message is refused. What is refused has changed nothing.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum OracleError {
    /// The rule refuses it.
    #[error(transparent)]
    Rule(#[from] Refusal),
    /// The source of an adapter feed does not answer, or answers something else than a price.
    #[error("no price of {feed} from {contract}: {reason}")]
    NoAnswer {
        /// The feed.
        feed: FeedName,
        /// Its source.
        contract: Address,
        /// What it says.
        reason: String,
    },
    /// The source of an adapter feed does not rely on its price itself.
    #[error("{contract} has no fresh price of {feed}")]
    NotFresh {
        /// The feed.
        feed: FeedName,
        /// Its source.
        contract: Address,
    },
    /// A feed whose source would be this very oracle.
    #[error("{feed} cannot take its prices from this oracle itself")]
    OwnSource {
        /// The feed.
        feed: FeedName,
    },
    /// An address that was to be a source has no contract.
    #[error("{address} was to be asked for prices, and is no contract")]
    NoContract {
        /// The address.
        address: Address,
    },
    /// More feeds than one message or question may name.
    #[error("{actual} feeds, expected at most {max}")]
    TooManyFeeds {
        /// Most.
        max: usize,
        /// How many were named.
        actual: usize,
    },
    /// The sender may not send this, or not now.
    #[error(transparent)]
    Roles(#[from] RolesError),
    /// Funds that nothing here takes.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// An address of another zone.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A word that is malformed.
    #[error(transparent)]
    Malformed(#[from] Malformed),
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

impl From<Refused<PackedError>> for OracleError {
    fn from(refused: Refused<PackedError>) -> OracleError {
        match refused {
            Refused::Rule(refusal) => OracleError::Rule(refusal),
            Refused::Read(error) => OracleError::Storage(error),
        }
    }
}
