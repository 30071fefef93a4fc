use tessera_primitives::ZoneId;

use super::{find, write_zone};
use crate::{effect::Step, event::Event, input::Now, Reads, Refusal, Refused};

/// Announces the end: relayers have half of `close_delay` to bring the headers that the zone's last state should be read
/// from. A quarter is left to contradict what came last, and one for the owner to admit a branch then.
pub(super) fn close_zone<R: Reads>(
    now: &Now,
    reads: &R,
    id: &ZoneId,
) -> Result<Step, Refused<R::Error>> {
    let mut viewed = find(reads, id)?;
    if let Some(at) = viewed.zone.closing {
        let zone = viewed.id;
        return Err(Refused::Rule(Refusal::ClosingAlready { zone, at }));
    }
    let at = now.time.plus(viewed.zone.params.close_delay)?;
    viewed.zone.closing = Some(at);
    let mut step = Step::default();
    write_zone(&mut step, &viewed);
    let until = viewed.last_headers().unwrap_or(at);
    step.events.push(Event::Closing {
        zone: viewed.id,
        at,
        until,
    });
    Ok(step)
}
