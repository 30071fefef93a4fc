//! The verbs that need no proof: a deadline that passed, and what is owed.

use cosmwasm_std::{DepsMut, Env, Response};
use tessera_lock::Input;
use tessera_primitives::Hash;

use super::turn::Turn;
use crate::LockError;

/// Gives a leg back whose deadline passed before it was committed.
pub fn lapse(deps: DepsMut, env: Env, task: Hash) -> Result<Response, LockError> {
    let mut turn = Turn::begin(deps, env);
    turn.take(Input::Lapse { task })?;
    turn.end()
}

/// Retries what is owed, without a gas limit: the caller sees why it fails.
pub fn claim(deps: DepsMut, env: Env, task: Hash, effect: u8) -> Result<Response, LockError> {
    let mut turn = Turn::begin(deps, env);
    turn.take(Input::Claim { task, effect })?;
    turn.end()
}
