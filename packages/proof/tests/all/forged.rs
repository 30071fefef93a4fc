//! A relayer forges single proofs: Dragonberry, BNB 2022, VSA-2022-100 and their cousins. The root is always the true
//! one, so whatever is let through would be believed.

use ics23::{
    commitment_proof::Proof as Kind, compress, iavl_spec, tendermint_spec, verify_membership,
    BatchEntry, BatchProof, CommitmentProof, ExistenceProof, HashOp, HostFunctionsManager, LeafOp,
};
use tessera_primitives::{Bytes, CanonicalAddress, Hash};
use tessera_proof::{
    iavl::{self, Header, Path, Side, Step},
    open, single, store, Proof, Refusal,
};

use crate::support::{absent, bytes, contract, exist, full, multistore, Leaf, Tree};

const KEYS: [&str; 9] = ["b", "d", "f", "h", "j", "l", "n", "p", "r"];

fn existence(proof: &mut CommitmentProof) -> &mut ExistenceProof {
    match &mut proof.proof {
        Some(Kind::Exist(proof)) => proof,
        other => panic!("not an existence proof: {other:?}"),
    }
}

/// Forges the existence proof of `key` and asks for `key`.
fn forge(key: &str, how: impl FnOnce(&mut ExistenceProof)) -> Refusal {
    let tree = Tree::of_keys(&KEYS);
    let key = full(key.as_bytes());
    let mut proof = tree.prove(&key);
    assert!(single::verify(&tree.root, &key, bytes(&proof).as_slice()).is_ok());
    how(existence(&mut proof));
    single::verify(&tree.root, &key, bytes(&proof).as_slice()).unwrap_err()
}

fn forge_leaf_prefix(prefix: &[u8]) -> Refusal {
    forge("h", |proof| {
        proof.leaf.as_mut().unwrap().prefix = prefix.to_vec()
    })
}

#[test]
fn a_wrong_leaf_prefix_is_refused() {
    // Version 4 of leaf `h` is 08. Size 2; no version; a second byte; a longer varint; a negative version; an inner
    // node's height; nothing at all.
    let wrong: [&[u8]; 7] = [
        &[0, 4, 8],
        &[0, 2],
        &[0, 2, 8, 0],
        &[0, 2, 0x88, 0],
        &[0, 2, 7],
        &[2, 2, 8],
        &[],
    ];
    for prefix in wrong {
        let refusal = forge_leaf_prefix(prefix);
        assert!(
            matches!(&refusal, Refusal::Bytes { what: "leaf prefix", actual, .. } if actual.0 == prefix),
            "{prefix:?}: {refusal}"
        );
    }
    let another_version = forge_leaf_prefix(&[0, 2, 10]);
    assert!(matches!(another_version, Refusal::Root { .. }));
}

#[test]
fn an_inner_node_cannot_stand_for_a_leaf() {
    // Cut an inner node's bytes into a prefix, a key of 32 bytes and the hash of a "value": Dragonberry's trick, which
    // works where the leaf's prefix is free.
    let tree = Tree::of_keys(&KEYS);
    let step = *tree.paths[0].steps.last().unwrap();
    let key = full(b"h");
    let mut proof = exist(
        Path {
            key: key.clone(),
            value: step.sibling.0.to_vec(),
            version: 1,
            steps: vec![],
        }
        .to_ics23(),
    );
    existence(&mut proof).leaf.as_mut().unwrap().prefix = step.header.bytes();
    let refusal = single::verify(&tree.root, &key, bytes(&proof).as_slice());
    assert!(matches!(
        refusal,
        Err(Refusal::Bytes {
            what: "leaf prefix",
            ..
        })
    ));
}

#[test]
fn other_operations_than_the_spec_s_are_refused() {
    let sha512 = i32::from(HashOp::Sha512);
    let wrong: [fn(&mut LeafOp); 4] = [
        |leaf| leaf.hash = HashOp::Sha512.into(),
        |leaf| leaf.prehash_key = HashOp::Sha256.into(),
        |leaf| leaf.prehash_value = HashOp::NoHash.into(),
        |leaf| leaf.length = 0,
    ];
    for change in wrong {
        let refusal = forge("h", |proof| change(proof.leaf.as_mut().unwrap()));
        assert!(matches!(refusal, Refusal::Operation { .. }), "{refusal}");
    }
    let refusal = forge("h", |proof| proof.path[1].hash = sha512);
    assert!(matches!(refusal, Refusal::Operation { actual, .. } if actual == sha512));
    let refusal = forge("h", |proof| proof.leaf = None);
    assert_eq!(refusal, Refusal::Missing { what: "leaf" });
}

#[test]
fn a_node_with_both_children_given_is_refused() {
    let right = [&[32], [7; 32].as_slice()].concat();
    let refusal = forge("r", |proof| proof.path[0].suffix = right.clone());
    assert!(
        matches!(refusal, Refusal::Siblings { suffix: 33, .. }),
        "{refusal}"
    );
    let left = [right, vec![32]].concat();
    let refusal = forge("b", |proof| {
        let op = &mut proof.path[0];
        op.prefix.pop();
        op.prefix.push(32);
        op.prefix.extend_from_slice(&left[1..]);
    });
    assert!(
        matches!(refusal, Refusal::Siblings { suffix: 33, .. }),
        "{refusal}"
    );
}

#[test]
fn a_node_with_one_child_or_with_spare_bytes_is_refused() {
    let changes: [fn(&mut ExistenceProof); 6] = [
        |proof| proof.path[0].suffix.clear(),
        |proof| proof.path[0].suffix.extend([0; 33]),
        |proof| proof.path[0].suffix[0] = 31,
        |proof| proof.path[0].suffix.truncate(32),
        |proof| *proof.path[0].prefix.last_mut().unwrap() = 33,
        |proof| proof.path[0].prefix.push(32),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let refusal = forge("b", change);
        assert!(
            matches!(refusal, Refusal::Siblings { .. }),
            "{at}: {refusal}"
        );
    }
}

#[test]
fn the_header_of_an_inner_node_is_short_canonical_and_not_negative() {
    // The first step's prefix is `02 04 version 20`.
    let refusal = forge("b", |proof| proof.path[0].prefix[0] = 1);
    assert!(
        matches!(refusal, Refusal::Varint { .. }),
        "negative: {refusal}"
    );
    let refusal = forge("b", |proof| {
        proof.path[0].prefix[0] = 0x82;
        proof.path[0].prefix.insert(1, 0);
    });
    assert!(
        matches!(refusal, Refusal::Varint { .. }),
        "padded: {refusal}"
    );
    let refusal = forge("b", |proof| proof.path[0].prefix = vec![2, 4]);
    assert!(
        matches!(refusal, Refusal::Varint { .. }),
        "short: {refusal}"
    );
    let long = [iavl::inner_prefix(1, 1 << 34, 1 << 34), vec![32]].concat();
    let refusal = forge("b", |proof| proof.path[0].prefix = long.clone());
    let (min, max, actual) = (3, 11, 13);
    let what = "header of an inner node";
    assert_eq!(
        refusal,
        Refusal::Length {
            what,
            min,
            max,
            actual
        }
    );
}

#[test]
fn heights_rise_towards_the_root_and_end_at_64() {
    let refusal = forge("b", |proof| proof.path[0].prefix[0] = 0);
    assert!(
        matches!(refusal, Refusal::Number { actual: 0, .. }),
        "a leaf's height: {refusal}"
    );
    // Rising by the library's rule (step i is at least i high), yet not rising.
    let refusal = forge("b", |proof| proof.path[0].prefix[0] = 8);
    assert!(
        matches!(
            refusal,
            Refusal::Number {
                min: 5,
                actual: 2,
                ..
            }
        ),
        "{refusal}"
    );

    let tower = |heights: std::ops::RangeInclusive<u8>| {
        let mut path = Path {
            key: full(b"k"),
            value: vec![1],
            version: 1,
            steps: vec![],
        };
        path.steps.extend(heights.map(|height| Step {
            header: Header::new(height.min(64), 2, 1).unwrap(),
            side: Side::Left,
            sibling: Hash([height; 32]),
        }));
        let proof = bytes(&exist(path.to_ics23()));
        single::verify(&path.root(), &path.key, proof.as_slice())
    };
    assert_eq!(tower(1..=64), Ok(Some(vec![1])));
    assert!(matches!(
        tower(1..=65),
        Err(Refusal::Number {
            what: "number of steps",
            max: 64,
            actual: 65,
            ..
        })
    ));
    assert!(Header::new(65, 2, 1).is_err());
}

#[test]
fn an_empty_key_or_value_is_refused() {
    let refusal = forge("h", |proof| proof.value.clear());
    assert!(matches!(
        refusal,
        Refusal::Length {
            what: "value of a leaf",
            actual: 0,
            ..
        }
    ));
    let proof = bytes(&exist(ExistenceProof::default()));
    let refusal = single::verify(&Hash::ZERO, &[], proof.as_slice());
    assert!(matches!(
        refusal,
        Err(Refusal::Length {
            what: "key of a leaf",
            ..
        })
    ));
}

#[test]
fn a_proof_for_another_key_value_or_root_is_refused() {
    let tree = Tree::of_keys(&KEYS);
    let (asked, shown) = (full(b"h"), full(b"j"));
    let another = single::verify(&tree.root, &asked, bytes(&tree.prove(&shown)).as_slice());
    assert_eq!(
        another,
        Err(Refusal::Key {
            expected: Bytes(asked.clone()),
            actual: Bytes(shown)
        })
    );
    let renamed = forge("j", |proof| proof.key = full(b"j!"));
    assert!(matches!(renamed, Refusal::Key { .. }));

    let mut proof = tree.prove(&full(b"j"));
    existence(&mut proof).key = asked.clone();
    let renamed = single::verify(&tree.root, &asked, bytes(&proof).as_slice());
    assert!(matches!(renamed, Err(Refusal::Root { .. })));
    assert!(matches!(
        forge("h", |proof| proof.value.push(0)),
        Refusal::Root { .. }
    ));

    let zone = Tree::of_keys(&KEYS[1..]);
    let foreign = single::verify(&zone.root, &asked, bytes(&tree.prove(&asked)).as_slice());
    let (what, expected, actual) = ("item proof", zone.root, tree.root);
    assert_eq!(
        foreign,
        Err(Refusal::Root {
            what,
            expected,
            actual
        })
    );
}

#[test]
fn another_contract_is_another_key() {
    let tree = Tree::of_keys(&KEYS);
    let (app_hash, store) = multistore(&tree.root, b"wasm");
    let (item, store) = (bytes(&tree.prove(&full(b"h"))), bytes(&store));
    let stranger = CanonicalAddress::new([0xc1; 32]).unwrap();
    let proof = Proof::Single { item, store };
    let refusal = open(&app_hash, &stranger, &["h".into()], &proof);
    assert!(matches!(refusal, Err(Refusal::Key { .. })));
}

#[test]
fn batches_are_refused_compressed_or_not() {
    let tree = Tree::of_keys(&KEYS);
    let key = full(b"h");
    let Some(Kind::Exist(inside)) = tree.prove(&key).proof else {
        panic!("h is there");
    };
    let entries = vec![BatchEntry {
        proof: Some(ics23::batch_entry::Proof::Exist(inside)),
    }];
    let batch = CommitmentProof {
        proof: Some(Kind::Batch(BatchProof { entries })),
    };
    let compressed = compress(&batch).unwrap();
    let empty = CommitmentProof { proof: None };
    let kinds = [
        (batch, "a batch"),
        (compressed, "a compressed batch"),
        (empty, "empty"),
    ];
    for (proof, kind) in kinds {
        let refusal = single::verify(&tree.root, &key, bytes(&proof).as_slice());
        assert!(matches!(refusal, Err(Refusal::Kind { actual, .. }) if actual == kind));
        let refusal = store::root(&tree.root, bytes(&proof).as_slice());
        assert!(matches!(refusal, Err(Refusal::Kind { actual, .. }) if actual == kind));
    }
}

#[test]
fn absence_needs_true_neighbours() {
    let tree = Tree::of_keys(&KEYS);
    let key = full(b"i");
    let prove = |left: Option<usize>, right: Option<usize>| {
        let [left, right] = [left, right].map(|at| at.map(|at| &tree.paths[at]));
        let proof = absent(&key, left, right);
        single::verify(&tree.root, &key, bytes(&proof).as_slice())
    };
    assert_eq!(prove(Some(3), Some(4)), Ok(None), "h and j");
    let apart = Err(Refusal::NotNeighbours {
        key: Bytes(key.clone()),
    });
    for (left, right) in [(2, 4), (3, 5), (0, 8)] {
        assert_eq!(prove(Some(left), Some(right)), apart, "{left}, {right}");
    }
    assert_eq!(prove(Some(3), None), apart, "h is not the last");
    assert_eq!(prove(None, Some(4)), apart, "j is not the first");
    assert_eq!(
        prove(None, None),
        Err(Refusal::Missing {
            what: "neighbour of an absent key"
        })
    );
    for (left, right) in [(4, 5), (2, 3), (4, 3)] {
        let refusal = prove(Some(left), Some(right));
        assert!(
            matches!(refusal, Err(Refusal::Order { .. })),
            "{left}, {right}"
        );
    }
}

#[test]
fn a_present_key_is_never_absent_nor_an_absent_one_present() {
    let tree = Tree::of_keys(&KEYS);
    let key = full(b"h");
    for (left, right) in [(2, 4), (3, 4), (2, 3)] {
        let proof = absent(&key, Some(&tree.paths[left]), Some(&tree.paths[right]));
        assert!(single::verify(&tree.root, &key, bytes(&proof).as_slice()).is_err());
    }
    // The kind of proof is the prover's choice, the answer is not: an absence proof never gives a value.
    let key = full(b"i");
    let proof = bytes(&tree.prove(&key));
    assert_eq!(single::verify(&tree.root, &key, proof.as_slice()), Ok(None));
    let mut proof = tree.prove(&full(b"h"));
    existence(&mut proof).key = key.clone();
    assert!(single::verify(&tree.root, &key, bytes(&proof).as_slice()).is_err());
}

/// `ics23` 0.12.0 pops steps from both paths until two differ, and panics when there are none left. Only its own check of
/// the roots before keeps a forger from there; we do not lean on that.
#[test]
fn neighbours_with_one_path_are_refused_not_a_panic() {
    let tree = Tree::of_keys(&["k"]);
    let leaf = |key: &str| Path {
        key: full(key.as_bytes()),
        ..tree.paths[0].clone()
    };
    let (key, left, right) = (full(b"k"), leaf("j"), leaf("l"));
    let proof = bytes(&absent(&key, Some(&left), Some(&right)));
    let refusal = single::verify(&tree.root, &key, proof.as_slice());
    assert_eq!(
        refusal,
        Err(Refusal::NotNeighbours {
            key: Bytes(key.clone())
        })
    );
    let longer = Tree::of_keys(&["j", "k"]).paths[0].clone();
    let proof = bytes(&absent(&key, Some(&longer), Some(&right)));
    assert!(single::verify(&longer.root(), &key, proof.as_slice()).is_err());
}

#[test]
fn another_absent_key_is_refused() {
    let tree = Tree::of_keys(&KEYS);
    let proof = bytes(&tree.prove(&full(b"i")));
    let refusal = single::verify(&tree.root, &full(b"i!"), proof.as_slice());
    assert!(matches!(refusal, Err(Refusal::Key { .. })));
}

#[test]
fn every_truncation_is_refused() {
    let tree = Tree::of_keys(&KEYS);
    let (app_hash, store) = multistore(&tree.root, b"wasm");
    for key in ["h", "i"] {
        let (whole_item, whole_store) = (bytes(&tree.prove(&full(key.as_bytes()))), bytes(&store));
        let refused = |item: &[u8], store: &[u8]| {
            let [item, store] = [item, store].map(|part| Bytes(part.to_vec()));
            open(
                &app_hash,
                &contract(),
                &[key.into()],
                &Proof::Single { item, store },
            )
            .is_err()
        };
        for length in 0..whole_item.0.len() {
            assert!(
                refused(&whole_item.0[..length], &whole_store.0),
                "item {length}"
            );
        }
        for length in 0..whole_store.0.len() {
            assert!(
                refused(&whole_item.0, &whole_store.0[..length]),
                "store {length}"
            );
        }
    }
}

/// Forges the store proof of `wasm`.
fn forge_store(how: impl FnOnce(&mut ExistenceProof)) -> Refusal {
    let tree = Tree::of_keys(&KEYS);
    let (app_hash, mut proof) = multistore(&tree.root, b"wasm");
    assert_eq!(
        store::root(&app_hash, bytes(&proof).as_slice()),
        Ok(tree.root)
    );
    how(existence(&mut proof));
    store::root(&app_hash, bytes(&proof).as_slice()).unwrap_err()
}

#[test]
fn a_swapped_store_is_refused() {
    let tree = Tree::of_keys(&KEYS);
    let (app_hash, mut mint) = multistore(&tree.root, b"mint");
    let refusal = store::root(&app_hash, bytes(&mint).as_slice());
    let [expected, actual] = [b"wasm", b"mint"].map(|name| Bytes(name.to_vec()));
    assert_eq!(refusal, Err(Refusal::Key { expected, actual }));
    existence(&mut mint).key = b"wasm".to_vec();
    let refusal = store::root(&app_hash, bytes(&mint).as_slice());
    assert!(matches!(refusal, Err(Refusal::Root { .. })));
    // The trees of both stores are alike; their roots are not.
    let (item, store) = (
        tree.prove(&full(b"h")),
        multistore(&Hash::sha256(b"other"), b"wasm"),
    );
    let proof = Proof::Single {
        item: bytes(&item),
        store: bytes(&store.1),
    };
    let refusal = open(&store.0, &contract(), &["h".into()], &proof);
    assert!(matches!(
        refusal,
        Err(Refusal::Root {
            what: "item proof",
            ..
        })
    ));
}

#[test]
fn an_empty_or_odd_store_root_is_refused() {
    for value in [vec![], vec![0; 31], vec![0; 33]] {
        let length = value.len();
        let refusal = forge_store(|proof| proof.value = value);
        assert!(
            matches!(refusal, Refusal::Length { what: "root of a store", actual, .. } if actual == length)
        );
    }
}

#[test]
fn a_store_proof_of_another_shape_is_refused() {
    let both_children = forge_store(|proof| proof.path[0].suffix = vec![0; 32]);
    assert!(matches!(
        both_children,
        Refusal::Siblings {
            prefix: 33,
            suffix: 32
        }
    ));
    let no_sibling = forge_store(|proof| proof.path[0].prefix.truncate(1));
    assert!(matches!(
        no_sibling,
        Refusal::Siblings {
            prefix: 1,
            suffix: 0
        }
    ));
    let wrong_mark = forge_store(|proof| proof.path[0].prefix[0] = 2);
    assert!(matches!(wrong_mark, Refusal::Siblings { .. }));
    let hash = forge_store(|proof| proof.path[0].hash = HashOp::Blake3.into());
    assert!(matches!(hash, Refusal::Operation { .. }));
    let no_leaf = forge_store(|proof| proof.leaf = None);
    assert_eq!(no_leaf, Refusal::Missing { what: "leaf" });
    let long = forge_store(|proof| proof.path = vec![proof.path[0].clone(); 65]);
    assert!(matches!(
        long,
        Refusal::Number {
            max: 64,
            actual: 65,
            ..
        }
    ));
}

/// Where the library is laxer than a tree, a zone with a store of a well-chosen name could show it as `wasm`.
#[test]
fn the_library_alone_takes_spare_bytes_in_a_store_s_leaf() {
    let (name, root) = (b"evil\x04wasm", Hash::sha256(b"evil root"));
    let leaf = [
        &[0, name.len() as u8],
        name.as_slice(),
        &[32],
        &Hash::sha256(&root.0).0,
    ]
    .concat();
    let app_hash = Hash::sha256(&leaf);
    let (_, mut proof) = multistore(&root, b"wasm");
    let forged = existence(&mut proof);
    forged.path.clear();
    forged.leaf.as_mut().unwrap().prefix = b"\0\x09evil".to_vec();
    let (spec, trusted) = (tendermint_spec(), app_hash.0.to_vec());
    assert!(verify_membership::<HostFunctionsManager>(
        &proof, &spec, &trusted, b"wasm", &root.0
    ));
    let refusal = store::root(&app_hash, bytes(&proof).as_slice());
    assert!(matches!(
        refusal,
        Err(Refusal::Bytes {
            what: "leaf prefix",
            ..
        })
    ));
}

/// And it takes a leaf whose size is not 1, which no multiproof could say.
#[test]
fn the_library_alone_takes_leaves_that_no_tree_has() {
    let leaf = Leaf {
        key: full(b"k"),
        value: vec![1],
        version: 3,
    };
    let mut proof = exist(Tree::new(vec![leaf.clone()]).paths[0].to_ics23());
    existence(&mut proof).leaf.as_mut().unwrap().prefix = vec![0, 4, 6];
    let value = Hash::sha256(&leaf.value);
    let node = [
        &[0, 4, 6, leaf.key.len() as u8],
        leaf.key.as_slice(),
        &[32],
        &value.0,
    ]
    .concat();
    let root = Hash::sha256(&node);
    let trusted = root.0.to_vec();
    assert!(verify_membership::<HostFunctionsManager>(
        &proof,
        &iavl_spec(),
        &trusted,
        &leaf.key,
        &leaf.value
    ));
    assert!(single::verify(&root, &leaf.key, bytes(&proof).as_slice()).is_err());
}
