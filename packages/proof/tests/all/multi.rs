//! One multiproof for many keys: its bytes, how it is made, and whom it belongs to.

use tessera_primitives::{CanonicalAddress, Hash};
use tessera_proof::{
    iavl,
    multiproof::{combine, verify},
    Refusal,
};

use crate::support::{
    absent, bytes, combined, contract, full, raw, refuse, tree_of_four, Leaf, Tree,
};

#[test]
fn the_bytes_are_as_documented() {
    let (tree, [b, d, _, h]) = tree_of_four();
    let right = iavl::inner_hash(1, 2, 4, &Hash(tree.paths[3].steps[0].sibling.0), &h);
    let present = combined(&tree, &raw(&["d"])).unwrap();
    // The root of height 2, four leaves, version 4; its left child, two versions older; d, of that version.
    let expected = [
        &[0b1100_0001, 4, 8],
        [0b1000_0000, 2, 3].as_slice(),
        &b.0,
        &[0b0000_0000, 0, 10],
        b"value of d",
        &right.0,
    ];
    assert_eq!(present.0, expected.concat());

    let absent = combined(&tree, &raw(&["a"])).unwrap();
    let expected = [
        &[0b1100_0001, 4, 8],
        [0b1100_0000, 2, 3].as_slice(),
        &[0b0011_1110, 1, 1, b'b', 10],
        b"value of b",
        &d.0,
        &right.0,
    ];
    assert_eq!(absent.0, expected.concat());

    let both = combined(&tree, &raw(&["c", "d"])).unwrap();
    let expected = [
        &[0b1100_0001, 4, 8],
        [0b0100_0000, 2, 3].as_slice(),
        &[0b0011_1110, 1, 1, b'b', 10],
        b"value of b",
        &[0b0000_0001, 0, 10],
        b"value of d",
        &right.0,
    ];
    assert_eq!(both.0, expected.concat());
}

#[test]
fn neighbours_of_other_contracts_and_with_long_values_are_short() {
    let leaf = |key: Vec<u8>, value: Vec<u8>| Leaf {
        key,
        value,
        version: 1,
    };
    let other = [&[4], [9; 8].as_slice()].concat();
    let tree = Tree::new(vec![
        leaf(full(b"k"), vec![7; 100_000]),
        leaf(other.clone(), vec![7; 31]),
    ]);
    let keys = raw(&["l"]);
    let proof = combined(&tree, &keys).unwrap();
    let expected = [
        &[0b0100_0000, 2, 2],
        [0b0011_1110, 0, 1, b'k', 0].as_slice(),
        &Hash::sha256(&[7; 100_000]).0,
        &[0b0011_1111, 0, 9],
        &other,
        &[31],
        &[7; 31],
    ];
    assert_eq!(proof.0, expected.concat());
    assert_eq!(
        verify(&tree.root, &contract(), &keys, &proof.0),
        Ok(vec![None])
    );
}

#[test]
fn one_to_62_distinct_keys_are_asked() {
    let (tree, _) = tree_of_four();
    let refusal = combined(&tree, &[]);
    assert!(matches!(
        refusal,
        Err(Refusal::Number {
            min: 1,
            max: 62,
            actual: 0,
            ..
        })
    ));
    assert!(matches!(
        refuse(&tree, &[], &[]),
        Refusal::Number { actual: 0, .. }
    ));
    let numbered = |to: usize| {
        (0..to)
            .map(|number| format!("key {number:02}").into_bytes())
            .collect::<Vec<_>>()
    };
    let refusal = combined(&tree, &numbered(63));
    assert!(matches!(
        refusal,
        Err(Refusal::Number {
            min: 1,
            max: 62,
            actual: 63,
            ..
        })
    ));
    let names: Vec<String> = (0..62).map(|number| format!("key {number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // All but the last are absent: the greatest number that a leaf's tag must hold.
    let tree = Tree::of_keys(&["key 00 and more", names[61], "z"]);
    let proof = combined(&tree, &numbered(62)).unwrap();
    let answers = verify(&tree.root, &contract(), &numbered(62), &proof.0).unwrap();
    assert_eq!(answers.iter().filter(|answer| answer.is_some()).count(), 1);
    assert!(answers[61].is_some());
    let again = [numbered(62), numbered(62)].concat();
    assert_eq!(
        verify(&tree.root, &contract(), &again, &proof.0).unwrap(),
        [answers.clone(), answers].concat()
    );
}

#[test]
fn combine_refuses_what_does_not_belong_together() {
    let (tree, _) = tree_of_four();
    let item = |tree: &Tree, key: &str| bytes(&tree.prove(&full(key.as_bytes())));
    let keys = raw(&["b", "d"]);
    let too_few = combine(&contract(), &keys, &[item(&tree, "b")]);
    assert!(matches!(
        too_few,
        Err(Refusal::Number {
            min: 2,
            max: 2,
            actual: 1,
            ..
        })
    ));
    let swapped = combine(&contract(), &keys, &[item(&tree, "d"), item(&tree, "b")]);
    assert!(matches!(swapped, Err(Refusal::Key { .. })));
    let other = Tree::of_keys(&["b", "d", "e"]);
    let two_roots = combine(&contract(), &keys, &[item(&tree, "b"), item(&other, "d")]);
    let (what, expected, actual) = ("item proof", tree.root, other.root);
    assert_eq!(
        two_roots,
        Err(Refusal::Root {
            what,
            expected,
            actual
        })
    );
    let stranger = CanonicalAddress::new([1; 32]).unwrap();
    let foreign = combine(&stranger, &keys, &[item(&tree, "b"), item(&tree, "d")]);
    assert!(matches!(foreign, Err(Refusal::Key { .. })));
    let apart = bytes(&absent(
        &full(b"e"),
        Some(&tree.paths[0]),
        Some(&tree.paths[2]),
    ));
    let apart = combine(&contract(), &raw(&["e"]), &[apart]);
    assert!(matches!(apart, Err(Refusal::NotNeighbours { .. })));
}

#[test]
fn spare_bytes_another_contract_and_another_root_are_refused() {
    let (tree, _) = tree_of_four();
    let keys = raw(&["a", "d", "g"]);
    let proof = combined(&tree, &keys).unwrap().0;
    let longer = [proof.as_slice(), &[0]].concat();
    let offset = proof.len();
    assert_eq!(
        refuse(&tree, &["a", "d", "g"], &longer),
        Refusal::Token {
            offset,
            expected: "the end"
        }
    );
    let stranger = CanonicalAddress::new([0xc1; 32]).unwrap();
    let foreign = verify(&tree.root, &stranger, &keys, &proof);
    assert!(matches!(
        foreign,
        Err(Refusal::Root {
            what: "multiproof",
            ..
        })
    ));
    let zone = Hash::sha256(b"another zone");
    let refusal = verify(&zone, &contract(), &keys, &proof);
    let (what, expected, actual) = ("multiproof", zone, tree.root);
    assert_eq!(
        refusal,
        Err(Refusal::Root {
            what,
            expected,
            actual
        })
    );
    for other in [
        &["a", "d"][..],
        &["a", "d", "g", "x"],
        &["d", "g"],
        &["a", "f", "g"],
        &["a", "c", "d"],
    ] {
        let answers = verify(&tree.root, &contract(), &raw(other), &proof);
        let truth: Vec<_> = other
            .iter()
            .map(|key| tree.value(&full(key.as_bytes())))
            .collect();
        assert!(answers.is_err() || answers == Ok(truth), "{other:?}");
    }
}
