//! A contract's storage as a chain charges for it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::vec::IntoIter;

use cosmwasm_std_of_vm::{Order, Record};
use cosmwasm_vm::{BackendError, BackendResult, GasInfo, Storage};

use super::meter::VM_GAS;

/// The store's own byte and the contract's 32 stand before every key.
const PREFIX: usize = 33;

/// What is charged in SDK gas: at once, and for each byte of key and value.
struct Rate(u64, u64);

const READ: Rate = Rate(1_000, 3);
const WRITE: Rate = Rate(2_000, 30);
const DELETE: Rate = Rate(1_000, 0);
const ITERATE: Rate = Rate(30, 3);

/// A copy of a contract's storage: it counts SDK gas, and remembers what changed.
#[derive(Default)]
pub struct Metered {
    data: BTreeMap<Vec<u8>, Vec<u8>>,
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    iterators: BTreeMap<u32, IntoIter<Record>>,
    /// The trait reads by shared reference, so this counts inside.
    gas: Cell<u64>,
}

impl Metered {
    /// Starts from what is stored.
    pub fn new(data: BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        Self {
            data,
            ..Self::default()
        }
    }

    /// SDK gas so far.
    pub fn gas(&self) -> u64 {
        self.gas.get()
    }

    /// What to write back: a value, or nothing where the key was removed.
    pub fn into_changes(self) -> BTreeMap<Vec<u8>, Option<Vec<u8>>> {
        self.changes
    }

    fn charge(&self, Rate(flat, a_byte): Rate, key: &[u8], value: &[u8]) -> GasInfo {
        let bytes = PREFIX
            .saturating_add(key.len())
            .saturating_add(value.len())
            .try_into()
            .unwrap_or(u64::MAX);
        self.take(flat.saturating_add(a_byte.saturating_mul(bytes)))
    }

    fn take(&self, cost: u64) -> GasInfo {
        self.gas.set(self.gas.get().saturating_add(cost));
        GasInfo::with_externally_used(cost.saturating_mul(VM_GAS))
    }

    fn records(&self, start: Option<&[u8]>, end: Option<&[u8]>, order: Order) -> Vec<Record> {
        if matches!((start, end), (Some(start), Some(end)) if start >= end) {
            return Vec::new();
        }
        let lower = start.map_or(Bound::Unbounded, Bound::Included);
        let upper = end.map_or(Bound::Unbounded, Bound::Excluded);
        let found = self.data.range::<[u8], _>((lower, upper));
        let mut records: Vec<Record> = found
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if order == Order::Descending {
            records.reverse();
        }
        records
    }
}

impl Storage for Metered {
    fn get(&self, key: &[u8]) -> BackendResult<Option<Vec<u8>>> {
        let value = self.data.get(key);
        let cost = self.charge(READ, key, value.map_or(&[], Vec::as_slice));
        (Ok(value.cloned()), cost)
    }

    /// A chain's iterator reads its first record when it is made…
    fn scan(
        &mut self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> BackendResult<u32> {
        let records = self.records(start, end, order);
        let cost = match records.first() {
            Some((key, value)) => self.charge(ITERATE, key, value),
            None => self.take(ITERATE.0),
        };
        let Ok(id) = u32::try_from(self.iterators.len()) else {
            return (Err(BackendError::unknown("too many iterators")), cost);
        };
        self.iterators.insert(id, records.into_iter());
        (Ok(id), cost)
    }

    /// …and each record again when it is handed over.
    fn next(&mut self, iterator_id: u32) -> BackendResult<Option<Record>> {
        let Some(iterator) = self.iterators.get_mut(&iterator_id) else {
            let unknown = BackendError::iterator_does_not_exist(iterator_id);
            return (Err(unknown), GasInfo::free());
        };
        let record = iterator.next();
        let cost = match &record {
            Some((key, value)) => self.charge(ITERATE, key, value),
            None => GasInfo::free(),
        };
        (Ok(record), cost)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> BackendResult<()> {
        let cost = self.charge(WRITE, key, value);
        self.data.insert(key.to_vec(), value.to_vec());
        self.changes.insert(key.to_vec(), Some(value.to_vec()));
        (Ok(()), cost)
    }

    fn remove(&mut self, key: &[u8]) -> BackendResult<()> {
        let cost = self.charge(DELETE, key, &[]);
        self.data.remove(key);
        self.changes.insert(key.to_vec(), None);
        (Ok(()), cost)
    }
}
