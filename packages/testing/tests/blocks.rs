//! A zone's blocks, read by CometBFT itself: hashes that `github.com/cometbft/cometbft` v0.38.21 computed, after it had
//! found the blocks valid. The program is `tests/vectors/comet`; `PRINT_BLOCKS=1 cargo test -p tessera-testing --test
//! blocks -- --nocapture` prints the blocks that it reads, one a line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use tessera_primitives::Height;
use tessera_testing::{contracts::notes, Validators, Zone, ZoneConfig};

/// Height, the header's hash, number and root of the block's parts.
#[rustfmt::skip]
const VECTORS: &[(u64, &str, u32, &str)] = &[
    (1, "4e81dc7ad918a4fe544b34ae0985b2bf81a46a8c3dadf22f79a7354b625cb3e0", 1, "feff200eac8b0f2fc8950355bee804b889a15270f3bcb9e9b80fc674de128de4"),
    (2, "c482f87eee354263b17919dd4f7bd56251a4a302b743fc896c662555d9e7a059", 2, "e09cd2a7cf3871302bd93ff964a445c5ce3b358249ac71716cdd14501b180af5"),
    (3, "9fdb5934b7613f285ed15d53ba0dc76b0e75953f3793b67c6ca1bcb131a28e6a", 1, "92d91408d22594eddbdb6be6785e1f8f82a098f05c6711f826853cf64e082b62"),
    (4, "d9f0ffc17ed6c3d9a8af1c32cb3dec2b40ffbb15a65c1eae5124efe95ce41c9f", 1, "43d0cb54615e8ecfe1781d1a44222aa3364f3844797771ee3bedd7cbb83a86a9"),
    (5, "911ec8639bc58bd01afce8e4a66c0bc15b02e295fbfb595274f1ae5e66e298c9", 1, "cb73e13b3e36a3c0f7fa611722d6fb93db4c6e71fb91827ff3339cc5020b5b34"),
];

fn zone() -> Zone {
    let mut zone = Zone::start(ZoneConfig {
        validators: Validators::with_powers("v", [4, 3, 2, 1]).unwrap(),
        ..ZoneConfig::new("gamma-1", "gamma").unwrap()
    });
    let alice = zone.account("alice").unwrap();
    let code = zone.store_code(notes::code);
    let contract = zone
        .instantiate(&alice, code, &cosmwasm_std::Empty {}, "notes")
        .unwrap();
    zone.next_block().unwrap();
    let weakest = zone.validators().members()[3].address();
    zone.silence([weakest]);
    // More than one part's worth.
    let write = notes::ExecuteMsg::Write {
        entries: vec![(b"key".into(), vec![7; 60_000].into())],
    };
    zone.execute(&alice, &contract, &write, &[]).unwrap();
    let fail = notes::ExecuteMsg::WriteAndFail { key: b"key".into() };
    zone.execute(&alice, &contract, &fail, &[]).unwrap_err();
    zone.change_validators(Validators::equal("w", 3, 1).unwrap());
    zone.produce(4).unwrap();
    zone
}

#[test]
fn comet_finds_our_blocks_valid_and_hashes_them_alike() {
    let zone = zone();
    if std::env::var_os("PRINT_BLOCKS").is_some() {
        for block in zone.blocks() {
            println!("{}", hex::encode(zone.block_bytes(block.height).unwrap()));
        }
    }
    assert_eq!(VECTORS.len(), zone.blocks().len());
    for (height, hash, parts, root) in VECTORS {
        let block = zone.block(Height(*height)).unwrap();
        let id = block.signed_header.commit.block_id;
        assert_eq!(block.hash.to_string(), *hash, "header {height}");
        assert_eq!(id.part_set_header.total, *parts, "block {height}");
        assert_eq!(
            hex::encode(id.part_set_header.hash.as_bytes()),
            *root,
            "block {height}"
        );
    }
}
