//! The contract's storage as the rule reads and writes it.

use std::{
    cell::{OnceCell, RefCell},
    collections::BTreeMap,
};

use cosmwasm_std::{Api, Storage};
use tessera_contract_kit::{address, provable};
use tessera_lock::{
    key,
    state::{Exposure, Mark, Owed, Parameters, Peer, Place, Terms, Write},
    Reads,
};
use tessera_primitives::{Address, Asset, CanonicalAddress, Hash, ZoneId};

use super::{Found, EXPOSURES, OWED, PARAMETERS, PEERS, PLACE, TARGETS, TERMS, WAITING};
use crate::LockError;

type ExposureKey = (ZoneId, Asset);

/// Storage during one message. What every task of a batch reads is read once; what every task of a batch writes, the
/// exposures, is written once, by [`Book::close`].
pub struct Book<'a> {
    storage: &'a mut dyn Storage,
    api: &'a dyn Api,
    place: OnceCell<Place>,
    parameters: OnceCell<Parameters>,
    peers: RefCell<BTreeMap<ZoneId, Option<Peer>>>,
    exposures: RefCell<BTreeMap<ExposureKey, Option<Exposure>>>,
    changed: BTreeMap<ExposureKey, Exposure>,
}

impl<'a> Book<'a> {
    pub fn open(storage: &'a mut dyn Storage, api: &'a dyn Api) -> Book<'a> {
        Book {
            storage,
            api,
            place: OnceCell::new(),
            parameters: OnceCell::new(),
            peers: RefCell::default(),
            exposures: RefCell::default(),
            changed: BTreeMap::new(),
        }
    }

    /// Makes the writes of a step, in order.
    pub fn apply(&mut self, writes: Vec<Write>) -> Found<()> {
        writes.into_iter().try_for_each(|write| self.write(write))
    }

    /// Writes what was held back, and gives storage back.
    pub fn close(self) -> Found<&'a mut dyn Storage> {
        for (key, exposure) in &self.changed {
            EXPOSURES.save(self.storage, key, exposure)?;
        }
        Ok(self.storage)
    }

    fn write(&mut self, write: Write) -> Found<()> {
        match write {
            Write::Mark(task, mark) => {
                provable::write(self.storage, &key::leg(&task), &key::mark_to_bytes(&mark));
            }
            Write::Terms(task, terms) => TERMS.save(self.storage, &task, &terms)?,
            Write::ForgetTerms(task) => TERMS.remove(self.storage, &task),
            Write::Wait(deadline, task) => WAITING.save(self.storage, &(deadline, task), &0)?,
            Write::StopWaiting(deadline, task) => WAITING.remove(self.storage, &(deadline, task)),
            Write::Owe(task, effect, owed) => OWED.save(self.storage, &(task, effect), &owed)?,
            Write::Settled(task, effect) => OWED.remove(self.storage, &(task, effect)),
            Write::Peer(zone, peer) => {
                PEERS.save(self.storage, &zone, &peer)?;
                self.peers.get_mut().insert(zone, Some(peer));
            }
            Write::Target(contract) => TARGETS.save(self.storage, &contract, &0)?,
            Write::ForgetTarget(contract) => TARGETS.remove(self.storage, &contract),
            Write::Exposure(zone, asset, exposure) => {
                let key = (zone, asset);
                self.exposures.get_mut().insert(key.clone(), Some(exposure));
                self.changed.insert(key, exposure);
            }
            Write::Parameters(parameters) => {
                PARAMETERS.save(self.storage, &parameters)?;
                self.parameters = OnceCell::from(parameters);
            }
        }
        Ok(())
    }
}

impl Reads for Book<'_> {
    type Error = LockError;

    fn place(&self) -> Found<Place> {
        once(&self.place, || Ok(PLACE.load(self.storage)?))
    }

    fn parameters(&self) -> Found<Parameters> {
        once(&self.parameters, || Ok(PARAMETERS.load(self.storage)?))
    }

    fn mark(&self, task: &Hash) -> Found<Option<Mark>> {
        super::mark(self.storage, task)
    }

    fn terms(&self, task: &Hash) -> Found<Option<Terms>> {
        super::terms(self.storage, task)
    }

    fn peer(&self, zone: &ZoneId) -> Found<Option<Peer>> {
        remembered(
            &self.peers,
            zone,
            || Ok(PEERS.may_load(self.storage, zone)?),
        )
    }

    fn is_target(&self, contract: &Address) -> Found<bool> {
        Ok(TARGETS.exists(self.storage, contract))
    }

    fn exposure(&self, zone: &ZoneId, asset: &Asset) -> Found<Option<Exposure>> {
        let key = (zone.clone(), asset.clone());
        remembered(&self.exposures, &key, || {
            super::exposure(self.storage, zone, asset)
        })
    }

    fn owed(&self, task: &Hash, effect: u8) -> Found<Option<Owed>> {
        Ok(OWED.may_load(self.storage, &(*task, effect))?)
    }

    fn address(&self, canonical: &CanonicalAddress) -> Found<Address> {
        Ok(address::humanize(self.api, canonical)?)
    }
}

fn once<T: Clone>(cell: &OnceCell<T>, load: impl FnOnce() -> Found<T>) -> Found<T> {
    match cell.get() {
        Some(value) => Ok(value.clone()),
        None => {
            let value = load()?;
            Ok(cell.get_or_init(|| value).clone())
        }
    }
}

fn remembered<K: Ord + Clone, T: Clone>(
    cache: &RefCell<BTreeMap<K, T>>,
    key: &K,
    load: impl FnOnce() -> Found<T>,
) -> Found<T> {
    if let Some(value) = cache.borrow().get(key) {
        return Ok(value.clone());
    }
    let value = load()?;
    cache.borrow_mut().insert(key.clone(), value.clone());
    Ok(value)
}
