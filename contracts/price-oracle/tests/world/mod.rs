//! An oracle with five reporters, a quorum of three and the feed `ATOM/USD`, on a chain whose time the stories tell.
#![allow(dead_code)] // each story uses its own part

pub mod liar;

use std::fmt::Debug;

use cosmwasm_std::{coin, Addr, Coin, Empty, Event};
use cw_multi_test::{App, AppResponse, Contract, ContractWrapper, Executor, IntoAddr};
use price_oracle::OracleError;
use serde::{de::DeserializeOwned, Serialize};
use tessera_contract_api::{
    price_oracle::{
        ExecuteMsg, FeedName, FeedSettings, Freshness, InstantiateMsg, NamedFeed, QueryMsg, Quote,
        WeightPrice,
    },
    roles::Appointment,
};
use tessera_price::state::{Board, Source};
use tessera_primitives::{Address, Price, Seconds, Timestamp};

pub const UNIT: u128 = 1_000_000_000_000_000_000;
pub const ATOM: &str = "ATOM/USD";
pub const REPORTERS: usize = 5;

pub struct World {
    pub app: App,
    pub code: u64,
    pub oracle: Addr,
}

pub fn code() -> Box<dyn Contract<Empty>> {
    use price_oracle::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}

pub fn address(name: &str) -> Address {
    Address::new(name.into_addr().as_str()).unwrap()
}

pub fn reporter(number: usize) -> String {
    format!("reporter{number}")
}

pub fn reporters(count: usize) -> Vec<Address> {
    (0..count)
        .map(|number| address(&reporter(number)))
        .collect()
}

pub fn feed(name: &str) -> FeedName {
    FeedName::new(name).unwrap()
}

pub fn settings() -> FeedSettings {
    FeedSettings::new(Source::Reporters)
}

pub fn adapter(contract: &Addr) -> FeedSettings {
    FeedSettings::new(Source::Adapter {
        contract: Address::new(contract.as_str()).unwrap(),
    })
}

pub fn seconds(length: u64) -> Option<Seconds> {
    Some(Seconds(length))
}

pub fn instantiation() -> InstantiateMsg {
    InstantiateMsg {
        roles: Appointment {
            owner: Some(address("owner")),
            guardian: Some(address("guardian")),
        },
        reporters: reporters(REPORTERS),
        quorum: 3,
        feeds: vec![NamedFeed {
            feed: feed(ATOM),
            settings: settings(),
        }],
    }
}

/// The refusal of a call.
pub fn refusal(sent: Result<AppResponse, anyhow::Error>) -> OracleError {
    sent.unwrap_err().downcast().unwrap()
}

impl World {
    pub fn new() -> World {
        World::with(&instantiation()).unwrap()
    }

    pub fn with(message: &InstantiateMsg) -> Result<World, OracleError> {
        let mut app = App::new(|router, _, storage| {
            let rich = reporter(0).into_addr();
            router
                .bank
                .init_balance(storage, &rich, vec![coin(9, "uatom")])
                .unwrap();
        });
        let code = app.store_code(code());
        let owner = "owner".into_addr();
        let admin = Some(owner.to_string());
        let made = app.instantiate_contract(code, owner, message, &[], "oracle", admin);
        let oracle = made.map_err(|error| error.downcast::<OracleError>().unwrap())?;
        Ok(World { app, code, oracle })
    }

    /// Another oracle on the same chain.
    pub fn another(&mut self, message: &InstantiateMsg) -> Addr {
        let owner = "owner".into_addr();
        self.app
            .instantiate_contract(self.code, owner, message, &[], "another", None)
            .unwrap()
    }

    pub fn now(&self) -> u64 {
        self.app.block_info().time.seconds()
    }

    pub fn at(&self, seconds_ago: u64) -> Timestamp {
        let now = Timestamp(self.app.block_info().time.nanos());
        Timestamp(now.0 - seconds_ago * 1_000_000_000)
    }

    pub fn wait(&mut self, seconds: u64) {
        self.app.update_block(|block| {
            block.height += 1;
            block.time = block.time.plus_seconds(seconds);
        });
    }

    pub fn call(
        &mut self,
        sender: &str,
        contract: &Addr,
        message: &(impl Serialize + Debug),
        funds: &[Coin],
    ) -> anyhow::Result<AppResponse> {
        let contract = contract.clone();
        self.app
            .execute_contract(sender.into_addr(), contract, message, funds)
    }

    pub fn send(&mut self, sender: &str, message: &ExecuteMsg) -> Result<Vec<Event>, OracleError> {
        let oracle = self.oracle.clone();
        let sent = self.call(sender, &oracle, message, &[]);
        sent.map(|response| response.events)
            .map_err(|error| error.downcast().unwrap())
    }

    /// A reporter says a price, in whole units, of so many seconds ago.
    pub fn say(
        &mut self,
        who: usize,
        price: u128,
        seconds_ago: u64,
    ) -> Result<Vec<Event>, OracleError> {
        let (price, time) = (Price(price * UNIT), self.at(seconds_ago));
        let feed = feed(ATOM);
        self.send(&reporter(who), &ExecuteMsg::Report { feed, price, time })
    }

    /// The first three reporters agree.
    pub fn agree(&mut self, price: u128) {
        (0..3).for_each(|who| drop(self.say(who, price, 0).unwrap()));
    }

    /// So many seconds pass, with the first three agreeing every interval.
    pub fn live(&mut self, price: u128, seconds: u64) {
        for _ in 0..seconds / 30 {
            self.wait(30);
            self.agree(price);
        }
    }

    /// As [`World::live`]: the events of the last block, in which a price may have been accepted by the first word.
    pub fn live_last(&mut self, price: u128, seconds: u64) -> Vec<Event> {
        self.live(price, seconds - 30);
        self.wait(30);
        let said = (0..3).map(|who| self.say(who, price, 0).unwrap());
        said.flatten().collect()
    }

    pub fn refresh(&mut self) -> Result<Vec<Event>, OracleError> {
        let feed = feed(ATOM);
        self.send("anybody", &ExecuteMsg::Refresh { feed })
    }

    pub fn set(&mut self, settings: FeedSettings) -> Result<Vec<Event>, OracleError> {
        let feed = feed(ATOM);
        self.send("owner", &ExecuteMsg::SetFeed { feed, settings })
    }

    pub fn ask<T: DeserializeOwned>(&self, question: &QueryMsg) -> T {
        self.app
            .wrap()
            .query_wasm_smart(&self.oracle, question)
            .unwrap()
    }

    /// Why a question has no answer.
    pub fn asked_in_vain(&self, question: &QueryMsg) -> String {
        let answer = self
            .app
            .wrap()
            .query_wasm_smart::<serde_json::Value>(&self.oracle, question);
        answer.unwrap_err().to_string()
    }

    pub fn quote(&self) -> Option<Quote> {
        self.ask(&QueryMsg::Quote { feed: feed(ATOM) })
    }

    pub fn fresh(&self) -> Option<u128> {
        let price = self.quote()?.fresh()?;
        Some(price.0 / UNIT)
    }

    pub fn freshness(&self) -> Freshness {
        self.quote().unwrap().freshness
    }

    pub fn board(&self) -> Board {
        self.ask(&QueryMsg::Board { feed: feed(ATOM) })
    }

    pub fn weight(&self) -> WeightPrice {
        let feeds = vec![ATOM.to_string()];
        let weights: Vec<WeightPrice> = self.ask(&QueryMsg::WeightPrices { feeds });
        weights[0]
    }

    /// All that the oracle stores.
    pub fn dump(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.app.dump_wasm_raw(&self.oracle)
    }
}
