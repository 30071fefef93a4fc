//! A contract that writes what it is told: for trying zones and proofs.

use cosmwasm_std::{
    Binary, Deps, DepsMut, Empty, Env, Event, MessageInfo, Response, StdError, StdResult,
};
use cw_multi_test::{Contract, ContractWrapper};
use serde::{Deserialize, Serialize};

/// What it can be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ExecuteMsg {
    /// Write values under keys; anyone may.
    Write {
        /// Keys and values; a value is not empty.
        entries: Vec<(Binary, Binary)>,
    },
    /// Remove keys.
    Remove {
        /// The keys.
        keys: Vec<Binary>,
    },
    /// Write under a key, then fail.
    WriteAndFail {
        /// The key.
        key: Binary,
    },
}

/// What it can be asked: the value of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryMsg {
    /// The key.
    pub key: Binary,
}

/// The contract's code.
pub fn code() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query))
}

fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

fn execute(deps: DepsMut, _: Env, _: MessageInfo, message: ExecuteMsg) -> StdResult<Response> {
    let written = match message {
        ExecuteMsg::Write { entries } => {
            for (key, value) in &entries {
                if value.is_empty() {
                    return Err(StdError::generic_err("an empty value"));
                }
                deps.storage.set(key, value);
            }
            entries.len()
        }
        ExecuteMsg::Remove { keys } => {
            for key in &keys {
                deps.storage.remove(key);
            }
            keys.len()
        }
        ExecuteMsg::WriteAndFail { key } => {
            deps.storage.set(&key, b"never");
            return Err(StdError::generic_err("told to fail"));
        }
    };
    let event = Event::new("notes").add_attribute("written", written.to_string());
    Ok(Response::new().add_event(event))
}

fn query(deps: Deps, _: Env, question: QueryMsg) -> StdResult<Binary> {
    cosmwasm_std::to_json_binary(&deps.storage.get(&question.key).map(Binary::from))
}
