use tessera_primitives::Hash;

use super::{open_leg, refund};
use crate::{state::LegState, Event, Now, Reads, Refusal, Refused, Step};

/// `lapse`: a leg that was not committed before its deadline is given back, the whole tip included.
pub(super) fn lapse<R: Reads>(now: &Now, reads: &R, task: Hash) -> Result<Step, Refused<R::Error>> {
    let (_, terms) = open_leg(reads, &task, &[LegState::Registered], "registered")?;
    if now.height < terms.deadline {
        return Err(Refused::Rule(Refusal::TooEarly {
            task,
            deadline: terms.deadline,
            now: now.height,
        }));
    }
    let mut step = refund(reads, task, LegState::Lapsed, &terms)?;
    step.events.push(Event::Lapsed { task });
    Ok(step)
}
