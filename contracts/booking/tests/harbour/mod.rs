//! A harbour with berths to book. Its locks are plain accounts: what a lock says is all that the contract sees of it.
//! The tests of `transaction-lock` have the real one.
#![allow(dead_code)] // each story uses its own part

use booking::BookingError;
use cosmwasm_std::{coin, Addr, Coin as Funds, Empty};
use cw_multi_test::{App, Contract, ContractWrapper, Executor, IntoAddr};
use serde::de::DeserializeOwned;
use tessera_contract_api::{
    booking::{Booking, ExecuteMsg, InstantiateMsg, ItemResponse, QueryMsg, ReservationResponse},
    lockable::{LockableMsg, Order},
    roles::Appointment,
};
use tessera_primitives::{Address, Amount, Bytes, Denom, Hash};

pub const DENOM: &str = "uatom";

pub struct Harbour {
    pub app: App,
    pub contract: Addr,
}

pub fn code() -> Box<dyn Contract<Empty>> {
    use booking::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}

pub fn address(name: &str) -> Address {
    Address::new(name.into_addr().as_str()).unwrap()
}

/// Ten berths at 7, and a linked lock with money.
pub fn harbour() -> Harbour {
    let mut app = App::new(|router, _, storage| {
        let purse = vec![coin(100_000, DENOM), coin(100_000, "uosmo")];
        for rich in ["lock", "other lock", "stranger"] {
            router
                .bank
                .init_balance(storage, &rich.into_addr(), purse.clone())
                .unwrap();
        }
    });
    let code = app.store_code(code());
    let message = InstantiateMsg {
        roles: Appointment {
            owner: Some(address("owner")),
            guardian: Some(address("guardian")),
        },
        denom: Denom::new(DENOM).unwrap(),
    };
    let owner = "owner".into_addr();
    let admin = Some(owner.to_string());
    let contract = app
        .instantiate_contract(code, owner, &message, &[], "harbour", admin)
        .unwrap();
    let mut harbour = Harbour { app, contract };
    harbour.send("owner", stock("berth", 10, 7)).unwrap();
    harbour
        .send(
            "owner",
            ExecuteMsg::LinkLock {
                lock: address("lock"),
            },
        )
        .unwrap();
    harbour
}

pub fn stock(item: &str, free: u32, price: u128) -> ExecuteMsg {
    let (item, price) = (item.into(), Amount(price));
    ExecuteMsg::Stock {
        item,
        free,
        price,
        reserved_for: None,
    }
}

pub fn order(task: u8, units: u32, price: u128) -> Order {
    let booking = Booking {
        item: "berth".into(),
        units,
        price: Amount(price),
    };
    Order {
        task_id: Hash([task; 32]),
        registrant: address("user"),
        payload: booking.payload().unwrap(),
        funds: escrow(price, DENOM),
    }
}

/// What a lock has in escrow for a call.
pub fn escrow(amount: u128, denom: &str) -> Vec<Funds> {
    Vec::from_iter((amount > 0).then(|| coin(amount, denom)))
}

/// What ends a reservation: the payload does not matter any more.
pub fn end(task: u8) -> Order {
    Order {
        payload: Bytes::default(),
        ..order(task, 1, 0)
    }
}

impl Harbour {
    pub fn send(&mut self, sender: &str, message: ExecuteMsg) -> Result<(), BookingError> {
        self.pay(sender, message, &[])
    }

    pub fn pay(
        &mut self,
        sender: &str,
        message: ExecuteMsg,
        funds: &[Funds],
    ) -> Result<(), BookingError> {
        let contract = self.contract.clone();
        let sent = self
            .app
            .execute_contract(sender.into_addr(), contract, &message, funds);
        sent.map(|_| ()).map_err(|error| error.downcast().unwrap())
    }

    pub fn lock(&mut self, lock: &str, order: Order) -> Result<(), BookingError> {
        self.send(lock, ExecuteMsg::Lockable(LockableMsg::Lock(order)))
    }

    pub fn unlock(&mut self, lock: &str, order: Order, paid: &[Funds]) -> Result<(), BookingError> {
        self.pay(lock, ExecuteMsg::Lockable(LockableMsg::Unlock(order)), paid)
    }

    pub fn reverse(&mut self, lock: &str, order: Order) -> Result<(), BookingError> {
        self.send(lock, ExecuteMsg::Lockable(LockableMsg::Reverse(order)))
    }

    pub fn ask<T: DeserializeOwned>(&self, question: &QueryMsg) -> T {
        self.app
            .wrap()
            .query_wasm_smart(&self.contract, question)
            .unwrap()
    }

    /// Units of the berth: free, reserved, taken.
    pub fn berths(&self) -> (u32, u32, u32) {
        let item: Option<ItemResponse> = self.ask(&QueryMsg::Item {
            item: "berth".into(),
        });
        let item = item.unwrap();
        (item.free, item.reserved, item.taken)
    }

    pub fn held(&self, holder: &str) -> u32 {
        self.ask(&QueryMsg::Held {
            holder: address(holder),
            item: "berth".into(),
        })
    }

    pub fn reservation(&self, lock: &str, task: u8) -> Option<ReservationResponse> {
        self.ask(&QueryMsg::Reservation {
            lock: address(lock),
            task_id: Hash([task; 32]),
        })
    }

    pub fn balance(&self, account: &str, denom: &str) -> u128 {
        self.app
            .wrap()
            .query_balance(account.into_addr(), denom)
            .unwrap()
            .amount
            .u128()
    }

    pub fn earned(&self) -> u128 {
        let earned: tessera_primitives::Coin = self.ask(&QueryMsg::Earned {});
        earned.amount.0
    }
}
