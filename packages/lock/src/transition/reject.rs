use tessera_primitives::{Address, Timestamp};

use super::{open_leg, read, refund};
use crate::{
    sighted,
    state::{LegState, Parameters, Terms},
    Event, Leg, Now, Reads, Refusal, Refused, Shown, Sighting, Step, Task,
};

/// `reject`: the registrant takes the leg back, while it is Registered, because another leg is not there. Without a
/// proof of that the last registrant would hold a free option. The whole tip is refunded, the fee is not.
pub(super) fn reject<R: Reads>(
    now: &Now,
    reads: &R,
    sender: &Address,
    task: &Task,
    sightings: &[Sighting],
) -> Result<Step, Refused<R::Error>> {
    let id = task.id();
    let (_, terms) = open_leg(reads, &id, &[LegState::Registered], "registered")?;
    let expected = read(reads.address(&terms.registrant))?;
    if *sender != expected {
        let actual = sender.clone();
        return Err(Refused::Rule(Refusal::NotRegistrant { expected, actual }));
    }
    let parameters = read(reads.parameters())?;
    one_is_missing(now.time, &parameters, task, &terms, sightings)?;
    let mut step = refund(reads, id, LegState::Rejected, &terms)?;
    step.events.push(Event::Rejected { task: id });
    Ok(step)
}

fn one_is_missing(
    now: Timestamp,
    parameters: &Parameters,
    task: &Task,
    terms: &Terms,
    sightings: &[Sighting],
) -> Result<(), Refusal> {
    let own = terms.index;
    let mut reason = Refusal::NothingMissing;
    for sighting in sightings {
        let leg = task.leg(sighting.leg).filter(|_| sighting.leg != own);
        let leg = leg.ok_or(Refusal::NoLeg { leg: sighting.leg })?;
        sighted::usable(leg, &sighting.root)?;
        if !is_missing(leg, sighting)? {
            continue;
        }
        let (age, max) = (now.since(sighting.root.time), parameters.fresh);
        // From before the own leg was registered it would be an option on one that was registered in between.
        let later = sighting.root.time > terms.since;
        if later && age <= max || sighted::stands(&sighting.root) {
            return Ok(());
        }
        let max = max.min(now.since(terms.since));
        let (zone, actual) = (leg.zone.clone(), age);
        reason = Refusal::Stale { zone, max, actual };
    }
    Err(reason)
}

fn is_missing(leg: &Leg, sighting: &Sighting) -> Result<bool, Refusal> {
    let height = sighting.root.state_height;
    let state = match sighting.mark {
        // What cannot be read may be anything.
        Shown::Unreadable => return Ok(false),
        Shown::Absent => None,
        Shown::Mark(mark) => Some(mark.state),
    };
    Ok(match state {
        None => height < leg.retained_until()?,
        Some(LegState::Rejected | LegState::Reversed) => true,
        Some(LegState::Registered | LegState::Lapsed) => {
            height >= leg.deadline || sighted::stands(&sighting.root)
        }
        Some(LegState::Committed | LegState::Conceded | LegState::Kept) => false,
    })
}
