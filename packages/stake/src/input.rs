//! What can be asked of a pool.

use alloc::{string::String, vec::Vec};

use tessera_primitives::{Address, Amount, Hash, Price, Timestamp};

use crate::{
    evidence::ProvenKey,
    state::{
        Choice, Content, Epoch, Kind, Parameters, ProposalNumber, TokenNumber, ValidatorNumber,
    },
    Share,
};

/// The block in which a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Its time.
    pub time: Timestamp,
}

/// A token's price, as the oracle answered for this verb: none where it has no answer that serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The token.
    pub token: TokenNumber,
    /// For entries the Fresh price; for snapshots the weight window's, none past grace.
    pub price: Option<Price>,
}

/// A validator to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidacy {
    /// Who runs it.
    pub operator: Address,
    /// Its vote key, with its possession proven.
    pub key: ProvenKey,
    /// Its name, 1 to 64 bytes.
    pub name: String,
    /// Its share of its delegators' rewards.
    pub commission: Share,
    /// The greatest share that it will ever take.
    pub max_commission: Share,
    /// How much the share may change in a day.
    pub max_change: Share,
    /// What the operator bonds.
    pub bond: Quote,
    /// How much of it.
    pub amount: Amount,
}

/// A slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlashOrder {
    /// Who sent the message.
    pub slasher: Address,
    /// Whom it takes from.
    pub validator: ValidatorNumber,
    /// What it does besides.
    pub kind: Kind,
    /// The first epoch of the snapshots that weighed the guilty votes.
    pub from: Epoch,
    /// The last one.
    pub to: Epoch,
    /// What it takes.
    pub fraction: Share,
    /// The evidence's id: each counts once against a validator.
    pub evidence: Hash,
    /// Who gets the challenger's share.
    pub reward_to: Address,
}

/// A verb, with what it needs to know of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Somebody becomes a validator.
    CreateValidator(Candidacy),
    /// An operator changes its name or its commission, from the next snapshot on.
    Edit {
        /// Who sent the message.
        operator: Address,
        /// The new name.
        name: Option<String>,
        /// The new commission.
        commission: Option<Share>,
    },
    /// An operator takes another vote key, from the next kernel on.
    RotateVoteKey {
        /// Who sent the message.
        operator: Address,
        /// The key, with its possession proven.
        key: ProvenKey,
    },
    /// An operator takes its validator out.
    Leave {
        /// Who sent the message.
        operator: Address,
    },
    /// An operator brings its validator back.
    Unjail {
        /// Who sent the message.
        operator: Address,
    },
    /// Somebody delegates.
    Bond {
        /// Who sent the message.
        delegator: Address,
        /// To whom.
        validator: ValidatorNumber,
        /// What, with its Fresh price.
        quote: Quote,
        /// How much.
        amount: Amount,
    },
    /// A delegator takes stake back: it counts through this epoch, and can be withdrawn later.
    Unbond {
        /// Who sent the message.
        delegator: Address,
        /// From whom.
        validator: ValidatorNumber,
        /// What.
        token: TokenNumber,
        /// How much, of what it is worth now.
        amount: Amount,
    },
    /// A delegator moves stake to another validator.
    Redelegate {
        /// Who sent the message.
        delegator: Address,
        /// From whom.
        validator: ValidatorNumber,
        /// To whom.
        to: ValidatorNumber,
        /// What.
        token: TokenNumber,
        /// How much, of what it is worth now.
        amount: Amount,
    },
    /// A delegator collects what has matured of one token.
    WithdrawUnbonded {
        /// Who sent the message.
        delegator: Address,
        /// From whom.
        validator: ValidatorNumber,
        /// What.
        token: TokenNumber,
    },
    /// A delegator collects its rewards.
    WithdrawRewards {
        /// Who sent the message.
        delegator: Address,
        /// Of which validator.
        validator: ValidatorNumber,
    },
    /// An operator collects its commission.
    WithdrawCommission {
        /// Who sent the message.
        operator: Address,
    },
    /// Somebody gives the hub's token.
    Fund {
        /// Who sent the message.
        sender: Address,
        /// How much.
        amount: Amount,
        /// Whether it is for the reserve; else the next turn distributes it.
        reserve: bool,
    },
    /// The epoch's snapshot is taken, if it was not.
    Snapshot {
        /// The weight price of each token that may weigh.
        prices: Vec<Quote>,
    },
    /// The epoch's snapshot is taken, if it was not, and its rewards are distributed.
    Turn {
        /// Who sent the message, and is paid.
        caller: Address,
        /// The weight price of each token that may weigh.
        prices: Vec<Quote>,
    },
    /// A slasher takes from those whose stake counted.
    Slash(SlashOrder),
    /// Accepted slashes take, the oldest first.
    Drain {
        /// Who sent the message, and is paid for each item.
        caller: Address,
        /// Most items: 1 to [`crate::MAX_DRAINED`].
        limit: u32,
    },
    /// A core says that a validator joined it.
    Join {
        /// Who sent the message.
        slasher: Address,
        /// Who joined.
        validator: ValidatorNumber,
    },
    /// A core opened a kernel: what counts in its snapshot stays.
    Hold {
        /// Who sent the message.
        slasher: Address,
        /// The snapshot's epoch.
        snapshot: Epoch,
    },
    /// A kernel's last tally closed.
    Release {
        /// Who sent the message.
        slasher: Address,
        /// The snapshot's epoch.
        snapshot: Epoch,
        /// When its stake is free.
        at: Timestamp,
    },
    /// Somebody proposes.
    Propose {
        /// Who sent the message.
        proposer: Address,
        /// What.
        content: Content,
        /// Where the evaluation's report is, up to 256 bytes.
        link: String,
        /// The report's hash.
        report: Hash,
        /// The first deposit, with its Fresh price.
        quote: Quote,
        /// How much.
        amount: Amount,
    },
    /// Somebody supports a proposal.
    Deposit {
        /// Who sent the message.
        depositor: Address,
        /// Which.
        proposal: ProposalNumber,
        /// What is deposited.
        token: TokenNumber,
        /// How much.
        amount: Amount,
        /// Fresh prices of this token and of all that were deposited.
        prices: Vec<Quote>,
    },
    /// A delegator votes with the stake that counted at a validator.
    Vote {
        /// Who sent the message.
        voter: Address,
        /// On what.
        proposal: ProposalNumber,
        /// Where it counted.
        validator: ValidatorNumber,
        /// Where it is now: this validator, and those that it was redelegated to.
        via: Vec<ValidatorNumber>,
        /// What.
        choice: Choice,
    },
    /// A validator votes for those of its delegators who do not.
    VoteAsValidator {
        /// Who sent the message.
        operator: Address,
        /// On what.
        proposal: ProposalNumber,
        /// What.
        choice: Choice,
    },
    /// A proposal's votes are counted, or its deposit period ends.
    Tally {
        /// Who sent the message, and is paid.
        caller: Address,
        /// Which.
        proposal: ProposalNumber,
    },
    /// An accepted proposal is done.
    Enact {
        /// Who sent the message, and is paid.
        caller: Address,
        /// Which.
        proposal: ProposalNumber,
    },
    /// A depositor's deposits are credited.
    Refund {
        /// Whose.
        depositor: Address,
        /// Of which proposal.
        proposal: ProposalNumber,
    },
    /// What is credited leaves, one token at a time.
    Collect {
        /// Whose, and who gets it. None for what is to be burned.
        holder: Option<Address>,
        /// Which token.
        token: TokenNumber,
    },
    /// The owner sets the parameters.
    SetParameters {
        /// All of them.
        parameters: Parameters,
    },
}
