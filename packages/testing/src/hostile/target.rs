//! The target of a leg's call that breaks what a lockable contract promises. It believes anyone.

use anyhow::bail;
use cosmwasm_std::{
    from_json, to_json_binary, Binary, Coin, Deps, DepsMut, Empty, Env, MessageInfo, Reply,
    Response, WasmMsg,
};
use cw_multi_test::Contract;
use serde::{Deserialize, Serialize};
use tessera_contract_api::lockable::LockableMsg;

use super::{load, note, reentry, save, Command, Question, ATTEMPTS, TRICK};

/// What a lock says to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// The leg commits.
    Lock,
    /// The task is kept.
    Unlock,
    /// The task is reversed.
    Reverse,
}

/// How it behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trick {
    /// The verbs that fail.
    #[serde(default)]
    pub fails: Vec<Verb>,
    /// What every verb calls, each tried.
    #[serde(default)]
    pub reenters: Vec<WasmMsg>,
}

/// What it was told, in transactions that succeeded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    /// Who said it.
    pub sender: String,
    /// What was said.
    pub message: LockableMsg,
    /// What came with it.
    pub funds: Vec<Coin>,
}

/// The target's code. It is made with an empty message.
pub fn code() -> Box<dyn Contract<Empty>> {
    Box::new(HostileTarget)
}

const HEARD: &[u8] = b"hostile/heard";

struct HostileTarget;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Envelope {
    Lockable(LockableMsg),
}

impl Contract<Empty> for HostileTarget {
    fn instantiate(
        &self,
        _: DepsMut,
        _: Env,
        _: MessageInfo,
        _: Vec<u8>,
    ) -> anyhow::Result<Response> {
        Ok(Response::new())
    }

    fn execute(
        &self,
        deps: DepsMut,
        _: Env,
        info: MessageInfo,
        message: Vec<u8>,
    ) -> anyhow::Result<Response> {
        if let Ok(Command::Behave(trick)) = from_json::<Command<Trick>>(&message) {
            save(deps.storage, TRICK, &trick)?;
            return Ok(Response::new());
        }
        let Envelope::Lockable(message) = from_json(message)?;
        let trick: Trick = load(deps.storage, TRICK)?;
        let verb = match &message {
            LockableMsg::Lock(_) => Verb::Lock,
            LockableMsg::Unlock(_) => Verb::Unlock,
            LockableMsg::Reverse(_) => Verb::Reverse,
        };
        if trick.fails.contains(&verb) {
            bail!("the target does not feel like it");
        }
        let mut heard: Vec<Heard> = load(deps.storage, HEARD)?;
        heard.push(Heard {
            sender: info.sender.into_string(),
            message,
            funds: info.funds,
        });
        save(deps.storage, HEARD, &heard)?;
        Ok(Response::new().add_submessages(reentry(&trick.reenters)))
    }

    fn query(&self, deps: Deps, _: Env, message: Vec<u8>) -> anyhow::Result<Binary> {
        Ok(match from_json(message)? {
            Question::Attempts {} => {
                to_json_binary(&load::<super::Attempts>(deps.storage, ATTEMPTS)?)?
            }
            Question::Heard {} => to_json_binary(&load::<Vec<Heard>>(deps.storage, HEARD)?)?,
        })
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
