use tessera_primitives::{Amount, ZoneId};

use super::{find, write_zone};
use crate::{effect::Step, event::Event, Reads, Refusal, Refused};

/// Anyone may pay for a view, of a forked or an expired zone too: the bounty and the next advance wait for it. Money for
/// a zone whose end was announced is taken as well; it is the sender's choice.
pub(super) fn fund<R: Reads>(
    reads: &R,
    id: &ZoneId,
    amount: Amount,
) -> Result<Step, Refused<R::Error>> {
    if amount.is_zero() {
        return Err(Refused::Rule(Refusal::NoFunds));
    }
    let mut viewed = find(reads, id)?;
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
