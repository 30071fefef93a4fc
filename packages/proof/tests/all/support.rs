//! A tree in the shape of IAVL's, and a zone around it: what the verifiers are tried against. It hashes by `ics23`'s
//! own rules (through `Path::to_ics23`) and by `iavl`'s functions, which must agree or nothing verifies.

use ics23::{
    commitment_proof::Proof as Kind, CommitmentProof, ExistenceProof, HashOp, InnerOp, LeafOp,
    LengthOp, NonExistenceProof,
};
use prost::Message;
use tessera_primitives::{Bytes, CanonicalAddress, Hash};
use tessera_proof::{
    iavl::{self, Header, Path, Side, Step},
    multiproof, single, store, Refusal, StoragePath,
};

pub const CONTRACT: [u8; 32] = [0xc0; 32];

pub fn contract() -> CanonicalAddress {
    CanonicalAddress::new(CONTRACT).unwrap()
}

/// The raw keys of most stories.
pub const KEYS: [&str; 9] = ["b", "d", "f", "h", "j", "l", "n", "p", "r"];

/// The full key of our contract's raw key.
pub fn full(key: &[u8]) -> Vec<u8> {
    StoragePath {
        contract: contract(),
        key: key.to_vec(),
    }
    .full_key()
}

#[derive(Clone, Debug)]
pub struct Leaf {
    pub key: Vec<u8>,
    pub value: Vec<u8>,
    pub version: u64,
}

enum Node {
    Leaf(Leaf),
    Inner {
        header: Header,
        left: Box<Node>,
        right: Box<Node>,
    },
}

impl Node {
    /// Leaves are split in halves, so heights differ by at most one, as in an AVL tree; a parent is as new as its
    /// newest child.
    fn grow(leaves: &[Leaf]) -> (Node, u8, u64) {
        if let [leaf] = leaves {
            return (Node::Leaf(leaf.clone()), 0, leaf.version);
        }
        let (left, right) = leaves.split_at(leaves.len() / 2);
        let (left, left_height, left_version) = Node::grow(left);
        let (right, right_height, right_version) = Node::grow(right);
        let (height, version) = (
            left_height.max(right_height) + 1,
            left_version.max(right_version),
        );
        let header = Header::new(height, leaves.len() as u64, version).unwrap();
        let (left, right) = (Box::new(left), Box::new(right));
        let node = Node::Inner {
            header,
            left,
            right,
        };
        (node, height, version)
    }

    /// Appends the paths of all leaves below, without the steps above, and returns the node's hash.
    fn paths(&self, paths: &mut Vec<Path>) -> Hash {
        match self {
            Node::Leaf(leaf) => {
                paths.push(Path {
                    key: leaf.key.clone(),
                    value: leaf.value.clone(),
                    version: leaf.version,
                    steps: vec![],
                });
                iavl::leaf_hash(&leaf.key, &leaf.value, leaf.version)
            }
            Node::Inner {
                header,
                left,
                right,
            } => {
                let start = paths.len();
                let left = left.paths(paths);
                let middle = paths.len();
                let right = right.paths(paths);
                for (at, path) in paths.iter_mut().enumerate().skip(start) {
                    let (side, sibling) = if at < middle {
                        (Side::Left, right)
                    } else {
                        (Side::Right, left)
                    };
                    path.steps.push(Step {
                        header: *header,
                        side,
                        sibling,
                    });
                }
                header.hash(&left, &right)
            }
        }
    }
}

/// A store's tree with every path in it, ascending.
pub struct Tree {
    pub root: Hash,
    pub paths: Vec<Path>,
}

impl Tree {
    /// Grows a tree over at least one leaf.
    pub fn new(mut leaves: Vec<Leaf>) -> Tree {
        leaves.sort_by(|a, b| a.key.cmp(&b.key));
        leaves.dedup_by(|a, b| a.key == b.key);
        let mut paths = vec![];
        let root = Node::grow(&leaves).0.paths(&mut paths);
        Tree { root, paths }
    }

    /// Raw keys of our contract, all with a short value of their own.
    pub fn of_keys(keys: &[&str]) -> Tree {
        let leaf = |(at, key): (usize, &&str)| Leaf {
            key: full(key.as_bytes()),
            value: format!("value of {key}").into_bytes(),
            version: at as u64 + 1,
        };
        Tree::new(keys.iter().enumerate().map(leaf).collect())
    }

    fn find(&self, key: &[u8]) -> Result<usize, usize> {
        self.paths
            .binary_search_by(|path| path.key.as_slice().cmp(key))
    }

    pub fn value(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.find(key).ok().map(|at| self.paths[at].value.clone())
    }

    /// The ICS-23 proof for a full key, as a node's `abci_query` would give it.
    pub fn prove(&self, key: &[u8]) -> CommitmentProof {
        match self.find(key) {
            Ok(at) => exist(self.paths[at].to_ics23()),
            Err(at) => absent(
                key,
                at.checked_sub(1).map(|at| &self.paths[at]),
                self.paths.get(at),
            ),
        }
    }
}

pub fn exist(proof: ExistenceProof) -> CommitmentProof {
    CommitmentProof {
        proof: Some(Kind::Exist(proof)),
    }
}

pub fn absent(key: &[u8], left: Option<&Path>, right: Option<&Path>) -> CommitmentProof {
    CommitmentProof {
        proof: Some(Kind::Nonexist(NonExistenceProof {
            key: key.to_vec(),
            left: left.map(Path::to_ics23),
            right: right.map(Path::to_ics23),
        })),
    }
}

/// The existence proof inside, to be forged.
pub fn existence(proof: &mut CommitmentProof) -> &mut ExistenceProof {
    match &mut proof.proof {
        Some(Kind::Exist(proof)) => proof,
        other => panic!("not an existence proof: {other:?}"),
    }
}

pub fn bytes(proof: &CommitmentProof) -> Bytes {
    Bytes(proof.encode_to_vec())
}

/// The multistore of a zone with a store on each side of `wasm`, as an RFC 6962 tree: its app hash, and the proof of
/// the store with this name.
pub fn multistore(wasm: &Hash, name: &[u8]) -> (Hash, CommitmentProof) {
    let stores = [
        (b"bank".as_slice(), Hash::sha256(b"bank's root")),
        (b"mint", Hash::sha256(b"mint's root")),
        (store::NAME, *wasm),
    ];
    let leaf = |(name, root): &(&[u8], Hash)| {
        let (name_length, root_hash) = ([name.len() as u8], Hash::sha256(root.as_bytes()));
        Hash::sha256_of(&[&[0], &name_length, name, &[32], root_hash.as_bytes()])
    };
    let inner = |left: &Hash, right: &Hash| Hash::sha256_of(&[&[1], &left.0, &right.0]);
    let [bank, mint, wasm_leaf] = [leaf(&stores[0]), leaf(&stores[1]), leaf(&stores[2])];
    let banks = inner(&bank, &mint);
    let step = |prefix: &[&[u8]], suffix: &[u8]| InnerOp {
        hash: HashOp::Sha256.into(),
        prefix: prefix.concat(),
        suffix: suffix.to_vec(),
    };
    let path = match name {
        b"bank" => vec![step(&[&[1]], &mint.0), step(&[&[1]], &wasm_leaf.0)],
        b"mint" => vec![step(&[&[1], &bank.0], &[]), step(&[&[1]], &wasm_leaf.0)],
        _ => vec![step(&[&[1], &banks.0], &[])],
    };
    let found = stores.iter().find(|(other, _)| *other == name).unwrap();
    let proof = exist(ExistenceProof {
        key: name.to_vec(),
        value: found.1.as_bytes().to_vec(),
        leaf: Some(LeafOp {
            hash: HashOp::Sha256.into(),
            prehash_key: HashOp::NoHash.into(),
            prehash_value: HashOp::Sha256.into(),
            length: LengthOp::VarProto.into(),
            prefix: vec![0],
        }),
        path,
    });
    (inner(&banks, &wasm_leaf), proof)
}

/// The multiproof of raw keys, made of their single proofs.
pub fn combined(tree: &Tree, keys: &[Vec<u8>]) -> Result<Bytes, Refusal> {
    let prove = |key: &Vec<u8>| bytes(&tree.prove(&full(key)));
    let items: Vec<Bytes> = keys.iter().map(prove).collect();
    multiproof::combine(&contract(), keys, &items)
}

pub fn raw(keys: &[&str]) -> Vec<Vec<u8>> {
    keys.iter().map(|key| key.as_bytes().to_vec()).collect()
}

pub fn refuse(tree: &Tree, keys: &[&str], proof: &[u8]) -> Refusal {
    multiproof::verify(&tree.root, &contract(), &raw(keys), proof).unwrap_err()
}

/// `((b d) (f h))`, versions 1 to 4, each value nine bytes.
pub fn tree_of_four() -> (Tree, [Hash; 4]) {
    let tree = Tree::of_keys(&["b", "d", "f", "h"]);
    let hash = |path: &Path| iavl::leaf_hash(&path.key, &path.value, path.version);
    let hashes = [0, 1, 2, 3].map(|at: usize| hash(&tree.paths[at]));
    (tree, hashes)
}

/// Forges the existence proof of `key` and asks for `key`.
pub fn forge(key: &str, how: impl FnOnce(&mut ExistenceProof)) -> Refusal {
    let tree = Tree::of_keys(&KEYS);
    let key = full(key.as_bytes());
    let mut proof = tree.prove(&key);
    assert!(single::verify(&tree.root, &key, bytes(&proof).as_slice()).is_ok());
    how(existence(&mut proof));
    single::verify(&tree.root, &key, bytes(&proof).as_slice()).unwrap_err()
}
