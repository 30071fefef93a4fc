//! The contract's storage as the rule reads it.

use std::cell::{OnceCell, RefCell};

use cosmwasm_std::Storage;
use tessera_primitives::{Address, Amount, Asset, Hash};
use tessera_stake::{
    evidence::VoteKey,
    state::{
        Ballot, CellKey, Cells, Delegation, Epoch, Hold, Indices, Mark, Member, Parameters, Place,
        Pool, Priority, Proposal, ProposalNumber, Seat, Slash, SlashNumber, Slasher, SlasherNumber,
        Snapshot, Spent, Tagged, TaggedKey, Term, Token, TokenNumber, Validator, ValidatorNumber,
    },
    Reads,
};

use super::{
    cell_path, tagged_key, tagged_path, Found, BALLOTS, CANDIDATES, CELLS, CREDITS, DELEGATIONS,
    DEPOSITS, EVIDENCE, HOLDS, HOME, INDICES, KEY_OWNERS, MARKS, MEMBERS, OPERATORS, POOL,
    PRIORITIES, PROPOSALS, SEATS, SLASHERS, SLASHER_OF, SLASHES, SNAPSHOTS, SPENT, TAGGED, TERMS,
    TOKENS, TOKEN_OF, VALIDATORS,
};
use crate::PoolError;

/// Storage during one message. What the rule asks for more than once in a step is read once.
pub struct Book<'a> {
    storage: &'a dyn Storage,
    home: OnceCell<(Place, Parameters, Address)>,
    pool: OnceCell<Pool>,
    tokens: Memo<TokenNumber, Option<Token>>,
    validators: Memo<ValidatorNumber, Option<Validator>>,
    marks: Memo<ValidatorNumber, Vec<Mark>>,
    indices: Memo<Epoch, Indices>,
    members: Memo<Epoch, Vec<Member>>,
    snapshots: Memo<Epoch, Option<Snapshot>>,
    slashers: Memo<SlasherNumber, Option<Slasher>>,
    holds: Memo<SlasherNumber, Vec<Hold>>,
    proposals: Memo<ProposalNumber, Option<Proposal>>,
    delegations: Memo<(Address, ValidatorNumber), Delegation>,
}

impl<'a> Book<'a> {
    pub fn open(storage: &'a dyn Storage) -> Book<'a> {
        Book {
            storage,
            home: OnceCell::new(),
            pool: OnceCell::new(),
            tokens: Memo::default(),
            validators: Memo::default(),
            marks: Memo::default(),
            indices: Memo::default(),
            members: Memo::default(),
            snapshots: Memo::default(),
            slashers: Memo::default(),
            holds: Memo::default(),
            proposals: Memo::default(),
            delegations: Memo::default(),
        }
    }

    pub fn home(&self) -> Found<&(Place, Parameters, Address)> {
        if let Some(home) = self.home.get() {
            return Ok(home);
        }
        let home = HOME.load(self.storage)?;
        Ok(self.home.get_or_init(|| home))
    }
}

/// What was read, by key. Messages name few things, and what names many does so in order: a list that is looked through
/// takes less code than a tree.
struct Memo<K, V>(RefCell<Vec<(K, V)>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Memo<K, V> {
        Memo(RefCell::new(Vec::new()))
    }
}

impl<K: PartialEq, V: Clone> Memo<K, V> {
    fn get(&self, key: K, read: impl FnOnce(&K) -> Found<V>) -> Found<V> {
        if let Some((_, value)) = self.0.borrow().iter().find(|known| known.0 == key) {
            return Ok(value.clone());
        }
        let value = read(&key)?;
        self.0.borrow_mut().push((key, value.clone()));
        Ok(value)
    }
}

impl Reads for Book<'_> {
    type Error = PoolError;

    fn place(&self) -> Found<Place> {
        Ok(self.home()?.0.clone())
    }

    fn parameters(&self) -> Found<Parameters> {
        Ok(self.home()?.1.clone())
    }

    fn pool(&self) -> Found<Pool> {
        if let Some(pool) = self.pool.get() {
            return Ok(pool.clone());
        }
        let pool = POOL.load(self.storage)?;
        Ok(self.pool.get_or_init(|| pool).clone())
    }

    fn token(&self, number: TokenNumber) -> Found<Option<Token>> {
        let read = |number: &TokenNumber| Ok(TOKENS.may_load(self.storage, number)?);
        self.tokens.get(number, read)
    }

    fn token_of(&self, asset: &Asset) -> Found<Option<TokenNumber>> {
        Ok(TOKEN_OF.may_load(self.storage, asset)?)
    }

    fn candidates(&self) -> Found<Vec<ValidatorNumber>> {
        Ok(CANDIDATES.load(self.storage)?)
    }

    fn validator(&self, number: ValidatorNumber) -> Found<Option<Validator>> {
        let read = |number: &ValidatorNumber| Ok(VALIDATORS.may_load(self.storage, number)?);
        self.validators.get(number, read)
    }

    fn validator_of(&self, operator: &Address) -> Found<Option<ValidatorNumber>> {
        Ok(OPERATORS.may_load(self.storage, operator)?)
    }

    fn key_owner(&self, key: &VoteKey) -> Found<Option<ValidatorNumber>> {
        Ok(KEY_OWNERS.may_load(self.storage, &key.0.to_vec())?)
    }

    fn delegation(&self, delegator: &Address, validator: ValidatorNumber) -> Found<Delegation> {
        self.delegations.get((delegator.clone(), validator), |key| {
            Ok(DELEGATIONS.may_load(self.storage, key)?.unwrap_or_default())
        })
    }

    fn cells(&self, key: &CellKey) -> Found<Cells> {
        let cells = CELLS.may_load(self.storage, &cell_path(key))?;
        Ok(cells.unwrap_or_default())
    }

    fn next_cells(&self, from: &CellKey) -> Found<Option<CellKey>> {
        let found = CELLS.first_key(self.storage, &from.validator, &cell_path(from))?;
        Ok(found.map(|(validator, until, token)| CellKey {
            validator,
            until,
            token,
        }))
    }

    fn tagged(&self, key: &TaggedKey) -> Found<Option<Tagged>> {
        Ok(TAGGED.may_load(self.storage, &tagged_path(key))?)
    }

    fn next_tagged(&self, from: &TaggedKey) -> Found<Option<TaggedKey>> {
        let found = TAGGED.first_key(self.storage, &from.source, &tagged_path(from))?;
        Ok(found.map(tagged_key))
    }

    fn term_at(&self, validator: ValidatorNumber, epoch: Epoch) -> Found<Option<Term>> {
        let after = (validator, epoch.saturating_add(1));
        let last = TERMS.range_back(self.storage, &validator, Some(&after), 1)?;
        Ok(last.into_iter().next().map(|(_, term)| term))
    }

    fn next_term(&self, validator: ValidatorNumber, epoch: Epoch) -> Found<Option<Epoch>> {
        let after = (validator, epoch.saturating_add(1));
        let next = TERMS.first_key(self.storage, &validator, &after)?;
        Ok(next.map(|(_, epoch)| epoch))
    }

    fn indices(&self, epoch: Epoch) -> Found<Indices> {
        self.indices.get(epoch, |epoch| {
            let after = epoch.saturating_add(1);
            let last = INDICES.range_back(self.storage, &(), Some(&after), 1)?;
            let last = last.into_iter().next();
            Ok(last.map(|(_, indices)| indices).unwrap_or_default())
        })
    }

    fn snapshot(&self, epoch: Epoch) -> Found<Option<Snapshot>> {
        let read = |epoch: &Epoch| Ok(SNAPSHOTS.may_load(self.storage, epoch)?);
        self.snapshots.get(epoch, read)
    }

    fn snapshot_at(&self, epoch: Epoch) -> Found<Option<Snapshot>> {
        let after = epoch.saturating_add(1);
        let last = SNAPSHOTS.range_back(self.storage, &(), Some(&after), 1)?;
        Ok(last.into_iter().next().map(|(_, snapshot)| snapshot))
    }

    fn members(&self, epoch: Epoch) -> Found<Vec<Member>> {
        self.members.get(epoch, |epoch| {
            Ok(MEMBERS.may_load(self.storage, epoch)?.unwrap_or_default())
        })
    }

    fn priorities(&self, epoch: Epoch) -> Found<Vec<Priority>> {
        let last = PRIORITIES.may_load(self.storage)?;
        let last = last.filter(|(of, _)| *of == epoch);
        Ok(last.map(|(_, all)| all).unwrap_or_default())
    }

    fn slash(&self, number: SlashNumber) -> Found<Option<Slash>> {
        Ok(SLASHES.may_load(self.storage, &number)?)
    }

    fn marks(&self, validator: ValidatorNumber) -> Found<Vec<Mark>> {
        self.marks.get(validator, |validator| {
            Ok(MARKS.may_load(self.storage, validator)?.unwrap_or_default())
        })
    }

    fn has_evidence(&self, validator: ValidatorNumber, evidence: &Hash) -> Found<bool> {
        Ok(EVIDENCE.exists(self.storage, &(validator, *evidence)))
    }

    fn spent(&self, slasher: SlasherNumber, validator: ValidatorNumber) -> Found<Vec<Spent>> {
        let spent = SPENT.may_load(self.storage, &(slasher, validator))?;
        Ok(spent.unwrap_or_default())
    }

    fn slasher(&self, number: SlasherNumber) -> Found<Option<Slasher>> {
        let read = |number: &SlasherNumber| Ok(SLASHERS.may_load(self.storage, number)?);
        self.slashers.get(number, read)
    }

    fn slasher_of(&self, address: &Address) -> Found<Option<SlasherNumber>> {
        Ok(SLASHER_OF.may_load(self.storage, address)?)
    }

    fn holds(&self, slasher: SlasherNumber) -> Found<Vec<Hold>> {
        self.holds.get(slasher, |slasher| {
            Ok(HOLDS.may_load(self.storage, slasher)?.unwrap_or_default())
        })
    }

    fn proposal(&self, number: ProposalNumber) -> Found<Option<Proposal>> {
        let read = |number: &ProposalNumber| Ok(PROPOSALS.may_load(self.storage, number)?);
        self.proposals.get(number, read)
    }

    fn deposits(
        &self,
        proposal: ProposalNumber,
        depositor: &Address,
    ) -> Found<Vec<(TokenNumber, Amount)>> {
        let deposits = DEPOSITS.may_load(self.storage, &(proposal, depositor.clone()))?;
        Ok(deposits.unwrap_or_default())
    }

    fn seat(&self, proposal: ProposalNumber, validator: ValidatorNumber) -> Found<Seat> {
        let seat = SEATS.may_load(self.storage, &(proposal, validator))?;
        Ok(seat.unwrap_or_default())
    }

    fn ballot(
        &self,
        proposal: ProposalNumber,
        delegator: &Address,
        validator: ValidatorNumber,
    ) -> Found<Option<Ballot>> {
        let key = (proposal, delegator.clone(), validator);
        Ok(BALLOTS.may_load(self.storage, &key)?)
    }

    fn credit(&self, holder: Option<&Address>, token: TokenNumber) -> Found<Amount> {
        let amount = CREDITS.may_load(self.storage, &(holder.cloned(), token))?;
        Ok(amount.unwrap_or_default())
    }
}
