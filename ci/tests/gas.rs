//! Built contracts in the place of native ones, and what a chain charges for their storage.
#![cfg(feature = "vm")]

use std::collections::BTreeMap;

use cosmwasm_std_of_vm::Order;
use cosmwasm_vm::Storage;
use tessera_ci::gas::{Compiled, Meter, Metered};
use tessera_ci::wasm::Artifact;
use tessera_testing::{contracts::notes, Zone};

#[test]
fn a_contract_runs_in_the_vm_while_the_meter_runs_and_natively_else() {
    let text: String = include_str!("smallest_contract.hex")
        .split_whitespace()
        .collect();
    let smallest = Artifact {
        name: "smallest".to_owned(),
        bytes: hex::decode(text).unwrap(),
    };
    let meter = Meter::default();
    let compiled = Compiled::new(smallest, "wasm", &meter);
    let mut zone = Zone::new("zone-1", "wasm").unwrap();
    let owner = zone.account("owner").unwrap();
    let code = zone.store_code(compiled.code(notes::code));
    let message = cosmwasm_std::Empty {};
    let contract = zone.instantiate(&owner, code, &message, "notes").unwrap();

    // The artifact is another contract, which answers with a null pointer.
    meter.start();
    let refused = zone.instantiate(&owner, code, &message, "notes");
    let error = format!("{:#}", refused.unwrap_err());
    assert!(error.contains("zero Wasm address"), "{error}");
    assert_eq!(meter.stop(), []);

    let write = notes::ExecuteMsg::Write {
        entries: vec![(b"key".into(), b"value".into())],
    };
    zone.execute(&owner, &contract, &write, &[]).unwrap();
}

#[test]
fn storage_costs_what_a_chain_takes() {
    let stored = [(vec![1], vec![7; 10]), (vec![2], vec![7; 20])];
    let mut storage = Metered::new(BTreeMap::from(stored));
    let mut before = 0;
    let mut cost = |storage: &Metered| {
        let cost = storage.gas() - before;
        before = storage.gas();
        cost
    };
    assert_eq!(storage.get(&[1]).0.unwrap().unwrap(), vec![7; 10]);
    assert_eq!(cost(&storage), 1_000 + 3 * (33 + 1 + 10));
    assert_eq!(storage.get(&[9]).0.unwrap(), None);
    assert_eq!(cost(&storage), 1_000 + 3 * (33 + 1));
    storage.set(&[3], &[7; 5]).0.unwrap();
    assert_eq!(cost(&storage), 2_000 + 30 * (33 + 1 + 5));
    storage.remove(&[3]).0.unwrap();
    assert_eq!(cost(&storage), 1_000);

    let id = storage.scan(None, None, Order::Descending).0.unwrap();
    let mut keys = Vec::new();
    while let Some((key, _)) = storage.next(id).0.unwrap() {
        keys.push(key);
    }
    assert_eq!(keys, [[2], [1]]);
    // The first record is read when the iterator is made, and again when it is handed over.
    let (long, short) = (30 + 3 * (33 + 1 + 20), 30 + 3 * (33 + 1 + 10));
    assert_eq!(cost(&storage), 2 * long + short);
    storage
        .scan(Some(&[5]), Some(&[5]), Order::Ascending)
        .0
        .unwrap();
    assert_eq!(cost(&storage), 30);

    let changes = storage.into_changes();
    assert_eq!(changes, BTreeMap::from([(vec![3], None)]));
}
