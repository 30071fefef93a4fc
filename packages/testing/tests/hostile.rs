//! The hostile parts do the harm that they are told to do, and no other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use cosmwasm_std::{coin, to_json_binary, Addr, BankMsg, Empty, Uint128, WasmMsg};
use cw20::{Cw20Coin, Cw20ExecuteMsg};
use serde::Serialize;
use tessera_contract_api::lockable::{LockableMsg, Order};
use tessera_primitives::{Address, Amount, Bytes, Hash};
use tessera_testing::{
    contracts::notes,
    hostile::{target, token, Attempts, Command, Question},
    Zone,
};

struct Place {
    zone: Zone,
    alice: Addr,
    bob: Addr,
    token: Addr,
}

fn place() -> Place {
    let mut zone = Zone::new("alpha-1", "alpha").unwrap();
    let [alice, bob] = ["alice", "bob"].map(|name| zone.account(name).unwrap());
    let code = zone.store_code(token::code);
    let message = cw20_base::msg::InstantiateMsg {
        name: "hostile".into(),
        symbol: "HOST".into(),
        decimals: 6,
        initial_balances: vec![Cw20Coin {
            address: alice.to_string(),
            amount: Uint128::new(1_000),
        }],
        mint: None,
        marketing: None,
    };
    let token = zone.instantiate(&alice, code, &message, "token").unwrap();
    Place {
        zone,
        alice,
        bob,
        token,
    }
}

impl Place {
    fn behave(&mut self, trick: token::Trick) {
        let command = Command::Behave(trick);
        self.zone
            .execute(&self.bob, &self.token, &command, &[])
            .unwrap();
    }

    fn pay(&mut self, amount: u128) -> anyhow::Result<cw_multi_test::AppResponse> {
        let transfer = Cw20ExecuteMsg::Transfer {
            recipient: self.bob.to_string(),
            amount: amount.into(),
        };
        self.zone.execute(&self.alice, &self.token, &transfer, &[])
    }

    fn balances(&self) -> [u128; 2] {
        [&self.alice, &self.bob].map(|who| self.zone.balance_cw20(who, &self.token).unwrap().0)
    }
}

#[test]
fn a_token_keeps_boasts_blacklists_and_fails() {
    let mut place = place();
    place.pay(100).unwrap();
    assert_eq!(place.balances(), [900, 100]);
    place.behave(token::Trick::Keeps {
        amount: Uint128::new(10),
    });
    place.pay(100).unwrap();
    assert_eq!(place.balances(), [810, 190]);
    place.behave(token::Trick::Boasts {
        amount: Uint128::new(5),
    });
    assert_eq!(place.balances(), [815, 195]);
    place.behave(token::Trick::Blacklists {
        account: place.bob.to_string(),
    });
    place.pay(1).unwrap_err();
    place.behave(token::Trick::Fails {});
    place.pay(1).unwrap_err();
    place.behave(token::Trick::None);
    place.pay(1).unwrap();
    assert_eq!(place.balances(), [809, 191]);
}

fn call(contract: &Addr, message: &impl Serialize) -> WasmMsg {
    WasmMsg::Execute {
        contract_addr: contract.to_string(),
        msg: to_json_binary(message).unwrap(),
        funds: vec![],
    }
}

#[test]
fn a_token_calls_back_and_survives_what_fails() {
    let mut place = place();
    let code = place.zone.store_code(notes::code);
    let notes = place
        .zone
        .instantiate(&place.alice, code, &Empty {}, "notes")
        .unwrap();
    let write = notes::ExecuteMsg::Write {
        entries: vec![(b"key".into(), b"value".into())],
    };
    let fail = notes::ExecuteMsg::WriteAndFail {
        key: b"ghost".into(),
    };
    place.behave(token::Trick::Reenters {
        messages: vec![call(&notes, &write), call(&notes, &fail)],
    });
    place.pay(100).unwrap();
    assert_eq!(place.balances(), [900, 100]);
    let attempts: Attempts = place
        .zone
        .query(&place.token, &Question::Attempts {})
        .unwrap();
    assert_eq!((attempts.succeeded, attempts.refused.len()), (1, 1));
    let height = place.zone.next_block().unwrap().height;
    assert!(place.zone.value(&notes, b"key", height).unwrap().is_some());
    assert!(place
        .zone
        .value(&notes, b"ghost", height)
        .unwrap()
        .is_none());
}

#[test]
fn a_target_listens_fails_and_calls_back() {
    let mut zone = Zone::new("alpha-1", "alpha").unwrap();
    let alice = zone.account("alice").unwrap();
    let code = zone.store_code(target::code);
    let target = zone.instantiate(&alice, code, &Empty {}, "target").unwrap();
    let order = Order {
        task_id: Hash::ZERO,
        registrant: Address::new(alice.as_str()).unwrap(),
        payload: Bytes(vec![1]),
        funds: Vec::new(),
    };
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Said {
        Lockable(LockableMsg),
    }
    let lock = Said::Lockable(LockableMsg::Lock(order.clone()));
    let unlock = Said::Lockable(LockableMsg::Unlock(order));
    let trick = target::Trick {
        fails: vec![target::Verb::Lock],
        reenters: vec![call(&target, &lock)],
    };
    zone.execute(&alice, &target, &Command::Behave(trick), &[])
        .unwrap();
    zone.execute(&alice, &target, &lock, &[]).unwrap_err();
    zone.mint(&alice, 5, "ualpha").unwrap();
    zone.execute(&alice, &target, &unlock, &[coin(5, "ualpha")])
        .unwrap();
    let heard: Vec<target::Heard> = zone.query(&target, &Question::Heard {}).unwrap();
    assert_eq!(heard.len(), 1);
    assert_eq!(
        (heard[0].sender.as_str(), &heard[0].funds[..]),
        (alice.as_str(), &[coin(5, "ualpha")][..])
    );
    let attempts: Attempts = zone.query(&target, &Question::Attempts {}).unwrap();
    assert_eq!((attempts.succeeded, attempts.refused.len()), (0, 1));
}

#[test]
fn a_closed_account_is_not_paid_until_it_is_opened() {
    let mut zone = Zone::new("alpha-1", "alpha").unwrap();
    let [alice, bob] = ["alice", "bob"].map(|name| zone.account(name).unwrap());
    zone.mint(
        &alice,
        10,
        "ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2",
    )
    .unwrap();
    zone.mint(&alice, 10, "ualpha").unwrap();
    zone.close_account(&bob);
    let send = BankMsg::Send {
        to_address: bob.to_string(),
        amount: vec![coin(4, "ualpha")],
    };
    let refused = zone
        .transact(&alice, vec![send.clone().into()])
        .unwrap_err();
    assert!(format!("{refused:#}").contains("not allowed to receive"));
    assert_eq!(zone.balance(&alice, "ualpha").unwrap(), Amount(10));
    zone.open_account(&bob);
    zone.transact(&alice, vec![send.into()]).unwrap();
    assert_eq!(zone.balance(&bob, "ualpha").unwrap(), Amount(4));
}
