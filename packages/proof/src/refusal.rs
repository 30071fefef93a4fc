use alloc::string::String;

use ics23::{HashOp, LeafOp, LengthOp};
use tessera_primitives::{Bytes, Hash};

/// Why a proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Bytes do not decode as an ICS-23 `CommitmentProof`.
    #[error("{what} is not a protobuf CommitmentProof: {reason}")]
    Protobuf {
        /// Which proof.
        what: &'static str,
        /// What the decoder says.
        reason: String,
    },
    /// A `CommitmentProof` of a kind that does not belong here: batches and compressed batches never do.
    #[error("{what} is {actual}, expected {expected}")]
    Kind {
        /// Which proof.
        what: &'static str,
        /// The kinds that are read here.
        expected: &'static str,
        /// The kind that came.
        actual: &'static str,
    },
    /// A part without which there is no proof.
    #[error("{what} is missing")]
    Missing {
        /// The part.
        what: &'static str,
    },
    /// A number outside its range: of keys, of steps, a height.
    #[error("{what} is {actual}, expected {min} to {max}")]
    Number {
        /// The number.
        what: &'static str,
        /// Least value allowed.
        min: u64,
        /// Greatest value allowed.
        max: u64,
        /// The value that came.
        actual: u64,
    },
    /// A byte string of a length outside its range.
    #[error("{what} is {actual} bytes long, expected {min} to {max}")]
    Length {
        /// The byte string.
        what: &'static str,
        /// Least length allowed.
        min: usize,
        /// Greatest length allowed.
        max: usize,
        /// The length that came.
        actual: usize,
    },
    /// A hash or length operation that the spec does not name. The numbers are those of ICS-23's protobuf.
    #[error("{what} is operation {actual}, expected {expected}")]
    Operation {
        /// Which operation.
        what: &'static str,
        /// The operation of the spec.
        expected: i32,
        /// The operation that came.
        actual: i32,
    },
    /// Fixed bytes that are not as they must be.
    #[error("{what} is {actual} (base64), expected {expected}")]
    Bytes {
        /// Which bytes.
        what: &'static str,
        /// How they must be.
        expected: &'static str,
        /// The bytes that came.
        actual: Bytes,
    },
    /// A varint that ends too early, is longer than it need be, negative, or above 64 bits.
    #[error("{what} has a varint that is not canonical")]
    Varint {
        /// Where it stands.
        what: &'static str,
    },
    /// An inner node with another number of children than two, or with a child that is not framed as 32 bytes.
    #[error("an inner node has {prefix} bytes before its child and {suffix} after it, which are not one sibling")]
    Siblings {
        /// Bytes before the child.
        prefix: usize,
        /// Bytes after the child.
        suffix: usize,
    },
    /// The proof is about another key.
    #[error("the proof is about key {actual} (base64), expected {expected}")]
    Key {
        /// The key that was asked.
        expected: Bytes,
        /// The key that the proof names.
        actual: Bytes,
    },
    /// Two keys of a proof are not in ascending order.
    #[error("key {lower} (base64) should be below {upper}")]
    Order {
        /// The key that comes first.
        lower: Bytes,
        /// The key that comes after it.
        upper: Bytes,
    },
    /// The leaves that should enclose an absent key have others between them, or beside them at an edge.
    #[error("the leaves shown for absent key {key} (base64) are not next to each other, or not at the edge")]
    NotNeighbours {
        /// The key that is said to be absent.
        key: Bytes,
    },
    /// The proof leads to another root.
    #[error("{what} leads to root {actual}, expected {expected}")]
    Root {
        /// Which proof.
        what: &'static str,
        /// The root that is trusted.
        expected: Hash,
        /// The root that the proof gives.
        actual: Hash,
    },
    /// The `ics23` library refuses what our own checks let pass.
    #[error("ics23 refuses the {what}")]
    Ics23 {
        /// Which proof.
        what: &'static str,
    },
    /// A multiproof's bytes do not fit at some place.
    #[error("multiproof is wrong at offset {offset}: expected {expected}")]
    Token {
        /// Offset of the first byte that does not fit.
        offset: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// Single proofs under one root that tell of different trees: it takes a collision of SHA-256.
    #[error("the single proofs disagree below height {height}")]
    Disagree {
        /// Height of the last node that they share.
        height: u8,
    },
}

impl Refusal {
    pub(crate) fn if_empty(what: &'static str, bytes: &[u8]) -> Result<(), Refusal> {
        if bytes.is_empty() {
            let (min, max, actual) = (1, usize::MAX, 0);
            return Err(Refusal::Length {
                what,
                min,
                max,
                actual,
            });
        }
        Ok(())
    }

    pub(crate) fn unless_within(
        what: &'static str,
        min: u64,
        max: u64,
        actual: u64,
    ) -> Result<(), Refusal> {
        if !(min..=max).contains(&actual) {
            return Err(Refusal::Number {
                what,
                min,
                max,
                actual,
            });
        }
        Ok(())
    }

    pub(crate) fn unless_op(what: &'static str, expected: i32, actual: i32) -> Result<(), Refusal> {
        if expected != actual {
            return Err(Refusal::Operation {
                what,
                expected,
                actual,
            });
        }
        Ok(())
    }

    /// Both specs hash their leaves alike.
    pub(crate) fn unless_leaf_ops(leaf: &LeafOp) -> Result<(), Refusal> {
        let sha256 = HashOp::Sha256.into();
        let length = LengthOp::VarProto.into();
        Refusal::unless_op("hash of a leaf", sha256, leaf.hash)?;
        Refusal::unless_op(
            "hash of a leaf's key",
            HashOp::NoHash.into(),
            leaf.prehash_key,
        )?;
        Refusal::unless_op("hash of a leaf's value", sha256, leaf.prehash_value)?;
        Refusal::unless_op("length in a leaf", length, leaf.length)
    }
}
