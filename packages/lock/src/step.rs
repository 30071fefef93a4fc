use alloc::{string::ToString, vec::Vec};

use tessera_primitives::Hash;

use crate::{effect::Instruction, state::Write, Event, Refused};

/// What an input leads to: first all writes, then all instructions, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What changes in storage.
    pub writes: Vec<Write>,
    /// What the contract does then.
    pub instructions: Vec<Instruction>,
    /// What has happened.
    pub events: Vec<Event>,
}

/// One task of a batch: a refusal that concerns this task alone becomes a step that only says that it was skipped.
///
/// # Errors
/// The refusals for which [`Refusal::skips_the_task`](crate::Refusal::skips_the_task) is false, and failed reads.
pub fn in_batch<E>(task: Hash, result: Result<Step, Refused<E>>) -> Result<Step, Refused<E>> {
    match result {
        Err(Refused::Rule(refusal)) if refusal.skips_the_task() => Ok(Step {
            events: Vec::from([Event::Skipped {
                task,
                reason: refusal.to_string(),
            }]),
            ..Step::default()
        }),
        other => other,
    }
}
