use alloc::vec::Vec;

use prost::Message as _;
use serde::{Deserialize, Serialize};
use tendermint::{block, hash::Hash as CometHash};
use tendermint_proto::{
    types::{BlockId, PartSetHeader},
    version::Consensus,
    Protobuf,
};
use tessera_primitives::{canonical, Bytes, Canonical, Hash, Malformed, Reader, Writer};

use crate::{comet, merkle, Refusal};

/// That a header's hash commits to the hash of the header below it: the field `last_block_id` (fifth of fourteen) and
/// its Merkle path, 196 bytes. A chain of them leads from a verified header down to any older one (view.md,
/// `report_fork`). In JSON and in storage its canonical bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Bytes", into = "Bytes")]
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
    pub fn of(header: &block::Header) -> Result<LastBlockIdProof, Refusal> {
        let field = "last_block_id";
        let block = header.last_block_id.ok_or(Refusal::Field { field })?;
        let leaves = fields(header);
        let [version, chain, height, time, _, last_commit, data, validators, next @ ..] = &leaves;
        let pair = |a, b| merkle::inner(&merkle::leaf(a), &merkle::leaf(b));
        Ok(LastBlockIdProof {
            parent: comet::required(field, Some(block.hash))?,
            parts: block.part_set_header.total,
            parts_hash: comet::required(field, Some(block.part_set_header.hash))?,
            path: [
                merkle::leaf(last_commit),
                pair(data, validators),
                merkle::inner(&pair(version, chain), &pair(height, time)),
                merkle::root(next),
            ],
        })
    }

    /// The parent of the header with this hash.
    ///
    /// # Errors
    /// [`Refusal::Link`] when the path does not end in that hash.
    pub fn parent_of(&self, header: &Hash) -> Result<Hash, Refusal> {
        let field = BlockId {
            hash: self.parent.0.to_vec(),
            part_set_header: Some(PartSetHeader {
                total: self.parts,
                hash: self.parts_hash.0.to_vec(),
            }),
        };
        let [field_5, fields_6_to_7, fields_0_to_3, fields_8_to_13] = &self.path;
        let node = merkle::leaf(&field.encode_to_vec());
        let node = merkle::inner(&merkle::inner(&node, field_5), fields_6_to_7);
        let actual = merkle::inner(&merkle::inner(fields_0_to_3, &node), fields_8_to_13);
        if actual == *header {
            Ok(self.parent)
        } else {
            let expected = *header;
            Err(Refusal::Link { expected, actual })
        }
    }
}

/// The leaves that a header's hash is the Merkle root of.
fn fields(header: &block::Header) -> [Vec<u8>; 14] {
    let bytes = |hash: Option<CometHash>| hash.unwrap_or_default().encode_vec();
    [
        Protobuf::<Consensus>::encode_vec(header.version),
        header.chain_id.clone().encode_vec(),
        header.height.encode_vec(),
        header.time.encode_vec(),
        Protobuf::<BlockId>::encode_vec(header.last_block_id.unwrap_or_default()),
        bytes(header.last_commit_hash),
        bytes(header.data_hash),
        bytes(Some(header.validators_hash)),
        bytes(Some(header.next_validators_hash)),
        bytes(Some(header.consensus_hash)),
        header.app_hash.clone().encode_vec(),
        bytes(header.last_results_hash),
        bytes(header.evidence_hash),
        header.proposer_address.encode_vec(),
    ]
}

impl Canonical for LastBlockIdProof {
    fn write(&self, writer: &mut Writer) {
        writer
            .value(&self.parent)
            .value(&self.parts)
            .value(&self.parts_hash);
        self.path.iter().for_each(|sibling| sibling.write(writer));
    }

    fn read(reader: &mut Reader<'_>) -> Result<LastBlockIdProof, Malformed> {
        Ok(LastBlockIdProof {
            parent: reader.value()?,
            parts: reader.value()?,
            parts_hash: reader.value()?,
            path: [
                reader.value()?,
                reader.value()?,
                reader.value()?,
                reader.value()?,
            ],
        })
    }
}

impl From<LastBlockIdProof> for Bytes {
    fn from(proof: LastBlockIdProof) -> Bytes {
        Bytes(canonical::encode(&proof))
    }
}

impl TryFrom<Bytes> for LastBlockIdProof {
    type Error = Malformed;

    // Inlined into the reader of a list of them it makes 126 locals, and the VM refuses a function above 100.
    #[inline(never)]
    fn try_from(bytes: Bytes) -> Result<LastBlockIdProof, Malformed> {
        canonical::decode("last block id proof", bytes.as_slice())
    }
}
