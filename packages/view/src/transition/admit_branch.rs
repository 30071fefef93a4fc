use tessera_primitives::{Overflow, ZoneId, ZoneStatus};

use super::{
    below_on_branch, find, refuse_closed, refuse_untimely,
    report_fork::{inexact, is_vouched, remember},
    start_from,
};
use crate::{
    answer::newest_good,
    effect::Step,
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
    anchor: Anchor,
    parent: Option<Block>,
) -> Result<Step, Refused<R::Error>> {
    let mut viewed = find(reads, id)?;
    refuse_closed(now, &viewed)?;
    let Some(open) = viewed.open_fork().copied() else {
        let zone = viewed.id;
        return Err(Refused::Rule(Refusal::NotForked { zone }));
    };
    let shown = open.shown.max(viewed.belief.latest);
    let header = anchor.header;
    if header.height <= shown {
        let (above, actual) = (shown, header.height);
        return Err(Refused::Rule(Refusal::NotHigher { above, actual }));
    }
    refuse_untimely(now, &viewed.zone.params, &header)?;
    let settled = settle(reads, &viewed, open, parent)?;
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
    let mut step = start_from(&mut viewed, anchor);
    step.events.push(Event::BranchAdmitted {
        zone: viewed.id,
        branch: viewed.belief.branch,
        height: header.height,
        hash: header.hash,
        time: header.time,
        fork: settled.height(),
        exact: settled.bound.parent.is_some(),
    });
    Ok(step)
}

/// What is left of a fork once a branch is admitted. Two forged headers can name a parent that never was, so it stays
/// exact only at a block that the owner confirms or that is stored; and a stored header that the owner denies is in doubt
/// like all above it.
fn settle<R: Reads>(
    reads: &R,
    viewed: &Viewed,
    open: ForkRecord,
    parent: Option<Block>,
) -> Result<ForkRecord, Refused<R::Error>> {
    let mut doubted = open.height();
    if let Some(parent) = parent.filter(|parent| parent.height < doubted) {
        let stored = reads
            .header(viewed.zone.number, parent.height)
            .map_err(Refused::Read)?
            .filter(|stored| stored.branch == open.branch);
        if stored.is_some_and(|stored| stored.header.hash != parent.hash) {
            doubted = parent.height;
        }
    }
    let below = below_on_branch(reads, viewed, open.branch, doubted)?;
    let stands = doubted == open.height() && is_vouched(&open, parent, below.as_ref());
    let bound = match stands {
        true => open.bound,
        false => inexact(below.as_ref(), open.admitted)?,
    };
    Ok(ForkRecord {
        bound,
        confirmed: parent,
        ..open
    })
}
