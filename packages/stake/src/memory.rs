//! `Reads` over maps: the pool's storage for tests, models and the simulator.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};
use core::convert::Infallible;

use tessera_primitives::{Address, Amount, Asset, Hash};

use crate::{
    evidence::VoteKey,
    state::{
        Ballot, CellKey, Cells, Delegation, Epoch, Hold, Indices, Mark, Member, Parameters, Place,
        Pool, Priority, Proposal, ProposalNumber, Seat, Slash, SlashNumber, Slasher, SlasherNumber,
        Snapshot, Spent, Tagged, TaggedKey, Term, Token, TokenNumber, Validator, ValidatorNumber,
    },
    Reads, Step, Write,
};

/// All that a pool stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// What is fixed.
    pub place: Place,
    /// The parameters.
    pub parameters: Parameters,
    /// What the pool knows of itself.
    pub pool: Pool,
    /// Tokens.
    pub tokens: BTreeMap<TokenNumber, Token>,
    /// Candidates.
    pub candidates: Vec<ValidatorNumber>,
    /// Validators.
    pub validators: BTreeMap<ValidatorNumber, Validator>,
    /// Their operators.
    pub operators: BTreeMap<Address, ValidatorNumber>,
    /// Their names.
    pub names: BTreeMap<ValidatorNumber, String>,
    /// Their vote keys.
    pub vote_keys: BTreeMap<ValidatorNumber, VoteKey>,
    /// Whose each vote key is or was.
    pub key_owners: BTreeMap<VoteKey, ValidatorNumber>,
    /// Delegations.
    pub delegations: BTreeMap<(Address, ValidatorNumber), Delegation>,
    /// Cells.
    pub cells: BTreeMap<CellKey, Cells>,
    /// Redelegated stake.
    pub tagged: BTreeMap<TaggedKey, Tagged>,
    /// Terms of validators.
    pub terms: BTreeMap<(ValidatorNumber, Epoch), Term>,
    /// Indices by epoch.
    pub indices: BTreeMap<Epoch, Indices>,
    /// Snapshots.
    pub snapshots: BTreeMap<Epoch, Snapshot>,
    /// Their members.
    pub members: BTreeMap<Epoch, Vec<Member>>,
    /// Where their schedules begin.
    pub priorities: BTreeMap<Epoch, Vec<Priority>>,
    /// Slashes.
    pub slashes: BTreeMap<SlashNumber, Slash>,
    /// Validators' lists of slashes.
    pub marks: BTreeMap<ValidatorNumber, Vec<Mark>>,
    /// Used evidence.
    pub evidence: BTreeSet<(ValidatorNumber, Hash)>,
    /// What slashers took lately.
    pub spent: BTreeMap<(SlasherNumber, ValidatorNumber), Vec<Spent>>,
    /// Slashers.
    pub slashers: BTreeMap<SlasherNumber, Slasher>,
    /// What they hold.
    pub holds: BTreeMap<SlasherNumber, Vec<Hold>>,
    /// Proposals.
    pub proposals: BTreeMap<ProposalNumber, Proposal>,
    /// Deposits.
    pub deposits: BTreeMap<(ProposalNumber, Address), Vec<(TokenNumber, Amount)>>,
    /// Seats.
    pub seats: BTreeMap<(ProposalNumber, ValidatorNumber), Seat>,
    /// Ballots.
    pub ballots: BTreeMap<(ProposalNumber, Address, ValidatorNumber), Ballot>,
    /// Credits.
    pub credits: BTreeMap<(Option<Address>, TokenNumber), Amount>,
}

/// Inserts, or removes what is none.
fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => drop(map.insert(key, value)),
        None => drop(map.remove(&key)),
    }
}

impl Memory {
    /// An empty pool.
    pub fn new(place: Place, parameters: Parameters) -> Memory {
        Memory {
            place,
            parameters,
            pool: Pool::default(),
            tokens: BTreeMap::new(),
            candidates: Vec::new(),
            validators: BTreeMap::new(),
            operators: BTreeMap::new(),
            names: BTreeMap::new(),
            vote_keys: BTreeMap::new(),
            key_owners: BTreeMap::new(),
            delegations: BTreeMap::new(),
            cells: BTreeMap::new(),
            tagged: BTreeMap::new(),
            terms: BTreeMap::new(),
            indices: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            members: BTreeMap::new(),
            priorities: BTreeMap::new(),
            slashes: BTreeMap::new(),
            marks: BTreeMap::new(),
            evidence: BTreeSet::new(),
            spent: BTreeMap::new(),
            slashers: BTreeMap::new(),
            holds: BTreeMap::new(),
            proposals: BTreeMap::new(),
            deposits: BTreeMap::new(),
            seats: BTreeMap::new(),
            ballots: BTreeMap::new(),
            credits: BTreeMap::new(),
        }
    }

    /// Does what a step writes.
    pub fn apply(&mut self, step: &Step) {
        for write in step.writes.iter().cloned() {
            match write {
                Write::Parameters(parameters) => self.parameters = parameters,
                Write::Pool(pool) => self.pool = pool,
                Write::Candidates(candidates) => self.candidates = candidates,
                Write::Token(number, token) => drop(self.tokens.insert(number, token)),
                Write::Evidence(validator, id) => drop(self.evidence.insert((validator, id))),
                Write::Snapshot(snapshot) => {
                    self.snapshots.insert(snapshot.epoch, snapshot);
                }
                Write::Validator(number, validator) => {
                    self.operators.insert(validator.operator.clone(), number);
                    self.validators.insert(number, validator);
                }
                Write::VoteKey(number, key) => {
                    self.vote_keys.insert(number, key);
                    self.key_owners.insert(key, number);
                }
                other => self.apply_record(other),
            }
        }
    }

    fn apply_record(&mut self, write: Write) {
        match write {
            Write::Name(number, name) => put(&mut self.names, number, Some(name)),
            Write::Delegation(delegator, validator, delegation) => {
                put(&mut self.delegations, (delegator, validator), delegation);
            }
            Write::Cells(key, cells) => put(&mut self.cells, key, cells),
            Write::Tagged(key, tagged) => put(&mut self.tagged, key, tagged),
            Write::Term(number, term) => put(&mut self.terms, (number, term.epoch), Some(term)),
            Write::Indices(epoch, indices) => put(&mut self.indices, epoch, Some(indices)),
            Write::Members(epoch, members) => put(&mut self.members, epoch, Some(members)),
            Write::Priorities(epoch, all) => put(&mut self.priorities, epoch, Some(all)),
            Write::Slash(number, slash) => put(&mut self.slashes, number, Some(slash)),
            Write::Marks(number, marks) => put(&mut self.marks, number, Some(marks)),
            Write::Spent(slasher, number, spent) => {
                put(&mut self.spent, (slasher, number), Some(spent));
            }
            Write::Slasher(number, slasher) => put(&mut self.slashers, number, Some(slasher)),
            Write::Holds(number, holds) => put(&mut self.holds, number, Some(holds)),
            Write::Proposal(number, proposal) => put(&mut self.proposals, number, Some(proposal)),
            Write::Deposits(number, depositor, deposits) => {
                put(&mut self.deposits, (number, depositor), deposits);
            }
            Write::Seat(proposal, number, seat) => {
                put(&mut self.seats, (proposal, number), Some(seat));
            }
            Write::Ballot(proposal, voter, number, ballot) => {
                put(&mut self.ballots, (proposal, voter, number), Some(ballot));
            }
            Write::Credit(holder, token, amount) => {
                let left = (!amount.is_zero()).then_some(amount);
                put(&mut self.credits, (holder, token), left);
            }
            _ => {}
        }
    }
}

type Answer<T> = Result<T, Infallible>;

impl Reads for Memory {
    type Error = Infallible;

    fn place(&self) -> Answer<Place> {
        Ok(self.place.clone())
    }

    fn parameters(&self) -> Answer<Parameters> {
        Ok(self.parameters.clone())
    }

    fn pool(&self) -> Answer<Pool> {
        Ok(self.pool.clone())
    }

    fn token(&self, number: TokenNumber) -> Answer<Option<Token>> {
        Ok(self.tokens.get(&number).cloned())
    }

    fn token_of(&self, asset: &Asset) -> Answer<Option<TokenNumber>> {
        let mut tokens = self.tokens.iter();
        Ok(tokens
            .find(|(_, token)| token.asset == *asset)
            .map(|(number, _)| *number))
    }

    fn candidates(&self) -> Answer<Vec<ValidatorNumber>> {
        Ok(self.candidates.clone())
    }

    fn validator(&self, number: ValidatorNumber) -> Answer<Option<Validator>> {
        Ok(self.validators.get(&number).cloned())
    }

    fn validator_of(&self, operator: &Address) -> Answer<Option<ValidatorNumber>> {
        Ok(self.operators.get(operator).copied())
    }

    fn key_owner(&self, key: &VoteKey) -> Answer<Option<ValidatorNumber>> {
        Ok(self.key_owners.get(key).copied())
    }

    fn delegation(&self, delegator: &Address, validator: ValidatorNumber) -> Answer<Delegation> {
        let found = self.delegations.get(&(delegator.clone(), validator));
        Ok(found.cloned().unwrap_or_default())
    }

    fn cells(&self, key: &CellKey) -> Answer<Cells> {
        Ok(self.cells.get(key).cloned().unwrap_or_default())
    }

    fn next_cells(&self, from: &CellKey) -> Answer<Option<CellKey>> {
        let next = self.cells.range(*from..).next().map(|(key, _)| *key);
        Ok(next.filter(|key| key.validator == from.validator))
    }

    fn tagged(&self, key: &TaggedKey) -> Answer<Option<Tagged>> {
        Ok(self.tagged.get(key).copied())
    }

    fn next_tagged(&self, from: &TaggedKey) -> Answer<Option<TaggedKey>> {
        let next = self.tagged.range(*from..).next().map(|(key, _)| *key);
        Ok(next.filter(|key| key.source == from.source))
    }

    fn term_at(&self, validator: ValidatorNumber, epoch: Epoch) -> Answer<Option<Term>> {
        let through = (validator, 0)..=(validator, epoch);
        Ok(self.terms.range(through).next_back().map(|(_, term)| *term))
    }

    fn next_term(&self, validator: ValidatorNumber, epoch: Epoch) -> Answer<Option<Epoch>> {
        let after = (validator, epoch.saturating_add(1))..=(validator, Epoch::MAX);
        Ok(self.terms.range(after).next().map(|((_, epoch), _)| *epoch))
    }

    fn indices(&self, epoch: Epoch) -> Answer<Indices> {
        let last = self.indices.range(..=epoch).next_back();
        Ok(last.map(|(_, indices)| indices.clone()).unwrap_or_default())
    }

    fn snapshot(&self, epoch: Epoch) -> Answer<Option<Snapshot>> {
        Ok(self.snapshots.get(&epoch).cloned())
    }

    fn snapshot_at(&self, epoch: Epoch) -> Answer<Option<Snapshot>> {
        let last = self.snapshots.range(..=epoch).next_back();
        Ok(last.map(|(_, snapshot)| snapshot.clone()))
    }

    fn members(&self, epoch: Epoch) -> Answer<Vec<Member>> {
        Ok(self.members.get(&epoch).cloned().unwrap_or_default())
    }

    fn priorities(&self, epoch: Epoch) -> Answer<Vec<Priority>> {
        Ok(self.priorities.get(&epoch).cloned().unwrap_or_default())
    }

    fn slash(&self, number: SlashNumber) -> Answer<Option<Slash>> {
        Ok(self.slashes.get(&number).cloned())
    }

    fn marks(&self, validator: ValidatorNumber) -> Answer<Vec<Mark>> {
        Ok(self.marks.get(&validator).cloned().unwrap_or_default())
    }

    fn has_evidence(&self, validator: ValidatorNumber, evidence: &Hash) -> Answer<bool> {
        Ok(self.evidence.contains(&(validator, *evidence)))
    }

    fn spent(&self, slasher: SlasherNumber, validator: ValidatorNumber) -> Answer<Vec<Spent>> {
        Ok(self
            .spent
            .get(&(slasher, validator))
            .cloned()
            .unwrap_or_default())
    }

    fn slasher(&self, number: SlasherNumber) -> Answer<Option<Slasher>> {
        Ok(self.slashers.get(&number).cloned())
    }

    fn slasher_of(&self, address: &Address) -> Answer<Option<SlasherNumber>> {
        let mut slashers = self.slashers.iter().rev();
        Ok(slashers
            .find(|(_, slasher)| slasher.address == *address)
            .map(|(number, _)| *number))
    }

    fn holds(&self, slasher: SlasherNumber) -> Answer<Vec<Hold>> {
        Ok(self.holds.get(&slasher).cloned().unwrap_or_default())
    }

    fn proposal(&self, number: ProposalNumber) -> Answer<Option<Proposal>> {
        Ok(self.proposals.get(&number).cloned())
    }

    fn deposits(
        &self,
        proposal: ProposalNumber,
        depositor: &Address,
    ) -> Answer<Vec<(TokenNumber, Amount)>> {
        let found = self.deposits.get(&(proposal, depositor.clone()));
        Ok(found.cloned().unwrap_or_default())
    }

    fn seat(&self, proposal: ProposalNumber, validator: ValidatorNumber) -> Answer<Seat> {
        Ok(self
            .seats
            .get(&(proposal, validator))
            .copied()
            .unwrap_or_default())
    }

    fn ballot(
        &self,
        proposal: ProposalNumber,
        delegator: &Address,
        validator: ValidatorNumber,
    ) -> Answer<Option<Ballot>> {
        let key = (proposal, delegator.clone(), validator);
        Ok(self.ballots.get(&key).copied())
    }

    fn credit(&self, holder: Option<&Address>, token: TokenNumber) -> Answer<Amount> {
        let found = self.credits.get(&(holder.cloned(), token));
        Ok(found.copied().unwrap_or(Amount::ZERO))
    }
}
