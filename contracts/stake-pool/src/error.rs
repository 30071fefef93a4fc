use cosmwasm_std::StdError;
use tessera_contract_kit::{
    address::AddressError, packed::PackedError, payment::PaymentError, roles::RolesError,
    version::VersionError,
};
use tessera_primitives::{Address, Asset, Coin, Malformed};
use tessera_stake::{Refusal, Refused};

/// Why a message is refused. What is refused has changed nothing.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum PoolError {
    /// The rule refuses it. Boxed, since it names everything it compared.
    #[error(transparent)]
    Rule(Box<Refusal>),
    /// The oracle does not answer for an entry's price.
    #[error("no price from {oracle}: {reason}")]
    NoPrice {
        /// The oracle.
        oracle: Address,
        /// What it says.
        reason: String,
    },
    /// Coins of one denom must come along, and did not.
    #[error("coins of one denom must come along, not of {actual}")]
    OneCoin {
        /// How many denoms came.
        actual: usize,
    },
    /// What came along is not, and never was, whitelisted.
    #[error("{asset} is not whitelisted")]
    NotWhitelisted {
        /// What came.
        asset: Asset,
    },
    /// What came along is not what the rule collects.
    #[error("{brought} came along, and is not what is collected")]
    NotCollected {
        /// What came.
        brought: Coin,
    },
    /// What a token was sent for cannot be read.
    #[error("the entry that came with the tokens: {0}")]
    Entry(StdError),
    /// An address that must be a contract's.
    #[error("{address} is no contract")]
    NoContract {
        /// The address.
        address: Address,
    },
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

impl From<Refusal> for PoolError {
    fn from(refusal: Refusal) -> PoolError {
        PoolError::Rule(Box::new(refusal))
    }
}

impl From<Refused<PoolError>> for PoolError {
    fn from(refused: Refused<PoolError>) -> PoolError {
        match refused {
            Refused::Rule(refusal) => refusal.into(),
            Refused::Read(error) => error,
        }
    }
}
