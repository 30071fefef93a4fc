//! A relayer forges multiproofs. The root is the true one.

use tessera_primitives::{Bytes, CanonicalAddress, Hash};
use tessera_proof::{
    iavl::{self, Path},
    multiproof::{self, combine, verify},
    Refusal,
};

use crate::support::{absent, bytes, contract, full, Leaf, Tree};

const KEYS: [&str; 4] = ["b", "d", "f", "h"];

fn raw(keys: &[&str]) -> Vec<Vec<u8>> {
    keys.iter().map(|key| key.as_bytes().to_vec()).collect()
}

fn combined(tree: &Tree, keys: &[Vec<u8>]) -> Result<Bytes, Refusal> {
    let prove = |key: &Vec<u8>| bytes(&tree.prove(&full(key)));
    let items: Vec<Bytes> = keys.iter().map(prove).collect();
    combine(&contract(), keys, &items)
}

fn refuse(tree: &Tree, keys: &[&str], proof: &[u8]) -> Refusal {
    verify(&tree.root, &contract(), &raw(keys), proof).unwrap_err()
}

/// `((b d) (f h))`, versions 1 to 4, each value nine bytes.
fn tree_of_four() -> (Tree, [Hash; 4]) {
    let tree = Tree::of_keys(&KEYS);
    let hash = |path: &Path| iavl::leaf_hash(&path.key, &path.value, path.version);
    let hashes = [0, 1, 2, 3].map(|at: usize| hash(&tree.paths[at]));
    (tree, hashes)
}

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
fn a_hidden_leaf_between_neighbours_is_refused() {
    let (tree, [b, d, f, h]) = tree_of_four();
    let own = |at: usize, parent: u8| {
        let path = &tree.paths[at];
        let version = (parent - path.version as u8) * 2;
        let version = version.saturating_sub(1);
        [&[62, version, 1, path.key[33], 10], path.value.as_slice()].concat()
    };
    let (root, left, right) = ([65, 4, 8], [64, 2, 3], [64, 2, 0]);
    let (left_only, right_only) = ([192, 2, 3], [128, 2, 0]);
    let between = [
        &root,
        left_only.as_slice(),
        &own(0, 2),
        &d.0,
        &right_only,
        &f.0,
        &own(3, 4),
    ]
    .concat();
    let refusal = Refusal::NotNeighbours {
        key: Bytes(full(b"e")),
    };
    assert_eq!(refuse(&tree, &["e"], &between), refusal);
    let all = [
        &root,
        left.as_slice(),
        &own(0, 2),
        &own(1, 2),
        &right,
        &own(2, 4),
        &own(3, 4),
    ]
    .concat();
    assert_eq!(
        verify(&tree.root, &contract(), &raw(&["a", "e", "i"]), &all),
        Ok(vec![None; 3])
    );
    // At the edges: a leaf beyond the one shown is hidden.
    let first_hidden = [
        &root,
        &[128, 2, 3],
        b.0.as_slice(),
        &own(1, 2),
        &right,
        &own(2, 4),
        &own(3, 4),
    ]
    .concat();
    assert_eq!(
        refuse(&tree, &["a"], &first_hidden),
        Refusal::NotNeighbours {
            key: Bytes(full(b"a"))
        }
    );
    assert_eq!(
        verify(&tree.root, &contract(), &raw(&["i"]), &first_hidden),
        Ok(vec![None])
    );
    let last_hidden = [
        &root,
        left.as_slice(),
        &own(0, 2),
        &own(1, 2),
        &[192, 2, 0],
        &own(2, 4),
        &h.0,
    ]
    .concat();
    assert_eq!(
        refuse(&tree, &["i"], &last_hidden),
        Refusal::NotNeighbours {
            key: Bytes(full(b"i"))
        }
    );
    assert_eq!(
        verify(&tree.root, &contract(), &raw(&["a"]), &last_hidden),
        Ok(vec![None])
    );
    // A present key that is not shown is not proven absent by that.
    assert_eq!(
        refuse(&tree, &["h"], &last_hidden),
        Refusal::NotNeighbours {
            key: Bytes(full(b"h"))
        }
    );
}

#[test]
fn leaves_ascend_and_asked_keys_are_not_written_out() {
    let (tree, _) = tree_of_four();
    let leaf = |key: &str| [&[62, 0, 1], key.as_bytes(), &[1, 1]].concat();
    let pair =
        |left: &str, right: &str| [&[64, 2, 2], leaf(left).as_slice(), &leaf(right)].concat();
    for (left, right) in [("d", "b"), ("b", "b")] {
        let refusal = refuse(&tree, &["x"], &pair(left, right));
        let [lower, upper] = [left, right].map(|key| Bytes(full(key.as_bytes())));
        assert_eq!(refusal, Refusal::Order { lower, upper });
    }
    let written = refuse(&tree, &["d"], &pair("b", "d"));
    assert!(matches!(
        written,
        Refusal::Token {
            expected: "an asked key without its bytes",
            ..
        }
    ));
    let whole = [&[63, 0, 34], full(b"b").as_slice(), &[1, 1]].concat();
    let own_in_full = refuse(&tree, &["x"], &whole);
    assert!(matches!(
        own_in_full,
        Refusal::Token {
            expected: "a key of another contract",
            ..
        }
    ));
    let none = refuse(&tree, &["x"], &[63, 0, 0, 1, 1]);
    assert!(matches!(
        none,
        Refusal::Token {
            expected: "a key of another contract",
            ..
        }
    ));
    let beyond = refuse(&tree, &["x"], &[1, 0, 1, 1]);
    assert!(matches!(
        beyond,
        Refusal::Token {
            expected: "an asked key that is left",
            ..
        }
    ));
    let twice = refuse(&tree, &["x"], &[64, 2, 2, 0, 0, 1, 1, 0, 0, 1, 1]);
    assert!(matches!(
        twice,
        Refusal::Token {
            expected: "an asked key that is left",
            ..
        }
    ));
}

#[test]
fn values_are_not_empty_and_neighbours_values_not_long() {
    let (tree, _) = tree_of_four();
    let empty = refuse(&tree, &["x"], &[0, 0, 0]);
    assert!(
        matches!(
            empty,
            Refusal::Token {
                offset: 2,
                expected: "a value"
            }
        ),
        "{empty}"
    );
    let hash_of_nothing = [&[62, 0, 1, b'b', 0], Hash::sha256(&[]).0.as_slice()].concat();
    let long = [&[62, 0, 1, b'b', 32], [1; 32].as_slice()].concat();
    for bytes in [hash_of_nothing, long] {
        let refusal = refuse(&tree, &["x"], &bytes);
        assert!(matches!(
            refusal,
            Refusal::Token {
                expected: "a short value, or the hash of one",
                ..
            }
        ));
    }
}

#[test]
fn numbers_are_canonical_and_in_range() {
    let (tree, _) = tree_of_four();
    let most = [255, 255, 255, 255, 255, 255, 255, 255, 255, 1];
    let wrong: [(&[u8], &str); 6] = [
        (&[0, 0x80, 0, 1, 1], "a version"),
        (&[0, 1, 1, 1], "a version of 0 to 2⁶³ - 1"),
        (
            &[&[0], most.as_slice(), &[1, 1]].concat(),
            "a version of 0 to 2⁶³ - 1",
        ),
        (&[0, 0, 0x81, 0, 1], "a length"),
        (&[&[0, 0], most.as_slice(), &[1]].concat(), "a value"),
        (&[64, 0x80], "a size"),
    ];
    for (bytes, what) in wrong {
        let refusal = refuse(&tree, &["x"], bytes);
        assert!(
            matches!(refusal, Refusal::Token { expected, .. } if expected == what),
            "{refusal}"
        );
    }
    let eleven = [&[0], [255; 9].as_slice(), &[2, 1, 1]].concat();
    assert!(matches!(
        refuse(&tree, &["x"], &eleven),
        Refusal::Token {
            expected: "a version",
            ..
        }
    ));
    let size = [&[64], most.as_slice(), &[0]].concat();
    assert!(matches!(
        refuse(&tree, &["x"], &size),
        Refusal::Length { max: 11, .. }
    ));
}

#[test]
fn heights_fall_so_no_walk_is_deep() {
    let (tree, _) = tree_of_four();
    let endless = [[0b0111_1111, 2, 0]; 100_000].concat();
    let refusal = refuse(&tree, &["x"], &endless);
    assert!(
        matches!(
            refusal,
            Refusal::Number {
                max: 63,
                actual: 64,
                ..
            }
        ),
        "{refusal}"
    );
    // The deepest that there is: 64 inner nodes, then a leaf.
    let mut deep: Vec<u8> = (0..64)
        .rev()
        .flat_map(|height| [0b1100_0000 | height, 2, 0])
        .collect();
    deep.extend([0, 0, 1, 1]);
    deep.extend([5; 64 * 32]);
    let Refusal::Root { actual, .. } = refuse(&tree, &["x"], &deep) else {
        panic!("only the root should be wrong");
    };
    assert_eq!(
        verify(&actual, &contract(), &raw(&["x"]), &deep),
        Ok(vec![Some(vec![1])])
    );
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

#[test]
fn every_changed_bit_or_byte_is_refused() {
    let names: Vec<String> = (0..64).map(|number| format!("{number:02}")).collect();
    let tree = Tree::of_keys(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let keys = raw(&["00", "17", "175", "30", "31", "63", "9", "/"]);
    let proof = combined(&tree, &keys).unwrap().0;
    let refused = |forged: &[u8]| verify(&tree.root, &contract(), &keys, forged).is_err();
    assert!(!refused(&proof));
    for at in 0..proof.len() {
        for value in 0..=255u8 {
            if value != proof[at] {
                let mut forged = proof.clone();
                forged[at] = value;
                assert!(refused(&forged), "byte {at} as {value}");
            }
        }
        assert!(refused(&proof[..at]), "cut at {at}");
        let removed = [&proof[..at], &proof[at + 1..]].concat();
        assert!(refused(&removed), "without byte {at}");
        for value in [0, 1, 32, 62, 63, 64, 128, 192, 255, proof[at]] {
            let inserted = [&proof[..at], &[value], &proof[at..]].concat();
            assert!(refused(&inserted), "{value} before byte {at}");
        }
    }
}

/// The figure of the lock spec: 13.6 kB by estimate, single proofs 24.0.
#[test]
fn thirty_keys_among_a_hundred_thousand_are_small() {
    let key = |number: u32| [b"leg/", Hash::sha256(&number.to_be_bytes()).0.as_slice()].concat();
    // A leaf a block is written, in no order; heights are those of a zone that is two months old.
    let leaf = |number: u32| Leaf {
        key: full(&key(number)),
        value: vec![1; 9],
        version: 5_000_000 + u64::from(number),
    };
    let tree = Tree::new((0..100_000).map(leaf).collect());
    let measure = |numbers: Vec<u32>| {
        let keys: Vec<Vec<u8>> = numbers.into_iter().map(key).collect();
        let prove = |key: &Vec<u8>| bytes(&tree.prove(&full(key)));
        let items: Vec<Bytes> = keys.iter().map(prove).collect();
        let proof = combine(&contract(), &keys, &items).unwrap();
        let singles: usize = items.iter().map(|item| item.0.len()).sum();
        (proof.0.len(), singles)
    };
    let spread = measure((0..30).map(|at| at * 3_333).collect());
    let recent = measure((99_970..100_000).collect());
    let gone = measure((100_000..100_030).collect());
    let one = measure(vec![50_000]);
    for (what, (many, singles)) in [
        ("30 present", spread),
        ("30 newest", recent),
        ("30 absent", gone),
        ("1 present", one),
    ] {
        println!("{what} of 100,000: multiproof {many} bytes, single proofs {singles}");
    }
    assert!(
        spread.0 <= 13_600 && recent.0 <= 13_600,
        "{spread:?} {recent:?}"
    );
    assert!(multiproof::MAX_KEYS >= 30);
}
