use alloc::vec::Vec;

use tessera_primitives::Hash;

use super::read;
use crate::{
    state::{LegState, Write},
    Event, Instruction, Payout, Reads, Refusal, Refused, Step,
};

/// The reply to a payout that failed: it is owed. Only a leg that has ended pays out, and each payout once.
pub(super) fn payout_failed<R: Reads>(
    reads: &R,
    task: Hash,
    effect: u8,
    payout: Payout,
) -> Result<Step, Refused<R::Error>> {
    let ended = read(reads.mark(&task))?.is_some_and(|mark| {
        matches!(
            mark.state,
            LegState::Kept | LegState::Reversed | LegState::Rejected | LegState::Lapsed
        )
    });
    if !ended || read(reads.owed(&task, effect))?.is_some() {
        return Err(Refused::Rule(Refusal::StrayReply { task, effect }));
    }
    Ok(Step {
        writes: Vec::from([Write::Owe(task, effect, payout)]),
        instructions: Vec::new(),
        events: Vec::from([Event::Owed { task, effect }]),
    })
}

/// `claim`: retries what is owed, without a gas limit. It is forgotten first; if it fails again the transaction does,
/// and it is owed as before.
pub(super) fn claim<R: Reads>(
    reads: &R,
    task: Hash,
    effect: u8,
) -> Result<Step, Refused<R::Error>> {
    let owed = read(reads.owed(&task, effect))?;
    let payout = owed.ok_or(Refusal::NotOwed { task, effect })?;
    Ok(Step {
        writes: Vec::from([Write::Settled(task, effect)]),
        instructions: Vec::from([Instruction::Claimed { task, payout }]),
        events: Vec::from([Event::Claimed { task, effect }]),
    })
}
