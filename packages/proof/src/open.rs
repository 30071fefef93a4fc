use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use tessera_primitives::{Bytes, CanonicalAddress, Hash};

use crate::{multiproof, single, store, Refusal};

/// wasmd's prefix of all contract storage in the store `wasm`.
const CONTRACT_STORAGE: u8 = 0x03;

/// Where a contract's storage keeps something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoragePath {
    /// The contract, by the bytes of its address.
    pub contract: CanonicalAddress,
    /// The raw key, as the contract writes it.
    pub key: Vec<u8>,
}

impl StoragePath {
    /// The key in the store `wasm`: `0x03 || contract || key`. It is what `abci_query` with path `store/wasm/key` takes.
    pub fn full_key(&self) -> Vec<u8> {
        full_key(&self.contract, &self.key)
    }
}

pub(crate) fn full_key(contract: &CanonicalAddress, key: &[u8]) -> Vec<u8> {
    [&[CONTRACT_STORAGE], contract.as_bytes(), key].concat()
}

/// A proof of what a contract's storage holds, as messages carry it. For one key too a multiproof is the smaller form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Proof {
    /// One key, as `abci_query` gives it.
    Single {
        /// Protobuf ICS-23 `CommitmentProof` of the key, present or absent, in the store's IAVL tree.
        item: Bytes,
        /// Protobuf ICS-23 `CommitmentProof` of the store `wasm` under the app hash.
        store: Bytes,
    },
    /// One to 62 keys.
    Many {
        /// The [`multiproof`](crate::multiproof).
        items: Bytes,
        /// Protobuf ICS-23 `CommitmentProof` of the store `wasm` under the app hash.
        store: Bytes,
    },
}

/// What `contract` holds at `keys`, in their order, in the state that `app_hash` commits to: `None` where the key is
/// proven to be absent. `app_hash` comes from a verified header, `contract` and `keys` from the reader's own records;
/// only `proof` comes from whoever relays. Keys may be in any order, and one may be asked twice.
///
/// # Errors
/// [`Refusal`] when the proof does not prove all of that.
pub fn open(
    app_hash: &Hash,
    contract: &CanonicalAddress,
    keys: &[Vec<u8>],
    proof: &Proof,
) -> Result<Vec<Option<Vec<u8>>>, Refusal> {
    match proof {
        Proof::Single { item, store } => {
            let [key] = keys else {
                let what = "number of keys of a single proof";
                let actual = keys.len() as u64;
                let (min, max) = (1, 1);
                return Err(Refusal::Number {
                    what,
                    min,
                    max,
                    actual,
                });
            };
            let root = store::root(app_hash, store.as_slice())?;
            let key = full_key(contract, key);
            single::verify(&root, &key, item.as_slice()).map(|value| Vec::from([value]))
        }
        Proof::Many { items, store } => {
            let root = store::root(app_hash, store.as_slice())?;
            multiproof::verify(&root, contract, keys, items.as_slice())
        }
    }
}
