//! The contract's storage as the rule reads and writes it.

use std::cell::{OnceCell, RefCell};

use cosmwasm_std::{Api, Storage};
use tessera_contract_kit::{address, provable};
use tessera_lock::{
    key,
    state::{Exposure, Mark, Owed, Parameters, Peer, Place, Terms, Write},
    Reads,
};
use tessera_primitives::{canonical, Address, Asset, Bytes, CanonicalAddress, Hash, ZoneId};

use super::{Found, EXPOSURES, HOME, OWED, PEERS, TARGETS, TERMS, WAITING};
use crate::LockError;

type ExposureKey = (ZoneId, Asset);

/// Storage during one message. What every task of a batch reads is read once; what every task of a batch writes, the
/// exposures, is written once, by [`Book::close`].
pub struct Book<'a> {
    storage: &'a mut dyn Storage,
    api: &'a dyn Api,
    home: OnceCell<(Place, Parameters)>,
    peers: RefCell<Vec<(ZoneId, Option<Peer>)>>,
    exposures: RefCell<Vec<(ExposureKey, Option<Exposure>)>>,
    changed: Vec<ExposureKey>,
}

impl<'a> Book<'a> {
    pub fn open(storage: &'a mut dyn Storage, api: &'a dyn Api) -> Book<'a> {
        Book {
            storage,
            api,
            home: OnceCell::new(),
            peers: RefCell::default(),
            exposures: RefCell::default(),
            changed: Vec::new(),
        }
    }

    /// Makes the writes of a step, in order.
    pub fn apply(&mut self, writes: Vec<Write>) -> Found<()> {
        writes.into_iter().try_for_each(|write| self.write(write))
    }

    /// Writes what was held back, and gives storage back.
    pub fn close(self) -> Found<&'a mut dyn Storage> {
        for (key, exposure) in self.exposures.borrow().iter() {
            if let (Some(exposure), true) = (exposure, self.changed.contains(key)) {
                EXPOSURES.save(self.storage, key, exposure)?;
            }
        }
        Ok(self.storage)
    }

    fn home(&self) -> Found<&(Place, Parameters)> {
        if let Some(home) = self.home.get() {
            return Ok(home);
        }
        let home = super::home(self.storage)?;
        Ok(self.home.get_or_init(|| home))
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
            Write::Owe(task, effect, owed) => {
                let bytes = Bytes(canonical::encode(&owed));
                OWED.save(self.storage, &(task, effect), &bytes)?;
            }
            Write::Settled(task, effect) => OWED.remove(self.storage, &(task, effect)),
            Write::Peer(zone, peer) => {
                PEERS.save(self.storage, &zone, &peer)?;
                remember(self.peers.get_mut(), zone, Some(peer));
            }
            Write::Target(contract) => TARGETS.save(self.storage, &contract, &0)?,
            Write::ForgetTarget(contract) => TARGETS.remove(self.storage, &contract),
            Write::Exposure(zone, asset, exposure) => {
                let key = (zone, asset);
                remember(self.exposures.get_mut(), key.clone(), Some(exposure));
                if !self.changed.contains(&key) {
                    self.changed.push(key);
                }
            }
            Write::Parameters(parameters) => {
                let home = (self.place()?, parameters);
                HOME.save(self.storage, &home)?;
                self.home = OnceCell::from(home);
            }
        }
        Ok(())
    }
}

impl Reads for Book<'_> {
    type Error = LockError;

    fn place(&self) -> Found<Place> {
        Ok(self.home()?.0.clone())
    }

    fn parameters(&self) -> Found<Parameters> {
        Ok(self.home()?.1.clone())
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
        let bytes = OWED.may_load(self.storage, &(*task, effect))?;
        bytes.as_ref().map(super::read_owed).transpose()
    }

    fn address(&self, canonical: &CanonicalAddress) -> Found<Address> {
        Ok(address::humanize(self.api, canonical)?)
    }
}

/// A message names few zones and assets: they are looked through, which takes less code than a tree.
fn remembered<K: PartialEq + Clone, T: Clone>(
    cache: &RefCell<Vec<(K, T)>>,
    key: &K,
    load: impl FnOnce() -> Found<T>,
) -> Found<T> {
    if let Some((_, value)) = cache.borrow().iter().find(|known| known.0 == *key) {
        return Ok(value.clone());
    }
    let value = load()?;
    remember(&mut cache.borrow_mut(), key.clone(), value.clone());
    Ok(value)
}

fn remember<K: PartialEq, T>(cache: &mut Vec<(K, T)>, key: K, value: T) {
    match cache.iter_mut().find(|known| known.0 == key) {
        Some(known) => known.1 = value,
        None => cache.push((key, value)),
    }
}
