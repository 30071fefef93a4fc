//! An ordered map that commits to its contents exactly as IAVL 1.x does.

mod node;
mod proof;
mod range;

use std::sync::Arc;

use tessera_primitives::Hash;

use node::Node;
pub use range::Entries;

/// A persistent IAVL tree: a balanced binary tree with all values in its leaves, every node stamped with the version
/// that wrote it.
///
/// A copy costs one reference count and stays as it was when the other is written to: that is how old versions remain
/// provable and how a fork shares its past. Hashes are computed when first asked for.
///
/// The shape is the real one: the same sequence of writes gives the same root hash as `github.com/cosmos/iavl`, which
/// `tests/iavl.rs` checks against vectors that IAVL itself printed.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    root: Option<Arc<Node>>,
}

impl Tree {
    /// The root hash; that of an empty tree is SHA-256 of nothing.
    pub fn hash(&self) -> Hash {
        match &self.root {
            Some(root) => root.hash(),
            None => Hash::sha256(&[]),
        }
    }

    /// The number of entries.
    pub fn len(&self) -> u64 {
        self.root.as_ref().map_or(0, |root| root.size())
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// The greatest number of inner nodes above an entry.
    pub fn depth(&self) -> u8 {
        self.root.as_ref().map_or(0, |root| root.height())
    }

    /// The value under a key.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        let mut node = self.root.as_ref()?;
        loop {
            match node.children() {
                Some((left, right)) => node = if key < node.key() { left } else { right },
                None if node.key() == key => return node.value(),
                None => return None,
            }
        }
    }

    /// Writes a value. Writing the same value again stamps it anew, as in IAVL.
    pub fn set(&mut self, version: u64, key: &[u8], value: &[u8]) {
        let leaf = Node::leaf(version, key, value);
        self.root = Some(match &self.root {
            Some(root) => node::set(root, version, leaf).0,
            None => leaf,
        });
    }

    /// Removes a key; answers whether it was there. A key that is absent changes nothing.
    pub fn remove(&mut self, version: u64, key: &[u8]) -> bool {
        let Some(root) = &self.root else {
            return false;
        };
        match node::remove(root, version, key) {
            Some(removed) => {
                self.root = removed.node;
                true
            }
            None => false,
        }
    }

    /// The entries from `start` (included) to `end` (excluded), ascending or descending.
    pub fn entries(&self, start: Option<&[u8]>, end: Option<&[u8]>, ascending: bool) -> Entries {
        Entries::new(self.root.as_ref(), start, end, ascending)
    }

    /// The ICS-23 proof (`ics23::iavl_spec`) that a key holds its value, or that it holds none. An empty tree proves
    /// nothing: the answer is a proof without neighbours, which every verifier refuses.
    pub fn prove(&self, key: &[u8]) -> ics23::CommitmentProof {
        proof::prove(self.root.as_ref(), key)
    }
}
