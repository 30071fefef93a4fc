//! What a step asks for, as submessages; and their replies.

use cosmwasm_std::{
    to_json_binary, Addr, BankMsg, CosmosMsg, DepsMut, Env, QuerierWrapper, Reply, Response,
    Storage, SubMsg, WasmMsg,
};
use tessera_contract_api::lockable::{Lockable, LockableMsg, Order};
use tessera_contract_kit::payment;
use tessera_lock::{Input, Instruction, Locking, Payout};
use tessera_primitives::{
    canonical, deserialize_by_tree,
    json::{self, FromJson, Json, Unfit},
    Address, Amount, Asset, Bytes, Canonical, Coin, Denom, Hash, Malformed, Reader, Writer,
};

use super::turn::Turn;
use crate::LockError;

/// Tokens that a leg brings have been sent.
const FETCHED: u64 = 1;
/// A payout has failed.
const PAYOUT_FAILED: u64 = 2;
/// A leg's calls could not all be locked.
const LOCK_FAILED: u64 = 3;

/// What the reply to a failed payout must know. It travels with the submessage, as canonical bytes, so that a payout
/// which succeeds costs no storage.
struct Attempted {
    task: Hash,
    effect: u8,
    payout: Payout,
}

impl Canonical for Attempted {
    fn write(&self, writer: &mut Writer) {
        writer.value(&self.task).byte(self.effect);
        writer.value(&self.payout);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Attempted, Malformed> {
        Ok(Attempted {
            task: reader.value()?,
            effect: reader.byte()?,
            payout: reader.value()?,
        })
    }
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
    messages.extend(outbox.payments.into_iter().map(|(to, denom, amount)| {
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
    /// To whom how much of what: few enough to look through, as relayers and treasuries are.
    payments: Vec<(Address, Denom, Amount)>,
    /// What is to be fetched, by whose allowance. A message registers legs of one registrant.
    tokens: Vec<(Address, Vec<Coin>)>,
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
                self.collect(from, Coin { asset, amount });
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
                attempt(message, PAYOUT_FAILED, gas, &attempted)
            }
            Instruction::Claimed { task, payout } => SubMsg::new(pay_out(task, &payout)?),
            Instruction::CommitLocked { task, locking, gas } => {
                attempt(to_itself(env, locking)?, LOCK_FAILED, gas, &task)
            }
            Instruction::Lock {
                contract,
                task,
                registrant,
                payload,
                funds,
            } => {
                let order = order(task, registrant, payload, native(funds));
                SubMsg::new(Lockable(contract).say(LockableMsg::Lock(order), Vec::new())?)
            }
        };
        self.messages.push(message);
        Ok(())
    }

    fn collect(&mut self, from: Address, coin: Coin) {
        match self.tokens.iter_mut().find(|(owner, _)| *owner == from) {
            Some((_, coins)) => coins.push(coin),
            None => self.tokens.push((from, vec![coin])),
        }
    }

    fn pay(&mut self, to: Address, coin: Coin) -> Result<(), LockError> {
        match coin.asset {
            Asset::Native(denom) => {
                let mut before = self.payments.iter_mut();
                match before.find(|before| before.0 == to && before.1 == denom) {
                    Some((_, _, sum)) => *sum = sum.plus(coin.amount)?,
                    None => self.payments.push((to, denom, coin.amount)),
                }
            }
            // The fee's denom is native, so the rule pays in nothing else; a token would be sent as it comes.
            Asset::Cw20(_) => self.messages.push(SubMsg::new(payment::send(&coin, &to)?)),
        }
        Ok(())
    }
}

fn to_itself(env: &Env, locking: Locking) -> Result<CosmosMsg, LockError> {
    let mut fields = Vec::new();
    json::set(&mut fields, "locking", &Bytes(canonical::encode(&locking)));
    Ok(WasmMsg::Execute {
        contract_addr: env.contract.address.to_string(),
        // Without the encoders of all other messages.
        msg: to_json_binary(&Json::named("commit_locked", Json::Object(fields)))?,
        funds: Vec::new(),
    }
    .into())
}

/// Of a reply what this contract looks at: which submessage it is about. Each is asked for in one case only, so the result
/// tells nothing more.
pub struct Replied {
    id: u64,
    payload: Bytes,
}

impl From<Reply> for Replied {
    fn from(reply: Reply) -> Replied {
        let payload = Bytes(reply.payload.to_vec());
        Replied {
            id: reply.id,
            payload,
        }
    }
}

impl FromJson for Replied {
    fn from_json(json: Json) -> Result<Replied, Unfit> {
        let mut fields = json.fields()?;
        Ok(Replied {
            id: fields.take("id")?,
            payload: fields.take_or("payload", Bytes::default())?,
        })
    }
}

deserialize_by_tree!(Replied);

/// Takes the reply to one of these submessages.
pub fn replied(deps: DepsMut, env: Env, reply: Replied) -> Result<Response, LockError> {
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
            } = canonical::decode("payload", reply.payload.as_slice())?;
            Input::PayoutFailed {
                task,
                effect,
                payout,
            }
        }
        LOCK_FAILED => Input::LockFailed {
            task: canonical::decode("payload", reply.payload.as_slice())?,
        },
        stray => return Err(LockError::StrayReply(stray)),
    };
    let mut turn = Turn::begin(deps, env);
    turn.take(input)?;
    turn.end()
}

/// A submessage whose failure is its own: it is undone alone, and replied to.
fn attempt<T: Canonical>(message: CosmosMsg, id: u64, gas: u64, about: &T) -> SubMsg {
    let submessage = SubMsg::reply_on_error(message, id).with_gas_limit(gas);
    submessage.with_payload(canonical::encode(about))
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
            let funds = native(funds);
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
fn native(coins: Vec<Coin>) -> Vec<cosmwasm_std::Coin> {
    let mut sorted: Vec<cosmwasm_std::Coin> = Vec::new();
    for coin in coins {
        if let Asset::Native(denom) = &coin.asset {
            // The rule has seen to it that each denom is there once.
            let at = sorted.partition_point(|before| before.denom.as_str() < denom.as_str());
            sorted.insert(at, payment::native(denom, coin.amount));
        }
    }
    sorted
}
