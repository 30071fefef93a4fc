//! What a step does.

use alloc::{string::String, vec::Vec};

use tessera_primitives::{Address, Amount, Asset, Hash};

use crate::{
    evidence::VoteKey,
    state::{
        Ballot, CellKey, Cells, Delegation, Epoch, Hold, Indices, Mark, Member, Parameters, Pool,
        Priority, Proposal, ProposalNumber, Seat, Slash, SlashNumber, Slasher, SlasherNumber,
        Snapshot, Spent, Tagged, TaggedKey, Term, Token, TokenNumber, Validator, ValidatorNumber,
    },
    Event,
};

/// What an input leads to: first all writes, then all effects, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What changes in storage.
    pub writes: Vec<Write>,
    /// What moves.
    pub effects: Vec<Effect>,
    /// What has happened.
    pub events: Vec<Event>,
}

/// Tokens that move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Into the pool: the native coins that came with the message are exactly these, or the cw20 token is collected.
    Collect {
        /// From whom.
        from: Address,
        /// What.
        asset: Asset,
        /// How much; never zero.
        amount: Amount,
    },
    /// Out of the pool.
    Pay {
        /// To whom.
        to: Address,
        /// What.
        asset: Asset,
        /// How much; never zero.
        amount: Amount,
    },
    /// Out of the world.
    Burn {
        /// What.
        asset: Asset,
        /// How much; never zero.
        amount: Amount,
    },
}

/// A change in storage. A value of none removes the item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// The parameters.
    Parameters(Parameters),
    /// What the pool knows of itself.
    Pool(Pool),
    /// A token; its asset leads to its number.
    Token(TokenNumber, Token),
    /// The candidates, by number.
    Candidates(Vec<ValidatorNumber>),
    /// A validator; its operator leads to its number.
    Validator(ValidatorNumber, Validator),
    /// A validator's name.
    Name(ValidatorNumber, String),
    /// A validator's vote key; the key leads to the validator for ever.
    VoteKey(ValidatorNumber, VoteKey),
    /// A delegator's stake at a validator.
    Delegation(Address, ValidatorNumber, Option<Delegation>),
    /// Cells.
    Cells(CellKey, Option<Cells>),
    /// Redelegated stake.
    Tagged(TaggedKey, Option<Tagged>),
    /// A validator's term, under its epoch.
    Term(ValidatorNumber, Term),
    /// The indices after an epoch's turn.
    Indices(Epoch, Indices),
    /// A snapshot.
    Snapshot(Snapshot),
    /// A snapshot's members, by number.
    Members(Epoch, Vec<Member>),
    /// Where a snapshot's schedule begins.
    Priorities(Epoch, Vec<Priority>),
    /// An accepted slash.
    Slash(SlashNumber, Slash),
    /// A validator's list of slashes.
    Marks(ValidatorNumber, Vec<Mark>),
    /// Evidence has been used against a validator.
    Evidence(ValidatorNumber, Hash),
    /// What a slasher has taken of a validator lately.
    Spent(SlasherNumber, ValidatorNumber, Vec<Spent>),
    /// A slasher; its address leads to its number while it is registered.
    Slasher(SlasherNumber, Slasher),
    /// What a slasher holds.
    Holds(SlasherNumber, Vec<Hold>),
    /// A proposal.
    Proposal(ProposalNumber, Proposal),
    /// A depositor's deposits on a proposal.
    Deposits(ProposalNumber, Address, Option<Vec<(TokenNumber, Amount)>>),
    /// What is voted at a validator.
    Seat(ProposalNumber, ValidatorNumber, Seat),
    /// What a delegator voted.
    Ballot(ProposalNumber, Address, ValidatorNumber, Ballot),
    /// What is credited: to an account, or to be burned.
    Credit(Option<Address>, TokenNumber, Amount),
}
