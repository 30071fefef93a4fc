//! The verbs; those that differ only in input share a file.

mod enter;
mod epoch;
mod govern;
mod open;
mod operate;
mod prices;
mod slash;
mod stake;

pub use enter::{enter, fund, receive};
pub use epoch::{snapshot, turn};
pub use govern::{burn, collect, enact, refund, tally, vote, vote_as_validator};
pub use open::{open, set_parameters};
pub use operate::{edit, leave, rotate_vote_key, unjail, withdraw_commission};
pub use slash::{drain, hold, join, release, slash};
pub use stake::{redelegate, unbond, withdraw_rewards, withdraw_unbonded};

use cosmwasm_std::{DepsMut, Env, Response, Storage, WasmQuery};
use tessera_contract_api::event;
use tessera_contract_kit::payment;
use tessera_primitives::{json::Json, Address, Coin, Timestamp};
use tessera_stake::{transition, Effect, Input, Now, Step};

use crate::{
    state::{self, Book},
    PoolError,
};

pub fn now(env: &Env) -> Now {
    Now {
        time: Timestamp(env.block.time.nanos()),
    }
}

/// Asks the rule and does what it says, where nothing came along.
fn run(deps: DepsMut, env: Env, input: Input) -> Result<Response, PoolError> {
    let step = transition(&now(&env), &Book::open(deps.storage), input)?;
    finish(deps.storage, step, None)
}

/// State first, then money. What came along is collected, all of it and once, or the message is refused.
fn finish(
    storage: &mut dyn Storage,
    step: Step,
    mut brought: Option<Coin>,
) -> Result<Response, PoolError> {
    state::apply(storage, step.writes)?;
    let mut response = Response::new();
    for effect in step.effects {
        let message = match effect {
            Effect::Collect { asset, amount, .. } => {
                let due = Coin { asset, amount };
                match brought.take() {
                    Some(coin) if coin == due => continue,
                    other => {
                        return Err(PoolError::NotCollected {
                            brought: other.unwrap_or(due),
                        })
                    }
                }
            }
            Effect::Pay { to, asset, amount } => {
                payment::send_held(storage, &Coin { asset, amount }, &to)?
            }
            Effect::Burn { asset, amount } => payment::burn_held(storage, &Coin { asset, amount })?,
        };
        response = response.add_message(message);
    }
    if let Some(brought) = brought {
        return Err(PoolError::NotCollected { brought });
    }
    Ok(response.add_events(step.events.iter().map(event::encode)))
}

/// Refuses an address that has no contract. Its host has validated it.
fn require_contract(deps: &DepsMut, address: &Address) -> Result<(), PoolError> {
    let question = WasmQuery::ContractInfo {
        contract_addr: address.to_string(),
    };
    // What it answers is of no interest, so it is read as a tree: that costs no code.
    let info = deps.querier.query::<Json>(&question.into());
    if info.is_err() {
        let address = address.clone();
        return Err(PoolError::NoContract { address });
    }
    Ok(())
}
