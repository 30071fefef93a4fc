use alloc::string::String;

use tessera_primitives::{Address, Amount, Asset, Malformed, Overflow, Timestamp, Value};

use crate::{
    state::{Epoch, ProposalNumber, TokenNumber, ValidatorNumber},
    Share,
};

/// Why an input was refused. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A parameter out of its bounds.
    #[error("{what} is {actual}, expected {min} to {max}")]
    Parameter {
        /// The parameter.
        what: &'static str,
        /// Least value.
        min: u64,
        /// Greatest value.
        max: u64,
        /// The value given.
        actual: u64,
    },
    /// An amount of nothing.
    #[error("the amount is zero")]
    Zero,
    /// No validator of this number.
    #[error("there is no validator {validator}")]
    UnknownValidator {
        /// The number given.
        validator: ValidatorNumber,
    },
    /// The sender runs no validator.
    #[error("{sender} runs no validator")]
    NotOperator {
        /// Who sent the message.
        sender: Address,
    },
    /// The sender runs a validator already.
    #[error("{operator} runs validator {validator} already")]
    OperatorTaken {
        /// Who sent the message.
        operator: Address,
        /// What it runs.
        validator: ValidatorNumber,
    },
    /// A vote key that is or was a validator's.
    #[error("the vote key is validator {validator}'s")]
    KeyTaken {
        /// Whose it is.
        validator: ValidatorNumber,
    },
    /// The possession of a vote key is not proven.
    #[error("the signature does not prove that {operator} has the vote key")]
    Possession {
        /// Who brought it.
        operator: Address,
    },
    /// A name that is empty, too long, or not printable.
    #[error("a name has 1 to {max} printable bytes, not {actual}")]
    Name {
        /// Most bytes.
        max: usize,
        /// How many were given.
        actual: usize,
    },
    /// A commission that was promised never to be.
    #[error("commission {actual}, expected at most {max}")]
    Commission {
        /// The greatest allowed now.
        max: Share,
        /// What was given.
        actual: Share,
    },
    /// A commission that changes too much, or too soon.
    #[error("the commission may change by {max}, from {since} on, not by {actual}")]
    CommissionChange {
        /// By how much.
        max: Share,
        /// When it may change.
        since: Timestamp,
        /// By how much it would.
        actual: Share,
    },
    /// An operator's own stake is too small.
    #[error("own stake is worth {actual}, expected at least {min}")]
    SelfValue {
        /// The least.
        min: Value,
        /// What it is worth.
        actual: Value,
    },
    /// All places are taken by heavier validators, or older ones as heavy.
    #[error("all {places} candidates are as heavy")]
    CandidatesFull {
        /// How many there are.
        places: usize,
    },
    /// The validator does not stand where it would have to.
    #[error("validator {validator} is {actual}, expected {expected}")]
    Standing {
        /// The validator.
        validator: ValidatorNumber,
        /// Where it would have to stand.
        expected: &'static str,
        /// Where it stands.
        actual: &'static str,
    },
    /// A jailed validator that would be back too early.
    #[error("validator {validator} is jailed until {until}")]
    Jailed {
        /// The validator.
        validator: ValidatorNumber,
        /// Until when.
        until: Timestamp,
    },
    /// A jailed validator that would be back before its slashes have taken.
    #[error("validator {validator} has slashes to be drained first")]
    Undrained {
        /// The validator.
        validator: ValidatorNumber,
    },
    /// No token of this number.
    #[error("there is no token {token}")]
    UnknownToken {
        /// The number given.
        token: TokenNumber,
    },
    /// The token takes no new stake or deposits.
    #[error("token {token} is leaving, or has left")]
    Leaving {
        /// The token.
        token: TokenNumber,
    },
    /// No price that serves.
    #[error("token {token} has no fresh price")]
    Unpriced {
        /// The token.
        token: TokenNumber,
    },
    /// A price that is missing in the message.
    #[error("the price of token {token} is missing")]
    PriceMissing {
        /// The token.
        token: TokenNumber,
    },
    /// Too much stake has no price: entries wait, but for proposals that mend that.
    #[error("snapshot {snapshot} kept earlier prices: bonds and proposals wait, but those that change a feed or remove a token")]
    PricesHeld {
        /// The snapshot.
        snapshot: Epoch,
    },
    /// A validator or a proposal would hold too much of a token.
    #[error("it would hold {actual} of token {token}, expected at most {max}")]
    TooMuch {
        /// The token.
        token: TokenNumber,
        /// Most.
        max: Amount,
        /// What it would hold.
        actual: Amount,
    },
    /// Too many parts at a validator.
    #[error("{actual} parts at validator {validator}, expected at most {max}")]
    TooManyParts {
        /// The validator.
        validator: ValidatorNumber,
        /// Most.
        max: usize,
        /// How many it would be.
        actual: usize,
    },
    /// Less is there than was asked for.
    #[error("{asked} asked of token {token}, {available} available, {frozen} frozen")]
    Insufficient {
        /// The token.
        token: TokenNumber,
        /// What was asked for.
        asked: Amount,
        /// What can be moved.
        available: Amount,
        /// What waits for a slash to be drained, or for its tag to mature.
        frozen: Amount,
    },
    /// Stake is moved to where it is.
    #[error("stake is moved from validator {validator} to itself")]
    SameValidator {
        /// The validator.
        validator: ValidatorNumber,
    },
    /// Rewards have to be claimed first, since too much happened since the last time.
    #[error("claim the rewards of validator {validator} first")]
    ClaimFirst {
        /// The validator.
        validator: ValidatorNumber,
    },
    /// There is nothing to do or to collect.
    #[error("there is no {what}")]
    Nothing {
        /// What there would have to be.
        what: &'static str,
    },
    /// The epoch was turned already.
    #[error("epoch {epoch} was turned")]
    Turned {
        /// The epoch.
        epoch: Epoch,
    },
    /// The epoch has no snapshot yet.
    #[error("epoch {epoch} has no snapshot yet")]
    NoSnapshot {
        /// The epoch.
        epoch: Epoch,
    },
    /// Somebody acts as a slasher who is none.
    #[error("{sender} is no slasher")]
    NotSlasher {
        /// Who sent the message.
        sender: Address,
    },
    /// A hold of a snapshot that was not taken or cannot be slashed any more, or one too many.
    #[error("epoch {snapshot} cannot be held: expected {least} to {most}, at most {max} of them")]
    Hold {
        /// The epoch given.
        snapshot: Epoch,
        /// The first that can.
        least: Epoch,
        /// The last.
        most: Epoch,
        /// Most holds.
        max: usize,
    },
    /// A release of what is not held.
    #[error("epoch {snapshot} is not held")]
    NotHeld {
        /// The epoch given.
        snapshot: Epoch,
    },
    /// The throttle holds the oldest slash back.
    #[error("the throttle's debt is {debt}, expected below {allowance}")]
    Throttled {
        /// How far the level is below full, in billionths of the weight.
        debt: Amount,
        /// What full is, in the same.
        allowance: Amount,
    },
    /// No proposal of this number.
    #[error("there is no proposal {proposal}")]
    UnknownProposal {
        /// The number given.
        proposal: ProposalNumber,
    },
    /// The proposal does not stand where it would have to.
    #[error("proposal {proposal} is {actual}, expected {expected}")]
    Phase {
        /// Which.
        proposal: ProposalNumber,
        /// Where it would have to stand.
        expected: &'static str,
        /// Where it stands.
        actual: &'static str,
    },
    /// A content that could never be done.
    #[error("the proposal's {what} is wrong")]
    Content {
        /// What of it.
        what: &'static str,
    },
    /// A first deposit that is too small.
    #[error("a first deposit of {actual}, expected at least {min}")]
    FirstDeposit {
        /// The least.
        min: Value,
        /// Its value.
        actual: Value,
    },
    /// The stake has no vote.
    #[error("no stake that counted at validator {validator} in epoch {epoch}")]
    NoPower {
        /// Where it would have to have counted.
        validator: ValidatorNumber,
        /// When.
        epoch: Epoch,
    },
    /// Too many or too few items in a message, or one twice.
    #[error("{what}: {actual}, expected {min} to {max}, each once")]
    Number {
        /// What was counted.
        what: &'static str,
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
        /// How many were given.
        actual: usize,
    },
    /// An asset that is whitelisted already.
    #[error("{asset} is token {token} already")]
    AssetTaken {
        /// The asset.
        asset: Asset,
        /// Its number.
        token: TokenNumber,
    },
    /// A text that is too long.
    #[error("{what} has {actual} bytes, expected at most {max}")]
    TooLong {
        /// Which.
        what: &'static str,
        /// Most.
        max: usize,
        /// Its length.
        actual: usize,
    },
    /// Bytes or texts that are not what they should be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Arithmetic out of range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// Storage lacks what other items say is there.
    #[error("storage lacks {what}")]
    Missing {
        /// What.
        what: String,
    },
}

/// A refusal, or a read that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused<E> {
    /// The rule says no.
    #[error(transparent)]
    Rule(#[from] Refusal),
    /// Storage cannot be read.
    #[error("cannot read storage: {0}")]
    Read(E),
}

impl<E> From<Overflow> for Refused<E> {
    fn from(overflow: Overflow) -> Refused<E> {
        Refused::Rule(overflow.into())
    }
}
