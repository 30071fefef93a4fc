//! A contract that is a cw20 token, a lockable target and another zone's lock at once, and keeps to none of them. A story arms it: when it is
//! called in a certain way it fails, or it calls others, and remembers how they took it.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    from_json, to_json_binary, to_json_vec, Binary, CosmosMsg, Deps, DepsMut, Empty, Env,
    MessageInfo, Reply, Response, StdError, StdResult, Storage, SubMsg, SubMsgResult, Uint128,
};
use cw20::BalanceResponse;
use cw_multi_test::{Contract, ContractWrapper};
use tessera_contract_api::lockable::LockableMsg;

#[cw_serde]
pub struct InstantiateMsg {}

#[cw_serde]
pub enum ExecuteMsg {
    TransferFrom {
        owner: String,
        recipient: String,
        amount: Uint128,
    },
    Transfer {
        recipient: String,
        amount: Uint128,
    },
    Lockable(LockableMsg),
    /// From now on, when called in this way (`transfer_from`, `transfer`, `lock`, `unlock`, `reverse`): fail, or send.
    Arm {
        way: String,
        fail: bool,
        send: Vec<CosmosMsg>,
    },
    /// Writes a raw value, as no lock would.
    Write {
        key: Binary,
        value: Binary,
    },
    /// Calls somebody, now.
    Send {
        messages: Vec<CosmosMsg>,
    },
}

#[cw_serde]
pub enum QueryMsg {
    Balance {
        address: String,
    },
    /// How those took it who were called, in order.
    Answers {},
    /// How often it was called in a way.
    Calls {
        way: String,
    },
}

#[cw_serde]
struct Trigger {
    fail: bool,
    send: Vec<CosmosMsg>,
}

pub fn code() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query).with_reply(reply))
}

fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: InstantiateMsg) -> StdResult<Response> {
    Ok(Response::new())
}

fn execute(deps: DepsMut, _: Env, info: MessageInfo, message: ExecuteMsg) -> StdResult<Response> {
    let way = match message {
        ExecuteMsg::Arm { way, fail, send } => {
            deps.storage.set(
                &[b"trigger/", way.as_bytes()].concat(),
                &to_json_vec(&Trigger { fail, send })?,
            );
            return Ok(Response::new());
        }
        ExecuteMsg::Write { key, value } => {
            deps.storage.set(&key, &value);
            return Ok(Response::new());
        }
        ExecuteMsg::Send { messages } => {
            return Ok(Response::new().add_messages(messages));
        }
        // Whoever is asked has as much as anybody wants.
        ExecuteMsg::TransferFrom {
            recipient, amount, ..
        } => {
            credit(deps.storage, &recipient, amount)?;
            "transfer_from"
        }
        ExecuteMsg::Transfer { recipient, amount } => {
            let sender = info.sender.to_string();
            let left = balance(deps.storage, &sender)?.checked_sub(amount)?;
            save(deps.storage, &sender, left);
            credit(deps.storage, &recipient, amount)?;
            "transfer"
        }
        ExecuteMsg::Lockable(LockableMsg::Lock(_)) => "lock",
        ExecuteMsg::Lockable(LockableMsg::Unlock(_)) => "unlock",
        ExecuteMsg::Lockable(LockableMsg::Reverse(_)) => "reverse",
    };
    let counter = [b"calls/", way.as_bytes()].concat();
    let calls = deps.storage.get(&counter).map_or(0, |bytes| bytes[0]) + 1;
    deps.storage.set(&counter, &[calls]);
    let trigger = deps.storage.get(&[b"trigger/", way.as_bytes()].concat());
    let Some(trigger) = trigger.map(from_json::<Trigger>).transpose()? else {
        return Ok(Response::new());
    };
    if trigger.fail {
        return Err(StdError::generic_err("the villain refuses"));
    }
    let send = trigger
        .send
        .into_iter()
        .map(|message| SubMsg::reply_always(message, 0));
    Ok(Response::new().add_submessages(send))
}

fn reply(deps: DepsMut, _: Env, reply: Reply) -> StdResult<Response> {
    let mut answers = answers(deps.storage)?;
    answers.push(match reply.result {
        SubMsgResult::Ok(_) => "done".into(),
        SubMsgResult::Err(error) => error,
    });
    deps.storage.set(b"answers", &to_json_vec(&answers)?);
    Ok(Response::new())
}

fn query(deps: Deps, _: Env, message: QueryMsg) -> StdResult<Binary> {
    match message {
        QueryMsg::Balance { address } => to_json_binary(&BalanceResponse {
            balance: balance(deps.storage, &address)?,
        }),
        QueryMsg::Answers {} => to_json_binary(&answers(deps.storage)?),
        QueryMsg::Calls { way } => {
            let calls = deps.storage.get(&[b"calls/", way.as_bytes()].concat());
            to_json_binary(&calls.map_or(0, |bytes| bytes[0]))
        }
    }
}

fn answers(storage: &dyn Storage) -> StdResult<Vec<String>> {
    storage.get(b"answers").map_or(Ok(Vec::new()), from_json)
}

fn balance(storage: &dyn Storage, holder: &str) -> StdResult<Uint128> {
    storage
        .get(&[b"balance/", holder.as_bytes()].concat())
        .map_or(Ok(Uint128::zero()), from_json)
}

fn credit(storage: &mut dyn Storage, holder: &str, amount: Uint128) -> StdResult<()> {
    let sum = balance(storage, holder)?.checked_add(amount)?;
    save(storage, holder, sum);
    Ok(())
}

fn save(storage: &mut dyn Storage, holder: &str, amount: Uint128) {
    storage.set(
        &[b"balance/", holder.as_bytes()].concat(),
        &to_json_vec(&amount).unwrap(),
    );
}
