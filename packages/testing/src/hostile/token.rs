//! A cw20 token that does not keep its word.

use anyhow::bail;
use cosmwasm_std::{
    from_json, to_json_binary, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response,
    Uint128, WasmMsg,
};
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg};
use cw20_base::contract as base;
use cw_multi_test::Contract;
use serde::{Deserialize, Serialize};

use super::{load, note, reentry, save, Command, Question, ATTEMPTS, TRICK};

/// How it behaves. Everything else it does as cw20-base.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Trick {
    /// As cw20-base.
    #[default]
    None,
    /// A transfer delivers this much less.
    Keeps {
        /// Base units.
        amount: Uint128,
    },
    /// A balance is this much more when it is asked for.
    Boasts {
        /// Base units.
        amount: Uint128,
    },
    /// No transfer succeeds.
    Fails {},
    /// No transfer to an account succeeds.
    Blacklists {
        /// The account.
        account: String,
    },
    /// Every transfer calls these, after it has moved the tokens.
    Reenters {
        /// The calls, each tried.
        messages: Vec<WasmMsg>,
    },
}

/// The token's code. It is made with `cw20_base::msg::InstantiateMsg`.
pub fn code() -> Box<dyn Contract<Empty>> {
    Box::new(HostileToken)
}

struct HostileToken;

impl Contract<Empty> for HostileToken {
    fn instantiate(
        &self,
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        message: Vec<u8>,
    ) -> anyhow::Result<Response> {
        Ok(base::instantiate(deps, env, info, from_json(message)?)?)
    }

    fn execute(
        &self,
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        message: Vec<u8>,
    ) -> anyhow::Result<Response> {
        if let Ok(Command::Behave(trick)) = from_json::<Command<Trick>>(&message) {
            save(deps.storage, TRICK, &trick)?;
            return Ok(Response::new());
        }
        let trick: Trick = load(deps.storage, TRICK)?;
        let mut message: Cw20ExecuteMsg = from_json(message)?;
        let mut calls = Vec::new();
        if let Some((to, amount)) = moved(&mut message) {
            match trick {
                Trick::Keeps { amount: kept } => *amount = amount.saturating_sub(kept),
                Trick::Fails {} => bail!("the token does not feel like it"),
                Trick::Blacklists { account } if *to == account => bail!("{to} is blacklisted"),
                Trick::Reenters { messages } => calls = reentry(&messages),
                Trick::None | Trick::Boasts { .. } | Trick::Blacklists { .. } => {}
            }
        }
        Ok(base::execute(deps, env, info, message)?.add_submessages(calls))
    }

    fn query(&self, deps: Deps, env: Env, message: Vec<u8>) -> anyhow::Result<Binary> {
        if let Ok(Question::Attempts {}) = from_json(&message) {
            let attempts: super::Attempts = load(deps.storage, ATTEMPTS)?;
            return Ok(to_json_binary(&attempts)?);
        }
        let answer = base::query(deps, env, from_json(&message)?)?;
        let trick: Trick = load(deps.storage, TRICK)?;
        match (trick, from_json(&message)?) {
            (Trick::Boasts { amount }, Cw20QueryMsg::Balance { .. }) => {
                let mut balance: BalanceResponse = from_json(answer)?;
                balance.balance = balance.balance.saturating_add(amount);
                Ok(to_json_binary(&balance)?)
            }
            _ => Ok(answer),
        }
    }

    fn reply(&self, deps: DepsMut, _: Env, reply: Reply) -> anyhow::Result<Response> {
        note(deps.storage, reply)?;
        Ok(Response::new())
    }

    fn sudo(&self, _: DepsMut, _: Env, _: Vec<u8>) -> anyhow::Result<Response> {
        bail!("no sudo")
    }

    fn migrate(&self, _: DepsMut, _: Env, _: Vec<u8>) -> anyhow::Result<Response> {
        bail!("no migration")
    }
}

/// To whom, and how much of it, a message moves.
fn moved(message: &mut Cw20ExecuteMsg) -> Option<(&String, &mut Uint128)> {
    match message {
        Cw20ExecuteMsg::Transfer { recipient, amount }
        | Cw20ExecuteMsg::TransferFrom {
            recipient, amount, ..
        } => Some((recipient, amount)),
        Cw20ExecuteMsg::Send {
            contract, amount, ..
        }
        | Cw20ExecuteMsg::SendFrom {
            contract, amount, ..
        } => Some((contract, amount)),
        _ => None,
    }
}
