//! Contracts that mean harm, for the tests of those that must not be harmed.
//!
//! [`token`] is a cw20 token that keeps a part of what it is told to move, boasts of balances, blacklists, fails or calls
//! back. [`target`] is the target of a leg's call, which fails or calls back. Anyone may tell them how to behave. What
//! they call back is tried as submessages whose failure they survive, so that one transaction tries many verbs;
//! [`Attempts`] says what came of it. An account that can never be paid is made by [`crate::Zone::close_account`].

pub mod target;
pub mod token;

use cosmwasm_std::{from_json, to_json_vec, Reply, StdResult, Storage, SubMsg, WasmMsg};
use serde::{de::DeserializeOwned, Deserialize, Serialize};

/// What came of the calls that a hostile contract made in the transactions that succeeded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempts {
    /// How many succeeded: normally each is a hole.
    pub succeeded: u32,
    /// Why the others failed, in order.
    pub refused: Vec<String>,
}

/// What a hostile contract is told besides what it pretends to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Command<T> {
    /// How to behave from now on.
    Behave(T),
}

/// What a hostile contract is asked besides what it pretends to be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Question {
    /// [`Attempts`] so far.
    Attempts {},
    /// What the lock said to a [`target`] so far.
    Heard {},
}

const TRICK: &[u8] = b"hostile/trick";
const ATTEMPTS: &[u8] = b"hostile/attempts";
const REENTRY: u64 = u64::MAX;

fn load<T: DeserializeOwned + Default>(storage: &dyn Storage, key: &[u8]) -> StdResult<T> {
    storage.get(key).map_or_else(|| Ok(T::default()), from_json)
}

fn save<T: Serialize>(storage: &mut dyn Storage, key: &[u8], value: &T) -> StdResult<()> {
    storage.set(key, &to_json_vec(value)?);
    Ok(())
}

/// Calls whose failure does not fail the caller.
fn reentry(messages: &[WasmMsg]) -> Vec<SubMsg> {
    let calls = messages.iter().cloned();
    calls
        .map(|call| SubMsg::reply_always(call, REENTRY))
        .collect()
}

/// Writes down what came of a call; other replies are none of its business.
fn note(storage: &mut dyn Storage, reply: Reply) -> StdResult<()> {
    if reply.id != REENTRY {
        return Ok(());
    }
    let mut attempts: Attempts = load(storage, ATTEMPTS)?;
    match reply.result.into_result() {
        Ok(_) => attempts.succeeded = attempts.succeeded.saturating_add(1),
        Err(error) => attempts.refused.push(error),
    }
    save(storage, ATTEMPTS, &attempts)
}
