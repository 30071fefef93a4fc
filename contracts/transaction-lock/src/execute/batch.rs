//! The verbs that come with proofs: `commit`, `settle` and `reject`.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_kit::address;
use tessera_lock::{
    evidence::{self, Evidence},
    Batch, Input, Locking, Refusal, Sighting, Task, TaskBody,
};
use tessera_primitives::{canonical, Address, Bytes};

use super::{roots::Roots, turn::Turn};
use crate::LockError;

/// Locks legs whose others are proven ready.
pub fn commit(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    batch: Bytes,
) -> Result<Response, LockError> {
    let turn = Turn::begin(deps, env);
    turn.require_home()?;
    take_all(turn, info, batch, |caller, body, sightings| Input::Commit {
        caller,
        body,
        sightings,
    })
}

/// Ends committed legs as the evidence decides.
pub fn settle(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    batch: Bytes,
) -> Result<Response, LockError> {
    let turn = Turn::begin(deps, env);
    take_all(turn, info, batch, |caller, body, sightings| Input::Settle {
        caller,
        body,
        sightings,
    })
}

/// Takes a registered leg back, alone: its registrant wants to know why not.
pub fn reject(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    batch: Bytes,
) -> Result<Response, LockError> {
    let sender = address::of(&info.sender)?;
    let batch = Batch::from_bytes(batch.as_slice())?;
    let [body] = batch.tasks.as_slice() else {
        return Err(Refusal::Number {
            what: "tasks of a reject",
            min: 1,
            max: 1,
            actual: batch.tasks.len(),
        }
        .into());
    };
    let task = body.task.clone();
    let mut turn = Turn::begin(deps, env);
    let sightings = open(&turn, &batch)?.of(&task.id());
    turn.take(Input::Reject {
        sender,
        task,
        sightings,
    })?;
    turn.end()
}

/// Commits a leg with calls, in a submessage of its own.
pub fn commit_locked(deps: DepsMut, env: Env, locking: Bytes) -> Result<Response, LockError> {
    let locking: Locking = canonical::decode("locking", locking.as_slice())?;
    let mut turn = Turn::begin(deps, env);
    turn.take(Input::CommitLocked { locking })?;
    turn.end()
}

fn take_all(
    mut turn: Turn,
    info: MessageInfo,
    batch: Bytes,
    step: fn(Address, TaskBody, Vec<Sighting>) -> Input,
) -> Result<Response, LockError> {
    let caller = address::of(&info.sender)?;
    let batch = Batch::from_bytes(batch.as_slice())?;
    let evidence = open(&turn, &batch)?;
    for body in batch.tasks {
        let id = body.task.id();
        let sightings = evidence.of(&id);
        turn.take_in_batch(id, step(caller.clone(), body, sightings))?;
    }
    turn.end()
}

fn open(turn: &Turn, batch: &Batch) -> Result<Evidence, LockError> {
    let tasks: Vec<&Task> = batch.tasks.iter().map(|body| &body.task).collect();
    let mut roots = Roots::new(turn.querier);
    evidence::open(&tasks, &batch.proofs, |zone, height| {
        roots.root(&turn.book, zone, height)
    })
}
