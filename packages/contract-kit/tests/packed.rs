//! Storage: what is written comes back, in order, by pages, and nothing else passes for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::collections::BTreeMap;

use cosmwasm_std::{testing::MockStorage, Storage};
use proptest::prelude::*;
use tessera_contract_kit::{
    packed::{PackedError, PackedItem, PackedMap},
    provable,
};
use tessera_primitives::{Hash, Height, ZoneId};

const COUNT: PackedItem<u64> = PackedItem::new("count");
const TASKS: PackedMap<(Height, Hash), u32> = PackedMap::new("tasks");
const NEAR: PackedMap<Height, u32> = PackedMap::new("task");

fn key(height: u64, byte: u8) -> (Height, Hash) {
    (Height(height), Hash([byte; 32]))
}

#[test]
fn an_item_is_missing_until_it_is_saved() {
    let mut storage = MockStorage::new();
    assert_eq!(COUNT.load(&storage), Err(PackedError::Missing("count")));
    assert_eq!(COUNT.may_load(&storage), Ok(None));
    COUNT.save(&mut storage, &300).unwrap();
    assert_eq!(COUNT.load(&storage), Ok(300));
    assert!(COUNT.exists(&storage));
    COUNT.remove(&mut storage);
    assert!(!COUNT.exists(&storage));
}

#[test]
fn a_value_costs_the_bytes_it_needs() {
    let mut storage = MockStorage::new();
    COUNT.save(&mut storage, &300).unwrap();
    assert_eq!(storage.get(b"\x00\x05count"), Some(vec![0xac, 2]));
}

#[test]
fn bytes_of_another_type_are_refused_and_not_guessed() {
    let mut storage = MockStorage::new();
    storage.set(b"\x00\x05count", &[1, 2]);
    assert!(matches!(
        COUNT.load(&storage),
        Err(PackedError::Value {
            namespace: "count",
            ..
        })
    ));
    storage.set(b"\x00\x05count", &[0x80]);
    assert!(COUNT.may_load(&storage).is_err());
    storage.set(b"\x00\x05tasksbad", &[1]);
    assert!(matches!(
        TASKS.range(&storage, None, 9),
        Err(PackedError::Key {
            namespace: "tasks",
            ..
        })
    ));
}

#[test]
fn a_value_of_no_bytes_is_refused_before_the_host_would_panic() {
    const NOTHING: PackedItem<()> = PackedItem::new("nothing");
    assert!(NOTHING.save(&mut MockStorage::new(), &()).is_err());
}

#[test]
fn provable_paths_never_meet_packed_keys() {
    let mut storage = MockStorage::new();
    provable::write(&mut storage, b"count", &[9]);
    provable::write(&mut storage, b"tasks/1", &[9]);
    assert_eq!(COUNT.may_load(&storage), Ok(None));
    assert_eq!(TASKS.range(&storage, None, 9), Ok(vec![]));
    assert_eq!(provable::read(&storage, b"count"), Some(vec![9]));
    provable::write(&mut storage, b"count", &[10]);
    assert_eq!(provable::read(&storage, b"count"), Some(vec![10]));
    provable::retire(&mut storage, b"count");
    assert_eq!(provable::read(&storage, b"count"), None);
}

#[test]
fn a_page_holds_the_next_entries_of_its_own_map() {
    let mut storage = MockStorage::new();
    for (height, byte) in [(256, 1), (255, 9), (7, 2), (7, 1), (u64::MAX, 0xff)] {
        TASKS
            .save(&mut storage, &key(height, byte), &u32::from(byte))
            .unwrap();
    }
    NEAR.save(&mut storage, &Height(7), &5).unwrap();
    let heights = |entries: Vec<((Height, Hash), u32)>| -> Vec<(u64, u32)> {
        entries
            .into_iter()
            .map(|((height, _), value)| (height.0, value))
            .collect()
    };
    let first = TASKS.range(&storage, None, 2).unwrap();
    assert_eq!(heights(first.clone()), [(7, 1), (7, 2)]);
    let rest = TASKS.range(&storage, Some(&first[1].0), 100).unwrap();
    assert_eq!(heights(rest), [(255, 9), (256, 1), (u64::MAX, 255)]);
    let sevens = TASKS.prefix_range(&storage, &Height(7), None, 100).unwrap();
    assert_eq!(heights(sevens), [(7, 1), (7, 2)]);
    let last = TASKS.range_back(&storage, &Height(7), None, 1).unwrap();
    assert_eq!(heights(last), [(7, 2)]);
    let before = TASKS
        .range_back(&storage, &Height(7), Some(&key(7, 2)), 9)
        .unwrap();
    assert_eq!(heights(before), [(7, 1)]);
    // A bound outside the prefix neither widens nor breaks the scan.
    assert_eq!(
        TASKS.prefix_range(&storage, &Height(7), Some(&key(8, 0)), 9),
        Ok(vec![])
    );
    assert_eq!(
        TASKS.range_back(&storage, &Height(7), Some(&key(6, 0)), 9),
        Ok(vec![])
    );
    assert_eq!(
        heights(
            TASKS
                .range_back(&storage, &Height(7), Some(&key(900, 0)), 9)
                .unwrap()
        ),
        [(7, 2), (7, 1)]
    );
    assert_eq!(
        heights(
            TASKS
                .prefix_range(&storage, &Height(255), Some(&key(1, 0)), 9)
                .unwrap()
        ),
        [(255, 9)]
    );
}

#[test]
fn removing_one_leaves_the_others() {
    let mut storage = MockStorage::new();
    TASKS.save(&mut storage, &key(1, 1), &1).unwrap();
    TASKS.save(&mut storage, &key(1, 2), &2).unwrap();
    TASKS.remove(&mut storage, &key(1, 1));
    assert!(!TASKS.exists(&storage, &key(1, 1)));
    assert_eq!(TASKS.may_load(&storage, &key(1, 2)), Ok(Some(2)));
}

#[test]
fn texts_are_keys_too() {
    const ZONES: PackedMap<ZoneId, u32> = PackedMap::new("zones");
    let mut storage = MockStorage::new();
    let zone = |text: &str| ZoneId::new(text).unwrap();
    ZONES.save(&mut storage, &zone("beta-1"), &2).unwrap();
    ZONES.save(&mut storage, &zone("b"), &1).unwrap();
    let all = ZONES.range(&storage, None, 9).unwrap();
    assert_eq!(all, [(zone("b"), 1), (zone("beta-1"), 2)]);
}

proptest! {
    /// Paging through a map gives every entry once, in order, whatever the page size.
    #[test]
    fn pages_cover_the_map(entries: BTreeMap<(u64, u8), u32>, size in 1u32..7) {
        let mut storage = MockStorage::new();
        for ((height, byte), value) in &entries {
            TASKS.save(&mut storage, &key(*height, *byte), value).unwrap();
        }
        let (mut seen, mut last) = (Vec::new(), None);
        loop {
            let page = TASKS.range(&storage, last.as_ref(), size).unwrap();
            prop_assert!(page.len() <= size as usize);
            let Some((end, _)) = page.last() else { break };
            last = Some(*end);
            seen.extend(page);
        }
        let expected: Vec<_> = entries.iter().map(|((h, b), v)| (key(*h, *b), *v)).collect();
        prop_assert_eq!(seen, expected);
    }
}
