//! How many bytes proofs take: a byte in a message costs 13.3 gas.

use tessera_primitives::{Bytes, Hash};

use crate::support::{bytes, combined, full, Leaf, Tree};

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
        let proof = combined(&tree, &keys).unwrap();
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
}
