use tessera_primitives::{Overflow, ZoneId, ZoneStatus};

use super::{find, refuse_closed, refuse_untimely, start_from};
use crate::{
    answer::newest_good,
    effect::Step,
    event::Event,
    input::{Anchor, Now},
    Reads, Refusal, Refused,
};

/// The network admits one branch to inherit the zone's identity (reliable-ibc.txt IV.C). Which one is not for this rule
/// to know: it is called with the word of whoever may give it, the owner here.
pub(super) fn admit_branch<R: Reads>(
    now: &Now,
    reads: &R,
    id: &ZoneId,
    anchor: Anchor,
) -> Result<Step, Refused<R::Error>> {
    let mut viewed = find(reads, id)?;
    refuse_closed(now, &viewed)?;
    let shown = match viewed.open_fork() {
        Some(fork) => fork.shown.max(viewed.belief.latest),
        None => {
            let zone = viewed.id;
            return Err(Refused::Rule(Refusal::NotForked { zone }));
        }
    };
    let header = anchor.header;
    if header.height <= shown {
        let (above, actual) = (shown, header.height);
        return Err(Refused::Rule(Refusal::NotHigher { above, actual }));
    }
    refuse_untimely(now, &viewed.zone.params, &header)?;
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
    viewed.zone.branch_fork = None;
    let mut step = start_from(&mut viewed, anchor);
    step.events.push(Event::BranchAdmitted {
        zone: viewed.id,
        branch: viewed.belief.branch,
        height: header.height,
        hash: header.hash,
        time: header.time,
    });
    Ok(step)
}
