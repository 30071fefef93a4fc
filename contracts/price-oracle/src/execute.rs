//! The verbs; those that differ only in input share a file.

mod govern;
mod refresh;
mod report;

pub use govern::{set_feed, set_reporters, settle_in};
pub use refresh::refresh;
pub use report::report;

use cosmwasm_std::{Env, Event, Response, Storage};
use tessera_contract_api::event;
use tessera_price::{transition, Input, Now};
use tessera_primitives::Timestamp;

use crate::{
    state::{self, State},
    OracleError,
};

/// Asks the rule and does what it says.
fn run(storage: &mut dyn Storage, env: &Env, input: Input) -> Result<Response, OracleError> {
    Ok(Response::new().add_events(step(storage, env, input)?))
}

fn step(storage: &mut dyn Storage, env: &Env, input: Input) -> Result<Vec<Event>, OracleError> {
    let time = Timestamp(env.block.time.nanos());
    let step = transition(&Now { time }, &State::new(storage), input)?;
    state::apply(storage, step.writes)?;
    Ok(step.events.iter().map(event::encode).collect())
}
