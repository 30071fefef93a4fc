use alloc::vec::Vec;

use ics23::{ExistenceProof, HashOp, InnerOp, LeafOp, LengthOp};
use tessera_primitives::{Bytes, Hash};

use crate::{
    iavl::{leaf_hash, leaf_prefix, Header, HASH_LENGTH, MAX_HEIGHT},
    varint, Refusal,
};

/// Which child of its parent a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one with the smaller keys.
    Left,
    /// The one with the greater keys.
    Right,
}

/// One step of a path towards the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What the parent says of itself.
    pub header: Header,
    /// Which child the path comes from.
    pub side: Side,
    /// The hash of the other child.
    pub sibling: Hash,
}

/// A leaf and its way to the root: an ICS-23 existence proof under `iavl_spec`, in the one shape that an IAVL tree gives
/// it. Whatever is a `Path` can be said by a multiproof, and the reverse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The full key.
    pub key: Vec<u8>,
    /// The value.
    pub value: Vec<u8>,
    /// The tree's version when the leaf was written.
    pub version: u64,
    /// From the leaf's parent to the root.
    pub steps: Vec<Step>,
}

impl Path {
    /// Reads an existence proof.
    ///
    /// # Errors
    /// [`Refusal`] for any proof that no IAVL tree gives: see the list at the head of the crate.
    pub fn read(proof: &ExistenceProof) -> Result<Path, Refusal> {
        Refusal::if_empty("key of a leaf", &proof.key)?;
        Refusal::if_empty("value of a leaf", &proof.value)?;
        let what = "number of steps";
        Refusal::unless_within(what, 0, MAX_HEIGHT.into(), proof.path.len() as u64)?;
        let version = read_leaf(proof.leaf.as_ref())?;
        let steps: Vec<Step> = proof
            .path
            .iter()
            .map(Step::read)
            .collect::<Result<_, _>>()?;
        let mut below = 0u8;
        for step in &steps {
            let height = step.header.height();
            let least = u64::from(below.saturating_add(1));
            Refusal::unless_within(
                "height of a parent",
                least,
                MAX_HEIGHT.into(),
                height.into(),
            )?;
            below = height;
        }
        let (key, value) = (proof.key.clone(), proof.value.clone());
        Ok(Path {
            key,
            value,
            version,
            steps,
        })
    }

    /// The existence proof that this path was read from.
    pub fn to_ics23(&self) -> ExistenceProof {
        ExistenceProof {
            key: self.key.clone(),
            value: self.value.clone(),
            leaf: Some(LeafOp {
                hash: HashOp::Sha256.into(),
                prehash_key: HashOp::NoHash.into(),
                prehash_value: HashOp::Sha256.into(),
                length: LengthOp::VarProto.into(),
                prefix: leaf_prefix(self.version),
            }),
            path: self.steps.iter().copied().map(Step::to_ics23).collect(),
        }
    }

    /// The root that the path leads to.
    pub fn root(&self) -> Hash {
        let leaf = leaf_hash(&self.key, &self.value, self.version);
        self.steps.iter().fold(leaf, |child, step| match step.side {
            Side::Left => step.header.hash(&child, &step.sibling),
            Side::Right => step.header.hash(&step.sibling, &child),
        })
    }
}

impl Step {
    fn read(op: &InnerOp) -> Result<Step, Refusal> {
        Refusal::unless_op("hash of an inner node", HashOp::Sha256.into(), op.hash)?;
        let (header, rest) = Header::read(&op.prefix)?;
        // Exactly two children, one of which is the path's own: `20 child 20 sibling` or `20 sibling 20 child`.
        let (side, sibling) = match (rest, op.suffix.as_slice()) {
            (&[HASH_LENGTH], [HASH_LENGTH, right @ ..]) => (Side::Left, right),
            ([HASH_LENGTH, left @ .., HASH_LENGTH], []) => (Side::Right, left),
            _ => return Err(siblings(op)),
        };
        let sibling = Hash::try_from(sibling).map_err(|_| siblings(op))?;
        Ok(Step {
            header,
            side,
            sibling,
        })
    }

    fn to_ics23(self) -> InnerOp {
        let mut prefix = self.header.bytes();
        let mut suffix = Vec::new();
        prefix.push(HASH_LENGTH);
        match self.side {
            Side::Left => {
                suffix.push(HASH_LENGTH);
                suffix.extend_from_slice(self.sibling.as_bytes());
            }
            Side::Right => {
                prefix.extend_from_slice(self.sibling.as_bytes());
                prefix.push(HASH_LENGTH);
            }
        }
        InnerOp {
            hash: HashOp::Sha256.into(),
            prefix,
            suffix,
        }
    }
}

fn read_leaf(leaf: Option<&LeafOp>) -> Result<u64, Refusal> {
    let leaf = leaf.ok_or(Refusal::Missing { what: "leaf" })?;
    Refusal::unless_leaf_ops(leaf)?;
    let wrong = || Refusal::Bytes {
        what: "leaf prefix",
        expected: "00 02 and a version",
        actual: Bytes(leaf.prefix.clone()),
    };
    let version = leaf.prefix.strip_prefix(&[0, 2]).ok_or_else(wrong)?;
    match varint::read_signed(version) {
        Some((version, [])) => Ok(version),
        _ => Err(wrong()),
    }
}

fn siblings(op: &InnerOp) -> Refusal {
    Refusal::Siblings {
        prefix: op.prefix.len(),
        suffix: op.suffix.len(),
    }
}
