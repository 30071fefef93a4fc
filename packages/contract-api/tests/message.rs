//! The JSON that users and locks write, and the permissions beside it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use cosmwasm_std::{coin, from_json, CosmosMsg, WasmMsg};
use tessera_contract_api::{
    booking::{Booking, ExecuteMsg},
    lockable::{Lockable, LockableMsg, Order},
    permission::{Paused, Permission, Permitted, Who},
};
use tessera_primitives::{Address, Amount, Hash};

fn order() -> Order {
    let booking = Booking {
        item: "berth".into(),
        units: 2,
        price: Amount(70),
    };
    Order {
        task_id: Hash([0xab; 32]),
        registrant: Address::new("zone1user").unwrap(),
        payload: booking.payload().unwrap(),
        funds: vec![coin(70, "utoken")],
    }
}

#[test]
fn what_the_client_of_a_lockable_contract_writes_the_contract_reads() {
    let target = Lockable(Address::new("zone1booking").unwrap());
    let message = target
        .say(LockableMsg::Unlock(order()), vec![coin(70, "utoken")])
        .unwrap();
    let CosmosMsg::Wasm(WasmMsg::Execute {
        contract_addr,
        msg,
        funds,
    }) = message
    else {
        panic!("not an execute message");
    };
    assert_eq!(
        (contract_addr.as_str(), funds),
        ("zone1booking", vec![coin(70, "utoken")])
    );
    let read: ExecuteMsg = from_json(&msg).unwrap();
    assert_eq!(read, ExecuteMsg::Lockable(LockableMsg::Unlock(order())));
    let text = String::from_utf8(msg.to_vec()).unwrap();
    assert!(
        text.starts_with(r#"{"lockable":{"unlock":{"task_id":"abab"#),
        "{text}"
    );
}

#[test]
fn a_lock_cannot_say_anything_but_the_interface() {
    // The payload is opaque bytes inside the order: no choice of it reaches another message.
    let forged = r#"{"lockable":{"withdraw":{}}}"#;
    assert!(from_json::<ExecuteMsg>(forged).is_err());
    let twofold =
        r#"{"lockable":{"lock":{"task_id":"00","registrant":"a","payload":""}},"withdraw":{}}"#;
    assert!(from_json::<ExecuteMsg>(twofold).is_err());
    assert!(from_json::<ExecuteMsg>(r#"{"link_lock":{"lock":"a","spare":1}}"#).is_err());
}

#[test]
fn entries_stop_while_paused_and_exits_do_not() {
    let permission = |message: LockableMsg| ExecuteMsg::Lockable(message).permission();
    let entry = Permission {
        who: Who::Anyone,
        paused: Paused::Refused,
    };
    let exit = Permission {
        who: Who::Anyone,
        paused: Paused::Works,
    };
    assert_eq!(permission(LockableMsg::Lock(order())), entry);
    assert_eq!(permission(LockableMsg::Unlock(order())), exit);
    assert_eq!(permission(LockableMsg::Reverse(order())), exit);
}

#[test]
fn the_table_of_permissions_holds_the_embedded_ones_too() {
    let table = ExecuteMsg::table();
    let names: Vec<_> = table.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "stock",
            "link_lock",
            "unlink_lock",
            "return",
            "withdraw",
            "lock",
            "unlock",
            "reverse",
            "offer_owner",
            "accept_owner",
            "renounce_owner",
            "set_guardian",
            "pause",
            "unpause",
        ]
    );
    let refused: Vec<_> = table
        .iter()
        .filter(|(_, p)| p.paused == Paused::Refused)
        .collect();
    assert_eq!(refused.len(), 1, "only `lock` is an entry: {refused:?}");
}

/// Locks read their messages by way of a tree: defaults are those of the derived code.
#[test]
fn settings_that_are_left_out_have_their_defaults() {
    use tessera_contract_api::transaction_lock::{InstantiateMsg, QueryMsg, Settings};
    let settings = r#"{"fee":"5","fee_denom":"uatom","treasury":"zone1t"}"#;
    let text = format!(r#"{{"roles":{{"owner":"zone1o"}},"settings":{settings}}}"#);
    let read: InstantiateMsg = from_json(&text).unwrap();
    let derived: Settings = from_json(settings).unwrap();
    assert_eq!(read.settings, derived);
    assert_eq!(read.settings.min_horizon, 50);
    assert_eq!(read.roles.guardian, None);
    let text = text.replace(r#""fee":"5""#, r#""fee":"5","fresh":7,"spare":1"#);
    assert!(from_json::<InstantiateMsg>(&text).is_err());
    let page: QueryMsg = from_json(r#"{"caps":{"limit":7}}"#).unwrap();
    assert_eq!(
        page,
        QueryMsg::Caps {
            start_after: None,
            limit: Some(7)
        }
    );
}
