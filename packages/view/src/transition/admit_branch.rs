use tessera_primitives::{Amount, Hash, Height, Overflow, ZoneId, ZoneStatus};

use super::{
    below_on_branch, find, refuse_closed, refuse_untimely,
    renew::take_id,
    report_fork::{inexact, is_vouched, remember, write_fork},
    start_from,
};
use crate::{
    answer::newest_good,
    effect::{Step, Write},
    event::Event,
    input::{Anchor, Now},
    state::{Block, ForkRecord, Viewed},
    Reads, Refusal, Refused,
};

/// The network admits one branch to inherit the zone's identity (reliable-ibc.txt IV.C). Which one is not for this rule
/// to know: it is called with the word of whoever may give it, the owner here.
pub(super) fn admit_branch<R: Reads>(
    now: &Now,
    reads: &R,
    id: &ZoneId,
    chain_id: ZoneId,
    anchor: Anchor,
    parent: Option<Block>,
) -> Result<Step, Refused<R::Error>> {
    let mut viewed = find(reads, id)?;
    refuse_closed(now, &viewed)?;
    let Some(open) = viewed.open_fork().copied() else {
        return confirm(
            reads,
            viewed,
            anchor.header.height,
            anchor.header.hash,
            parent,
        );
    };
    let shown = open.shown.max(viewed.belief.latest);
    let header = anchor.header;
    if header.height <= shown {
        let (above, actual) = (shown, header.height);
        return Err(Refused::Rule(Refusal::NotHigher { above, actual }));
    }
    refuse_untimely(now, &viewed.zone.params, &header)?;
    let (settled, denied) = settle(reads, &viewed, open, parent)?;
    remember(&mut viewed, settled);
    if let Some(good) = newest_good(reads, &viewed).map_err(Refused::Read)? {
        if header.time <= good.header.time {
            let (after, actual) = (good.header.time, header.time);
            return Err(Refused::Rule(Refusal::NotLater { after, actual }));
        }
    }
    let next = viewed.belief.branch.checked_add(1);
    viewed.belief.branch = next.ok_or(Overflow("branch number"))?;
    viewed.belief.status = ZoneStatus::Active;
    viewed.zone.admitted = header.height;
    // The zone may have been upgraded while it waited.
    let alias = take_id(reads, &mut viewed, &chain_id)?;
    let mut step = start_from(&mut viewed, anchor);
    step.writes.extend(alias);
    deny(&mut step, &viewed, denied);
    step.events.push(Event::BranchAdmitted {
        zone: viewed.id,
        chain_id,
        branch: viewed.belief.branch,
        height: header.height,
        hash: header.hash,
        time: header.time,
        fork: settled.height(),
        exact: settled.bound.parent.is_some(),
    });
    Ok(step)
}

/// An owner who could not tell the block below the fork may name it later, or another one, as long as that has not made
/// the fork exact: with the header that was admitted last, once more.
fn confirm<R: Reads>(
    reads: &R,
    viewed: Viewed,
    height: Height,
    hash: Hash,
    parent: Option<Block>,
) -> Result<Step, Refused<R::Error>> {
    let before = viewed.belief.branch.checked_sub(1);
    let settled = before.and_then(|branch| viewed.fork_of(branch)).copied();
    let stored = reads
        .header(viewed.zone.number, viewed.zone.admitted)
        .map_err(Refused::Read)?;
    let again =
        stored.is_some_and(|stored| (stored.header.height, stored.header.hash) == (height, hash));
    let (Some(settled), Some(parent), true) = (settled, parent, again) else {
        let zone = viewed.id;
        return Err(Refused::Rule(Refusal::NotForked { zone }));
    };
    let (confirmed, denied) = settle(reads, &viewed, settled, Some(parent))?;
    if settled.bound.parent.is_some() || confirmed == settled {
        let known = settled.height();
        return Err(Refused::Rule(Refusal::NothingNew { known }));
    }
    let mut step = Step::default();
    deny(&mut step, &viewed, denied);
    let mut told = write_fork(viewed, confirmed, Amount::ZERO);
    told.writes.append(&mut step.writes);
    told.events.append(&mut step.events);
    Ok(told)
}

/// Drops the header that the owner's word contradicts: it never counts again, and the true one can take its place.
fn deny(step: &mut Step, viewed: &Viewed, denied: Option<Height>) {
    let Some(height) = denied else {
        return;
    };
    let number = viewed.zone.number;
    step.writes.push(Write::DropHeader { number, height });
    let zone = viewed.id.clone();
    step.events.push(Event::HeaderDenied { zone, height });
}

/// What is left of a fork once a branch is admitted. Two forged headers can name a parent that never was, so it stays
/// exact only at a block that the owner confirms or that is stored; and a stored header that the owner denies, whose
/// height is told, is in doubt like all above it.
fn settle<R: Reads>(
    reads: &R,
    viewed: &Viewed,
    open: ForkRecord,
    parent: Option<Block>,
) -> Result<(ForkRecord, Option<Height>), Refused<R::Error>> {
    let mut doubted = open.height();
    let mut denied = None;
    if let Some(parent) = parent {
        let stored = reads
            .header(viewed.zone.number, parent.height)
            .map_err(Refused::Read)?
            .filter(|stored| stored.branch == open.branch);
        if stored.is_some_and(|stored| stored.header.hash != parent.hash) {
            denied = Some(parent.height);
            doubted = doubted.min(parent.height);
        }
    }
    let below = below_on_branch(reads, viewed, open.branch, doubted)?;
    let stands = doubted == open.height() && is_vouched(&open, parent, below.as_ref());
    let bound = match stands {
        true => open.bound,
        false => inexact(below.as_ref(), open.admitted)?,
    };
    let settled = ForkRecord {
        bound,
        confirmed: parent,
        ..open
    };
    Ok((settled, denied))
}
