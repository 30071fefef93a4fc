use cosmwasm_std::Addr;
use ics23::CommitmentProof;
use prost::Message;
use tessera_primitives::{Bytes, Hash, Height};
use tessera_proof::{multiproof, Proof};

use crate::{multistore::WASM, state, Tree, Zone, ZoneError};

/// What a key of a contract held after a block, with the proofs of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Proven {
    /// The app hash that the proofs lead to: that of header `state height + 1`.
    pub app_hash: Hash,
    /// The key in the store `wasm`: `0x03 || address bytes || key`.
    pub key: Vec<u8>,
    /// The value; none when the key was absent.
    pub value: Option<Vec<u8>>,
    /// That the store `wasm` holds it, or holds nothing there.
    pub item: CommitmentProof,
    /// That the app hash commits to the store.
    pub store: CommitmentProof,
}

impl Proven {
    /// The proof as messages carry it.
    pub fn to_proof(&self) -> Proof {
        Proof::Single {
            item: Bytes(self.item.encode_to_vec()),
            store: Bytes(self.store.encode_to_vec()),
        }
    }
}

impl Zone {
    /// What a key of a contract held after block `state`, proven. The header that verifies it is that of `state + 1`.
    ///
    /// # Errors
    /// [`ZoneError::NoBlock`] when `state` is not sealed; [`ZoneError::Address`].
    pub fn prove(&self, contract: &Addr, key: &[u8], state: Height) -> Result<Proven, ZoneError> {
        let stores = &self.block(state)?.stores;
        let address = self.canonical(contract)?;
        let key = state::contract_key(address.as_bytes(), key);
        let missing = || ZoneError::Malformed {
            what: "multistore",
            reason: format!("no store {WASM}"),
        };
        let tree = stores.store(WASM).ok_or_else(missing)?;
        Ok(Proven {
            app_hash: stores.hash(),
            value: tree.get(&key).map(<[u8]>::to_vec),
            item: tree.prove(&key),
            store: stores.prove(WASM).ok_or_else(missing)?,
            key,
        })
    }

    /// What some keys of a contract held after block `state`, as one multiproof.
    ///
    /// # Errors
    /// As [`Zone::prove`]; [`ZoneError::Proof`] when there are no keys, too many, or one twice.
    pub fn prove_many(
        &self,
        contract: &Addr,
        keys: &[Vec<u8>],
        state: Height,
    ) -> Result<Proof, ZoneError> {
        let prove = |key: &Vec<u8>| self.prove(contract, key, state);
        let single: Vec<Proven> = keys.iter().map(prove).collect::<Result<_, _>>()?;
        let items = single.iter().map(|one| Bytes(one.item.encode_to_vec()));
        let items: Vec<Bytes> = items.collect();
        let store = single.first().map(|one| one.store.encode_to_vec());
        Ok(Proof::Many {
            items: multiproof::combine(&self.canonical(contract)?, keys, &items)?,
            store: Bytes(store.unwrap_or_default()),
        })
    }

    /// What a key of a contract held after block `state`.
    ///
    /// # Errors
    /// As [`Zone::prove`].
    pub fn value(
        &self,
        contract: &Addr,
        key: &[u8],
        state: Height,
    ) -> Result<Option<Vec<u8>>, ZoneError> {
        let address = self.canonical(contract)?;
        let key = state::contract_key(address.as_bytes(), key);
        Ok(self
            .contract_store(state)?
            .and_then(|tree| tree.get(&key).map(<[u8]>::to_vec)))
    }

    /// The store of all contracts after block `state`.
    ///
    /// # Errors
    /// [`ZoneError::NoBlock`] when `state` is not sealed.
    pub fn contract_store(&self, state: Height) -> Result<Option<&Tree>, ZoneError> {
        Ok(self.block(state)?.stores.store(WASM))
    }
}
