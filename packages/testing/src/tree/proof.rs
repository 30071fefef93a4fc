use std::sync::Arc;

use ics23::{
    commitment_proof::Proof, CommitmentProof, ExistenceProof, HashOp, InnerOp, LeafOp, LengthOp,
    NonExistenceProof,
};

use super::node::Node;

/// Length byte before each hash in an inner node.
const HASH_LENGTH: u8 = 32;

pub(super) fn prove(root: Option<&Arc<Node>>, key: &[u8]) -> CommitmentProof {
    let proof = match root.and_then(|root| existence(root, key)) {
        Some(proof) => Proof::Exist(proof),
        None => {
            let (left, right) = root.map_or((None, None), |root| neighbours(root, key));
            let exists = |neighbour: Option<&Node>| {
                root.zip(neighbour)
                    .and_then(|(root, leaf)| existence(root, leaf.key()))
            };
            Proof::Nonexist(NonExistenceProof {
                key: key.to_vec(),
                left: exists(left),
                right: exists(right),
            })
        }
    };
    CommitmentProof { proof: Some(proof) }
}

fn existence(root: &Arc<Node>, key: &[u8]) -> Option<ExistenceProof> {
    let mut path = Vec::new();
    let mut node = root;
    while let Some((left, right)) = node.children() {
        let mut prefix = node.stamp();
        let mut suffix = Vec::new();
        if key < node.key() {
            prefix.push(HASH_LENGTH);
            suffix.push(HASH_LENGTH);
            suffix.extend_from_slice(right.hash().as_bytes());
            node = left;
        } else {
            prefix.push(HASH_LENGTH);
            prefix.extend_from_slice(left.hash().as_bytes());
            prefix.push(HASH_LENGTH);
            node = right;
        }
        path.push(InnerOp {
            hash: HashOp::Sha256.into(),
            prefix,
            suffix,
        });
    }
    path.reverse();
    let value = node.value().filter(|_| node.key() == key)?;
    Some(ExistenceProof {
        key: key.to_vec(),
        value: value.to_vec(),
        leaf: Some(LeafOp {
            hash: HashOp::Sha256.into(),
            prehash_key: HashOp::NoHash.into(),
            prehash_value: HashOp::Sha256.into(),
            length: LengthOp::VarProto.into(),
            prefix: node.stamp(),
        }),
        path,
    })
}

/// The leaves on both sides of a key that is absent.
fn neighbours<'a>(root: &'a Arc<Node>, key: &[u8]) -> (Option<&'a Node>, Option<&'a Node>) {
    let (mut below, mut above) = (None, None);
    let mut node = root;
    while let Some((left, right)) = node.children() {
        if key < node.key() {
            above = Some(right);
            node = left;
        } else {
            below = Some(left);
            node = right;
        }
    }
    let least = |node: Option<&'a Arc<Node>>| node.map(|node| edge(node, true));
    let greatest = |node: Option<&'a Arc<Node>>| node.map(|node| edge(node, false));
    if node.key() < key {
        (Some(node.as_ref()), least(above))
    } else {
        (greatest(below), Some(node.as_ref()))
    }
}

fn edge(node: &Arc<Node>, least: bool) -> &Node {
    let mut node = node;
    while let Some((left, right)) = node.children() {
        node = if least { left } else { right };
    }
    node
}
