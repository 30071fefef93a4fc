//! What `chain-view` answers, computed where it is asked: how a zone stands, its roots.

use tessera_primitives::{Closing, Height, Root, Standing, Timestamp, ZoneId, ZoneStatus};

use crate::{
    state::{StoredHeader, Viewed},
    transition::{find, stored},
    Reads, Refusal, Refused,
};

/// How a zone stands. `Closed` outranks `Forked`, which outranks `Expired`.
///
/// # Errors
/// [`Refusal::UnknownZone`], [`Refused::Read`].
pub fn standing<R: Reads>(
    now: Timestamp,
    reads: &R,
    zone: &ZoneId,
) -> Result<Standing, Refused<R::Error>> {
    let viewed = find(reads, zone)?;
    standing_of(now, reads, &viewed)
}

/// As [`standing`], of a zone at hand.
///
/// # Errors
/// [`Refused::Read`]; [`Refusal::Overflow`] in practice never: an end of trust after the year 2554.
pub fn standing_of<R: Reads>(
    now: Timestamp,
    reads: &R,
    viewed: &Viewed,
) -> Result<Standing, Refused<R::Error>> {
    let status = if viewed.is_closed(now) {
        ZoneStatus::Closed
    } else if viewed.open_fork().is_some() {
        ZoneStatus::Forked
    } else {
        let newest = stored(reads, viewed, viewed.belief.latest)?;
        if viewed.expires_at(newest.header.time)? <= now {
            ZoneStatus::Expired
        } else {
            ZoneStatus::Active
        }
    };
    let last = match status {
        ZoneStatus::Closed => newest_good(reads, viewed).map_err(Refused::Read)?,
        _ => None,
    };
    Ok(Standing {
        status,
        branch: viewed.belief.branch,
        fork: viewed.zone.fork.map(|fork| fork.told()),
        branch_fork: viewed.zone.branch_fork.map(|fork| fork.told()),
        closing: viewed.zone.closing.map(|at| Closing {
            at,
            last: last.map(|last| last.header.height),
        }),
        latest: viewed.belief.latest,
    })
}

/// The root that the header at `height` carries. A root below a fork stays good: it is a common prefix.
///
/// # Errors
/// [`Refusal::UnknownZone`], [`Refusal::UnknownHeader`], [`Refusal::NotAdmitted`], [`Refused::Read`].
pub fn root<R: Reads>(
    now: Timestamp,
    reads: &R,
    zone: &ZoneId,
    height: Height,
) -> Result<Root, Refused<R::Error>> {
    let viewed = find(reads, zone)?;
    let found = stored(reads, &viewed, height)?;
    if !viewed.counts(&found) {
        let forks = [viewed.open_fork(), viewed.zone.fork.as_ref()];
        let fork = forks.into_iter().flatten().next();
        return Err(Refused::Rule(Refusal::NotAdmitted {
            height,
            branch: found.branch,
            fork: fork.map_or(Height(0), |fork| fork.height()),
        }));
    }
    Ok(Root {
        app_hash: found.header.app_hash,
        state_height: height.minus(1)?,
        time: found.header.time,
        branch: found.branch,
        standing: standing_of(now, reads, &viewed)?,
        next: next_after(reads, &viewed, height).map_err(Refused::Read)?,
    })
}

/// Header height of the lowest root above `height` that can be asked for.
///
/// # Errors
/// [`Refusal::UnknownZone`], [`Refused::Read`].
pub fn next_root_after<R: Reads>(
    reads: &R,
    zone: &ZoneId,
    height: Height,
) -> Result<Option<Height>, Refused<R::Error>> {
    let viewed = find(reads, zone)?;
    next_after(reads, &viewed, height).map_err(Refused::Read)
}

fn next_after<R: Reads>(
    reads: &R,
    viewed: &Viewed,
    height: Height,
) -> Result<Option<Height>, R::Error> {
    if height >= viewed.belief.latest {
        return Ok(None);
    }
    // What does not count lies between a branch's fork and the header that admitted the next one.
    let forked = viewed.zone.branch_fork.map(|fork| fork.admitted);
    let starts = [forked, Some(viewed.zone.admitted)].into_iter().flatten();
    let starts = starts.filter_map(|admitted| admitted.minus(1).ok());
    for start in [height].into_iter().chain(starts) {
        let next = match start >= height {
            true => reads.header_above(viewed.zone.number, start)?,
            false => None,
        };
        if let Some(next) = next.filter(|next| viewed.counts(next)) {
            return Ok(Some(next.header.height));
        }
    }
    Ok(None)
}

/// The highest header whose root can be asked for: what a closed zone is read at.
pub(crate) fn newest_good<R: Reads>(
    reads: &R,
    viewed: &Viewed,
) -> Result<Option<StoredHeader>, R::Error> {
    let number = viewed.zone.number;
    if viewed.open_fork().is_none() {
        return reads.header(number, viewed.belief.latest);
    }
    // A branch that forked at the header which admitted it has none of its own.
    for fork in [viewed.zone.branch_fork, viewed.zone.fork]
        .into_iter()
        .flatten()
    {
        let below = reads.header_below(number, fork.height())?;
        if below.is_some_and(|below| viewed.counts(&below)) {
            return Ok(below);
        }
    }
    Ok(None)
}
