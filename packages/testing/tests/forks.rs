//! One zone with two histories.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use cosmwasm_std::{Addr, Binary};
use tessera_header::anchor;
use tessera_primitives::{Amount, Height};
use tessera_proof::open;
use tessera_testing::{contracts::notes, NativeCrypto, Validators, Zone};

fn write(zone: &mut Zone, sender: &Addr, contract: &Addr, value: &[u8]) {
    let write = notes::ExecuteMsg::Write {
        entries: vec![(b"key".into(), value.into())],
    };
    zone.execute(sender, contract, &write, &[]).unwrap();
}

fn zone_at_block_5() -> (Zone, Addr, Addr) {
    let mut zone = Zone::new("alpha-1", "alpha").unwrap();
    let alice = zone.account("alice").unwrap();
    let code = zone.store_code(notes::code);
    let contract = zone
        .instantiate(&alice, code, &cosmwasm_std::Empty {}, "notes")
        .unwrap();
    write(&mut zone, &alice, &contract, b"common");
    zone.mint(&alice, 100, "ualpha").unwrap();
    zone.produce(4).unwrap();
    (zone, alice, contract)
}

#[test]
fn a_fork_signs_another_header_at_the_same_height_with_the_same_keys() {
    let (mut zone, ..) = zone_at_block_5();
    let mut fork = zone.fork().unwrap();
    assert_eq!((zone.branch(), fork.branch()), (0, 1));
    zone.produce(3).unwrap();
    fork.produce(3).unwrap();
    for height in 1..=7 {
        let height = Height(height);
        let (ours, theirs) = (zone.block(height).unwrap(), fork.block(height).unwrap());
        assert_eq!(ours.hash == theirs.hash, height < Height(5), "at {height}");
        assert_eq!(ours.validators.hash(), theirs.validators.hash());
        for (zone, block) in [(&zone, ours), (&fork, theirs)] {
            let header = zone.first_header(height).unwrap().open().unwrap();
            let verified = anchor(&NativeCrypto, zone.id(), &header).unwrap();
            assert_eq!(verified.hash, block.hash);
        }
    }
    let (ours, theirs) = (
        zone.block(Height(5)).unwrap(),
        fork.block(Height(5)).unwrap(),
    );
    let below = |block: &tessera_testing::Block| block.signed_header.header.last_block_id;
    assert_eq!(below(ours), below(theirs), "the fork height is exact");
}

#[test]
fn each_history_proves_its_own_state_and_none_of_the_others() {
    let (mut zone, alice, contract) = zone_at_block_5();
    let mut fork = zone.fork().unwrap();
    write(&mut zone, &alice, &contract, b"ours");
    write(&mut fork, &alice, &contract, b"theirs");
    for history in [&mut zone, &mut fork] {
        history.mint(&alice, 1, "ualpha").unwrap();
        history.produce(2).unwrap();
        assert_eq!(history.balance(&alice, "ualpha").unwrap(), Amount(101));
    }
    let canonical = zone.canonical(&contract).unwrap();
    let keys = [b"key".to_vec()];
    for (history, other, value) in [(&zone, &fork, &b"ours"[..]), (&fork, &zone, b"theirs")] {
        let proven = history.prove(&contract, b"key", Height(5)).unwrap();
        let answer = open(&proven.app_hash, &canonical, &keys, &proven.to_proof()).unwrap();
        assert_eq!(answer, [Some(value.to_vec())]);
        let foreign = other.block(Height(5)).unwrap().stores.hash();
        assert!(open(&foreign, &canonical, &keys, &proven.to_proof()).is_err());
        let question = notes::QueryMsg { key: b"key".into() };
        assert_eq!(
            history
                .query::<Option<Binary>>(&contract, &question)
                .unwrap(),
            Some(value.into())
        );
    }
}

#[test]
fn a_fork_may_leave_in_the_past_and_change_other_validators() {
    let (mut zone, alice, contract) = zone_at_block_5();
    write(&mut zone, &alice, &contract, b"later");
    let changed = Validators::equal("changed", 4, 10).unwrap();
    zone.change_validators(changed.clone());
    zone.produce(5).unwrap();
    let mut fork = zone.fork_at(Height(3)).unwrap();
    assert_eq!(fork.height(), Height(3));
    assert_eq!(fork.time(), zone.block(Height(3)).unwrap().time);
    fork.produce(7).unwrap();
    assert_eq!(
        fork.block(Height(2)).unwrap().hash,
        zone.block(Height(2)).unwrap().hash
    );
    assert_ne!(
        fork.block(Height(3)).unwrap().hash,
        zone.block(Height(3)).unwrap().hash
    );
    let common = Some(b"common".to_vec());
    assert_eq!(fork.value(&contract, b"key", Height(8)).unwrap(), common);
    assert_eq!(
        zone.value(&contract, b"key", Height(8)).unwrap(),
        Some(b"later".to_vec())
    );
    assert_eq!(
        zone.block(Height(8)).unwrap().validators.hash(),
        changed.hash()
    );
    assert_ne!(
        fork.block(Height(8)).unwrap().validators.hash(),
        changed.hash()
    );
    assert!(zone.fork_at(Height(0)).is_err());
    assert!(zone.fork_at(zone.height().plus(1).unwrap()).is_err());
}

#[test]
fn a_fork_asked_for_while_validators_change_still_changes_them() {
    let (mut zone, ..) = zone_at_block_5();
    let changed = zone.validators().replacing(0, "fresh").unwrap();
    zone.change_validators(changed.clone());
    zone.next_block().unwrap();
    let mut fork = zone.fork_at(Height(6)).unwrap();
    fork.produce(2).unwrap();
    assert_eq!(
        fork.block(Height(7)).unwrap().validators.hash(),
        changed.hash()
    );
}

#[test]
fn a_zone_can_be_sent_between_threads() {
    let (mut zone, ..) = zone_at_block_5();
    let copy = zone.clone();
    let sealed = std::thread::spawn(move || zone.next_block().unwrap().hash)
        .join()
        .unwrap();
    assert_eq!(copy.sealed(), Height(4));
    assert_ne!(sealed, copy.block(Height(4)).unwrap().hash);
}
