//! The stores of a zone, and the app hash that commits to them as the Cosmos SDK's multistore does.

use std::collections::BTreeMap;

use ics23::{
    commitment_proof::Proof, CommitmentProof, ExistenceProof, HashOp, InnerOp, LeafOp, LengthOp,
};
use tessera_primitives::Hash;

use crate::Tree;

/// Name of the store that holds what contracts wrote.
pub const WASM: &str = "wasm";

/// Stores that every zone has from its first block, written to or not.
const ALWAYS: [&str; 5] = ["acc", "bank", "distribution", "staking", WASM];

/// Named trees under one root: a simple Merkle tree (RFC 6962) of store names and root hashes, ascending.
#[derive(Clone, Debug)]
pub struct Multistore {
    stores: BTreeMap<String, Tree>,
}

impl Default for Multistore {
    fn default() -> Multistore {
        let stores = ALWAYS.map(|name| (name.to_owned(), Tree::default()));
        Multistore {
            stores: stores.into(),
        }
    }
}

impl Multistore {
    /// One store, if there is one of that name.
    pub fn store(&self, name: &str) -> Option<&Tree> {
        self.stores.get(name)
    }

    /// One store to write to, made if it is not there.
    pub fn store_mut(&mut self, name: &str) -> &mut Tree {
        self.stores.entry(name.to_owned()).or_default()
    }

    /// The names of the stores, ascending.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.stores.keys().map(String::as_str)
    }

    /// The app hash.
    pub fn hash(&self) -> Hash {
        root(&self.leaves())
    }

    /// The ICS-23 proof (`ics23::tendermint_spec`) of a store's root hash under the app hash; none for a name that has
    /// no store.
    pub fn prove(&self, name: &str) -> Option<CommitmentProof> {
        let store = self.stores.get(name)?;
        let index = self.stores.keys().position(|other| other == name)?;
        let mut path = Vec::new();
        climb(&self.leaves(), index, &mut path);
        let proof = ExistenceProof {
            key: name.as_bytes().to_vec(),
            value: store.hash().as_bytes().to_vec(),
            leaf: Some(LeafOp {
                hash: HashOp::Sha256.into(),
                prehash_key: HashOp::NoHash.into(),
                prehash_value: HashOp::Sha256.into(),
                length: LengthOp::VarProto.into(),
                prefix: vec![LEAF],
            }),
            path,
        };
        Some(CommitmentProof {
            proof: Some(Proof::Exist(proof)),
        })
    }

    fn leaves(&self) -> Vec<Hash> {
        let leaf = |(name, store): (&String, &Tree)| {
            let mut bytes = vec![LEAF];
            prost::encoding::encode_varint(name.len() as u64, &mut bytes);
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(32);
            bytes.extend_from_slice(Hash::sha256(store.hash().as_bytes()).as_bytes());
            Hash::sha256(&bytes)
        };
        self.stores.iter().map(leaf).collect()
    }
}

const LEAF: u8 = 0;
const INNER: u8 = 1;

fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = split(leaves);
            let (left, right) = (root(left), root(right));
            Hash::sha256_of(&[&[INNER], left.as_bytes(), right.as_bytes()])
        }
    }
}

/// The steps from a leaf up to the root.
fn climb(leaves: &[Hash], index: usize, path: &mut Vec<InnerOp>) {
    if leaves.len() < 2 {
        return;
    }
    let (left, right) = split(leaves);
    let (prefix, suffix) = match index.checked_sub(left.len()) {
        None => {
            climb(left, index, path);
            (vec![INNER], root(right).as_bytes().to_vec())
        }
        Some(index) => {
            climb(right, index, path);
            let left = root(left);
            ([&[INNER], left.as_bytes()].concat(), Vec::new())
        }
    };
    path.push(InnerOp {
        hash: HashOp::Sha256.into(),
        prefix,
        suffix,
    });
}

/// At the greatest power of two below the length.
fn split(leaves: &[Hash]) -> (&[Hash], &[Hash]) {
    leaves.split_at(leaves.len().next_power_of_two() >> 1)
}
