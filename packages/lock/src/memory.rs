//! `Reads` over maps: the lock's storage for tests, models and the simulator.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use tessera_primitives::{Address, Asset, CanonicalAddress, Hash, Height, Malformed, ZoneId};

use crate::{
    state::{Exposure, Mark, Owed, Parameters, Peer, Place, Terms, Write},
    Reads, Step,
};

/// All that a lock stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Where it is.
    pub place: Place,
    /// Its parameters.
    pub parameters: Parameters,
    /// Provable values.
    pub marks: BTreeMap<Hash, Mark>,
    /// Terms of open legs.
    pub terms: BTreeMap<Hash, Terms>,
    /// Open legs by deadline.
    pub waiting: BTreeSet<(Height, Hash)>,
    /// What is owed, by task and effect.
    pub owed: BTreeMap<(Hash, u8), Owed>,
    /// Linked zones.
    pub peers: BTreeMap<ZoneId, Peer>,
    /// Contracts that legs may call.
    pub targets: BTreeSet<Address>,
    /// What is at risk, by zone and asset.
    pub exposures: BTreeMap<(ZoneId, Asset), Exposure>,
}

impl Memory {
    /// An empty lock.
    pub fn new(place: Place, parameters: Parameters) -> Memory {
        Memory {
            place,
            parameters,
            marks: BTreeMap::new(),
            terms: BTreeMap::new(),
            waiting: BTreeSet::new(),
            owed: BTreeMap::new(),
            peers: BTreeMap::new(),
            targets: BTreeSet::new(),
            exposures: BTreeMap::new(),
        }
    }

    /// Does what a step writes.
    pub fn apply(&mut self, step: &Step) {
        for write in step.writes.iter().cloned() {
            match write {
                Write::Mark(task, mark) => drop(self.marks.insert(task, mark)),
                Write::Terms(task, terms) => drop(self.terms.insert(task, terms)),
                Write::ForgetTerms(task) => drop(self.terms.remove(&task)),
                Write::Wait(deadline, task) => drop(self.waiting.insert((deadline, task))),
                Write::StopWaiting(deadline, task) => {
                    self.waiting.remove(&(deadline, task));
                }
                Write::Owe(task, effect, owed) => drop(self.owed.insert((task, effect), owed)),
                Write::Settled(task, effect) => drop(self.owed.remove(&(task, effect))),
                Write::Peer(zone, peer) => drop(self.peers.insert(zone, peer)),
                Write::Target(contract) => drop(self.targets.insert(contract)),
                Write::ForgetTarget(contract) => drop(self.targets.remove(&contract)),
                Write::Exposure(zone, asset, exposure) => {
                    self.exposures.insert((zone, asset), exposure);
                }
                Write::Parameters(parameters) => self.parameters = parameters,
            }
        }
    }

    /// The waiting list from after an entry on, at most `limit` entries.
    pub fn open_tasks(&self, after: Option<(Height, Hash)>, limit: usize) -> Vec<(Height, Hash)> {
        let all = self.waiting.iter().copied();
        all.filter(|entry| after.is_none_or(|after| *entry > after))
            .take(limit)
            .collect()
    }

    /// How this zone writes an address: here in hexadecimal.
    ///
    /// # Errors
    /// None for any well-formed address.
    pub fn write_address(canonical: &CanonicalAddress) -> Result<Address, Malformed> {
        Address::new(alloc::format!("{canonical}"))
    }
}

impl Reads for Memory {
    type Error = Malformed;

    fn place(&self) -> Result<Place, Malformed> {
        Ok(self.place.clone())
    }

    fn parameters(&self) -> Result<Parameters, Malformed> {
        Ok(self.parameters.clone())
    }

    fn mark(&self, task: &Hash) -> Result<Option<Mark>, Malformed> {
        Ok(self.marks.get(task).copied())
    }

    fn terms(&self, task: &Hash) -> Result<Option<Terms>, Malformed> {
        Ok(self.terms.get(task).cloned())
    }

    fn peer(&self, zone: &ZoneId) -> Result<Option<Peer>, Malformed> {
        Ok(self.peers.get(zone).cloned())
    }

    fn is_target(&self, contract: &Address) -> Result<bool, Malformed> {
        Ok(self.targets.contains(contract))
    }

    fn exposure(&self, zone: &ZoneId, asset: &Asset) -> Result<Option<Exposure>, Malformed> {
        let key = (zone.clone(), asset.clone());
        Ok(self.exposures.get(&key).copied())
    }

    fn owed(&self, task: &Hash, effect: u8) -> Result<Option<Owed>, Malformed> {
        Ok(self.owed.get(&(*task, effect)).cloned())
    }

    fn address(&self, canonical: &CanonicalAddress) -> Result<Address, Malformed> {
        Memory::write_address(canonical)
    }
}
