//! The verbs. Each file holds one; what two of them share is here.

mod admit_branch;
mod advance;
mod close_zone;
mod divergence;
mod fund;
mod prune;
mod register_zone;
mod renew;
mod report_fork;

use alloc::boxed::Box;

pub use prune::MAX_PRUNED;

use tessera_header::TrustedHeader;
use tessera_primitives::{Hash, Height, Timestamp, ZoneId};

use crate::{
    effect::{Step, Write},
    input::{Anchor, Input, Now},
    key,
    state::{Belief, Params, StoredHeader, Viewed},
    Reads, Refusal, Refused,
};

/// What a verb does to the state that `reads` shows.
///
/// # Errors
/// [`Refused::Rule`] with the reason, [`Refused::Read`] when storage cannot be read. Nothing has changed then.
pub fn transition<R: Reads>(now: &Now, reads: &R, input: Input) -> Result<Step, Refused<R::Error>> {
    match input {
        Input::RegisterZone {
            zone,
            anchor,
            params,
        } => register_zone::register_zone(now, reads, zone, anchor, params),
        Input::Fund { zone, amount } => fund::fund(now, reads, &zone, amount),
        Input::Advance {
            zone,
            header,
            caller,
        } => advance::advance(now, reads, &zone, header, caller),
        Input::ReportFork {
            zone,
            evidence,
            caller,
        } => report_fork::report_fork(now, reads, &zone, &evidence, caller),
        Input::AdmitBranch {
            zone,
            chain_id,
            anchor,
            parent,
        } => admit_branch::admit_branch(now, reads, &zone, chain_id, anchor, parent),
        Input::Renew {
            zone,
            chain_id,
            anchor,
        } => renew::renew(now, reads, &zone, chain_id, anchor),
        Input::CloseZone { zone } => close_zone::close_zone(now, reads, &zone),
        Input::Prune { zone, limit } => prune::prune(now, reads, &zone, limit),
    }
}

/// The zone of this id, by whichever of its ids.
///
/// # Errors
/// [`Refusal::UnknownZone`], [`Refused::Read`].
pub fn find<R: Reads>(reads: &R, id: &ZoneId) -> Result<Viewed, Refused<R::Error>> {
    let unknown = || Refusal::UnknownZone { zone: id.clone() };
    let (id, zone) = match reads.zone(id).map_err(Refused::Read)? {
        Some(zone) => (id.clone(), zone),
        None => {
            let first = reads.alias(id).map_err(Refused::Read)?;
            let first = first.ok_or_else(unknown)?;
            let zone = reads.zone(&first).map_err(Refused::Read)?;
            (first, zone.ok_or_else(unknown)?)
        }
    };
    let belief = reads.belief(&id).map_err(Refused::Read)?;
    let belief = belief.ok_or_else(unknown)?;
    Ok(Viewed { id, zone, belief })
}

/// A closed zone is final: what its readers were told stands.
fn refuse_closed(now: &Now, viewed: &Viewed) -> Result<(), Refusal> {
    match viewed.zone.closing {
        Some(at) if at <= now.time => Err(Refusal::Closed {
            zone: viewed.id.clone(),
            at,
        }),
        _ => Ok(()),
    }
}

/// In the last part of a closing zone's time nothing comes any more that somebody would need time to answer: first no
/// header, then no evidence either.
fn refuse_ending(now: &Now, viewed: &Viewed, until: Option<Timestamp>) -> Result<(), Refusal> {
    match until {
        Some(until) if until <= now.time => Err(Refusal::Ending {
            zone: viewed.id.clone(),
            until,
        }),
        _ => Ok(()),
    }
}

/// A header that the owner vouches for must be usable: neither expired nor from the future.
fn refuse_untimely(now: &Now, params: &Params, header: &TrustedHeader) -> Result<(), Refusal> {
    refuse_future(now, params, header)?;
    let at = header.time.plus(params.trusting_period)?;
    if at <= now.time {
        return Err(Refusal::Expired {
            height: header.height,
            at,
            now: now.time,
        });
    }
    Ok(())
}

fn refuse_future(now: &Now, params: &Params, header: &TrustedHeader) -> Result<(), Refusal> {
    let latest = now.time.plus(params.clock_drift)?;
    if header.time > latest {
        let actual = header.time;
        return Err(Refusal::FromFuture { latest, actual });
    }
    Ok(())
}

/// Whether a header may be verified from the stored one at `from`.
fn refuse_distrusted<R: Reads>(
    now: &Now,
    reads: &R,
    viewed: &Viewed,
    from: Height,
    header: &TrustedHeader,
) -> Result<(), Refused<R::Error>> {
    let trusted = stored(reads, viewed, from)?;
    let branch = viewed.belief.branch;
    if from < viewed.zone.base || trusted.branch != branch {
        let (least, actual) = (viewed.zone.base, from);
        return Err(Refused::Rule(Refusal::NotTrusted {
            from: least,
            branch,
            actual,
        }));
    }
    let at = viewed.expires_at(trusted.header.time)?;
    if at <= now.time {
        let (height, now) = (from, now.time);
        return Err(Refused::Rule(Refusal::Expired { height, at, now }));
    }
    if header.height <= from {
        let (above, actual) = (from, header.height);
        return Err(Refused::Rule(Refusal::NotHigher { above, actual }));
    }
    if header.time <= trusted.header.time {
        let (after, actual) = (trusted.header.time, header.time);
        return Err(Refused::Rule(Refusal::NotLater { after, actual }));
    }
    refuse_too_high(now, reads, viewed, header)
}

/// Whether a header lies higher above the newest one than its zone can have come since. It is measured from the newest,
/// not from the trusted one, of which a forger would pick the oldest. An honest chain is not stopped by it: if the newest
/// is true, blocks of the least pace reach the header; if it is forged, the true headers below it prove the fork.
///
/// The clock drift is no ground for more blocks: granted to each header anew, it would let forged ones climb as high as
/// gas is to be had. Those of one moment get together as high as the time between the newest true header and the drift
/// allows, and one block each.
fn refuse_too_high<R: Reads>(
    now: &Now,
    reads: &R,
    viewed: &Viewed,
    header: &TrustedHeader,
) -> Result<(), Refused<R::Error>> {
    let latest = viewed.belief.latest;
    if header.height <= latest {
        return Ok(());
    }
    let params = &viewed.zone.params;
    let newest = stored(reads, viewed, latest)?.header;
    // Evidence may be dated into the future, and what is not later than the newest can only be evidence.
    let latest_time = now.time.plus(params.clock_drift)?;
    let until = match header.time > newest.time {
        true => header.time.min(latest_time),
        false => latest_time,
    };
    let blocks = params.most_blocks(newest.time, until);
    let most = Height(latest.0.saturating_add(blocks));
    if header.height > most {
        let actual = header.height;
        return Err(Refused::Rule(Refusal::TooHigh {
            most,
            blocks,
            actual,
        }));
    }
    Ok(())
}

/// The header stored at a height.
pub(crate) fn stored<R: Reads>(
    reads: &R,
    viewed: &Viewed,
    height: Height,
) -> Result<StoredHeader, Refused<R::Error>> {
    let found = reads
        .header(viewed.zone.number, height)
        .map_err(Refused::Read)?;
    found.ok_or_else(|| {
        Refused::Rule(Refusal::UnknownHeader {
            zone: viewed.id.clone(),
            height,
        })
    })
}

/// The newest header of a branch that is stored strictly below a height.
fn below_on_branch<R: Reads>(
    reads: &R,
    viewed: &Viewed,
    branch: u32,
    height: Height,
) -> Result<Option<TrustedHeader>, Refused<R::Error>> {
    let below = reads
        .header_below(viewed.zone.number, height)
        .map_err(Refused::Read)?;
    let of_branch = below.filter(|below| below.branch == branch);
    Ok(of_branch.map(|below| below.header))
}

/// Whether two headers cannot be of one chain: one height and two hashes, a later height and a time not later, or
/// neighbours of which the higher one names another parent.
fn contradict(a: &TrustedHeader, b: &TrustedHeader) -> bool {
    let (lower, higher) = if a.height <= b.height { (a, b) } else { (b, a) };
    if lower.height == higher.height {
        return lower.hash != higher.hash;
    }
    let neighbours = lower.height.0.checked_add(1) == Some(higher.height.0);
    higher.time <= lower.time || neighbours && higher.parent != lower.hash
}

/// Whether this very header is stored on the current branch.
fn refuse_not_stored<R: Reads>(
    reads: &R,
    viewed: &Viewed,
    header: &TrustedHeader,
) -> Result<(), Refused<R::Error>> {
    let found = stored(reads, viewed, header.height)?;
    if found.header == *header && found.branch == viewed.belief.branch {
        return Ok(());
    }
    let (from, branch) = (viewed.zone.admitted, viewed.belief.branch);
    Err(Refused::Rule(Refusal::NotTrusted {
        from,
        branch,
        actual: header.height,
    }))
}

impl Belief {
    /// Takes a header into the acceptance digest, and as the newest if it is.
    fn accept(&mut self, height: Height, hash: &Hash) {
        self.acceptance_digest = key::accept(&self.acceptance_digest, height, hash);
        self.accepted = self.accepted.saturating_add(1);
        if height > self.latest {
            self.latest = height;
            self.hash = *hash;
        }
    }
}

/// The writes of a header that the owner vouches for: from now on everything is verified from it.
fn start_from(viewed: &mut Viewed, anchor: Anchor) -> Step {
    let Anchor {
        header,
        validators,
        validators_hash,
    } = anchor;
    viewed.zone.base = header.height;
    viewed.belief.accept(header.height, &header.hash);
    let mut step = Step::default();
    if viewed.zone.sets.slot_of(&validators_hash).is_none() {
        let (slot, sets) = viewed.zone.sets.replaced(validators_hash);
        viewed.zone.sets = sets;
        step.writes.push(Write::ValidatorSet {
            number: viewed.zone.number,
            slot,
            set: validators,
        });
    }
    step.writes.push(Write::Header {
        number: viewed.zone.number,
        stored: StoredHeader {
            header,
            branch: viewed.belief.branch,
        },
    });
    write_zone(&mut step, viewed);
    write_belief(&mut step, viewed);
    step
}

fn write_zone(step: &mut Step, viewed: &Viewed) {
    step.writes.push(Write::Zone {
        id: viewed.id.clone(),
        zone: Box::new(viewed.zone.clone()),
    });
}

fn write_belief(step: &mut Step, viewed: &Viewed) {
    step.writes.push(Write::Belief {
        id: viewed.id.clone(),
        belief: viewed.belief,
    });
}
