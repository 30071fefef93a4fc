use serde::{Deserialize, Serialize};
use tessera_primitives::{Hash, Height, Timestamp};

use crate::{Refusal, ValidatorSet};

/// What a zone keeps of a header that it trusts: enough to verify later ones, to prove storage, and to find where a
/// fork began. 30 gas a byte are paid for each header stored, so nothing else is in it: `validators_hash` is the
/// predecessor's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TrustedHeader {
    /// The header's height.
    pub height: Height,
    /// The header's hash.
    pub hash: Hash,
    /// The header's time.
    pub time: Timestamp,
    /// The root of the state after the block below.
    pub app_hash: Hash,
    /// Hash of the validator set of the next height: what a later header is verified with.
    pub next_validators_hash: Hash,
    /// Hash of the header below (`last_block_id`); zero at the chain's first height. Two headers at one height with the
    /// same parent are exactly where a fork began.
    pub parent: Hash,
}

/// A header that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The header itself, as CometBFT's fields.
    pub header: tendermint::block::Header,
    /// Its hash.
    pub hash: Hash,
    /// The set that signed it; its hash is the header's `validators_hash`.
    pub validators: ValidatorSet,
    /// Whether the sender asks (and pays, 30 gas a byte) for `validators` to be cached as a base of later differences.
    /// Never in the standard form.
    pub keep: bool,
}

impl Verified {
    /// What to store of it.
    ///
    /// # Errors
    /// [`Refusal::AppHash`] when its app hash is not 32 bytes, [`Refusal::Time`], [`Refusal::Field`].
    pub fn to_trusted(&self) -> Result<TrustedHeader, Refusal> {
        unimplemented!()
    }

    /// The hash of the set that signed it: what the set is cached by.
    pub fn validators_hash(&self) -> Hash {
        unimplemented!()
    }
}
