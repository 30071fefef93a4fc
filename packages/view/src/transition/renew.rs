use tessera_primitives::ZoneId;

use super::{
    contradict, find, refuse_closed, refuse_untimely, register_zone::refuse_taken, start_from,
    stored,
};
use crate::{
    effect::{Step, Write},
    event::Event,
    input::{Anchor, Now},
    state::Viewed,
    Reads, Refusal, Refused,
};

/// The owner's word stands in for signatures that can no longer be verified. The header must lie strictly above the
/// newest (the spec says "not lower"): at the same height it would replace a root that others may have used.
pub(super) fn renew<R: Reads>(
    now: &Now,
    reads: &R,
    id: &ZoneId,
    chain_id: ZoneId,
    anchor: Anchor,
) -> Result<Step, Refused<R::Error>> {
    let mut viewed = find(reads, id)?;
    refuse_closed(now, &viewed)?;
    let header = anchor.header;
    if let Some(fork) = viewed.open_fork() {
        return Err(Refused::Rule(Refusal::Forked {
            zone: viewed.id.clone(),
            fork: fork.height(),
            height: header.height,
        }));
    }
    let upgraded = is_upgrade(&viewed, &chain_id)?;
    let newest = stored(reads, &viewed, viewed.belief.latest)?;
    let until = viewed.expires_at(newest.header.time)?;
    if !upgraded && now.time < until {
        let zone = viewed.id;
        return Err(Refused::Rule(Refusal::NothingToRenew {
            zone,
            until,
            chain_id,
        }));
    }
    if header.height <= newest.header.height {
        let (above, actual) = (newest.header.height, header.height);
        return Err(Refused::Rule(Refusal::NotHigher { above, actual }));
    }
    if header.time <= newest.header.time {
        let (after, actual) = (newest.header.time, header.time);
        return Err(Refused::Rule(Refusal::NotLater { after, actual }));
    }
    // Both would be stored: anybody could show them as a fork. A new revision's first block names no parent.
    if contradict(&newest.header, &header) {
        let (height, stored) = (header.height, newest.header.height);
        return Err(Refused::Rule(Refusal::Contradicted { height, stored }));
    }
    refuse_untimely(now, &viewed.zone.params, &header)?;
    let alias = take_id(reads, &mut viewed, &chain_id)?;
    let mut step = start_from(&mut viewed, anchor);
    step.writes.extend(alias);
    step.events.push(Event::Renewed {
        zone: viewed.id,
        chain_id,
        height: header.height,
        hash: header.hash,
        time: header.time,
    });
    Ok(step)
}

/// Lets a zone carry another chain id from now on, a higher revision of its own: then the id becomes an alias.
pub(super) fn take_id<R: Reads>(
    reads: &R,
    viewed: &mut Viewed,
    chain_id: &ZoneId,
) -> Result<Option<Write>, Refused<R::Error>> {
    if !is_upgrade(viewed, chain_id)? {
        return Ok(None);
    }
    refuse_taken(reads, chain_id)?;
    viewed.zone.chain_id = chain_id.clone();
    Ok(Some(Write::Alias {
        id: chain_id.clone(),
        zone: viewed.id.clone(),
    }))
}

/// Whether the id is a higher revision of the zone's; the same id is none.
fn is_upgrade(viewed: &Viewed, chain_id: &ZoneId) -> Result<bool, Refusal> {
    let current = &viewed.zone.chain_id;
    if chain_id == current {
        return Ok(false);
    }
    if chain_id.name() == current.name() && chain_id.revision() > current.revision() {
        return Ok(true);
    }
    Err(Refusal::NotARevision {
        expected: current.clone(),
        actual: chain_id.clone(),
    })
}
