//! A reader opens what a relayer brings: one key or many, present or absent, under one app hash.

use crate::support::{bytes, contract, full, multistore, Tree, KEYS};
use tessera_primitives::Bytes;
use tessera_proof::{multiproof, open, Proof, Refusal, StoragePath};

fn single(tree: &Tree, key: &str) -> Proof {
    Proof::Single {
        item: bytes(&tree.prove(&full(key.as_bytes()))),
        store: bytes(&multistore(&tree.root, b"wasm").1),
    }
}

fn many(tree: &Tree, keys: &[&str]) -> (Vec<Vec<u8>>, Proof) {
    let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.as_bytes().to_vec()).collect();
    let prove = |key: &Vec<u8>| bytes(&tree.prove(&full(key)));
    let singles: Vec<Bytes> = keys.iter().map(prove).collect();
    let items = multiproof::combine(&contract(), &keys, &singles).unwrap();
    let store = bytes(&multistore(&tree.root, b"wasm").1);
    (keys, Proof::Many { items, store })
}

#[test]
fn a_full_key_is_03_the_contract_and_the_raw_key() {
    let path = StoragePath {
        contract: contract(),
        key: b"leg/x".to_vec(),
    };
    let expected = [&[3], [0xc0; 32].as_slice(), b"leg/x"].concat();
    assert_eq!(path.full_key(), expected);
}

#[test]
fn a_single_proof_opens_to_a_value_or_to_none() {
    let tree = Tree::of_keys(&KEYS);
    let (app_hash, _) = multistore(&tree.root, b"wasm");
    for key in ["a", "b", "c", "h", "i", "r", "s"] {
        let answers = open(&app_hash, &contract(), &[key.into()], &single(&tree, key));
        assert_eq!(
            answers,
            Ok(vec![tree.value(&full(key.as_bytes()))]),
            "{key}"
        );
    }
}

#[test]
fn a_multiproof_opens_in_the_order_of_the_keys() {
    let tree = Tree::of_keys(&KEYS);
    let (app_hash, _) = multistore(&tree.root, b"wasm");
    let (keys, proof) = many(&tree, &["s", "h", "a", "b", "h", "i"]);
    let value = |key: &str| Some(format!("value of {key}").into_bytes());
    let expected = vec![None, value("h"), None, value("b"), value("h"), None];
    assert_eq!(open(&app_hash, &contract(), &keys, &proof), Ok(expected));
}

#[test]
fn a_tree_of_one_leaf_proves_it_and_nothing_else() {
    let tree = Tree::of_keys(&["k"]);
    let (app_hash, _) = multistore(&tree.root, b"wasm");
    let (keys, proof) = many(&tree, &["j", "k", "l"]);
    let expected = vec![None, Some(b"value of k".to_vec()), None];
    assert_eq!(open(&app_hash, &contract(), &keys, &proof), Ok(expected));
    assert_eq!(
        open(&app_hash, &contract(), &["j".into()], &single(&tree, "j")),
        Ok(vec![None])
    );
}

#[test]
fn a_single_proof_is_for_one_key() {
    let tree = Tree::of_keys(&KEYS);
    let (app_hash, _) = multistore(&tree.root, b"wasm");
    for keys in [vec![], vec![b"b".to_vec(), b"b".to_vec()]] {
        let refusal = open(&app_hash, &contract(), &keys, &single(&tree, "b"));
        let what = "number of keys of a single proof";
        let (min, max, actual) = (1, 1, keys.len() as u64);
        assert_eq!(
            refusal,
            Err(Refusal::Number {
                what,
                min,
                max,
                actual
            })
        );
    }
}

#[test]
fn a_proof_is_readable_json_with_base64_inside() {
    let proof = Proof::Many {
        items: Bytes(vec![1, 2]),
        store: Bytes(vec![3]),
    };
    let text = r#"{"many":{"items":"AQI=","store":"Aw=="}}"#;
    assert_eq!(serde_json::to_string(&proof).unwrap(), text);
    assert_eq!(serde_json::from_str::<Proof>(text).unwrap(), proof);
    let unknown = r#"{"many":{"items":"AQI=","store":"Aw==","spec":"AA=="}}"#;
    assert!(serde_json::from_str::<Proof>(unknown).is_err());
}
