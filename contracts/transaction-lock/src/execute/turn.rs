use cosmwasm_std::{Api, DepsMut, Env, Event, QuerierWrapper, Response};
use tessera_contract_api::event;
use tessera_lock::{in_batch, transition, Input, Instruction, Now, Reads, Step};
use tessera_primitives::{Hash, Height, Timestamp};

use super::dispatch::dispatch;
use crate::{state::Book, LockError};

/// One message, from its first read to its response. Steps are applied as they come, so that each task of a batch sees
/// what those before it did; what they ask for is done when the turn ends, after all writes. Nothing else here makes a
/// response, so no message can leave before the state that it follows from is written.
pub struct Turn<'a> {
    pub book: Book<'a>,
    pub api: &'a dyn Api,
    pub querier: QuerierWrapper<'a>,
    env: Env,
    now: Now,
    instructions: Vec<Instruction>,
    events: Vec<Event>,
}

impl<'a> Turn<'a> {
    pub fn begin(deps: DepsMut<'a>, env: Env) -> Turn<'a> {
        let now = Now {
            height: Height(env.block.height),
            time: Timestamp(env.block.time.nanos()),
        };
        Turn {
            book: Book::open(deps.storage, deps.api),
            api: deps.api,
            querier: deps.querier,
            env,
            now,
            instructions: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Refuses on a chain that is not the zone which the lock was made on: a copy of its state under another chain id
    /// (a test net from an export, one half of a split). Its tasks would name the zone, and be another's.
    pub fn require_home(&self) -> Result<(), LockError> {
        let expected = self.book.place()?.zone;
        if expected.as_str() == self.env.block.chain_id {
            return Ok(());
        }
        let actual = self.env.block.chain_id.clone();
        Err(LockError::OtherChain { expected, actual })
    }

    /// Takes one step.
    pub fn take(&mut self, input: Input) -> Result<(), LockError> {
        let step = transition(&self.now, &self.book, input)?;
        self.note(step)
    }

    /// Takes one step of a batch: a task that cannot go on is passed over, with an event.
    pub fn take_in_batch(&mut self, task: Hash, input: Input) -> Result<(), LockError> {
        let step = in_batch(task, transition(&self.now, &self.book, input))?;
        self.note(step)
    }

    /// Ends the turn: all that was held back is written, then all that was asked for is sent.
    pub fn end(self) -> Result<Response, LockError> {
        let storage = self.book.close()?;
        let messages = dispatch(storage, self.querier, &self.env, self.instructions)?;
        Ok(Response::new()
            .add_events(self.events)
            .add_submessages(messages))
    }

    fn note(&mut self, step: Step) -> Result<(), LockError> {
        self.book.apply(step.writes)?;
        self.instructions.extend(step.instructions);
        self.events.extend(step.events.iter().map(event::encode));
        Ok(())
    }
}
