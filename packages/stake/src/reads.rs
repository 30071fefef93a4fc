use alloc::vec::Vec;

use tessera_primitives::{Address, Amount, Asset, Hash};

use crate::{
    evidence::VoteKey,
    state::{
        Ballot, CellKey, Cells, Delegation, Epoch, Hold, Indices, Mark, Member, Parameters, Place,
        Pool, Priority, Proposal, ProposalNumber, Seat, Slash, SlashNumber, Slasher, SlasherNumber,
        Snapshot, Spent, Tagged, TaggedKey, Term, Token, TokenNumber, Validator, ValidatorNumber,
    },
};

/// What the rule may ask of storage. Nothing here writes, and nothing here grows with the number of delegators.
pub trait Reads {
    /// Why a read failed.
    type Error;

    /// What is fixed.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn place(&self) -> Result<Place, Self::Error>;

    /// The parameters.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn parameters(&self) -> Result<Parameters, Self::Error>;

    /// What the pool knows of itself.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn pool(&self) -> Result<Pool, Self::Error>;

    /// A token.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn token(&self, number: TokenNumber) -> Result<Option<Token>, Self::Error>;

    /// The number of an asset that is or was whitelisted.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn token_of(&self, asset: &Asset) -> Result<Option<TokenNumber>, Self::Error>;

    /// The candidates, by number.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn candidates(&self) -> Result<Vec<ValidatorNumber>, Self::Error>;

    /// A validator.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn validator(&self, number: ValidatorNumber) -> Result<Option<Validator>, Self::Error>;

    /// What an operator runs.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn validator_of(&self, operator: &Address) -> Result<Option<ValidatorNumber>, Self::Error>;

    /// Whose a vote key is or was.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn key_owner(&self, key: &VoteKey) -> Result<Option<ValidatorNumber>, Self::Error>;

    /// A delegator's stake at a validator: the default for none.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn delegation(
        &self,
        delegator: &Address,
        validator: ValidatorNumber,
    ) -> Result<Delegation, Self::Error>;

    /// Cells: the default for none.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn cells(&self, key: &CellKey) -> Result<Cells, Self::Error>;

    /// The first key at or after one, of the same validator, that has cells.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn next_cells(&self, from: &CellKey) -> Result<Option<CellKey>, Self::Error>;

    /// Redelegated stake.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn tagged(&self, key: &TaggedKey) -> Result<Option<Tagged>, Self::Error>;

    /// The first key at or after one, of the same source, that has redelegated stake.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn next_tagged(&self, from: &TaggedKey) -> Result<Option<TaggedKey>, Self::Error>;

    /// A validator's term in an epoch: the last that began in it or before.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn term_at(
        &self,
        validator: ValidatorNumber,
        epoch: Epoch,
    ) -> Result<Option<Term>, Self::Error>;

    /// The epoch of a validator's first term after an epoch.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn next_term(
        &self,
        validator: ValidatorNumber,
        epoch: Epoch,
    ) -> Result<Option<Epoch>, Self::Error>;

    /// The indices after the last turn at or before an epoch: the default before the first.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn indices(&self, epoch: Epoch) -> Result<Indices, Self::Error>;

    /// An epoch's snapshot.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn snapshot(&self, epoch: Epoch) -> Result<Option<Snapshot>, Self::Error>;

    /// The last snapshot at or before an epoch.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn snapshot_at(&self, epoch: Epoch) -> Result<Option<Snapshot>, Self::Error>;

    /// The members of an epoch's snapshot, by number.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn members(&self, epoch: Epoch) -> Result<Vec<Member>, Self::Error>;

    /// Where the schedule of an epoch's snapshot begins.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn priorities(&self, epoch: Epoch) -> Result<Vec<Priority>, Self::Error>;

    /// An accepted slash.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn slash(&self, number: SlashNumber) -> Result<Option<Slash>, Self::Error>;

    /// A validator's list of slashes, in order.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn marks(&self, validator: ValidatorNumber) -> Result<Vec<Mark>, Self::Error>;

    /// Whether evidence was used against a validator.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn has_evidence(
        &self,
        validator: ValidatorNumber,
        evidence: &Hash,
    ) -> Result<bool, Self::Error>;

    /// What a slasher took of a validator lately.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn spent(
        &self,
        slasher: SlasherNumber,
        validator: ValidatorNumber,
    ) -> Result<Vec<Spent>, Self::Error>;

    /// A slasher.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn slasher(&self, number: SlasherNumber) -> Result<Option<Slasher>, Self::Error>;

    /// The number of a contract that is or was registered last.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn slasher_of(&self, address: &Address) -> Result<Option<SlasherNumber>, Self::Error>;

    /// What a slasher holds, by snapshot.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn holds(&self, slasher: SlasherNumber) -> Result<Vec<Hold>, Self::Error>;

    /// A proposal.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn proposal(&self, number: ProposalNumber) -> Result<Option<Proposal>, Self::Error>;

    /// What somebody deposited on a proposal.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn deposits(
        &self,
        proposal: ProposalNumber,
        depositor: &Address,
    ) -> Result<Vec<(TokenNumber, Amount)>, Self::Error>;

    /// What is voted at a validator: the default for nothing.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn seat(
        &self,
        proposal: ProposalNumber,
        validator: ValidatorNumber,
    ) -> Result<Seat, Self::Error>;

    /// What a delegator voted with the stake that counted at a validator.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn ballot(
        &self,
        proposal: ProposalNumber,
        delegator: &Address,
        validator: ValidatorNumber,
    ) -> Result<Option<Ballot>, Self::Error>;

    /// What is credited to an account, or to be burned.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn credit(&self, holder: Option<&Address>, token: TokenNumber) -> Result<Amount, Self::Error>;
}
