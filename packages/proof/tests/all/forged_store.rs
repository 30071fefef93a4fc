//! A relayer forges the proof of a store under the app hash.

use ics23::{tendermint_spec, verify_membership, ExistenceProof, HashOp, HostFunctionsManager};
use tessera_primitives::{Bytes, Hash};
use tessera_proof::{open, store, Proof, Refusal};

use crate::support::{bytes, contract, existence, full, multistore, Tree, KEYS};

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
