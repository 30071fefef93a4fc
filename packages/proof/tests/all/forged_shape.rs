//! A relayer forges nodes that no IAVL tree has: Dragonberry, BNB 2022, VSA-2022-100 and their cousins. The root is always
//! the true one, so whatever is let through would be believed.

use ics23::{iavl_spec, verify_membership, ExistenceProof, HashOp, HostFunctionsManager, LeafOp};
use tessera_primitives::Hash;
use tessera_proof::{
    iavl::{self, Header, Path, Side, Step},
    single, Refusal,
};

use crate::support::{bytes, exist, existence, forge, full, Leaf, Tree, KEYS};

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
fn both_children_are_framed_as_32_bytes() {
    // `r` is a right child: `header 20 left 20`, then itself.
    for from_the_end in [1, 34] {
        let refusal = forge("r", |proof| {
            let prefix = &mut proof.path[0].prefix;
            let at = prefix.len() - from_the_end;
            assert_eq!(prefix[at], 32);
            prefix[at] = 33;
        });
        assert!(
            matches!(refusal, Refusal::Siblings { suffix: 0, .. }),
            "{refusal}"
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
fn a_header_of_eleven_bytes_is_the_longest() {
    let most = (1 << 34) - 1;
    let header = Header::new(63, most, most).unwrap();
    assert_eq!(header.bytes().len(), iavl::MAX_HEADER_LENGTH);
    for side in [Side::Left, Side::Right] {
        let sibling = Hash([5; 32]);
        let steps = vec![Step {
            header,
            side,
            sibling,
        }];
        let path = Path {
            key: full(b"k"),
            value: vec![1],
            version: i64::MAX as u64,
            steps,
        };
        let proof = bytes(&exist(path.to_ics23()));
        assert_eq!(
            single::verify(&path.root(), &path.key, proof.as_slice()),
            Ok(Some(vec![1]))
        );
    }
    for (height, size, version) in [(64, most, most), (63, most + 1, most), (63, most, most + 1)] {
        let refusal = Header::new(height, size, version);
        assert!(matches!(
            refusal,
            Err(Refusal::Length {
                max: 11,
                actual: 12,
                ..
            })
        ));
    }
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

/// The library takes a leaf whose size is not 1, which no multiproof could say.
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
