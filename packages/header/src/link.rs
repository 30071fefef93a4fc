use tessera_primitives::Hash;

use crate::Refusal;

/// That a header's hash commits to the hash of the header below it: the field `last_block_id` (fifth of fourteen) and
/// its Merkle path, 196 bytes. A chain of them leads from a verified header down to any older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastBlockIdProof {
    /// Hash of the header below.
    pub parent: Hash,
    /// The number of parts of the block below.
    pub parts: u32,
    /// The root of its parts.
    pub parts_hash: Hash,
    /// Siblings from the leaf up: field 5; fields 6 and 7; fields 0 to 3; fields 8 to 13.
    pub path: [Hash; 4],
}

impl LastBlockIdProof {
    /// The field of a header, and its path.
    ///
    /// # Errors
    /// [`Refusal::Field`] for the chain's first header, which has none below it.
    pub fn of(header: &tendermint::block::Header) -> Result<LastBlockIdProof, Refusal> {
        let _ = header;
        unimplemented!()
    }

    /// The parent of the header with this hash.
    ///
    /// # Errors
    /// [`Refusal::Link`] when the path does not end in that hash.
    pub fn parent_of(&self, header: &Hash) -> Result<Hash, Refusal> {
        let _ = header;
        unimplemented!()
    }
}
