use serde::{Deserialize, Serialize};
use tendermint::block;
use tessera_primitives::{Hash, Height, Timestamp};

use crate::{comet, Refusal, ValidatorSet};

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
    pub header: block::Header,
    /// Its hash.
    pub hash: Hash,
    /// The set that signed it.
    pub validators: ValidatorSet,
    /// The hash of that set, which is the header's `validators_hash`: what the set is cached by.
    pub validators_hash: Hash,
    /// Whether the sender asks (and pays, 30 gas a byte) for `validators` to be cached as a base of later differences.
    /// Never in the standard form.
    pub keep: bool,
}

impl Verified {
    /// What to store of it.
    ///
    /// # Errors
    /// [`Refusal::AppHash`] when its app hash is not 32 bytes: CometBFT allows any, the Cosmos SDK makes no other.
    pub fn to_trusted(&self) -> Result<TrustedHeader, Refusal> {
        let header = &self.header;
        let actual = header.app_hash.as_bytes().len();
        if actual != Hash::ZERO.as_bytes().len() {
            return Err(Refusal::AppHash { actual });
        }
        comet::required("next_validators_hash", Some(header.next_validators_hash))?;
        self.to_evidence()
    }

    /// What a proof of a fork needs of it, never to be stored: whoever signs two headers of one height has signed them
    /// whatever is in them. An app hash or a next validator set that no zone makes reads as zero.
    ///
    /// # Errors
    /// [`Refusal::Time`] when its time is before 1970 or after 2554.
    pub fn to_evidence(&self) -> Result<TrustedHeader, Refusal> {
        let header = &self.header;
        let app_hash = header.app_hash.as_bytes();
        let next = comet::hash_of(header.next_validators_hash);
        let parent = header
            .last_block_id
            .and_then(|block| comet::hash_of(block.hash));
        Ok(TrustedHeader {
            height: comet::height_of(header.height),
            hash: self.hash,
            time: comet::time_of("header time", header.time)?,
            app_hash: Hash::try_from(app_hash).unwrap_or(Hash::ZERO),
            next_validators_hash: next.unwrap_or(Hash::ZERO),
            parent: parent.unwrap_or(Hash::ZERO),
        })
    }
}
