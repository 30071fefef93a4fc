use alloc::vec::Vec;

use tessera_primitives::{Height, ZoneId, ZoneStatus};

use super::{find, write_belief};
use crate::{
    answer::newest_good,
    effect::{Step, Write},
    event::Event,
    input::Now,
    state::Viewed,
    Reads, Refusal, Refused,
};

/// Most headers that one call drops.
pub const MAX_PRUNED: u32 = 100;

/// Headers that pruning passes over: the newest, the last good one, the last before each fork.
const MOST_KEPT: u32 = 4;

/// Drops expired headers from the lowest up. And since no transaction happens at the moment when a zone closes, this is
/// the verb that writes the end into the provable key.
pub(super) fn prune<R: Reads>(
    now: &Now,
    reads: &R,
    id: &ZoneId,
    limit: u32,
) -> Result<Step, Refused<R::Error>> {
    if !(1..=MAX_PRUNED).contains(&limit) {
        return Err(Refused::Rule(Refusal::Parameter {
            what: "limit",
            min: 1,
            max: MAX_PRUNED.into(),
            actual: limit.into(),
        }));
    }
    let mut viewed = find(reads, id)?;
    let mut step = Step::default();
    let number = viewed.zone.number;
    let dropped = expired(now, reads, &viewed, limit)?;
    let drops = dropped.iter().map(|height| Write::DropHeader {
        number,
        height: *height,
    });
    step.writes.extend(drops);
    if !dropped.is_empty() {
        step.events.push(Event::Pruned {
            zone: viewed.id.clone(),
            headers: u32::try_from(dropped.len()).unwrap_or(limit),
        });
    }
    if viewed.is_closed(now.time) && viewed.belief.status != ZoneStatus::Closed {
        let last = newest_good(reads, &viewed).map_err(Refused::Read)?;
        viewed.belief.status = ZoneStatus::Closed;
        write_belief(&mut step, &viewed);
        step.events.push(Event::Closed {
            zone: viewed.id,
            last: last.map_or(Height(0), |last| last.header.height),
        });
    }
    if step.writes.is_empty() {
        return Err(Refused::Rule(Refusal::NothingToPrune));
    }
    Ok(step)
}

fn expired<R: Reads>(
    now: &Now,
    reads: &R,
    viewed: &Viewed,
    limit: u32,
) -> Result<Vec<Height>, Refused<R::Error>> {
    let number = viewed.zone.number;
    let mut kept = Vec::from([viewed.belief.latest]);
    let good = newest_good(reads, viewed).map_err(Refused::Read)?;
    kept.extend(good.map(|good| good.header.height));
    for fork in [&viewed.zone.fork, &viewed.zone.branch_fork]
        .into_iter()
        .flatten()
    {
        let below = reads
            .header_below(number, fork.height())
            .map_err(Refused::Read)?;
        kept.extend(below.map(|below| below.header.height));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let most = limit.saturating_add(usize::try_from(MOST_KEPT).unwrap_or(usize::MAX));
    let mut dropped = Vec::new();
    for stored in reads
        .headers_from(number, Height(0), most)
        .map_err(Refused::Read)?
    {
        let height = stored.header.height;
        if dropped.len() >= limit || viewed.expires_at(stored.header.time)? > now.time {
            break;
        }
        if !kept.contains(&height) {
            dropped.push(height);
        }
    }
    Ok(dropped)
}
