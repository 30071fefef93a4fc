//! What a lock says and what the inventory does: as a linked lock, and as everybody who would like to be one.
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
use cosmwasm_std::coin;
use harbour::{address, end, escrow, harbour, order, stock, DENOM};
use tessera_contract_api::{booking::ExecuteMsg, lockable::Order, roles::RolesMsg};
use tessera_contract_kit::roles::RolesError;
use tessera_primitives::{Amount, Bytes};

#[test]
fn a_kept_task_hands_its_units_over_for_the_price() {
    let mut harbour = harbour();
    harbour.lock("lock", order(1, 3, 21)).unwrap();
    assert_eq!(harbour.berths(), (7, 3, 0));
    assert_eq!(harbour.reservation("lock", 1).unwrap().due, Amount(21));
    harbour.unlock("lock", end(1), &[coin(21, DENOM)]).unwrap();
    assert_eq!(harbour.berths(), (7, 0, 3));
    assert_eq!(
        (harbour.held("user"), harbour.held("lock"), harbour.earned()),
        (3, 0, 21)
    );
    assert_eq!(harbour.reservation("lock", 1), None);
}

#[test]
fn a_reversed_task_leaves_no_trace() {
    let mut harbour = harbour();
    harbour.lock("lock", order(1, 3, 21)).unwrap();
    harbour.reverse("lock", end(1)).unwrap();
    assert_eq!(harbour.berths(), (10, 0, 0));
    assert_eq!((harbour.held("user"), harbour.earned()), (0, 0));
}

#[test]
fn what_cannot_be_had_is_refused_while_the_commit_can_still_be_undone() {
    let mut harbour = harbour();
    harbour
        .send(
            "owner",
            ExecuteMsg::Stock {
                item: "quay".into(),
                free: 1,
                price: Amount(1),
                reserved_for: Some(address("admiral")),
            },
        )
        .unwrap();
    let with = |payload: &str| Order {
        payload: Bytes(payload.as_bytes().to_vec()),
        ..end(1)
    };
    let cases = [
        (
            order(1, 11, 77),
            BookingError::Inventory(Refusal::Short {
                place: "free",
                asked: 11,
                there: 10,
            }),
        ),
        (order(1, 0, 0), BookingError::Inventory(Refusal::Nothing)),
        (
            order(1, 3, 20),
            BookingError::Inventory(Refusal::Price {
                units: 3,
                expected: Amount(21),
                actual: Amount(20),
            }),
        ),
        (
            order(1, 3, 22),
            BookingError::Inventory(Refusal::Price {
                units: 3,
                expected: Amount(21),
                actual: Amount(22),
            }),
        ),
        (
            with(r#"{"item":"pier","units":1,"price":"7"}"#),
            BookingError::UnknownItem {
                item: "pier".into(),
            },
        ),
        (
            with(r#"{"item":"quay","units":1,"price":"1"}"#),
            BookingError::Inventory(Refusal::NotForYou {
                expected: address("admiral"),
                actual: address("user"),
            }),
        ),
    ];
    for (order, expected) in cases {
        assert_eq!(harbour.lock("lock", order), Err(expected));
    }
    for garbage in [
        "",
        "[]",
        "{}",
        r#"{"item":"berth","units":1,"price":"7","spare":1}"#,
        r#"{"item":"berth","units":-1,"price":"7"}"#,
    ] {
        let refused = harbour.lock("lock", with(garbage)).unwrap_err();
        assert!(
            matches!(refused, BookingError::Payload(_)),
            "{garbage}: {refused}"
        );
    }
    assert_eq!(harbour.berths(), (10, 0, 0));
}

/// Attack: hold the whole stock with tasks that bring nothing, for what registering them costs.
#[test]
fn nothing_is_reserved_that_the_task_has_not_in_escrow() {
    let mut harbour = harbour();
    for funds in [
        vec![],
        escrow(20, DENOM),
        escrow(22, DENOM),
        escrow(21, "uosmo"),
        [escrow(21, DENOM), escrow(1, "uosmo")].concat(),
    ] {
        let unpaid = Order {
            funds,
            ..order(1, 3, 21)
        };
        let refused = harbour.lock("lock", unpaid).unwrap_err();
        assert!(matches!(refused, BookingError::Payment(_)), "{refused}");
    }
    assert_eq!(harbour.berths(), (10, 0, 0));
    // What costs nothing needs no escrow.
    harbour.send("owner", stock("berth", 10, 0)).unwrap();
    harbour.lock("lock", order(1, 3, 0)).unwrap();
    assert_eq!(harbour.berths(), (7, 3, 0));
}

#[test]
fn a_price_beyond_the_range_is_refused() {
    let mut harbour = harbour();
    harbour
        .send("owner", stock("berth", 10, u128::MAX))
        .unwrap();
    let refused = harbour.lock("lock", order(1, 2, u128::MAX));
    assert_eq!(
        refused,
        Err(BookingError::Inventory(Refusal::Overflow(
            "units for one price"
        )))
    );
}

#[test]
fn only_a_linked_lock_reserves() {
    let mut harbour = harbour();
    for pretender in ["stranger", "user", "owner", "other lock"] {
        let refused = harbour.lock(pretender, order(1, 1, 7));
        assert_eq!(
            refused,
            Err(BookingError::NotLinked {
                sender: address(pretender)
            })
        );
    }
}

#[test]
fn a_lock_cannot_touch_what_another_lock_reserved() {
    let mut harbour = harbour();
    harbour
        .send(
            "owner",
            ExecuteMsg::LinkLock {
                lock: address("other lock"),
            },
        )
        .unwrap();
    harbour.lock("lock", order(1, 3, 21)).unwrap();
    for thief in ["other lock", "stranger", "owner"] {
        let refused = harbour.unlock(thief, end(1), &[]).unwrap_err();
        assert!(
            matches!(refused, BookingError::NotReserved { .. }),
            "{thief}"
        );
        let refused = harbour.reverse(thief, end(1)).unwrap_err();
        assert!(
            matches!(refused, BookingError::NotReserved { .. }),
            "{thief}"
        );
    }
    // The same task id through another lock is another reservation.
    harbour.lock("other lock", order(1, 2, 14)).unwrap();
    assert_eq!(harbour.berths(), (5, 5, 0));
    harbour.reverse("other lock", end(1)).unwrap();
    assert_eq!(harbour.reservation("lock", 1).unwrap().units, 3);
}

#[test]
fn nothing_happens_twice() {
    let mut harbour = harbour();
    harbour.lock("lock", order(1, 3, 21)).unwrap();
    let again = harbour.lock("lock", order(1, 3, 21)).unwrap_err();
    assert!(matches!(again, BookingError::Reserved { .. }));
    harbour.unlock("lock", end(1), &[coin(21, DENOM)]).unwrap();
    for replay in [
        harbour.unlock("lock", end(1), &[coin(21, DENOM)]),
        harbour.reverse("lock", end(1)),
    ] {
        assert!(matches!(replay, Err(BookingError::NotReserved { .. })));
    }
    assert_eq!(harbour.berths(), (7, 0, 3));
}

#[test]
fn an_unlock_without_the_price_frees_the_units_and_sends_the_money_back() {
    for paid in [
        vec![],
        vec![coin(20, DENOM)],
        vec![coin(22, DENOM)],
        vec![coin(21, "uosmo")],
        vec![coin(21, DENOM), coin(1, "uosmo")],
    ] {
        let mut harbour = harbour();
        harbour.lock("lock", order(1, 3, 21)).unwrap();
        harbour.unlock("lock", end(1), &paid).unwrap();
        assert_eq!(
            (harbour.berths(), harbour.held("user"), harbour.earned()),
            ((10, 0, 0), 0, 0)
        );
        for coin in &paid {
            assert_eq!(harbour.balance("user", &coin.denom), coin.amount.u128());
        }
    }
}

#[test]
fn money_with_a_lock_or_a_reverse_is_refused() {
    let mut harbour = harbour();
    let lock =
        |order| ExecuteMsg::Lockable(tessera_contract_api::lockable::LockableMsg::Lock(order));
    let refused = harbour
        .pay("lock", lock(order(1, 1, 7)), &[coin(7, DENOM)])
        .unwrap_err();
    assert!(matches!(refused, BookingError::Payment(_)));
    harbour.lock("lock", order(1, 1, 7)).unwrap();
    let reverse =
        ExecuteMsg::Lockable(tessera_contract_api::lockable::LockableMsg::Reverse(end(1)));
    let refused = harbour.pay("lock", reverse, &[coin(7, DENOM)]).unwrap_err();
    assert!(matches!(refused, BookingError::Payment(_)));
}

#[test]
fn an_unlinked_lock_reserves_nothing_more_and_ends_what_it_began() {
    let mut harbour = harbour();
    harbour.lock("lock", order(1, 1, 7)).unwrap();
    harbour.lock("lock", order(2, 2, 14)).unwrap();
    harbour
        .send(
            "owner",
            ExecuteMsg::UnlinkLock {
                lock: address("lock"),
            },
        )
        .unwrap();
    assert!(harbour.lock("lock", order(3, 1, 7)).is_err());
    harbour.unlock("lock", end(1), &[coin(7, DENOM)]).unwrap();
    harbour.reverse("lock", end(2)).unwrap();
    assert_eq!(harbour.berths(), (9, 0, 1));
}

#[test]
fn a_pause_stops_reserving_and_nothing_else() {
    let mut harbour = harbour();
    harbour.lock("lock", order(1, 1, 7)).unwrap();
    harbour.lock("lock", order(2, 2, 14)).unwrap();
    harbour
        .send("guardian", ExecuteMsg::Roles(RolesMsg::Pause {}))
        .unwrap();
    let refused = harbour.lock("lock", order(3, 1, 7));
    assert_eq!(refused, Err(BookingError::Roles(RolesError::Paused)));
    harbour.unlock("lock", end(1), &[coin(7, DENOM)]).unwrap();
    harbour.reverse("lock", end(2)).unwrap();
    harbour
        .send(
            "user",
            ExecuteMsg::Return {
                item: "berth".into(),
                units: 1,
            },
        )
        .unwrap();
    assert_eq!(harbour.berths(), (10, 0, 0));
}

#[test]
fn a_new_price_or_stock_does_not_touch_what_is_reserved() {
    let mut harbour = harbour();
    harbour.lock("lock", order(1, 3, 21)).unwrap();
    harbour.send("owner", stock("berth", 0, 1_000)).unwrap();
    assert_eq!(harbour.berths(), (0, 3, 0));
    harbour.unlock("lock", end(1), &[coin(21, DENOM)]).unwrap();
    assert_eq!(harbour.berths(), (0, 0, 3));
}
