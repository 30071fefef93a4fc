//! Items and maps of a contract's storage: values packed by postcard, keys typed.
//!
//! A stored byte costs 36 gas to write and read once, and JSON has two to four times as many as are needed.
//!
//! A key is its namespace (a u16 length and its bytes) and the canonical bytes of the map's key, so integers are in
//! order, and tuples in the order of their parts. Texts are in the order of their lengths, then of their bytes. A value
//! that packs into no bytes at all (a unit) cannot be stored; nothing here needs one.

use core::marker::PhantomData;

use cosmwasm_std::{Order, Record, Storage};
use serde::{de::DeserializeOwned, Serialize};
use tessera_primitives::{canonical, Bytes, Canonical, Malformed};

/// What storage holds and cannot be read, or what cannot be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackedError {
    /// An item that every instance of the contract has is missing.
    #[error("storage has no {0}")]
    Missing(&'static str),
    /// A value does not unpack, or does not pack.
    #[error("{namespace} at {key:?}: {reason}")]
    Value {
        /// The item or map.
        namespace: &'static str,
        /// The key's bytes after the namespace.
        key: Bytes,
        /// What postcard says.
        reason: postcard::Error,
    },
    /// A key does not decode.
    #[error("key in {namespace}: {reason}")]
    Key {
        /// The map.
        namespace: &'static str,
        /// What is wrong with it.
        reason: Malformed,
    },
}

/// One value in storage.
pub struct PackedItem<V> {
    at: Namespace,
    value: PhantomData<V>,
}

impl<V: Serialize + DeserializeOwned> PackedItem<V> {
    /// The item of this name. No two items or maps of a contract share one.
    pub const fn new(namespace: &'static str) -> PackedItem<V> {
        let (at, value) = (Namespace(namespace), PhantomData);
        PackedItem { at, value }
    }

    /// The value.
    ///
    /// # Errors
    /// [`PackedError::Missing`], [`PackedError::Value`].
    pub fn load(&self, storage: &dyn Storage) -> Result<V, PackedError> {
        self.may_load(storage)?
            .ok_or(PackedError::Missing(self.at.0))
    }

    /// The value, if there is one.
    ///
    /// # Errors
    /// [`PackedError::Value`].
    pub fn may_load(&self, storage: &dyn Storage) -> Result<Option<V>, PackedError> {
        self.at.get(storage, &[])
    }

    /// Stores a value.
    ///
    /// # Errors
    /// [`PackedError::Value`] when it cannot be packed.
    pub fn save(&self, storage: &mut dyn Storage, value: &V) -> Result<(), PackedError> {
        self.at.set(storage, &[], value)
    }

    /// Removes the value.
    pub fn remove(&self, storage: &mut dyn Storage) {
        storage.remove(&self.at.path(&[]));
    }

    /// Whether there is a value.
    pub fn exists(&self, storage: &dyn Storage) -> bool {
        storage.get(&self.at.path(&[])).is_some()
    }
}

/// Values in storage by key.
pub struct PackedMap<K, V> {
    at: Namespace,
    types: PhantomData<(K, V)>,
}

impl<K: Canonical, V: Serialize + DeserializeOwned> PackedMap<K, V> {
    /// The map of this name. No two items or maps of a contract share one.
    pub const fn new(namespace: &'static str) -> PackedMap<K, V> {
        let (at, types) = (Namespace(namespace), PhantomData);
        PackedMap { at, types }
    }

    /// The value at a key, if there is one.
    ///
    /// # Errors
    /// [`PackedError::Value`].
    pub fn may_load(&self, storage: &dyn Storage, key: &K) -> Result<Option<V>, PackedError> {
        self.at.get(storage, &canonical::encode(key))
    }

    /// Stores a value.
    ///
    /// # Errors
    /// [`PackedError::Value`] when it cannot be packed.
    pub fn save(&self, storage: &mut dyn Storage, key: &K, value: &V) -> Result<(), PackedError> {
        self.at.set(storage, &canonical::encode(key), value)
    }

    /// Removes the value at a key.
    pub fn remove(&self, storage: &mut dyn Storage, key: &K) {
        storage.remove(&self.at.path(&canonical::encode(key)));
    }

    /// Whether there is a value at a key.
    pub fn exists(&self, storage: &dyn Storage, key: &K) -> bool {
        storage
            .get(&self.at.path(&canonical::encode(key)))
            .is_some()
    }

    /// At most `limit` entries, in the order of their keys, after `start_after`.
    ///
    /// # Errors
    /// [`PackedError::Key`], [`PackedError::Value`].
    pub fn range(
        &self,
        storage: &dyn Storage,
        start_after: Option<&K>,
        limit: u32,
    ) -> Result<Vec<(K, V)>, PackedError> {
        self.scan(storage, &[], start_after, limit, Order::Ascending)
    }

    /// As [`PackedMap::range`], over the keys whose first parts are `prefix`.
    ///
    /// # Errors
    /// [`PackedError::Key`], [`PackedError::Value`].
    pub fn prefix_range<P: Canonical>(
        &self,
        storage: &dyn Storage,
        prefix: &P,
        start_after: Option<&K>,
        limit: u32,
    ) -> Result<Vec<(K, V)>, PackedError> {
        let prefix = canonical::encode(prefix);
        self.scan(storage, &prefix, start_after, limit, Order::Ascending)
    }

    /// At most `limit` entries from the last one backwards, before `start_before`.
    ///
    /// # Errors
    /// [`PackedError::Key`], [`PackedError::Value`].
    pub fn range_back<P: Canonical>(
        &self,
        storage: &dyn Storage,
        prefix: &P,
        start_before: Option<&K>,
        limit: u32,
    ) -> Result<Vec<(K, V)>, PackedError> {
        let prefix = canonical::encode(prefix);
        self.scan(storage, &prefix, start_before, limit, Order::Descending)
    }

    /// The first key at or after `from` whose first parts are `prefix`. Its value is not unpacked.
    ///
    /// # Errors
    /// [`PackedError::Key`].
    pub fn first_key<P: Canonical>(
        &self,
        storage: &dyn Storage,
        prefix: &P,
        from: &K,
    ) -> Result<Option<K>, PackedError> {
        let prefix = canonical::encode(prefix);
        let found = self.at.first(storage, &prefix, &canonical::encode(from));
        found.map(|key| self.key(&key)).transpose()
    }

    fn key(&self, bytes: &[u8]) -> Result<K, PackedError> {
        canonical::decode("key", bytes).map_err(|reason| PackedError::Key {
            namespace: self.at.0,
            reason,
        })
    }

    fn scan(
        &self,
        storage: &dyn Storage,
        prefix: &[u8],
        bound: Option<&K>,
        limit: u32,
        order: Order,
    ) -> Result<Vec<(K, V)>, PackedError> {
        let bound = bound.map(canonical::encode);
        let mut entries = Vec::new();
        for (key, value) in self.at.scan(storage, prefix, bound, limit, order) {
            entries.push((self.key(&key)?, self.at.unpack(&key, &value)?));
        }
        Ok(entries)
    }
}

#[derive(Clone, Copy)]
struct Namespace(&'static str);

impl Namespace {
    #[inline(never)]
    fn path(self, key: &[u8]) -> Vec<u8> {
        // Namespaces are short constants; one of 64 KiB could not be deployed.
        let length = u16::try_from(self.0.len()).unwrap_or(u16::MAX);
        [&length.to_be_bytes(), self.0.as_bytes(), key].concat()
    }

    /// Keys, after the namespace, and packed values. One for all maps of a contract, so that it has it once.
    #[inline(never)]
    fn scan(
        self,
        storage: &dyn Storage,
        prefix: &[u8],
        bound: Option<Vec<u8>>,
        limit: u32,
        order: Order,
    ) -> Vec<Record> {
        let floor = self.path(prefix);
        let ceiling = after_prefix(&floor);
        let bound = bound.map(|key| self.path(&key));
        let (start, end) = match (order, bound) {
            (_, None) => (floor, ceiling),
            // The least key above `bound`; a bound below the prefix must not widen the scan.
            (Order::Ascending, Some(mut bound)) => {
                bound.push(0);
                (floor.max(bound), ceiling)
            }
            (Order::Descending, Some(bound)) => {
                (floor, Some(ceiling.map_or(bound.clone(), |c| c.min(bound))))
            }
        };
        if end.as_ref().is_some_and(|end| *end <= start) {
            return Vec::new();
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut records = Vec::new();
        for (path, value) in storage
            .range(Some(&start), end.as_deref(), order)
            .take(limit)
        {
            let key = path.get(self.path(&[]).len()..).unwrap_or_default();
            records.push((key.to_vec(), value));
        }
        records
    }

    /// The first key at or after one, after the namespace.
    #[inline(never)]
    fn first(self, storage: &dyn Storage, prefix: &[u8], from: &[u8]) -> Option<Vec<u8>> {
        let floor = self.path(prefix);
        let ceiling = after_prefix(&floor);
        let start = floor.max(self.path(from));
        if ceiling.as_ref().is_some_and(|end| *end <= start) {
            return None;
        }
        let mut records = storage.range(Some(&start), ceiling.as_deref(), Order::Ascending);
        let (path, _) = records.next()?;
        Some(
            path.get(self.path(&[]).len()..)
                .unwrap_or_default()
                .to_vec(),
        )
    }

    fn get<V: DeserializeOwned>(
        self,
        storage: &dyn Storage,
        key: &[u8],
    ) -> Result<Option<V>, PackedError> {
        let value = storage.get(&self.path(key));
        value.map(|value| self.unpack(key, &value)).transpose()
    }

    fn set<V: Serialize>(
        self,
        storage: &mut dyn Storage,
        key: &[u8],
        value: &V,
    ) -> Result<(), PackedError> {
        let packed = postcard::to_allocvec(value).map_err(|reason| self.wrong(key, reason))?;
        if packed.is_empty() {
            return Err(self.wrong(key, postcard::Error::SerializeBufferFull));
        }
        storage.set(&self.path(key), &packed);
        Ok(())
    }

    fn unpack<V: DeserializeOwned>(self, key: &[u8], value: &[u8]) -> Result<V, PackedError> {
        match postcard::take_from_bytes(value) {
            Ok((unpacked, [])) => Ok(unpacked),
            // More bytes than the value has: another type's value.
            Ok(_) => Err(self.wrong(key, postcard::Error::DeserializeBadEncoding)),
            Err(reason) => Err(self.wrong(key, reason)),
        }
    }

    fn wrong(self, key: &[u8], reason: postcard::Error) -> PackedError {
        PackedError::Value {
            namespace: self.0,
            key: Bytes(key.to_vec()),
            reason,
        }
    }
}

/// The least key above all that start with `prefix`; none when the prefix is all 0xff.
fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix.get(..=last)?.to_vec();
    if let Some(byte) = end.last_mut() {
        *byte = byte.saturating_add(1);
    }
    Some(end)
}
