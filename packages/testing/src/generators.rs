//! Strategies for `proptest`: trees with keys that are asked of them, and validator sets.

use std::ops::Range;

use proptest::{collection, prelude::*};

use crate::{Tree, Validators};

/// A tree that was written over some versions, removals among the writes, and keys to ask it for: present ones, absent
/// ones between them, and absent ones at its edges. It is never empty.
#[derive(Clone, Debug)]
pub struct GrownTree {
    /// The tree.
    pub tree: Tree,
    /// Keys, ascending, each once.
    pub asked: Vec<Vec<u8>>,
}

/// Trees of up to `writes` entries whose keys start with `prefix`.
pub fn grown_trees(prefix: &[u8], writes: Range<usize>) -> impl Strategy<Value = GrownTree> {
    let prefix = prefix.to_vec();
    // Few letters, so that keys meet, and are prefixes of each other.
    let key = collection::vec(0u8..5, 1..5);
    let value = collection::vec(any::<u8>(), 1..40);
    let write = (key.clone(), prop::option::weighted(0.8, value));
    let asked = collection::btree_set(key, 1..20);
    (collection::vec(write, writes), asked).prop_map(move |(writes, asked)| {
        let full = |key: &[u8]| [&prefix, key].concat();
        let mut tree = Tree::default();
        tree.set(1, &full(b"\x02"), b"never empty");
        for (version, (key, value)) in (1u64..).zip(&writes) {
            match value {
                Some(value) => tree.set(version, &full(key), value),
                None if tree.len() > 1 => {
                    tree.remove(version, &full(key));
                }
                None => {}
            }
        }
        let asked = asked.iter().map(|key| full(key)).collect();
        GrownTree { tree, asked }
    })
}

/// Sets of so many validators, with powers that are equal, skewed or random; the same seed gives the same keys.
pub fn validator_sets(
    seed: &'static str,
    count: Range<usize>,
) -> impl Strategy<Value = Validators> {
    let equal = count.clone().prop_map(|count| vec![10; count]);
    // As on real zones: few hold most.
    let skewed = count.clone().prop_map(|count| {
        let power = |index: u32| 1_000_000u64.checked_shr(index >> 3).unwrap_or(0);
        (0u32..)
            .map(|index| power(index).max(1))
            .take(count)
            .collect()
    });
    let random = collection::vec(1u64..1_000_000, count);
    prop_oneof![equal, skewed, random].prop_filter_map("a set", move |powers: Vec<u64>| {
        Validators::with_powers(seed, powers).ok()
    })
}
