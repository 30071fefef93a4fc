//! A relayer brings a true proof of something else: another key, value, root, contract, or leaves that are no neighbours.

use ics23::{commitment_proof::Proof as Kind, compress, BatchEntry, BatchProof, CommitmentProof};
use tessera_primitives::{Bytes, CanonicalAddress, Hash};
use tessera_proof::{iavl::Path, open, single, store, Proof, Refusal};

use crate::support::{absent, bytes, contract, existence, forge, full, multistore, Tree, KEYS};

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
fn absence_under_another_root_is_refused() {
    let tree = Tree::of_keys(&KEYS);
    let zone = Hash::sha256(b"another zone");
    let proof = bytes(&tree.prove(&full(b"i")));
    let (what, expected, actual) = ("item proof", zone, tree.root);
    let refusal = single::verify(&zone, &full(b"i"), proof.as_slice());
    assert_eq!(
        refusal,
        Err(Refusal::Root {
            what,
            expected,
            actual
        })
    );
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
