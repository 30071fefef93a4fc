use alloc::vec::Vec;

use tessera_primitives::{Bytes, Hash};

use crate::Refusal;

/// An ed25519 public key, 32 bytes. In JSON base64, as CometBFT prints it. It is never parsed as a curve point here:
/// the host does that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValidatorKey(pub [u8; 32]);

/// A validator: a key and its power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validator {
    /// The key.
    pub key: ValidatorKey,
    /// Voting power, from 1.
    pub power: u64,
}

/// A validator set in CometBFT's order: 1 to 256 validators, no key twice, total power at most 2⁶⁰ − 1. In storage
/// (postcard) one byte string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatorSet {
    validators: Vec<Validator>,
    total: u64,
}

impl ValidatorSet {
    /// Checks and wraps a set; the order is kept, since the hash depends on it.
    ///
    /// # Errors
    /// [`Refusal::ValidatorCount`], [`Refusal::Power`], [`Refusal::DuplicateValidator`].
    pub fn new(validators: Vec<Validator>) -> Result<ValidatorSet, Refusal> {
        let _ = validators;
        unimplemented!()
    }

    /// The validators, in order.
    pub fn validators(&self) -> &[Validator] {
        &self.validators
    }

    /// Their power together.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// CometBFT's `validators_hash`: the Merkle root over the validators as protobuf `SimpleValidator`.
    pub fn hash(&self) -> Hash {
        unimplemented!()
    }

    /// The set as one byte string: how it is stored.
    pub fn to_bytes(&self) -> Bytes {
        unimplemented!()
    }

    /// Reads what [`ValidatorSet::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Refusal`] for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<ValidatorSet, Refusal> {
        let _ = bytes;
        unimplemented!()
    }
}

impl core::fmt::Display for ValidatorKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
