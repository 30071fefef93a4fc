//! The verbs that come with proofs: `commit`, `settle` and `reject`.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_kit::address;
use tessera_lock::{
    evidence::{self, Evidence, ZoneProof},
    Input, Locking, Refusal, Sighting, Task, TaskBody, MAX_BATCH,
};
use tessera_primitives::{Address, Bytes};

use super::{roots::Roots, turn::Turn};
use crate::LockError;

/// Locks legs whose others are proven ready.
pub fn commit(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    tasks: Vec<Bytes>,
    proofs: Vec<ZoneProof>,
) -> Result<Response, LockError> {
    let turn = Turn::begin(deps, env);
    turn.require_home()?;
    let step = |caller, body, sightings| Input::Commit {
        caller,
        body,
        sightings,
    };
    batch(turn, info, tasks, proofs, step)
}

/// Ends committed legs as the evidence decides.
pub fn settle(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    tasks: Vec<Bytes>,
    proofs: Vec<ZoneProof>,
) -> Result<Response, LockError> {
    let step = |caller, body, sightings| Input::Settle {
        caller,
        body,
        sightings,
    };
    batch(Turn::begin(deps, env), info, tasks, proofs, step)
}

/// Takes a registered leg back. It is not a batch: its registrant wants to know why not.
pub fn reject(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    task: Bytes,
    proofs: Vec<ZoneProof>,
) -> Result<Response, LockError> {
    let sender = address::of(&info.sender)?;
    let task = TaskBody::from_bytes(task.as_slice())?.task;
    let mut turn = Turn::begin(deps, env);
    let sightings = open(&turn, &[&task], &proofs)?.of(&task.id());
    turn.take(Input::Reject {
        sender,
        task,
        sightings,
    })?;
    turn.end()
}

/// Commits a leg with calls, in a submessage of its own.
pub fn commit_locked(deps: DepsMut, env: Env, locking: Locking) -> Result<Response, LockError> {
    let mut turn = Turn::begin(deps, env);
    turn.take(Input::CommitLocked { locking })?;
    turn.end()
}

fn batch(
    mut turn: Turn,
    info: MessageInfo,
    tasks: Vec<Bytes>,
    proofs: Vec<ZoneProof>,
    step: impl Fn(Address, TaskBody, Vec<Sighting>) -> Input,
) -> Result<Response, LockError> {
    let caller = address::of(&info.sender)?;
    let bodies = read_bodies(&tasks)?;
    let tasks: Vec<&Task> = bodies.iter().map(|body| &body.task).collect();
    let evidence = open(&turn, &tasks, &proofs)?;
    for body in bodies {
        let id = body.task.id();
        let sightings = evidence.of(&id);
        turn.take_in_batch(id, step(caller.clone(), body, sightings))?;
    }
    turn.end()
}

fn read_bodies(tasks: &[Bytes]) -> Result<Vec<TaskBody>, Refusal> {
    // Before anything is decoded: the number of tasks is what a message's work grows with.
    if !(1..=MAX_BATCH).contains(&tasks.len()) {
        return Err(Refusal::Number {
            what: "tasks of a message",
            min: 1,
            max: MAX_BATCH,
            actual: tasks.len(),
        });
    }
    let bodies = tasks
        .iter()
        .map(|task| TaskBody::from_bytes(task.as_slice()));
    bodies.collect()
}

fn open(turn: &Turn, tasks: &[&Task], proofs: &[ZoneProof]) -> Result<Evidence, LockError> {
    let mut roots = Roots::new(turn.querier);
    evidence::open(tasks, proofs, |zone, height| {
        roots.root(&turn.book, zone, height)
    })
}
