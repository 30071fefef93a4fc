use alloc::{string::String, vec::Vec};

use tessera_primitives::{Hash, Height, Malformed, Ratio, Timestamp, ZoneId};

use crate::ValidatorKey;

/// Why a header is not believed. Each variant names what was expected and what was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More bytes than any header within the limits needs.
    #[error("a {form} header of {actual} bytes, at most {max} are read")]
    Size {
        /// `compact` or `standard`.
        form: &'static str,
        /// Greatest size, in bytes.
        max: usize,
        /// The size given, in bytes.
        actual: usize,
    },
    /// The bytes are not the compact form: they end too early, go on too long, or are not as the encoder writes them.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The bytes are not a protobuf `ibc.lightclients.tendermint.v1.Header`: truncated, or of another type.
    #[error("not a protobuf header: {reason}")]
    Protobuf {
        /// What the decoder said.
        reason: String,
    },
    /// The protobuf header lacks a field, or the field is out of its range.
    #[error("the header's {field} is missing or out of range")]
    Field {
        /// The field.
        field: &'static str,
    },
    /// A header of another chain.
    #[error("a header of chain {actual}, expected {expected}")]
    WrongChain {
        /// The chain that the view is of.
        expected: ZoneId,
        /// The chain id in the header.
        actual: String,
    },
    /// A compact header of another chain: it carries only the first four bytes of its chain id's hash.
    #[error(
        "a header of a chain with tag {actual:08x}, expected {expected_tag:08x} of {expected}"
    )]
    WrongChainTag {
        /// The chain that the view is of.
        expected: ZoneId,
        /// Its tag.
        expected_tag: u32,
        /// The tag in the header.
        actual: u32,
    },
    /// A form that does not tell enough: without a trusted header only the standard one does.
    #[error("a header in {actual} form, expected the {expected} form")]
    Form {
        /// The form asked for.
        expected: &'static str,
        /// The form given.
        actual: &'static str,
    },
    /// A trusted height of another revision of the chain.
    #[error("trusted height of revision {actual}, expected {expected}")]
    WrongRevision {
        /// The revision in the chain id.
        expected: u64,
        /// The revision given.
        actual: u64,
    },
    /// The header was made to be verified from another trusted header than the one at hand.
    #[error("the header builds on height {actual:?}, the trusted header is at {expected}")]
    WrongTrusted {
        /// Height of the trusted header at hand.
        expected: Height,
        /// The height that the header names, if any.
        actual: Option<Height>,
    },
    /// A trust level outside [1/3, 1].
    #[error("trust level {actual}, expected 1/3 to 1")]
    TrustLevel {
        /// The level given.
        actual: Ratio,
    },
    /// The trusted header has left its trusting period.
    #[error("the trusted header expired at {expired_at}, now is {now}")]
    Expired {
        /// Trusted header's time plus the trusting period.
        expired_at: Timestamp,
        /// Block time of the reading zone.
        now: Timestamp,
    },
    /// The header's time lies further ahead than the allowed clock drift.
    #[error("header time {actual}, expected before {before}")]
    FromFuture {
        /// Block time of the reading zone plus the clock drift.
        before: Timestamp,
        /// The header's time.
        actual: Timestamp,
    },
    /// The header is not later than the trusted one.
    #[error("header time {actual}, expected after {after}")]
    TimeNotLater {
        /// The trusted header's time.
        after: Timestamp,
        /// The header's time.
        actual: Timestamp,
    },
    /// The header is not higher than the trusted one.
    #[error("header height {actual}, expected above {above}")]
    HeightNotHigher {
        /// The trusted header's height.
        above: Height,
        /// The header's height.
        actual: Height,
    },
    /// A time before 1970 or after 2554, or a sum of times beyond.
    #[error("the {what} is out of range")]
    Time {
        /// Which time.
        what: &'static str,
    },
    /// A validator set that does not hash to what commits to it.
    #[error("the {set} hash to {actual}, expected {expected}")]
    ValidatorsHash {
        /// Which set.
        set: &'static str,
        /// The hash in the header, or in the trusted header.
        expected: Hash,
        /// The hash of the set given.
        actual: Hash,
    },
    /// The set after an adjacent header's trusted one is not the one that the trusted header announced.
    #[error(
        "the next header's validators hash to {actual}, the trusted header announced {expected}"
    )]
    NotNextValidators {
        /// The trusted header's next validators hash.
        expected: Hash,
        /// The header's validators hash.
        actual: Hash,
    },
    /// A commit for another block than the header.
    #[error("the commit is for block {actual}, the header hashes to {expected}")]
    WrongBlock {
        /// The header's hash.
        expected: Hash,
        /// The hash in the commit.
        actual: Hash,
    },
    /// A set with no validators, or with more than are read.
    #[error("{actual} validators, expected 1 to {max}")]
    ValidatorCount {
        /// Greatest number.
        max: usize,
        /// The number given.
        actual: usize,
    },
    /// One key in two slots of a set: it could vote twice.
    #[error("validator {key} twice in one set")]
    DuplicateValidator {
        /// The key.
        key: ValidatorKey,
    },
    /// A validator without power, or a total beyond CometBFT's limit.
    #[error("voting power {actual}, expected 1 to {max}")]
    Power {
        /// Greatest power.
        max: u64,
        /// The power, or the sum up to the validator that passed the limit.
        actual: u64,
    },
    /// A validator whose key is not ed25519.
    #[error("validator {index} has no ed25519 key of 32 bytes")]
    KeyType {
        /// Its place in the set.
        index: usize,
    },
    /// A commit with another number of slots than the set has validators.
    #[error("{actual} slots in the commit, expected {expected}")]
    SlotCount {
        /// Number of validators.
        expected: usize,
        /// Number of slots.
        actual: usize,
    },
    /// A vote in another validator's slot.
    #[error("the vote in slot {index} names another validator")]
    WrongSlot {
        /// The slot.
        index: usize,
    },
    /// A difference against a set that is not cached.
    #[error("unknown base set {base}, cached are {cached:?}")]
    UnknownSet {
        /// The base that the header names.
        base: Hash,
        /// The sets that it could name.
        cached: Vec<Hash>,
    },
    /// A proposer at a place that the set does not have.
    #[error("the proposer is validator {index} of a set of {size}")]
    Place {
        /// The place given.
        index: usize,
        /// Number of validators in the set.
        size: usize,
    },
    /// A difference that takes more from its base than there is.
    #[error("the difference takes validator {index} of a base of {size}")]
    Difference {
        /// The place in the base.
        index: usize,
        /// Number of validators in the base.
        size: usize,
    },
    /// An invalid signature.
    #[error("invalid signature of validator {index}, key {key}")]
    Signature {
        /// Place of the validator in the header's set.
        index: usize,
        /// Its key.
        key: ValidatorKey,
    },
    /// Nobody signed.
    #[error("no vote for the block")]
    NoVotes,
    /// Too little of the trusted set's power signed.
    #[error("{signed} of {total} of the trusted power signed, expected more than {level}")]
    TooLittleTrust {
        /// Verified power.
        signed: u64,
        /// Power of the whole trusted set.
        total: u64,
        /// The trust level.
        level: Ratio,
    },
    /// Two thirds of the header's own set or less signed.
    #[error("{signed} of {total} of the power signed, expected more than two thirds")]
    TooLittlePower {
        /// Verified power.
        signed: u64,
        /// Power of the header's whole set.
        total: u64,
    },
    /// An app hash that is not 32 bytes: nothing can be proven under it.
    #[error("app hash of {actual} bytes, expected 32")]
    AppHash {
        /// The length given, in bytes.
        actual: usize,
    },
    /// A Merkle path from a `last_block_id` that does not end in the header's hash.
    #[error("the path of last_block_id ends in {actual}, expected {expected}")]
    Link {
        /// The header's hash.
        expected: Hash,
        /// Where the path ends.
        actual: Hash,
    },
    /// A refusal of the light client library that none of the checks above foresaw.
    #[error("light client: {reason}")]
    Library {
        /// What it said.
        reason: String,
    },
}

/// A refusal, or a failed read of a cached set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused<E> {
    /// The header is not believed.
    #[error(transparent)]
    Header(#[from] Refusal),
    /// The reader of cached sets failed.
    #[error("cannot read a cached validator set: {0}")]
    Read(E),
}
