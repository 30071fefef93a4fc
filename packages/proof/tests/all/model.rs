//! Random stores, also such as no zone would grow, and two provers for them that are written from the documents, apart
//! from the crate's own writers, so that they can write what those refuse to.

use ics23::{ExistenceProof, HashOp, InnerOp, LeafOp, LengthOp, NonExistenceProof};
use proptest::{collection::vec, option::weighted, prelude::*};
use tessera_primitives::{Bytes, Hash};

use crate::support::{bytes, exist, full};

/// A node that may lie about itself.
#[derive(Clone, Debug)]
enum Node {
    Leaf {
        key: Vec<u8>,
        value: Vec<u8>,
        version: u64,
    },
    Inner {
        height: u64,
        size: u64,
        version: u64,
        children: Box<(Node, Node)>,
    },
}

/// How an inner node lies.
#[derive(Clone, Copy, Debug)]
enum Lie {
    Height(u64),
    Raise(i8),
    Size(u64),
    Version(u64),
}

#[derive(Clone, Debug)]
struct Planted {
    key: Vec<u8>,
    foreign: bool,
    value: Vec<u8>,
    version: u64,
}

/// Where each inner node splits its leaves, and how it lies.
type Shape = Vec<(u16, Option<Lie>)>;

fn grow(leaves: &[Planted], shape: &mut impl Iterator<Item = (u16, Option<Lie>)>) -> Node {
    if let [leaf] = leaves {
        return Node::Leaf {
            key: leaf.key.clone(),
            value: leaf.value.clone(),
            version: leaf.version,
        };
    }
    let (split, lie) = shape.next().unwrap_or((0, None));
    // Not always in the middle: adjacency must not depend on balance.
    let middle = 1 + usize::from(split) % (leaves.len() - 1);
    let (left, right) = leaves.split_at(middle);
    let children = Box::new((grow(left, shape), grow(right, shape)));
    let (mut height, mut size) = (
        children
            .0
            .height()
            .max(children.1.height())
            .saturating_add(1),
        leaves.len() as u64,
    );
    let mut version = children.0.version().max(children.1.version());
    match lie {
        Some(Lie::Height(lied)) => height = lied,
        Some(Lie::Raise(by)) => height = height.saturating_add_signed(by.into()),
        Some(Lie::Size(lied)) => size = lied,
        Some(Lie::Version(lied)) => version = lied,
        None => {}
    }
    Node::Inner {
        height,
        size,
        version,
        children,
    }
}

fn varint(mut number: u128, to: &mut Vec<u8>) {
    while number >= 128 {
        to.push((number % 128) as u8 | 128);
        number /= 128;
    }
    to.push(number as u8);
}

fn zigzag(number: i128) -> u128 {
    if number < 0 {
        (-number * 2 - 1) as u128
    } else {
        (number * 2) as u128
    }
}

fn signed(numbers: &[u64]) -> Vec<u8> {
    let mut to = vec![];
    numbers
        .iter()
        .for_each(|number| varint(zigzag((*number).into()), &mut to));
    to
}

fn sized(bytes: &[u8], to: &mut Vec<u8>) {
    varint(bytes.len() as u128, to);
    to.extend_from_slice(bytes);
}

impl Node {
    fn height(&self) -> u64 {
        match self {
            Node::Leaf { .. } => 0,
            Node::Inner { height, .. } => *height,
        }
    }

    fn version(&self) -> u64 {
        match self {
            Node::Leaf { version, .. } | Node::Inner { version, .. } => *version,
        }
    }

    fn hash(&self) -> [u8; 32] {
        match self {
            Node::Leaf {
                key,
                value,
                version,
            } => {
                let mut node = signed(&[0, 1, *version]);
                sized(key, &mut node);
                sized(&Hash::sha256(value).0, &mut node);
                Hash::sha256(&node).0
            }
            Node::Inner {
                height,
                size,
                version,
                children,
            } => {
                let mut node = signed(&[*height, *size, *version]);
                sized(&children.0.hash(), &mut node);
                sized(&children.1.hash(), &mut node);
                Hash::sha256(&node).0
            }
        }
    }

    /// The ICS-23 existence proofs of all leaves, ascending, without the steps above this node.
    fn prove(&self) -> Vec<ExistenceProof> {
        match self {
            Node::Leaf {
                key,
                value,
                version,
            } => vec![ExistenceProof {
                key: key.clone(),
                value: value.clone(),
                leaf: Some(LeafOp {
                    hash: HashOp::Sha256.into(),
                    prehash_key: HashOp::NoHash.into(),
                    prehash_value: HashOp::Sha256.into(),
                    length: LengthOp::VarProto.into(),
                    prefix: signed(&[0, 1, *version]),
                }),
                path: vec![],
            }],
            Node::Inner {
                height,
                size,
                version,
                children,
            } => {
                let header = signed(&[*height, *size, *version]);
                let (left, right) = (children.0.hash(), children.1.hash());
                let step = |prefix: &[&[u8]], suffix: &[&[u8]]| InnerOp {
                    hash: HashOp::Sha256.into(),
                    prefix: [&[header.as_slice()], prefix].concat().concat(),
                    suffix: suffix.concat(),
                };
                let of_left = step(&[&[32]], &[&[32], &right]);
                let of_right = step(&[&[32], &left, &[32]], &[]);
                let mut proofs = children.0.prove();
                proofs
                    .iter_mut()
                    .for_each(|proof| proof.path.push(of_left.clone()));
                let mut others = children.1.prove();
                others
                    .iter_mut()
                    .for_each(|proof| proof.path.push(of_right.clone()));
                proofs.extend(others);
                proofs
            }
        }
    }

    fn shows(&self, shown: &[Vec<u8>]) -> bool {
        match self {
            Node::Leaf { key, .. } => shown.contains(key),
            Node::Inner { children, .. } => children.0.shows(shown) || children.1.shows(shown),
        }
    }

    /// Writes the multiproof that shows these leaves: `None` when its tokens cannot say what this node is.
    fn tokens(
        &self,
        shown: &[Vec<u8>],
        asked: &mut &[Vec<u8>],
        parent: u64,
        to: &mut Vec<u8>,
    ) -> Option<()> {
        let difference = zigzag(i128::from(self.version()) - i128::from(parent));
        match self {
            _ if !self.shows(shown) => to.extend(self.hash()),
            Node::Leaf { key, value, .. } => {
                let skipped = asked.iter().take_while(|asked| *asked < key).count();
                *asked = &asked[skipped..];
                let own = key.strip_prefix(full(&[]).as_slice());
                if asked.first() == Some(key) {
                    *asked = &asked[1..];
                    to.push(skipped as u8);
                    varint(difference, to);
                    sized(value, to);
                } else {
                    to.push(if own.is_some() { 62 } else { 63 });
                    varint(difference, to);
                    sized(own.unwrap_or(key), to);
                    // An empty value can only be tried as the hash of one.
                    if (1..32).contains(&value.len()) {
                        sized(value, to);
                    } else {
                        to.push(0);
                        to.extend(Hash::sha256(value).0);
                    }
                }
            }
            Node::Inner {
                height,
                size,
                version,
                children,
            } => {
                let (left, right) = (&children.0, &children.1);
                let kind = match (left.shows(shown), right.shows(shown)) {
                    (true, true) => 1,
                    (false, _) => 2,
                    (_, false) => 3,
                };
                let number = u8::try_from(height.checked_sub(1)?)
                    .ok()
                    .filter(|number| *number < 64)?;
                to.push(kind << 6 | number);
                varint((*size).into(), to);
                varint(difference, to);
                left.tokens(shown, asked, *version, to)?;
                right.tokens(shown, asked, *version, to)?;
            }
        }
        Some(())
    }
}

/// A store and some keys of our contract to ask for: some of them there, some not.
#[derive(Clone, Debug)]
pub struct Case {
    tree: Node,
    pub keys: Vec<Vec<u8>>,
}

impl Case {
    pub fn root(&self) -> Hash {
        Hash(self.tree.hash())
    }

    /// The single proofs of all keys, and the leaves that they show.
    pub fn singles(&self) -> (Vec<Bytes>, Vec<Vec<u8>>) {
        let leaves = self.tree.prove();
        let mut shown = vec![];
        let mut prove = |key: &Vec<u8>| {
            let key = full(key);
            let found = leaves.binary_search_by(|leaf| leaf.key.cmp(&key));
            let proof = match found {
                Ok(at) => {
                    shown.push(key);
                    exist(leaves[at].clone())
                }
                Err(at) => {
                    let left = at.checked_sub(1).and_then(|at| leaves.get(at)).cloned();
                    let right = leaves.get(at).cloned();
                    shown.extend(left.iter().chain(&right).map(|leaf| leaf.key.clone()));
                    let absent = NonExistenceProof { key, left, right };
                    ics23::CommitmentProof {
                        proof: Some(ics23::commitment_proof::Proof::Nonexist(absent)),
                    }
                }
            };
            bytes(&proof)
        };
        let proofs = self.keys.iter().map(&mut prove).collect();
        (proofs, shown)
    }

    /// The keys of all leaves.
    pub fn leaves(&self) -> Vec<Vec<u8>> {
        self.tree.prove().into_iter().map(|leaf| leaf.key).collect()
    }

    /// The multiproof that shows these leaves, if it can be written.
    pub fn multi(&self, shown: &[Vec<u8>]) -> Option<Vec<u8>> {
        let mut asked: Vec<Vec<u8>> = self.keys.iter().map(|key| full(key)).collect();
        asked.sort();
        asked.dedup();
        let mut proof = vec![];
        self.tree
            .tokens(shown, &mut asked.as_slice(), 0, &mut proof)?;
        Some(proof)
    }

    /// What the tree truly holds.
    pub fn truth(&self) -> Vec<Option<Vec<u8>>> {
        let leaves = self.tree.prove();
        let value = |key: &Vec<u8>| {
            leaves
                .iter()
                .find(|leaf| leaf.key == full(key))
                .map(|leaf| leaf.value.clone())
        };
        self.keys.iter().map(value).collect()
    }
}

fn raw_key() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![Just(0u8), Just(1), Just(255)], 0..4)
}

fn version() -> impl Strategy<Value = u64> {
    prop_oneof![20 => 0..10_000_000u64, 1 => Just(i64::MAX as u64), 1 => any::<u64>()]
}

fn lie() -> impl Strategy<Value = Lie> {
    prop_oneof![
        prop_oneof![Just(0), 1..70u64, any::<u64>()].prop_map(Lie::Height),
        (-3..4i8).prop_map(Lie::Raise),
        prop_oneof![0..4u64, (0..64u32).prop_map(|bit| 1 << bit), any::<u64>()].prop_map(Lie::Size),
        prop_oneof![0..4u64, (0..64u32).prop_map(|bit| 1 << bit), any::<u64>()]
            .prop_map(Lie::Version),
    ]
}

fn planted() -> impl Strategy<Value = Planted> {
    let value = prop_oneof![1 => Just(vec![]), 30 => vec(any::<u8>(), 1..70)];
    (raw_key(), weighted(0.1, any::<bool>()), value, version()).prop_map(
        |(key, foreign, value, version)| {
            let key = match foreign {
                Some(true) => [&[4, 1], key.as_slice()].concat(),
                Some(false) => [&[3, 0xc0], key.as_slice()].concat(),
                None => full(&key),
            };
            Planted {
                key,
                foreign: foreign.is_some(),
                value,
                version,
            }
        },
    )
}

/// Stores that grow as they should, or in which one inner node of twenty, and one leaf of ten, is odd.
pub fn case(lies: bool) -> impl Strategy<Value = Case> {
    let shape = vec((any::<u16>(), weighted(0.05, lie())), 30);
    let asked = vec(prop_oneof![raw_key(), vec(any::<u8>(), 1..3)], 1..10);
    (
        vec(planted(), 1..30),
        shape,
        asked,
        vec(any::<prop::sample::Index>(), 0..6),
    )
        .prop_map(
            move |(mut leaves, mut shape, mut keys, present): (_, Shape, _, _)| {
                if !lies {
                    shape.iter_mut().for_each(|(_, lie)| *lie = None);
                    for leaf in &mut leaves {
                        leaf.version %= 10_000_000;
                        leaf.value.push(0);
                    }
                }
                leaves.sort_by(|a: &Planted, b| a.key.cmp(&b.key));
                leaves.dedup_by(|a, b| a.key == b.key);
                let own: Vec<&Planted> = leaves.iter().filter(|leaf| !leaf.foreign).collect();
                if !own.is_empty() {
                    keys.extend(
                        present
                            .iter()
                            .map(|index| index.get(&own).key[33..].to_vec()),
                    );
                }
                let tree = grow(&leaves, &mut shape.into_iter());
                Case { tree, keys }
            },
        )
}
