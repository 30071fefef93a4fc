//! Our tree against IAVL itself: root hashes that `github.com/cosmos/iavl` v1.2.6 printed for the same writes. The
//! program that printed them is `tests/vectors/iavl`: `go mod tidy && go run .` there prints `VECTORS` again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use tessera_primitives::Hash;
use tessera_testing::Tree;

/// Name of the walk, version, root hash after it.
#[rustfmt::skip]
const VECTORS: &[(&str, u64, &str)] = &[
    ("ascending", 1, "9820c463f841798a4c5f8e3a34bd396e385594c33e20f735b567afb57263ed04"),
    ("ascending", 2, "3147538302021714c2212c332ed19b5c3982475b4e3084ec2ac536aaee4d39a8"),
    ("ascending", 4, "3cb3073c553ac70cb798c68ff5f8400e5a861fd2eed50e9c0bcc61bf82765001"),
    ("ascending", 8, "86faeaf9d177775f47f5e02a03a17a3da82029c17d4e102a571f2663609b971e"),
    ("ascending", 16, "24be0e94c734e937c5db1414ca1048da8eb649edc9b24f94380bf6035203bd69"),
    ("ascending", 32, "de18f0dce66170d520229504eabe9e6493e2a74cc4892f614f1cfe88d34264d7"),
    ("ascending", 64, "92a44d95b4023ecce5a40809e1febe044b8a4c3fce31fd49d880bbeec9543b09"),
    ("ascending", 100, "0060c7a836025d899916ba6a6531f5df7b38d8315db131c542ff5335de6438ea"),
    ("ascending", 101, "00324de5dfbc5e935724ee9c167a71f09e8274438c2e0378eaeba81be086010a"),
    ("ascending", 150, "3eac03b27ab636f3cae103d4ce9f21e6cb25428c6e4ea312885a0bc841681fbe"),
    ("ascending", 199, "a4ad7590da55a99283bdfb7d379f8e061224b0da9831f06f68fce7ea363baaa0"),
    ("ascending", 200, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("sets", 1, "975db7deb58f0c0c19403c4952de044a246f97fc01eedc50c12a2b8c605631a8"),
    ("sets", 2, "aa0c5392e703e5db7017a2d31db91ffec22a3d0ad1d1804fe1ba15b6a07e8f70"),
    ("sets", 4, "fd1f55b6278a3a879050dad93ff5e7143acfa2b2f62e0dbd85ec86db404385a1"),
    ("sets", 8, "34b555be385ed77800157ccfb6055ad1060c505ee406a41b10f83595d319b43d"),
    ("sets", 16, "960ae008844868ae5ebc7c92f725fd12807f117eb41d60fd0790b29119fcb9df"),
    ("sets", 32, "452877f1a098982e0595aba09f2c04e5dc72b9979aaa580b208d5d5497bbb970"),
    ("sets", 40, "b1ef1d88d14644177ecc1fd6977d10b8a0045393cc3dc8d4e6e014d1a758df7a"),
    ("mixed", 1, "a9f1ee975544a422029685e0ebacca45ce004088381b2a91c97a1006653634e7"),
    ("mixed", 2, "282debe4b7558ea5076c17f3c28c157b5037b32a8f2bb8fae12edb1553519058"),
    ("mixed", 4, "cec78c1adb91f87822fc17b8d24cbf3c2f2968d02d8a50c6132c5fe5154310cf"),
    ("mixed", 8, "149c9e6cea9a6289c257801f0c537c57dc1732914c004f96baf52e9c90a42a1c"),
    ("mixed", 16, "48ccfe9494ff229cbf898a3008081576025d714985e4cb53480cf051d793e766"),
    ("mixed", 32, "e5d98aff9bc3eb923f564e3650ba88b8f8581b3e3fb53472e38cc88725c43c29"),
    ("mixed", 64, "2d86e6e7bbd5e7eab3bdba02ff269f747beea537428c493f5b48e0ec7f1799cd"),
    ("shrinking", 1, "a1942579d6fec5f8558ef857d6dfe2fbf8af629df68771862ea72e9a37b71dcf"),
    ("shrinking", 2, "4835c46cd942459f4c2e62fbb45d8abc967a919053b2290d87ff5843f91b5047"),
    ("shrinking", 4, "500a34458ce047bf5f85da8719e6462b241e743bcc1620c2d38091206922e8e5"),
    ("shrinking", 8, "2da993f7c7c5366ef47f35e42169b0924d7ec4a2beb865107d2becd0968d00ea"),
    ("shrinking", 16, "d3a3cf9c5230bb49ec0efe16d6b937d0a8d344a2e0f235c2a8d5490344057b00"),
    ("shrinking", 32, "a014deb3538ee8d1360c3771e298a039748cca88256965b08a9e10162b2ecea1"),
    ("shrinking", 64, "8f0b47b89b9f84720ead45b6a660f3188d3eb9a8f9b7847a4a4d36677c3c5d1b"),
    ("big", 1, "c8098dde6cfa02e6594d2bd7111a89dea78aa12a61b88f6d47d3be264e9f92f1"),
    ("big", 2, "dedbb7dff25be55a676186f605323e49598029073e284d19b6b7af5c5a2b9d93"),
    ("big", 4, "b8e89a5572236faff94438b86a397f61adf9c2a96284396753545e8131709e8a"),
    ("big", 8, "87f2f44983ff7da01ecb9cd45d0db085497dd6c4a9ff7accc84502156ef5e8da"),
];

/// splitmix64, as in the Go program.
struct Walk(u64);

impl Walk {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn roots_of_ascending() -> BTreeMap<u64, Hash> {
    let mut tree = Tree::default();
    let mut roots = BTreeMap::new();
    for version in 1..=200u64 {
        if version <= 100 {
            tree.set(version, &version.to_be_bytes(), b"value");
        } else {
            assert!(tree.remove(version, &(version - 100).to_be_bytes()));
        }
        roots.insert(version, tree.hash());
    }
    roots
}

/// `writes` writes to a space of keys in each of some versions, some of every ten of them removals.
fn roots_of_walk(
    seed: u64,
    versions: u64,
    writes: u64,
    space: u64,
    removals: u64,
) -> BTreeMap<u64, Hash> {
    let (mut walk, mut tree) = (Walk(seed), Tree::default());
    let mut roots = BTreeMap::new();
    for version in 1..=versions {
        for _ in 0..writes {
            let key = (walk.next() % space).to_be_bytes();
            let value = walk.next();
            if value % 10 < removals {
                tree.remove(version, &key);
            } else {
                tree.set(version, &key, &value.to_be_bytes());
            }
        }
        roots.insert(version, tree.hash());
    }
    roots
}

#[test]
fn the_same_writes_give_the_roots_that_iavl_gives() {
    let walks = BTreeMap::from([
        ("ascending", roots_of_ascending()),
        ("sets", roots_of_walk(1, 40, 25, 1 << 32, 0)),
        ("mixed", roots_of_walk(2, 64, 20, 200, 4)),
        ("shrinking", roots_of_walk(3, 64, 10, 40, 6)),
        ("big", roots_of_walk(4, 8, 1000, 1 << 20, 3)),
    ]);
    for (walk, version, root) in VECTORS {
        assert_eq!(
            walks[walk][version].to_string(),
            *root,
            "{walk} at version {version}"
        );
    }
    assert_eq!(VECTORS.len(), 37);
}

#[test]
fn an_old_version_stays_as_it_was() {
    let mut tree = Tree::default();
    tree.set(1, b"a", b"1");
    let (old, root) = (tree.clone(), tree.hash());
    tree.set(2, b"a", b"2");
    tree.remove(2, b"a");
    assert!(tree.is_empty());
    assert_eq!((old.hash(), old.get(b"a")), (root, Some(&b"1"[..])));
}

proptest! {
    /// Whatever is written and removed, the tree holds what a map would, in order, and stays balanced.
    #[test]
    fn a_tree_is_an_ordered_map(
        writes in prop::collection::vec((any::<bool>(), prop::collection::vec(0u8..6, 1..4), any::<u8>()), 0..300),
        start in prop::option::of(prop::collection::vec(0u8..6, 0..4)),
        end in prop::option::of(prop::collection::vec(0u8..6, 0..4)),
    ) {
        let (mut tree, mut map) = (Tree::default(), BTreeMap::new());
        for (version, (set, key, value)) in writes.into_iter().enumerate() {
            if set {
                tree.set(version as u64, &key, &[value]);
                map.insert(key, vec![value]);
            } else {
                prop_assert_eq!(tree.remove(version as u64, &key), map.remove(&key).is_some());
            }
        }
        prop_assert_eq!(tree.len(), map.len() as u64);
        // An AVL tree of n leaves is at most 1.44 log2(n) + 1 deep.
        prop_assert!(f64::from(tree.depth()) <= 1.44 * (map.len().max(1) as f64).log2() + 1.0);
        let within = |key: &Vec<u8>| {
            start.as_ref().is_none_or(|start| key >= start) && end.as_ref().is_none_or(|end| key < end)
        };
        let mut expected: Vec<_> = map.into_iter().filter(|(key, _)| within(key)).collect();
        let (start, end) = (start.as_deref(), end.as_deref());
        prop_assert_eq!(&tree.entries(start, end, true).collect::<Vec<_>>(), &expected);
        expected.reverse();
        prop_assert_eq!(&tree.entries(start, end, false).collect::<Vec<_>>(), &expected);
    }
}
