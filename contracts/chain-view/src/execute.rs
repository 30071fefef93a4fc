//! The verbs; those that differ only in input share a file.

mod advance;
mod anchored;
mod fund;
mod report_fork;
mod upkeep;

pub(crate) use advance::advance;
pub(crate) use anchored::{admit_branch, register_zone, renew};
pub(crate) use fund::fund;
pub(crate) use report_fork::report_fork;
pub(crate) use upkeep::{close_zone, prune};

use cosmwasm_std::{DepsMut, Env, Response, Storage};
use tessera_contract_api::event;
use tessera_contract_kit::payment;
use tessera_primitives::{Asset, Coin, Height, Timestamp};
use tessera_view::{transition, Effect, Input, Now, Step};

use crate::{
    state::{self, State},
    ChainViewError,
};

fn now(env: &Env) -> Now {
    Now {
        time: Timestamp(env.block.time.nanos()),
        height: Height(env.block.height),
    }
}

/// Asks the rule and does what it says.
fn run(deps: DepsMut, env: &Env, input: Input) -> Result<Response, ChainViewError> {
    let step = transition(&now(env), &State::new(deps.storage), input)?;
    finish(deps.storage, step)
}

/// State first, then money.
fn finish(storage: &mut dyn Storage, step: Step) -> Result<Response, ChainViewError> {
    state::apply(storage, step.writes)?;
    let mut response = Response::new();
    for Effect::Pay { to, amount } in step.effects {
        let asset = Asset::Native(state::reserve_denom(storage)?);
        response = response.add_message(payment::send(&Coin { asset, amount }, &to)?);
    }
    Ok(response.add_events(step.events.iter().map(event::encode)))
}
