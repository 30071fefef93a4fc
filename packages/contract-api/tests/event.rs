//! A fact that goes onto the chain comes back the same, and only from the contract that was asked about.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use tessera_contract_api::{booking::Event, event};
use tessera_primitives::{fact::Attribute, Address, Amount, Hash, Malformed};

fn address(text: &str) -> Address {
    Address::new(text).unwrap()
}

fn taken() -> Event {
    Event::Taken {
        lock: address("zone1lock"),
        task_id: Hash([3; 32]),
        registrant: address("zone1user"),
        item: "berth".into(),
        units: 2,
        paid: Amount(70),
    }
}

/// What a chain makes of an event: the prefix, the emitter first, and the message's index last.
fn as_the_chain_records(fact: &Event, contract: &str) -> (String, Vec<Attribute>) {
    let emitted = event::encode(fact);
    let mut attributes = vec![("_contract_address".to_string(), contract.to_string())];
    attributes.extend(emitted.attributes.into_iter().map(|a| (a.key, a.value)));
    attributes.push(("msg_index".into(), "0".into()));
    (format!("wasm-{}", emitted.ty), attributes)
}

#[test]
fn a_fact_comes_back_as_it_was_emitted() {
    let (kind, attributes) = as_the_chain_records(&taken(), "zone1booking");
    let read = event::decode(&address("zone1booking"), &kind, &attributes);
    assert_eq!(read, Some(Ok(taken())));
}

#[test]
fn another_contracts_event_is_not_ours_however_it_looks() {
    let (kind, mut attributes) = as_the_chain_records(&taken(), "zone1impostor");
    let ours = address("zone1booking");
    assert_eq!(event::decode::<Event>(&ours, &kind, &attributes), None);
    // Nor when it names us beside itself.
    attributes.push(("_contract_address".into(), "zone1booking".into()));
    assert_eq!(event::decode::<Event>(&ours, &kind, &attributes), None);
    // Nor when nobody is named.
    attributes.retain(|(key, _)| key != "_contract_address");
    assert_eq!(event::decode::<Event>(&ours, &kind, &attributes), None);
}

#[test]
fn events_of_other_kinds_are_passed_over() {
    let (_, attributes) = as_the_chain_records(&taken(), "zone1booking");
    let ours = address("zone1booking");
    for kind in ["wasm", "transfer", "wasm-other", "booking_taken"] {
        assert_eq!(
            event::decode::<Event>(&ours, kind, &attributes),
            None,
            "{kind}"
        );
    }
}

#[test]
fn an_event_that_lacks_an_attribute_is_malformed_and_not_ignored() {
    let (kind, mut attributes) = as_the_chain_records(&taken(), "zone1booking");
    attributes.retain(|(key, _)| key != "paid");
    let read = event::decode::<Event>(&address("zone1booking"), &kind, &attributes);
    assert!(matches!(
        read,
        Some(Err(Malformed::Range {
            what: "paid",
            actual: 0,
            ..
        }))
    ));
}
