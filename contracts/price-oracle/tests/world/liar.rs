//! A source of prices that answers what it is told to: anything but what an honest one would.

use anyhow::bail;
use cosmwasm_std::{
    from_json, Addr, Binary, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response,
};
use cw_multi_test::{Contract, Executor, IntoAddr};

use super::World;

/// A source that was not told what to answer yet: it fails.
pub fn deploy(world: &mut World) -> Addr {
    let code = world.app.store_code(Box::new(Liar));
    let liar = "liar".into_addr();
    world
        .app
        .instantiate_contract(code, liar, &Empty {}, &[], "liar", None)
        .unwrap()
}

/// What it answers from now on; with nothing to say it fails.
pub fn tell(world: &mut World, liar: &Addr, answer: &str) {
    world.call("liar", liar, &answer, &[]).unwrap();
}

struct Liar;

const ANSWER: &[u8] = b"answer";

impl Contract<Empty> for Liar {
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
        _: MessageInfo,
        message: Vec<u8>,
    ) -> anyhow::Result<Response> {
        let answer: String = from_json(message)?;
        if answer.is_empty() {
            deps.storage.remove(ANSWER);
        } else {
            deps.storage.set(ANSWER, answer.as_bytes());
        }
        Ok(Response::new())
    }

    fn query(&self, deps: Deps, _: Env, _: Vec<u8>) -> anyhow::Result<Binary> {
        match deps.storage.get(ANSWER) {
            Some(answer) => Ok(answer.into()),
            None => bail!("the source does not feel like it"),
        }
    }

    fn reply(&self, _: DepsMut, _: Env, _: Reply) -> anyhow::Result<Response> {
        bail!("no reply")
    }

    fn sudo(&self, _: DepsMut, _: Env, _: Vec<u8>) -> anyhow::Result<Response> {
        bail!("no sudo")
    }

    fn migrate(&self, _: DepsMut, _: Env, _: Vec<u8>) -> anyhow::Result<Response> {
        bail!("no migration")
    }
}
