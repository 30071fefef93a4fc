//! What makes epochs go on: `snapshot` and `turn`.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_kit::address;
use tessera_stake::{input::Quote, Input, Reads};

use super::{now, prices, run};
use crate::{state::Book, PoolError};

pub fn snapshot(deps: DepsMut, env: Env) -> Result<Response, PoolError> {
    let prices = needed(&deps, &env)?;
    run(deps, env, Input::Snapshot { prices })
}

pub fn turn(deps: DepsMut, env: Env, info: MessageInfo) -> Result<Response, PoolError> {
    let caller = address::of(&info.sender)?;
    let prices = needed(&deps, &env)?;
    run(deps, env, Input::Turn { caller, prices })
}

/// Prices for the epoch's snapshot: none are asked for once it was taken.
fn needed(deps: &DepsMut, env: &Env) -> Result<Vec<Quote>, PoolError> {
    let book = Book::open(deps.storage);
    if book.pool()?.snapshot == book.place()?.epoch_at(now(env).time) {
        return Ok(Vec::new());
    }
    prices::weighing(&deps.querier, &book)
}
