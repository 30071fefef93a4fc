use std::{
    cmp::Ordering,
    sync::{Arc, OnceLock},
};

use tessera_primitives::Hash;

/// A node of a tree; never changed once made.
#[derive(Debug)]
pub(super) struct Node {
    version: u64,
    height: u8,
    size: u64,
    /// A leaf's key; for an inner node the least key on its right.
    key: Arc<[u8]>,
    content: Content,
    hash: OnceLock<Hash>,
}

#[derive(Debug)]
enum Content {
    Leaf(Vec<u8>),
    Inner(Arc<Node>, Arc<Node>),
}

impl Node {
    pub(super) fn leaf(version: u64, key: &[u8], value: &[u8]) -> Arc<Node> {
        Arc::new(Node {
            version,
            height: 0,
            size: 1,
            key: key.into(),
            content: Content::Leaf(value.to_vec()),
            hash: OnceLock::new(),
        })
    }

    fn inner(version: u64, key: Arc<[u8]>, left: Arc<Node>, right: Arc<Node>) -> Arc<Node> {
        Arc::new(Node {
            version,
            height: left.height.max(right.height).saturating_add(1),
            size: left.size.saturating_add(right.size),
            key,
            content: Content::Inner(left, right),
            hash: OnceLock::new(),
        })
    }

    pub(super) fn height(&self) -> u8 {
        self.height
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    pub(super) fn value(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Leaf(value) => Some(value),
            Content::Inner(..) => None,
        }
    }

    pub(super) fn children(&self) -> Option<(&Arc<Node>, &Arc<Node>)> {
        match &self.content {
            Content::Leaf(_) => None,
            Content::Inner(left, right) => Some((left, right)),
        }
    }

    /// Height, size and version as zigzag varints: what leaves and inner nodes are hashed with first.
    pub(super) fn stamp(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(12);
        for number in [u64::from(self.height), self.size, self.version] {
            // Zigzag of a number that is never negative.
            prost::encoding::encode_varint(number.saturating_mul(2), &mut bytes);
        }
        bytes
    }

    pub(super) fn hash(&self) -> Hash {
        *self.hash.get_or_init(|| {
            let mut bytes = self.stamp();
            match &self.content {
                Content::Leaf(value) => {
                    prost::encoding::encode_varint(self.key.len() as u64, &mut bytes);
                    bytes.extend_from_slice(&self.key);
                    bytes.push(32);
                    bytes.extend_from_slice(Hash::sha256(value).as_bytes());
                }
                Content::Inner(left, right) => {
                    for child in [left, right] {
                        bytes.push(32);
                        bytes.extend_from_slice(child.hash().as_bytes());
                    }
                }
            }
            Hash::sha256(&bytes)
        })
    }
}

/// The subtree with the leaf in it, and whether the leaf replaced one: then the shape is as before.
pub(super) fn set(node: &Arc<Node>, version: u64, leaf: Arc<Node>) -> (Arc<Node>, bool) {
    let (left, right) = match &node.content {
        Content::Inner(left, right) => (left, right),
        Content::Leaf(_) => {
            return match leaf.key.cmp(&node.key) {
                Ordering::Less => {
                    let key = node.key.clone();
                    (Node::inner(version, key, leaf, node.clone()), false)
                }
                Ordering::Greater => {
                    let key = leaf.key.clone();
                    (Node::inner(version, key, node.clone(), leaf), false)
                }
                Ordering::Equal => (leaf, true),
            }
        }
    };
    let (left, right, replaced) = if leaf.key < node.key {
        let (left, replaced) = set(left, version, leaf);
        (left, right.clone(), replaced)
    } else {
        let (right, replaced) = set(right, version, leaf);
        (left.clone(), right, replaced)
    };
    let node = Node::inner(version, node.key.clone(), left, right);
    if replaced {
        (node, true)
    } else {
        (balance(node, version), false)
    }
}

/// What is left of a subtree after a removal.
pub(super) struct Removed {
    /// The subtree; none when its only leaf went.
    pub(super) node: Option<Arc<Node>>,
    /// The subtree's new least key, when that changed.
    least: Option<Arc<[u8]>>,
}

/// Removes a key; `None` when it is not there.
pub(super) fn remove(node: &Arc<Node>, version: u64, key: &[u8]) -> Option<Removed> {
    let (left, right) = match &node.content {
        Content::Inner(left, right) => (left, right),
        Content::Leaf(_) if node.key() == key => {
            return Some(Removed {
                node: None,
                least: None,
            })
        }
        Content::Leaf(_) => return None,
    };
    if key < node.key() {
        let removed = remove(left, version, key)?;
        Some(match removed.node {
            None => Removed {
                node: Some(right.clone()),
                least: Some(node.key.clone()),
            },
            Some(left) => {
                let node = Node::inner(version, node.key.clone(), left, right.clone());
                Removed {
                    node: Some(balance(node, version)),
                    least: removed.least,
                }
            }
        })
    } else {
        let removed = remove(right, version, key)?;
        let node = match removed.node {
            None => left.clone(),
            Some(right) => {
                let key = removed.least.unwrap_or_else(|| node.key.clone());
                balance(Node::inner(version, key, left.clone(), right), version)
            }
        };
        Some(Removed {
            node: Some(node),
            least: None,
        })
    }
}

/// How much higher the left side is.
fn lean(node: &Node) -> i16 {
    node.children().map_or(0, |(left, right)| {
        i16::from(left.height).saturating_sub(i16::from(right.height))
    })
}

fn balance(node: Arc<Node>, version: u64) -> Arc<Node> {
    let Some((left, right)) = node.children() else {
        return node;
    };
    match lean(&node) {
        2.. => {
            let left = if lean(left) >= 0 {
                left.clone()
            } else {
                rotate_left(left.clone(), version)
            };
            rotate_right(
                Node::inner(version, node.key.clone(), left, right.clone()),
                version,
            )
        }
        ..=-2 => {
            let right = if lean(right) <= 0 {
                right.clone()
            } else {
                rotate_right(right.clone(), version)
            };
            rotate_left(
                Node::inner(version, node.key.clone(), left.clone(), right),
                version,
            )
        }
        _ => node,
    }
}

fn rotate_right(node: Arc<Node>, version: u64) -> Arc<Node> {
    let Content::Inner(top, right) = &node.content else {
        return node;
    };
    let Content::Inner(left, middle) = &top.content else {
        return node;
    };
    let below = Node::inner(version, node.key.clone(), middle.clone(), right.clone());
    Node::inner(version, top.key.clone(), left.clone(), below)
}

fn rotate_left(node: Arc<Node>, version: u64) -> Arc<Node> {
    let Content::Inner(left, top) = &node.content else {
        return node;
    };
    let Content::Inner(middle, right) = &top.content else {
        return node;
    };
    let below = Node::inner(version, node.key.clone(), left.clone(), middle.clone());
    Node::inner(version, top.key.clone(), below, right.clone())
}
