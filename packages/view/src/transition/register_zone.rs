use tessera_primitives::{Amount, Hash, Height, Overflow, Timestamp, ZoneId, ZoneStatus};

use super::{refuse_untimely, start_from};
use crate::{
    effect::{Step, Write},
    event::Event,
    input::{Anchor, Now},
    state::{Belief, KeptSets, Params, Viewed, Zone},
    Reads, Refusal, Refused,
};

pub(super) fn register_zone<R: Reads>(
    now: &Now,
    reads: &R,
    id: ZoneId,
    anchor: Anchor,
    params: Params,
) -> Result<Step, Refused<R::Error>> {
    params.check()?;
    refuse_taken(reads, &id)?;
    refuse_untimely(now, &params, &anchor.header)?;
    let count = reads.zone_count().map_err(Refused::Read)?;
    let number = count.checked_add(1).ok_or(Overflow("number of zones"))?;
    let mut viewed = Viewed {
        id: id.clone(),
        zone: Zone {
            number,
            chain_id: id.clone(),
            params,
            base: anchor.header.height,
            admitted: Height(0),
            sets: KeptSets::default(),
            reserve: Amount::ZERO,
            paid_at: Timestamp(0),
            closing: None,
            fork: None,
            branch_fork: None,
        },
        belief: Belief {
            latest: Height(0),
            hash: Hash::ZERO,
            status: ZoneStatus::Active,
            branch: 0,
            fork: Height(0),
            first_report: Height(0),
            acceptance_digest: Hash::ZERO,
            accepted: 0,
        },
    };
    let header = anchor.header;
    let mut step = start_from(&mut viewed, anchor);
    step.writes.push(Write::ZoneCount(number));
    step.events.push(Event::ZoneRegistered {
        zone: id,
        height: header.height,
        hash: header.hash,
        time: header.time,
    });
    Ok(step)
}

/// One id, one zone: neither a registered one nor an alias is taken twice.
pub(super) fn refuse_taken<R: Reads>(reads: &R, id: &ZoneId) -> Result<(), Refused<R::Error>> {
    let registered = reads.zone(id).map_err(Refused::Read)?.map(|_| id.clone());
    let owner = match registered {
        Some(zone) => Some(zone),
        None => reads.alias(id).map_err(Refused::Read)?,
    };
    match owner {
        None => Ok(()),
        Some(zone) => Err(Refused::Rule(Refusal::IdTaken {
            id: id.clone(),
            zone,
        })),
    }
}
