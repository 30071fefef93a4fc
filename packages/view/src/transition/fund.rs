use tessera_primitives::{Amount, ZoneId};

use super::{find, refuse_closed, write_zone};
use crate::{effect::Step, event::Event, input::Now, Reads, Refusal, Refused};

/// Anyone may pay for a view, of a forked or an expired zone too: the bounty and the next advance wait for it. A closed
/// zone never pays again.
pub(super) fn fund<R: Reads>(
    now: &Now,
    reads: &R,
    id: &ZoneId,
    amount: Amount,
) -> Result<Step, Refused<R::Error>> {
    if amount.is_zero() {
        return Err(Refused::Rule(Refusal::NoFunds));
    }
    let mut viewed = find(reads, id)?;
    refuse_closed(now, &viewed)?;
    viewed.zone.reserve = viewed.zone.reserve.plus(amount)?;
    let mut step = Step::default();
    write_zone(&mut step, &viewed);
    step.events.push(Event::Funded {
        zone: viewed.id,
        amount,
        reserve: viewed.zone.reserve,
    });
    Ok(step)
}
