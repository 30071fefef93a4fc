//! CometBFT's Merkle tree: RFC 6962 over SHA-256. It runs in process, so that contracts do not link the curve
//! arithmetic that comes with `tendermint`'s own hashing feature.

use alloc::vec::Vec;

use tendermint::merkle::{simple_hash_from_byte_vectors, MerkleHash};
use tessera_primitives::Hash;

/// SHA-256 as the light client library wants to be given it.
#[derive(Default)]
pub(crate) struct Sha256;

impl tendermint::crypto::Sha256 for Sha256 {
    fn digest(data: impl AsRef<[u8]>) -> [u8; 32] {
        Hash::sha256(data.as_ref()).0
    }
}

impl MerkleHash for Sha256 {
    fn empty_hash(&mut self) -> [u8; 32] {
        Hash::sha256(&[]).0
    }

    fn leaf_hash(&mut self, bytes: &[u8]) -> [u8; 32] {
        leaf(bytes).0
    }

    fn inner_hash(&mut self, left: [u8; 32], right: [u8; 32]) -> [u8; 32] {
        inner(&Hash(left), &Hash(right)).0
    }
}

/// A leaf's hash.
pub(crate) fn leaf(bytes: &[u8]) -> Hash {
    Hash::sha256_of(&[&[0], bytes])
}

/// An inner node's hash.
pub(crate) fn inner(left: &Hash, right: &Hash) -> Hash {
    Hash::sha256_of(&[&[1], &left.0, &right.0])
}

/// The root over leaves, in order.
pub(crate) fn root(leaves: &[Vec<u8>]) -> Hash {
    Hash(simple_hash_from_byte_vectors::<Sha256>(leaves))
}
