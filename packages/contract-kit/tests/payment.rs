//! Money that comes in: exactly what was asked, from tokens that keep their word and from tokens that do not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    coin, to_json_binary, Addr, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response,
    StdError, StdResult, SubMsg, Uint128, WasmMsg,
};
use cw20::{BalanceResponse, Cw20Coin, Cw20ExecuteMsg, Cw20QueryMsg};
use cw_multi_test::{App, Contract, ContractWrapper, Executor, IntoAddr};
use tessera_contract_kit::payment::{self, PaymentError};
use tessera_primitives::{Address, Amount, Asset, Coin, Denom};

// A contract that fetches what it is told to, and does nothing else.

#[cw_serde]
enum TillMsg {
    Fetch { coins: Vec<Coin> },
    Send { coin: Coin, to: Address },
}

fn till() -> Box<dyn Contract<Empty>> {
    fn execute(
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        message: TillMsg,
    ) -> Result<Response, PaymentError> {
        payment::refuse_while_fetching(deps.storage)?;
        let messages = match message {
            TillMsg::Fetch { coins } => {
                payment::require_funds(&info.funds, &coins)?;
                payment::fetch(deps.storage, deps.querier, &env, &info.sender, &coins, 1)?
            }
            TillMsg::Send { coin, to } => vec![SubMsg::new(payment::send(&coin, &to)?)],
        };
        Ok(Response::new().add_submessages(messages))
    }
    fn reply(deps: DepsMut, env: Env, _: Reply) -> Result<Response, PaymentError> {
        payment::fetched(deps.storage, deps.querier, &env)?;
        Ok(Response::new())
    }
    fn nothing(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
        Ok(Response::new())
    }
    fn query(_: Deps, _: Env, _: Empty) -> StdResult<Binary> {
        Ok(Binary::default())
    }
    Box::new(ContractWrapper::new(execute, nothing, query).with_reply(reply))
}

// A token that does not keep its word: it keeps a part, says what it likes, or calls back.

#[cw_serde]
enum Vice {
    /// Keeps one unit of each transfer for itself.
    Keeps,
    /// Moves nothing.
    MovesNothing,
    /// Gives one unit more than it was asked for.
    Generous,
    /// Calls the till again before it moves anything.
    CallsBack,
}

fn token() -> Box<dyn Contract<Empty>> {
    fn instantiate(deps: DepsMut, _: Env, _: MessageInfo, vice: Vice) -> StdResult<Response> {
        deps.storage.set(b"vice", &to_json_binary(&vice)?);
        Ok(Response::new())
    }
    fn execute(
        deps: DepsMut,
        _: Env,
        _: MessageInfo,
        message: Cw20ExecuteMsg,
    ) -> StdResult<Response> {
        let Cw20ExecuteMsg::TransferFrom {
            recipient, amount, ..
        } = message
        else {
            return Err(StdError::generic_err("only TransferFrom"));
        };
        let vice: Vice = cosmwasm_std::from_json(deps.storage.get(b"vice").unwrap())?;
        let moved = match vice {
            Vice::Keeps => amount.u128() - 1,
            Vice::MovesNothing => 0,
            Vice::Generous => amount.u128() + 1,
            Vice::CallsBack => amount.u128(),
        };
        deps.storage.set(recipient.as_bytes(), &moved.to_be_bytes());
        let mut response = Response::new();
        if vice == Vice::CallsBack {
            let again = TillMsg::Fetch { coins: Vec::new() };
            response = response.add_message(WasmMsg::Execute {
                contract_addr: recipient,
                msg: to_json_binary(&again)?,
                funds: Vec::new(),
            });
        }
        Ok(response)
    }
    fn query(deps: Deps, _: Env, message: Cw20QueryMsg) -> StdResult<Binary> {
        let Cw20QueryMsg::Balance { address } = message else {
            return Err(StdError::generic_err("only Balance"));
        };
        let stored = deps.storage.get(address.as_bytes()).unwrap_or(vec![0; 16]);
        let balance = Uint128::new(u128::from_be_bytes(stored.try_into().unwrap()));
        to_json_binary(&BalanceResponse { balance })
    }
    Box::new(ContractWrapper::new(execute, instantiate, query))
}

struct Shop {
    app: App,
    till: Addr,
    user: Addr,
}

fn shop() -> Shop {
    let user = "user".into_addr();
    let mut app = App::new(|router, _, storage| {
        let purse = vec![coin(1_000, "uatom"), coin(1_000, "uosmo")];
        router
            .bank
            .init_balance(storage, &"user".into_addr(), purse)
            .unwrap();
    });
    let code = app.store_code(till());
    let till = app
        .instantiate_contract(code, user.clone(), &Empty {}, &[], "till", None)
        .unwrap();
    Shop { app, till, user }
}

impl Shop {
    fn honest_token(&mut self, allowance: u128) -> Asset {
        let code = self.app.store_code(Box::new(ContractWrapper::new(
            cw20_base::contract::execute,
            cw20_base::contract::instantiate,
            cw20_base::contract::query,
        )));
        let message = cw20_base::msg::InstantiateMsg {
            name: "honest".into(),
            symbol: "HON".into(),
            decimals: 6,
            initial_balances: vec![Cw20Coin {
                address: self.user.to_string(),
                amount: Uint128::new(1_000),
            }],
            mint: None,
            marketing: None,
        };
        let user = self.user.clone();
        let token = self
            .app
            .instantiate_contract(code, user.clone(), &message, &[], "token", None)
            .unwrap();
        if allowance > 0 {
            let message = Cw20ExecuteMsg::IncreaseAllowance {
                spender: self.till.to_string(),
                amount: Uint128::new(allowance),
                expires: None,
            };
            self.app
                .execute_contract(user, token.clone(), &message, &[])
                .unwrap();
        }
        Asset::Cw20(Address::new(token.as_str()).unwrap())
    }

    fn bad_token(&mut self, vice: Vice) -> Asset {
        let code = self.app.store_code(token());
        let user = self.user.clone();
        let token = self
            .app
            .instantiate_contract(code, user, &vice, &[], "token", None)
            .unwrap();
        Asset::Cw20(Address::new(token.as_str()).unwrap())
    }

    fn fetch(
        &mut self,
        coins: Vec<Coin>,
        funds: &[cosmwasm_std::Coin],
    ) -> Result<(), PaymentError> {
        let (user, till) = (self.user.clone(), self.till.clone());
        let sent = self
            .app
            .execute_contract(user, till, &TillMsg::Fetch { coins }, funds);
        sent.map(|_| ()).map_err(|error| error.downcast().unwrap())
    }

    fn held(&self, asset: &Asset) -> u128 {
        payment::holding(self.app.wrap(), asset, &self.till)
            .unwrap()
            .0
    }
}

fn native(denom: &str) -> Asset {
    Asset::Native(Denom::new(denom).unwrap())
}

fn coins(list: &[(&Asset, u128)]) -> Vec<Coin> {
    let coin = |(asset, amount): &(&Asset, u128)| Coin {
        asset: (*asset).clone(),
        amount: Amount(*amount),
    };
    list.iter().map(coin).collect()
}

#[test]
fn native_funds_must_be_exactly_what_was_asked() {
    let mut shop = shop();
    let (atom, osmo) = (native("uatom"), native("uosmo"));
    let asked = coins(&[(&atom, 3), (&osmo, 4), (&atom, 2)]);
    let wrong: [&[cosmwasm_std::Coin]; 5] = [
        &[],
        &[coin(5, "uatom")],
        &[coin(4, "uatom"), coin(4, "uosmo")],
        &[coin(6, "uatom"), coin(4, "uosmo")],
        &[coin(5, "uosmo"), coin(4, "uatom")],
    ];
    for funds in wrong {
        let refused = shop.fetch(asked.clone(), funds).unwrap_err();
        assert!(
            refused
                .to_string()
                .starts_with("funds must be exactly 5uatom,4uosmo, and are "),
            "{refused}"
        );
    }
    shop.fetch(asked, &[coin(5, "uatom"), coin(4, "uosmo")])
        .unwrap();
    assert_eq!((shop.held(&atom), shop.held(&osmo)), (5, 4));
}

#[test]
fn funds_that_nobody_asked_for_are_refused() {
    let refused = shop().fetch(Vec::new(), &[coin(1, "uatom")]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "funds must be exactly nothing, and are 1uatom"
    );
}

#[test]
fn tokens_come_by_allowance_each_once() {
    let mut shop = shop();
    let (first, second) = (shop.honest_token(70), shop.honest_token(9));
    shop.fetch(coins(&[(&first, 30), (&second, 9), (&first, 40)]), &[])
        .unwrap();
    assert_eq!((shop.held(&first), shop.held(&second)), (70, 9));
    // Fetched and done: the next call works.
    shop.fetch(Vec::new(), &[]).unwrap();
}

#[test]
fn a_token_without_allowance_undoes_everything() {
    let mut shop = shop();
    let (allowed, forgotten) = (shop.honest_token(70), shop.honest_token(0));
    let (user, till) = (shop.user.clone(), shop.till.clone());
    let message = TillMsg::Fetch {
        coins: coins(&[(&allowed, 70), (&forgotten, 1)]),
    };
    assert!(shop
        .app
        .execute_contract(user, till, &message, &[])
        .is_err());
    assert_eq!((shop.held(&allowed), shop.held(&forgotten)), (0, 0));
    shop.fetch(coins(&[(&allowed, 70)]), &[]).unwrap();
}

#[test]
fn a_token_that_moves_another_amount_is_refused() {
    for (vice, arrives) in [
        (Vice::Keeps, 49),
        (Vice::MovesNothing, 0),
        (Vice::Generous, 51),
    ] {
        let mut shop = shop();
        let token = shop.bad_token(vice);
        let refused = shop.fetch(coins(&[(&token, 50)]), &[]).unwrap_err();
        let Asset::Cw20(address) = token else {
            unreachable!()
        };
        let (expected, actual) = (Amount(50), Amount(arrives));
        assert_eq!(
            refused,
            PaymentError::Receipt {
                token: address,
                expected,
                actual
            }
        );
    }
}

#[test]
fn a_token_that_calls_back_finds_the_door_shut() {
    let mut shop = shop();
    let token = shop.bad_token(Vice::CallsBack);
    let refused = shop.fetch(coins(&[(&token, 50)]), &[]).unwrap_err();
    assert_eq!(refused, PaymentError::Fetching);
}

#[test]
fn a_sum_beyond_the_range_is_refused() {
    let mut shop = shop();
    let (atom, token) = (native("uatom"), shop.honest_token(1));
    for asset in [atom, token] {
        let refused = shop
            .fetch(coins(&[(&asset, u128::MAX), (&asset, 1)]), &[])
            .unwrap_err();
        assert!(matches!(refused, PaymentError::Overflow(_)), "{refused}");
    }
}

#[test]
fn what_was_received_is_sent_on() {
    let mut shop = shop();
    let (atom, token) = (native("uatom"), shop.honest_token(8));
    shop.fetch(coins(&[(&atom, 5), (&token, 8)]), &[coin(5, "uatom")])
        .unwrap();
    let to = "friend".into_addr();
    for coin in coins(&[(&atom, 2), (&token, 3)]) {
        let message = TillMsg::Send {
            coin,
            to: Address::new(to.as_str()).unwrap(),
        };
        let (user, till) = (shop.user.clone(), shop.till.clone());
        shop.app
            .execute_contract(user, till, &message, &[])
            .unwrap();
    }
    let arrived = |asset| payment::holding(shop.app.wrap(), asset, &to).unwrap();
    assert_eq!((arrived(&atom), arrived(&token)), (Amount(2), Amount(3)));
    assert_eq!((shop.held(&atom), shop.held(&token)), (3, 5));
}

#[test]
fn a_reply_that_nobody_waits_for_is_refused() {
    let mut storage = cosmwasm_std::testing::MockStorage::new();
    let querier = cosmwasm_std::testing::MockQuerier::<Empty>::new(&[]);
    let querier = cosmwasm_std::QuerierWrapper::new(&querier);
    let refused = payment::fetched(&mut storage, querier, &cosmwasm_std::testing::mock_env());
    assert_eq!(refused, Err(PaymentError::NotFetching));
}
