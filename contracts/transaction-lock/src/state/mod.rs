//! What the contract remembers. The maps are private: the rest speaks in sentences.
//!
//! Two namespaces are one letter long: their keys are written for every leg, and each of their bytes costs 33 gas.

mod book;

use cosmwasm_std::Storage;
use tessera_contract_kit::{
    packed::{PackedItem, PackedMap},
    provable,
};
use tessera_lock::{
    key,
    state::{Exposure, LegState, Mark, Owed, Parameters, Peer, Place, Terms},
};
use tessera_primitives::{canonical, Address, Asset, Bytes, Hash, Height, ZoneId};

pub use book::Book;

use crate::LockError;

type Found<T> = Result<T, LockError>;

/// Where the lock is and its parameters: in one item, since most messages read both, and a read costs 1,000 gas.
const HOME: PackedItem<(Place, Parameters)> = PackedItem::new("home");
/// Terms of open legs.
const TERMS: PackedMap<Hash, Terms> = PackedMap::new("t");
/// Open legs by deadline. The value is one byte that says nothing: storage cannot hold less.
const WAITING: PackedMap<(Height, Hash), u8> = PackedMap::new("w");
const PEERS: PackedMap<ZoneId, Peer> = PackedMap::new("peers");
/// Contracts that legs may call. The value says nothing.
const TARGETS: PackedMap<Address, u8> = PackedMap::new("targets");
const EXPOSURES: PackedMap<(ZoneId, Asset), Exposure> = PackedMap::new("exposures");
/// Canonical bytes of what is owed, as the payload of a failed payout has them.
const OWED: PackedMap<(Hash, u8), Bytes> = PackedMap::new("owed");

pub fn settle_in(storage: &mut dyn Storage, place: &Place, parameters: &Parameters) -> Found<()> {
    Ok(HOME.save(storage, &(place.clone(), parameters.clone()))?)
}

pub fn home(storage: &dyn Storage) -> Found<(Place, Parameters)> {
    Ok(HOME.load(storage)?)
}

pub fn mark(storage: &dyn Storage, task: &Hash) -> Found<Option<Mark>> {
    let value = provable::read(storage, &key::leg(task));
    Ok(value
        .map(|bytes| key::mark_from_bytes(&bytes))
        .transpose()?)
}

pub fn terms(storage: &dyn Storage, task: &Hash) -> Found<Option<Terms>> {
    Ok(TERMS.may_load(storage, task)?)
}

pub fn exposure(storage: &dyn Storage, zone: &ZoneId, asset: &Asset) -> Found<Option<Exposure>> {
    Ok(EXPOSURES.may_load(storage, &(zone.clone(), asset.clone()))?)
}

/// The waiting list, each entry with its leg's state.
pub fn waiting(
    storage: &dyn Storage,
    start_after: Option<(Height, Hash)>,
    limit: u32,
) -> Found<Vec<(Height, Hash, LegState)>> {
    let entries = WAITING.range(storage, start_after.as_ref(), limit)?;
    let with_state = entries.into_iter().map(|((deadline, task), _)| {
        // A leg that waits has a value: both are written by one step.
        let state = mark(storage, &task)?.map_or(LegState::Registered, |mark| mark.state);
        Ok((deadline, task, state))
    });
    with_state.collect()
}

pub fn owed(
    storage: &dyn Storage,
    start_after: Option<(Hash, u8)>,
    limit: u32,
) -> Found<Vec<((Hash, u8), Owed)>> {
    let mut all = Vec::new();
    for (key, bytes) in OWED.range(storage, start_after.as_ref(), limit)? {
        all.push((key, read_owed(&bytes)?));
    }
    Ok(all)
}

fn read_owed(bytes: &Bytes) -> Found<Owed> {
    Ok(canonical::decode("what is owed", bytes.as_slice())?)
}

pub fn peers(
    storage: &dyn Storage,
    start_after: Option<ZoneId>,
    limit: u32,
) -> Found<Vec<(ZoneId, Peer)>> {
    Ok(PEERS.range(storage, start_after.as_ref(), limit)?)
}

pub fn targets(
    storage: &dyn Storage,
    start_after: Option<Address>,
    limit: u32,
) -> Found<Vec<Address>> {
    let entries = TARGETS.range(storage, start_after.as_ref(), limit)?;
    Ok(entries.into_iter().map(|(contract, _)| contract).collect())
}

pub fn exposures(
    storage: &dyn Storage,
    start_after: Option<(ZoneId, Asset)>,
    limit: u32,
) -> Found<Vec<((ZoneId, Asset), Exposure)>> {
    Ok(EXPOSURES.range(storage, start_after.as_ref(), limit)?)
}
