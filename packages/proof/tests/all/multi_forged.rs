//! A relayer forges multiproofs, token by token. The root is the true one.

use tessera_primitives::{Bytes, Hash};
use tessera_proof::{multiproof::verify, Refusal};

use crate::support::{combined, contract, full, raw, refuse, tree_of_four, Tree};

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
    // A parent of version 2³³ - 1, and a leaf 2⁶³ - 1 later: above what IAVL counts.
    let version = [254, 255, 255, 255, 63];
    let late = [254, 255, 255, 255, 255, 255, 255, 255, 255, 1];
    let later = [&[64, 2], version.as_slice(), &[0], &late, &[1, 1]].concat();
    let refusal = refuse(&tree, &["x"], &later);
    assert!(
        matches!(
            refusal,
            Refusal::Token {
                offset: 8,
                expected: "a version of 0 to 2⁶³ - 1"
            }
        ),
        "{refusal}"
    );
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
