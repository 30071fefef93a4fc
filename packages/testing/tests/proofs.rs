//! What a zone proves, read by `ics23` itself and by `tessera_proof`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use cosmwasm_std::{Addr, Binary};
use ics23::HostFunctionsManager;
use proptest::prelude::*;
use tessera_primitives::Height;
use tessera_proof::open;
use tessera_testing::{
    contracts::notes,
    generators::{grown_trees, GrownTree},
    Multistore, Tree, Zone,
};

fn zone_with_notes() -> (Zone, Addr, Addr) {
    let mut zone = Zone::new("alpha-1", "alpha").unwrap();
    let alice = zone.account("alice").unwrap();
    let code = zone.store_code(notes::code);
    let notes = zone
        .instantiate(&alice, code, &cosmwasm_std::Empty {}, "notes")
        .unwrap();
    (zone, alice, notes)
}

fn write(zone: &mut Zone, sender: &Addr, notes: &Addr, entries: &[(&[u8], &[u8])]) {
    let entries = entries
        .iter()
        .map(|(key, value)| (Binary::from(*key), Binary::from(*value)));
    let message = notes::ExecuteMsg::Write {
        entries: entries.collect(),
    };
    zone.execute(sender, notes, &message, &[]).unwrap();
}

/// The root of the tree, if `ics23` accepts the proof under it.
fn accepted(tree: &Tree, key: &[u8]) -> bool {
    let (proof, root) = (tree.prove(key), tree.hash().0.to_vec());
    let spec = ics23::iavl_spec();
    match tree.get(key) {
        Some(value) => {
            ics23::verify_membership::<HostFunctionsManager>(&proof, &spec, &root, key, value)
        }
        None => ics23::verify_non_membership::<HostFunctionsManager>(&proof, &spec, &root, key),
    }
}

#[test]
fn a_key_is_proven_under_the_app_hash_of_the_header_above() {
    let (mut zone, alice, notes) = zone_with_notes();
    write(
        &mut zone,
        &alice,
        &notes,
        &[(b"left", b"1"), (b"right", b"2")],
    );
    let state = zone.height();
    zone.produce(2).unwrap();
    let header = zone
        .light_block(state.plus(1).unwrap())
        .unwrap()
        .signed_header
        .header;
    let app_hash = tessera_primitives::Hash::try_from(header.app_hash.as_bytes()).unwrap();
    let contract = zone.canonical(&notes).unwrap();
    assert_eq!(contract.as_bytes().len(), 32);

    for (key, value) in [
        (b"left".to_vec(), Some(b"1".to_vec())),
        (b"middle".to_vec(), None),
    ] {
        let proven = zone.prove(&notes, &key, state).unwrap();
        assert_eq!((&proven.value, proven.app_hash), (&value, app_hash));
        assert_eq!(proven.key, [&[3], contract.as_bytes(), &key].concat());
        // Both steps by the library that real chains use.
        let store = zone.contract_store(state).unwrap().unwrap();
        assert!(ics23::verify_membership::<HostFunctionsManager>(
            &proven.store,
            &ics23::tendermint_spec(),
            &app_hash.0.to_vec(),
            b"wasm",
            store.hash().as_bytes(),
        ));
        assert!(accepted(store, &proven.key));
        // And by the package that contracts use.
        let answer = open(&app_hash, &contract, &[key], &proven.to_proof()).unwrap();
        assert_eq!(answer, [value]);
    }
}

#[test]
fn many_keys_are_proven_by_one_multiproof() {
    let (mut zone, alice, notes) = zone_with_notes();
    for index in 0..200u32 {
        write(
            &mut zone,
            &alice,
            &notes,
            &[(&index.to_be_bytes(), b"value")],
        );
    }
    let state = zone.height();
    zone.produce(2).unwrap();
    let keys: Vec<Vec<u8>> = (150..250u32)
        .step_by(10)
        .map(|key| key.to_be_bytes().to_vec())
        .collect();
    let proof = zone.prove_many(&notes, &keys, state).unwrap();
    let app_hash = zone.block(state).unwrap().stores.hash();
    let contract = zone.canonical(&notes).unwrap();
    let answers = open(&app_hash, &contract, &keys, &proof).unwrap();
    let present = |value: &Option<Vec<u8>>| value.as_deref() == Some(b"value");
    assert!(answers[..5].iter().all(present));
    assert!(answers[5..].iter().all(Option::is_none));
    let other = zone.account("bob").unwrap();
    assert!(open(&app_hash, &zone.canonical(&other).unwrap(), &keys, &proof).is_err());
}

#[test]
fn every_old_state_stays_provable() {
    let (mut zone, alice, notes) = zone_with_notes();
    for round in 1..=20u8 {
        write(&mut zone, &alice, &notes, &[(b"round", &[round])]);
        zone.next_block().unwrap();
    }
    let remove = notes::ExecuteMsg::Remove {
        keys: vec![b"round".into()],
    };
    zone.execute(&alice, &notes, &remove, &[]).unwrap();
    zone.next_block().unwrap();
    let contract = zone.canonical(&notes).unwrap();
    for height in 1..=21u64 {
        let proven = zone.prove(&notes, b"round", Height(height)).unwrap();
        let app_hash = zone.block(Height(height)).unwrap().stores.hash();
        let value = open(
            &app_hash,
            &contract,
            &[b"round".to_vec()],
            &proven.to_proof(),
        )
        .unwrap();
        let expected = (height <= 20).then(|| vec![height as u8]);
        assert_eq!(value, [expected], "at {height}");
    }
    let newest = zone.sealed();
    assert!(zone
        .prove(&notes, b"round", newest.plus(1).unwrap())
        .is_err());
    assert!(zone.prove(&notes, b"round", Height(0)).is_err());
}

#[test]
fn a_failed_transaction_leaves_nothing_but_itself() {
    let (mut zone, alice, notes) = zone_with_notes();
    zone.next_block().unwrap();
    let before = zone.contract_store(zone.sealed()).unwrap().unwrap().hash();
    let fail = notes::ExecuteMsg::WriteAndFail {
        key: b"ghost".into(),
    };
    let refused = zone.execute(&alice, &notes, &fail, &[]).unwrap_err();
    assert!(format!("{refused:#}").contains("told to fail"));
    let block = zone.next_block().unwrap();
    assert_eq!(block.stores.store("wasm").unwrap().hash(), before);
    let [transaction] = &block.transactions[..] else {
        panic!("{:?}", block.transactions);
    };
    assert_eq!((transaction.code(), transaction.events().count()), (1, 0));
    // Nor does a transaction whose second message fails keep its first.
    let first = notes::ExecuteMsg::Write {
        entries: vec![(b"first".into(), b"1".into())],
    };
    let message = |message| cosmwasm_std::WasmMsg::Execute {
        contract_addr: notes.to_string(),
        msg: cosmwasm_std::to_json_binary(message).unwrap(),
        funds: vec![],
    };
    let both = vec![message(&first).into(), message(&fail).into()];
    zone.transact(&alice, both).unwrap_err();
    assert_eq!(
        zone.next_block()
            .unwrap()
            .stores
            .store("wasm")
            .unwrap()
            .hash(),
        before
    );
}

#[test]
fn a_question_and_a_simulation_change_nothing() {
    let (mut zone, alice, notes) = zone_with_notes();
    let write = notes::ExecuteMsg::Write {
        entries: vec![(b"key".into(), b"value".into())],
    };
    let call = cosmwasm_std::WasmMsg::Execute {
        contract_addr: notes.to_string(),
        msg: cosmwasm_std::to_json_binary(&write).unwrap(),
        funds: vec![],
    };
    assert_eq!(zone.simulate(&alice, vec![call.into()]).unwrap().len(), 1);
    let question = notes::QueryMsg { key: b"key".into() };
    assert_eq!(
        zone.query::<Option<Binary>>(&notes, &question).unwrap(),
        None
    );
    let block = zone.next_block().unwrap();
    assert_eq!(block.transactions.len(), 1, "only the instantiation");
    assert_eq!(zone.value(&notes, b"key", block.height).unwrap(), None);
}

#[test]
#[should_panic(expected = "no empty values")]
fn an_empty_value_is_refused_as_on_a_chain() {
    let (mut zone, _, notes) = zone_with_notes();
    zone.with_app(|app| app.contract_storage_mut(&notes).set(b"key", b""));
}

#[test]
fn stores_of_any_number_are_proven() {
    let mut stores = Multistore::default();
    for extra in 0..20u8 {
        stores
            .store_mut(&format!("extra{extra}"))
            .set(1, &[extra], b"value");
        let (root, names) = (stores.hash().0.to_vec(), stores.names().collect::<Vec<_>>());
        assert_eq!(names.len(), 6 + usize::from(extra));
        for name in names {
            assert!(ics23::verify_membership::<HostFunctionsManager>(
                &stores.prove(name).unwrap(),
                &ics23::tendermint_spec(),
                &root,
                name.as_bytes(),
                stores.store(name).unwrap().hash().as_bytes(),
            ));
        }
    }
    assert_eq!(stores.prove("none"), None);
}

proptest! {
    /// What is there is proven present, what is not is proven absent, and neither under another root.
    #[test]
    fn ics23_accepts_every_proof_of_a_tree(
        grown in grown_trees(b"\x03contract", 1..80),
    ) {
        let GrownTree { tree, asked } = grown;
        for key in &asked {
            prop_assert!(accepted(&tree, key));
        }
        let mut other = tree.clone();
        other.set(201, b"another", b"root");
        let (root, spec) = (other.hash().0.to_vec(), ics23::iavl_spec());
        for key in &asked {
            let proof = tree.prove(key);
            let value = tree.get(key).unwrap_or(b"");
            prop_assert!(!ics23::verify_membership::<HostFunctionsManager>(&proof, &spec, &root, key, value));
            prop_assert!(!ics23::verify_non_membership::<HostFunctionsManager>(&proof, &spec, &root, key));
        }
    }
}
