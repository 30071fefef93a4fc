use alloc::vec::Vec;

use tessera_header::TrustedHeader;
use tessera_primitives::{Address, Amount, Height, Overflow, ZoneId};

use super::{
    contradict, find, refuse_closed, refuse_distrusted, refuse_ending, refuse_future,
    refuse_not_stored, report_fork, write_belief, write_zone,
};
use crate::{
    effect::{Effect, Step, Write},
    event::Event,
    input::{Grounds, Line, Now, Shown},
    state::{StoredHeader, Viewed},
    Reads, Refusal, Refused,
};

/// A header finds its place: it is new, known, or contradicts one that is stored.
pub(super) fn advance<R: Reads>(
    now: &Now,
    reads: &R,
    id: &ZoneId,
    shown: Shown,
    caller: Address,
) -> Result<Step, Refused<R::Error>> {
    let viewed = find(reads, id)?;
    refuse_closed(now, &viewed)?;
    // A time that no header can follow would bar every later one, and a hash vouches for any time.
    refuse_future(now, &viewed.zone.params, &shown.header)?;
    let branch = match shown.grounds {
        Grounds::VerifiedFrom(from) => {
            refuse_distrusted(now, reads, &viewed, from, &shown.header)?;
            viewed.belief.branch
        }
        Grounds::Hash => branch_of_hash(&viewed, &shown.header)?,
        Grounds::Stored => {
            refuse_not_stored(reads, &viewed, &shown.header)?;
            viewed.belief.branch
        }
    };
    match place(reads, &viewed, &shown.header, branch)? {
        Place::Known => Ok(known(viewed, shown.header.height)),
        // A report of a fork that an admission has settled would come too late, and nobody signed what a hash brings.
        Place::Contradicts(other) if branch == viewed.belief.branch => {
            let ours = Line {
                top: Shown {
                    header: other,
                    grounds: Grounds::Stored,
                    keep: None,
                },
                below: Vec::new(),
            };
            let theirs = Line {
                top: shown,
                below: Vec::new(),
            };
            report_fork::report_pair(now, reads, viewed, &ours, &theirs, caller)
        }
        Place::Contradicts(other) => Err(Refused::Rule(Refusal::Contradicted {
            height: shown.header.height,
            stored: other.height,
        })),
        Place::New => {
            refuse_forked(&viewed, &shown)?;
            if shown.grounds != Grounds::Hash {
                refuse_ending(now, &viewed, viewed.last_headers())?;
            }
            Ok(accept(now, viewed, shown, branch, caller)?)
        }
    }
}

enum Place {
    New,
    Known,
    Contradicts(TrustedHeader),
}

/// One hash a height, time strictly between the neighbours', and a neighbour one higher names the one below it.
fn place<R: Reads>(
    reads: &R,
    viewed: &Viewed,
    header: &TrustedHeader,
    branch: u32,
) -> Result<Place, Refused<R::Error>> {
    let number = viewed.zone.number;
    let against = |found: Option<StoredHeader>| {
        found
            .filter(|stored| stored.branch == branch && contradict(&stored.header, header))
            .map(|stored| Place::Contradicts(stored.header))
    };
    let newest = viewed.belief.latest;
    if header.height > newest {
        let below = reads.header(number, newest).map_err(Refused::Read)?;
        return Ok(against(below).unwrap_or(Place::New));
    }
    if let Some(at) = reads.header(number, header.height).map_err(Refused::Read)? {
        return Ok(if at.header.hash == header.hash {
            Place::Known
        } else {
            Place::Contradicts(at.header)
        });
    }
    let below = reads
        .header_below(number, header.height)
        .map_err(Refused::Read)?;
    if let Some(contradicted) = against(below) {
        return Ok(contradicted);
    }
    let above = reads
        .header_above(number, header.height)
        .map_err(Refused::Read)?;
    Ok(against(above).unwrap_or(Place::New))
}

/// While a fork is open its validators are known to have signed two histories, so nothing that they sign fills a hole:
/// only the hash below an exact fork does.
fn refuse_forked(viewed: &Viewed, shown: &Shown) -> Result<(), Refusal> {
    match viewed.open_fork() {
        Some(fork) if shown.grounds != Grounds::Hash => Err(Refusal::Forked {
            zone: viewed.id.clone(),
            fork: fork.height(),
            height: shown.header.height,
        }),
        _ => Ok(()),
    }
}

/// The branch whose exact fork lies right above this header and names its hash.
fn branch_of_hash(viewed: &Viewed, header: &TrustedHeader) -> Result<u32, Refusal> {
    let height = header.height;
    let known = viewed.block_below_fork(height);
    let (branch, expected) = known.ok_or(Refusal::NoKnownHash { height })?;
    if header.hash != expected {
        let actual = header.hash;
        return Err(Refusal::WrongHash {
            height,
            expected,
            actual,
        });
    }
    Ok(branch)
}

/// Two relayers may bring the same header, each within a larger transaction: the second one's must not fail.
fn known(viewed: Viewed, height: Height) -> Step {
    let mut step = Step::default();
    step.events.push(Event::HeaderKnown {
        zone: viewed.id,
        height,
    });
    step
}

fn accept(
    now: &Now,
    mut viewed: Viewed,
    shown: Shown,
    branch: u32,
    caller: Address,
) -> Result<Step, Overflow> {
    let mut step = Step::default();
    let number = viewed.zone.number;
    let header = shown.header;
    let newest = header.height > viewed.belief.latest;
    let reward = if newest {
        reward(now, &viewed)?
    } else {
        Amount::ZERO
    };
    let mut zone_changed = false;
    // Hole fills leave the kept sets alone: those serve the newest header.
    if let Some((hash, set)) = shown.keep.filter(|_| newest) {
        if viewed.zone.sets.slot_of(&hash).is_none() {
            let (slot, sets) = viewed.zone.sets.replaced(hash);
            viewed.zone.sets = sets;
            zone_changed = true;
            step.writes.push(Write::ValidatorSet { number, slot, set });
        }
    }
    if !reward.is_zero() {
        viewed.zone.reserve = viewed.zone.reserve.minus(reward)?;
        viewed.zone.paid_at = now.time;
        zone_changed = true;
        step.effects.push(Effect::Pay {
            to: caller,
            amount: reward,
        });
    }
    viewed.belief.accept(header.height, &header.hash);
    let stored = StoredHeader { header, branch };
    step.writes.push(Write::Header { number, stored });
    if zone_changed {
        write_zone(&mut step, &viewed);
    }
    write_belief(&mut step, &viewed);
    step.events.push(Event::Advanced {
        zone: viewed.id,
        height: header.height,
        hash: header.hash,
        time: header.time,
        branch,
        reward,
    });
    Ok(step)
}

/// What the reserve pays for a newer header. The bounty is set aside first: without it nobody has a reason to watch for
/// forks.
fn reward(now: &Now, viewed: &Viewed) -> Result<Amount, Overflow> {
    let params = &viewed.zone.params;
    let due = viewed.zone.paid_at.plus(params.refresh_interval)?;
    if now.time < due {
        return Ok(Amount::ZERO);
    }
    let free = viewed.zone.reserve.0.saturating_sub(params.fork_bounty.0);
    Ok(params.advance_reward.min(Amount(free)))
}
