//! What the contract remembers. The maps are private: the rest speaks in sentences.
//!
//! Namespaces are a letter long where their keys are read or written with every bond: each of their bytes costs 33 gas.

mod book;
mod pages;

use cosmwasm_std::Storage;
use tessera_contract_kit::packed::{PackedItem, PackedMap};
use tessera_primitives::{Address, Amount, Asset, Hash};
use tessera_stake::{
    evidence::VoteKey,
    state::{
        Ballot, CellKey, Cells, Delegation, Epoch, Hold, Indices, Mark, Member, Parameters, Place,
        Pool, Priority, Proposal, ProposalNumber, Seat, Slash, SlashNumber, Slasher, SlasherNumber,
        Snapshot, Spent, Tagged, TaggedKey, Term, Token, TokenNumber, Validator, ValidatorNumber,
    },
    Write,
};

pub use book::Book;
pub use pages::{
    ballots, credits, delegations, deposits, names_and_keys, proposals, slashers, slashes,
    snapshots, tokens, validators,
};

use crate::PoolError;

type Found<T> = Result<T, PoolError>;

/// Where the pool is, its parameters and its oracle: in one item, since a read costs 1,000 gas.
const HOME: PackedItem<(Place, Parameters, Address)> = PackedItem::new("home");
const POOL: PackedItem<Pool> = PackedItem::new("pool");
const TOKENS: PackedMap<TokenNumber, Token> = PackedMap::new("t");
const TOKEN_OF: PackedMap<Asset, TokenNumber> = PackedMap::new("a");
const CANDIDATES: PackedItem<Vec<ValidatorNumber>> = PackedItem::new("candidates");
const VALIDATORS: PackedMap<ValidatorNumber, Validator> = PackedMap::new("v");
const OPERATORS: PackedMap<Address, ValidatorNumber> = PackedMap::new("o");
const NAMES: PackedMap<ValidatorNumber, String> = PackedMap::new("names");
const VOTE_KEYS: PackedMap<ValidatorNumber, VoteKey> = PackedMap::new("vote_keys");
const KEY_OWNERS: PackedMap<Vec<u8>, ValidatorNumber> = PackedMap::new("key_owners");
const DELEGATIONS: PackedMap<(Address, ValidatorNumber), Delegation> = PackedMap::new("d");
const CELLS: PackedMap<(ValidatorNumber, Epoch, TokenNumber), Cells> = PackedMap::new("c");
/// In the order of a [`TaggedKey`].
const TAGGED: PackedMap<TaggedPath, Tagged> = PackedMap::new("g");
const TERMS: PackedMap<(ValidatorNumber, Epoch), Term> = PackedMap::new("e");
const INDICES: PackedMap<Epoch, Indices> = PackedMap::new("i");
const SNAPSHOTS: PackedMap<Epoch, Snapshot> = PackedMap::new("s");
const MEMBERS: PackedMap<Epoch, Vec<Member>> = PackedMap::new("members");
/// Of the last snapshot alone: where a schedule goes on is asked of no other.
const PRIORITIES: PackedItem<(Epoch, Vec<Priority>)> = PackedItem::new("priorities");
const SLASHES: PackedMap<SlashNumber, Slash> = PackedMap::new("slashes");
const MARKS: PackedMap<ValidatorNumber, Vec<Mark>> = PackedMap::new("m");
/// Evidence that was used. The value is one byte that says nothing: storage cannot hold less.
const EVIDENCE: PackedMap<(ValidatorNumber, Hash), u8> = PackedMap::new("evidence");
const SPENT: PackedMap<(SlasherNumber, ValidatorNumber), Vec<Spent>> = PackedMap::new("spent");
const SLASHERS: PackedMap<SlasherNumber, Slasher> = PackedMap::new("slashers");
const SLASHER_OF: PackedMap<Address, SlasherNumber> = PackedMap::new("slasher_of");
const HOLDS: PackedMap<SlasherNumber, Vec<Hold>> = PackedMap::new("holds");
const PROPOSALS: PackedMap<ProposalNumber, Proposal> = PackedMap::new("proposals");
const DEPOSITS: PackedMap<(ProposalNumber, Address), Deposits> = PackedMap::new("deposits");
const SEATS: PackedMap<(ProposalNumber, ValidatorNumber), Seat> = PackedMap::new("seats");
const BALLOTS: PackedMap<(ProposalNumber, Address, ValidatorNumber), Ballot> =
    PackedMap::new("ballots");
/// By account, or under none what is to be burned.
const CREDITS: PackedMap<(Option<Address>, TokenNumber), Amount> = PackedMap::new("credits");

type TaggedPath = (
    (ValidatorNumber, Epoch, Epoch),
    (TokenNumber, ValidatorNumber),
    (Epoch, Epoch),
);
type Deposits = Vec<(TokenNumber, Amount)>;

fn cell_path(key: &CellKey) -> (ValidatorNumber, Epoch, TokenNumber) {
    (key.validator, key.until, key.token)
}

fn tagged_path(key: &TaggedKey) -> TaggedPath {
    (
        (key.source, key.source_until, key.source_from),
        (key.token, key.validator),
        (key.from, key.until),
    )
}

fn tagged_key(path: TaggedPath) -> TaggedKey {
    let ((source, source_until, source_from), (token, validator), (from, until)) = path;
    TaggedKey {
        source,
        source_until,
        source_from,
        token,
        validator,
        from,
        until,
    }
}

/// The first write of a contract: what its genesis does not say.
pub fn open(
    storage: &mut dyn Storage,
    place: Place,
    parameters: Parameters,
    oracle: Address,
) -> Found<()> {
    Ok(HOME.save(storage, &(place, parameters, oracle))?)
}

/// The price oracle.
pub fn oracle(book: &Book) -> Found<Address> {
    Ok(book.home()?.2.clone())
}

/// Makes the writes of a step, in order.
pub fn apply(storage: &mut dyn Storage, writes: Vec<Write>) -> Found<()> {
    writes.into_iter().try_for_each(|write| put(storage, write))
}

/// One match without wildcard: longer than a function should be, so that nothing that the rule writes is forgotten.
fn put(storage: &mut dyn Storage, write: Write) -> Found<()> {
    match write {
        Write::Parameters(parameters) => {
            let (place, _, oracle) = HOME.load(storage)?;
            HOME.save(storage, &(place, parameters, oracle))?;
        }
        Write::Pool(pool) => POOL.save(storage, &pool)?,
        Write::Token(number, token) => {
            TOKEN_OF.save(storage, &token.asset, &number)?;
            TOKENS.save(storage, &number, &token)?;
        }
        Write::Candidates(candidates) => CANDIDATES.save(storage, &candidates)?,
        Write::Validator(number, validator) => {
            // An operator has one validator for ever.
            if !VALIDATORS.exists(storage, &number) {
                OPERATORS.save(storage, &validator.operator, &number)?;
            }
            VALIDATORS.save(storage, &number, &validator)?;
        }
        Write::Name(number, name) => NAMES.save(storage, &number, &name)?,
        Write::VoteKey(number, key) => {
            KEY_OWNERS.save(storage, &key.0.to_vec(), &number)?;
            VOTE_KEYS.save(storage, &number, &key)?;
        }
        Write::Delegation(delegator, number, some) => {
            keep(storage, &DELEGATIONS, &(delegator, number), some)?;
        }
        Write::Cells(key, some) => keep(storage, &CELLS, &cell_path(&key), some)?,
        Write::Tagged(key, some) => keep(storage, &TAGGED, &tagged_path(&key), some)?,
        Write::Term(number, term) => TERMS.save(storage, &(number, term.epoch), &term)?,
        Write::Indices(epoch, indices) => INDICES.save(storage, &epoch, &indices)?,
        Write::Snapshot(snapshot) => SNAPSHOTS.save(storage, &snapshot.epoch, &snapshot)?,
        Write::Members(epoch, members) => MEMBERS.save(storage, &epoch, &members)?,
        Write::Priorities(epoch, all) => PRIORITIES.save(storage, &(epoch, all))?,
        Write::Slash(number, slash) => SLASHES.save(storage, &number, &slash)?,
        Write::Marks(number, marks) => MARKS.save(storage, &number, &marks)?,
        Write::Evidence(number, evidence) => EVIDENCE.save(storage, &(number, evidence), &0)?,
        Write::Spent(slasher, number, spent) => SPENT.save(storage, &(slasher, number), &spent)?,
        Write::Slasher(number, slasher) => {
            // One that was revoked leads nobody to a number that it had before.
            if !slasher.revoked {
                SLASHER_OF.save(storage, &slasher.address, &number)?;
            }
            SLASHERS.save(storage, &number, &slasher)?;
        }
        Write::Holds(slasher, holds) => HOLDS.save(storage, &slasher, &holds)?,
        Write::Proposal(number, proposal) => PROPOSALS.save(storage, &number, &proposal)?,
        Write::Deposits(number, depositor, some) => {
            keep(storage, &DEPOSITS, &(number, depositor), some)?;
        }
        Write::Seat(proposal, number, seat) => SEATS.save(storage, &(proposal, number), &seat)?,
        Write::Ballot(proposal, voter, number, ballot) => {
            BALLOTS.save(storage, &(proposal, voter, number), &ballot)?;
        }
        Write::Credit(holder, token, amount) => {
            let some = (!amount.is_zero()).then_some(amount);
            keep(storage, &CREDITS, &(holder, token), some)?;
        }
    }
    Ok(())
}

/// Saves, or removes what is none.
fn keep<K, V>(
    storage: &mut dyn Storage,
    map: &PackedMap<K, V>,
    key: &K,
    value: Option<V>,
) -> Found<()>
where
    K: tessera_primitives::Canonical,
    V: serde::Serialize + serde::de::DeserializeOwned,
{
    match value {
        Some(value) => map.save(storage, key, &value)?,
        None => map.remove(storage, key),
    }
    Ok(())
}
