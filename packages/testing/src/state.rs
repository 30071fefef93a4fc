//! What `cw-multi-test` reads and writes, and how a block of it becomes a version of the multistore.

use std::collections::BTreeMap;

use cosmwasm_std::{Api, Order, Record, Storage};

use crate::{multistore::WASM, Multistore, Tree};

/// wasmd's prefix of a contract's own storage.
const CONTRACT_STORE: u8 = 3;
/// wasmd's prefix of what is known about a contract.
const CONTRACT_INFO: u8 = 2;

/// The storage of one zone. A copy is cheap and stays as it was.
#[derive(Clone, Debug, Default)]
pub struct State {
    entries: Tree,
    /// Keys written since the last commit. A block writes each of them once, in order, as the SDK does. A tree too, so
    /// that a copy stays cheap in the middle of a block.
    touched: Tree,
}

impl State {
    /// Writes what was touched since the last commit to the stores, stamped with `version`.
    pub(crate) fn commit(&mut self, api: &dyn Api, stores: &mut Multistore, version: u64) {
        let mut writes = BTreeMap::new();
        for (raw, _) in std::mem::take(&mut self.touched).entries(None, None, true) {
            if let Some((store, key)) = place(api, &raw) {
                writes.insert((store, key), self.entries.get(&raw));
            }
        }
        for ((store, key), value) in writes {
            let store = stores.store_mut(&store);
            match value {
                Some(value) => store.set(version, &key, value),
                None => {
                    store.remove(version, &key);
                }
            }
        }
    }
}

/// Where the SDK would keep what `cw-multi-test` keeps under `raw`: the store, and the key in it.
///
/// `cw-multi-test` separates modules by a length-prefixed name, and inside its module `wasm` contracts by the name
/// `contract_data/<address>`. wasmd keeps a contract's entries under `0x03 || address bytes || key`. What other modules
/// write keeps its key: nobody proves it.
fn place(api: &dyn Api, raw: &[u8]) -> Option<(String, Vec<u8>)> {
    let (module, rest) = split_name(raw)?;
    let store = String::from_utf8(module.to_vec()).ok()?;
    if store != WASM {
        return Some((store, rest.to_vec()));
    }
    let canonical = |address: &[u8]| {
        let address = std::str::from_utf8(address).ok()?;
        api.addr_canonicalize(address).ok()
    };
    let (name, inner) = split_name(rest)?;
    let key = if let Some(address) = name.strip_prefix(b"contract_data/") {
        contract_key(&canonical(address)?, inner)
    } else {
        [&[CONTRACT_INFO], canonical(inner)?.as_slice()].concat()
    };
    Some((store, key))
}

/// A name with its length (u16, big-endian) before it, and what follows.
fn split_name(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}

/// The key of a contract's entry in the store `wasm`.
pub(crate) fn contract_key(address: &[u8], key: &[u8]) -> Vec<u8> {
    [&[CONTRACT_STORE], address, key].concat()
}

impl Storage for State {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.entries.get(key).map(<[u8]>::to_vec)
    }

    /// # Panics
    /// On an empty value, as the storage that contracts have on a chain.
    fn set(&mut self, key: &[u8], value: &[u8]) {
        assert!(
            !value.is_empty(),
            "a contract's storage holds no empty values"
        );
        self.entries.set(0, key, value);
        self.touched.set(0, key, &[]);
    }

    fn remove(&mut self, key: &[u8]) {
        self.entries.remove(0, key);
        self.touched.set(0, key, &[]);
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        let ascending = order == Order::Ascending;
        Box::new(self.entries.entries(start, end, ascending))
    }
}
