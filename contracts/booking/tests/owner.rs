//! What the owner and the holders do, and what nobody else can.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod harbour;

use booking::{inventory::Refusal, BookingError};
use cosmwasm_std::{coin, Empty};
use cw_multi_test::{Executor, IntoAddr};
use harbour::{address, end, harbour, order, stock, DENOM};
use tessera_contract_api::booking::{ExecuteMsg, ItemResponse, QueryMsg, MAX_NAME};
use tessera_contract_kit::roles::RolesError;

#[test]
fn only_the_owner_stocks_links_and_withdraws() {
    let mut harbour = harbour();
    let lock = address("stranger");
    let messages = [
        stock("berth", 99, 0),
        ExecuteMsg::LinkLock { lock: lock.clone() },
        ExecuteMsg::UnlinkLock { lock },
        ExecuteMsg::Withdraw {},
    ];
    for message in messages {
        for account in ["stranger", "guardian", "lock"] {
            let refused = harbour.send(account, message.clone()).unwrap_err();
            assert!(
                matches!(
                    refused,
                    BookingError::Roles(RolesError::Unauthorized { .. })
                ),
                "{refused}"
            );
        }
    }
}

#[test]
fn money_that_no_message_asks_for_is_refused() {
    let mut harbour = harbour();
    let message = ExecuteMsg::Return {
        item: "berth".into(),
        units: 1,
    };
    let refused = harbour
        .pay("stranger", message, &[coin(1, DENOM)])
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "funds must be exactly nothing, and are 1uatom"
    );
}

#[test]
fn a_name_has_a_length_and_a_lock_is_of_this_zone() {
    let mut harbour = harbour();
    for name in [String::new(), "x".repeat(MAX_NAME + 1)] {
        let refused = harbour.send("owner", stock(&name, 1, 1)).unwrap_err();
        assert!(matches!(refused, BookingError::Name { .. }), "{refused}");
    }
    // The chain would trim the event's attribute: its reader would know the item by another name.
    for name in [" berth", "berth ", "berth\n", "\u{a0}berth", " "] {
        let actual = name.to_string();
        let refused = harbour.send("owner", stock(name, 1, 1));
        assert_eq!(refused, Err(BookingError::Spaces { actual }));
    }
    harbour.send("owner", stock("north berth", 1, 1)).unwrap();
    harbour
        .send("owner", stock(&"x".repeat(MAX_NAME), 1, 1))
        .unwrap();
    let lock = tessera_primitives::Address::new("osmo1notofthiszone").unwrap();
    let refused = harbour
        .send("owner", ExecuteMsg::LinkLock { lock: lock.clone() })
        .unwrap_err();
    assert!(matches!(refused, BookingError::Address(_)));
    let refused = harbour.send("owner", ExecuteMsg::UnlinkLock { lock: lock.clone() });
    assert_eq!(refused, Err(BookingError::NotLinked { sender: lock }));
}

#[test]
fn stock_that_could_not_be_counted_is_refused() {
    let mut harbour = harbour();
    harbour.lock("lock", order(1, 1, 7)).unwrap();
    let refused = harbour.send("owner", stock("berth", u32::MAX, 7));
    assert_eq!(
        refused,
        Err(BookingError::Inventory(Refusal::Overflow("units")))
    );
    harbour
        .send("owner", stock("berth", u32::MAX - 1, 7))
        .unwrap();
    harbour.reverse("lock", end(1)).unwrap();
    assert_eq!(harbour.berths(), (u32::MAX, 0, 0));
}

#[test]
fn a_holder_gives_back_what_it_holds_and_no_more() {
    let mut harbour = harbour();
    harbour.lock("lock", order(1, 3, 21)).unwrap();
    harbour.unlock("lock", end(1), &[coin(21, DENOM)]).unwrap();
    let give_back = |units| ExecuteMsg::Return {
        item: "berth".into(),
        units,
    };
    let short = |asked, there| {
        Err(BookingError::Inventory(Refusal::Short {
            place: "held",
            asked,
            there,
        }))
    };
    assert_eq!(harbour.send("user", give_back(4)), short(4, 3));
    assert_eq!(harbour.send("stranger", give_back(1)), short(1, 0));
    assert_eq!(
        harbour.send("user", give_back(0)),
        Err(BookingError::Inventory(Refusal::Nothing))
    );
    harbour.send("user", give_back(2)).unwrap();
    assert_eq!((harbour.berths(), harbour.held("user")), ((9, 0, 1), 1));
    harbour.send("user", give_back(1)).unwrap();
    assert_eq!((harbour.berths(), harbour.held("user")), ((10, 0, 0), 0));
}

#[test]
fn the_owner_withdraws_what_was_earned_once() {
    let mut harbour = harbour();
    harbour.send("owner", ExecuteMsg::Withdraw {}).unwrap();
    harbour.lock("lock", order(1, 3, 21)).unwrap();
    harbour.unlock("lock", end(1), &[coin(21, DENOM)]).unwrap();
    harbour.send("owner", ExecuteMsg::Withdraw {}).unwrap();
    harbour.send("owner", ExecuteMsg::Withdraw {}).unwrap();
    assert_eq!((harbour.balance("owner", DENOM), harbour.earned()), (21, 0));
}

#[test]
fn the_inventory_comes_by_pages() {
    let mut harbour = harbour();
    for number in 0..120 {
        harbour
            .send("owner", stock(&format!("box {number:03}"), number, 1))
            .unwrap();
    }
    let page = |start_after, limit| -> Vec<String> {
        let items: Vec<ItemResponse> = harbour.ask(&QueryMsg::Items { start_after, limit });
        items.into_iter().map(|item| item.item).collect()
    };
    assert_eq!(page(None, None).len(), 30);
    let most = page(None, Some(1_000));
    assert_eq!(
        (most.len(), most[0].as_str(), most[1].as_str()),
        (100, "berth", "box 000")
    );
    let rest = page(most.last().cloned(), Some(100));
    assert_eq!((rest.len(), rest[0].as_str()), (21, "box 099"));
}

#[test]
fn a_migration_from_another_contract_is_refused() {
    let mut harbour = harbour();
    let (owner, contract) = ("owner".into_addr(), harbour.contract.clone());
    let code = harbour.app.store_code(harbour::code());
    harbour.lock("lock", order(1, 3, 21)).unwrap();
    harbour
        .app
        .migrate_contract(owner.clone(), contract.clone(), &Empty {}, code)
        .unwrap();
    assert_eq!(harbour.berths(), (7, 3, 0), "the state is taken over");
    let mut storage = harbour.app.contract_storage_mut(&contract);
    cw2::set_contract_version(&mut *storage, "tessera:chain-view", "0.0.1").unwrap();
    drop(storage);
    let refused = harbour
        .app
        .migrate_contract(owner, contract, &Empty {}, code)
        .unwrap_err();
    assert!(
        refused.to_string().contains("migrate")
            || refused
                .root_cause()
                .to_string()
                .contains("tessera:chain-view"),
        "{refused:?}"
    );
}
