//! What a step asks for, as submessages; and their replies.

use std::collections::BTreeMap;

use cosmwasm_std::{
    from_json, to_json_binary, Addr, BankMsg, CosmosMsg, DepsMut, Env, QuerierWrapper, Reply,
    Response, Storage, SubMsg, WasmMsg,
};
use serde::{Deserialize, Serialize};
use tessera_contract_api::{
    lockable::{Lockable, LockableMsg, Order},
    transaction_lock::ExecuteMsg,
};
use tessera_contract_kit::payment;
use tessera_lock::{Input, Instruction, Locking, Payout};
use tessera_primitives::{Address, Amount, Asset, Bytes, Coin, Denom, Hash};

use super::turn::Turn;
use crate::LockError;

/// Tokens that a leg brings have been sent.
const FETCHED: u64 = 1;
/// A payout has failed.
const PAYOUT_FAILED: u64 = 2;
/// A leg's calls could not all be locked.
const LOCK_FAILED: u64 = 3;

/// What the reply to a failed payout must know. It travels with the submessage, so that a payout which succeeds costs
/// no storage.
#[derive(Serialize, Deserialize)]
struct Attempted {
    task: Hash,
    effect: u8,
    payout: Payout,
}

/// Turns what steps ask for into submessages, in order; payments to one account in one denom are one payment, at the
/// end: a relayer that commits thirty tasks is paid once.
pub fn dispatch(
    storage: &mut dyn Storage,
    querier: QuerierWrapper,
    env: &Env,
    instructions: Vec<Instruction>,
) -> Result<Vec<SubMsg>, LockError> {
    let mut outbox = Outbox::default();
    for instruction in instructions {
        outbox.add(env, instruction)?;
    }
    let mut messages = outbox.messages;
    for (from, coins) in outbox.tokens {
        let from = Addr::unchecked(from.as_str());
        messages.extend(payment::fetch(
            storage, querier, env, &from, &coins, FETCHED,
        )?);
    }
    messages.extend(outbox.payments.into_iter().map(|((to, denom), amount)| {
        SubMsg::new(BankMsg::Send {
            to_address: to.to_string(),
            amount: vec![payment::native(&denom, amount)],
        })
    }));
    Ok(messages)
}

#[derive(Default)]
struct Outbox {
    messages: Vec<SubMsg>,
    payments: BTreeMap<(Address, Denom), Amount>,
    /// What is to be fetched, by whose allowance.
    tokens: BTreeMap<Address, Vec<Coin>>,
}

impl Outbox {
    fn add(&mut self, env: &Env, instruction: Instruction) -> Result<(), LockError> {
        let message = match instruction {
            Instruction::Collect {
                token,
                from,
                amount,
            } => {
                let asset = Asset::Cw20(token);
                self.tokens
                    .entry(from)
                    .or_default()
                    .push(Coin { asset, amount });
                return Ok(());
            }
            Instruction::Pay { to, coin } => return self.pay(to, coin),
            Instruction::Attempt {
                task,
                effect,
                payout,
                gas,
            } => {
                let message = pay_out(task, &payout)?;
                let attempted = Attempted {
                    task,
                    effect,
                    payout,
                };
                attempt(message, PAYOUT_FAILED, gas, &attempted)?
            }
            Instruction::Claimed { task, payout } => SubMsg::new(pay_out(task, &payout)?),
            Instruction::CommitLocked { task, locking, gas } => {
                attempt(to_itself(env, locking)?, LOCK_FAILED, gas, &task)?
            }
            Instruction::Lock {
                contract,
                task,
                registrant,
                payload,
                funds,
            } => {
                let order = order(task, registrant, payload, native(funds)?);
                SubMsg::new(Lockable(contract).say(LockableMsg::Lock(order), Vec::new())?)
            }
        };
        self.messages.push(message);
        Ok(())
    }

    fn pay(&mut self, to: Address, coin: Coin) -> Result<(), LockError> {
        match coin.asset {
            Asset::Native(denom) => {
                let sum = self.payments.entry((to, denom)).or_default();
                *sum = sum.plus(coin.amount)?;
            }
            // The fee's denom is native, so the rule pays in nothing else; a token would be sent as it comes.
            Asset::Cw20(_) => self.messages.push(SubMsg::new(payment::send(&coin, &to)?)),
        }
        Ok(())
    }
}

fn to_itself(env: &Env, locking: Locking) -> Result<CosmosMsg, LockError> {
    Ok(WasmMsg::Execute {
        contract_addr: env.contract.address.to_string(),
        msg: to_json_binary(&ExecuteMsg::CommitLocked { locking })?,
        funds: Vec::new(),
    }
    .into())
}

/// Takes the reply to one of these submessages.
pub fn replied(deps: DepsMut, env: Env, reply: Reply) -> Result<Response, LockError> {
    let input = match reply.id {
        FETCHED => {
            payment::fetched(deps.storage, deps.querier, &env)?;
            return Ok(Response::new());
        }
        PAYOUT_FAILED => {
            let Attempted {
                task,
                effect,
                payout,
            } = from_json(&reply.payload)?;
            Input::PayoutFailed {
                task,
                effect,
                payout,
            }
        }
        LOCK_FAILED => Input::LockFailed {
            task: from_json(&reply.payload)?,
        },
        stray => return Err(LockError::StrayReply(stray)),
    };
    let mut turn = Turn::begin(deps, env);
    turn.take(input)?;
    turn.end()
}

/// A submessage whose failure is its own: it is undone alone, and replied to.
fn attempt<T: Serialize>(
    message: CosmosMsg,
    id: u64,
    gas: u64,
    about: &T,
) -> Result<SubMsg, LockError> {
    let submessage = SubMsg::reply_on_error(message, id).with_gas_limit(gas);
    Ok(submessage.with_payload(to_json_binary(about)?))
}

fn pay_out(task: Hash, payout: &Payout) -> Result<CosmosMsg, LockError> {
    match payout.clone() {
        Payout::Transfer { asset, amount, to } => Ok(payment::send(&Coin { asset, amount }, &to)?),
        Payout::Unlock {
            contract,
            registrant,
            payload,
            funds,
        } => {
            let funds = native(funds)?;
            let unlock = LockableMsg::Unlock(order(task, registrant, payload, funds.clone()));
            Ok(Lockable(contract).say(unlock, funds)?)
        }
        Payout::Reverse {
            contract,
            registrant,
            payload,
        } => {
            let reverse = LockableMsg::Reverse(order(task, registrant, payload, Vec::new()));
            Ok(Lockable(contract).say(reverse, Vec::new())?)
        }
    }
}

fn order(
    task_id: Hash,
    registrant: Address,
    payload: Bytes,
    funds: Vec<cosmwasm_std::Coin>,
) -> Order {
    Order {
        task_id,
        registrant,
        payload,
        funds,
    }
}

/// Coins that go along with a message, in the bank module's order.
fn native(coins: Vec<Coin>) -> Result<Vec<cosmwasm_std::Coin>, LockError> {
    let mut sorted = cosmwasm_std::Coins::default();
    for coin in coins {
        if let Asset::Native(denom) = &coin.asset {
            sorted.add(payment::native(denom, coin.amount))?;
        }
    }
    Ok(sorted.into_vec())
}
