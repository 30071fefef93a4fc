use tessera_lock::state::LegState;

use super::{commit::fresh_since, Other, Own};
use crate::{
    want::{Class, Need, Verb, Want},
    Brings,
};

/// A registered leg of one's own key is taken back when another leg is proven missing for good. The rule would allow it
/// whenever another leg is not registered yet; that is for the registrant to say, not for a daemon.
pub(super) fn want(own: &Own<'_>) -> Option<Want> {
    let policy = &own.knowledge.policy;
    let ours = own.zone.served.registrants.contains(&own.leg.registrant);
    let soon = own.leg.deadline.since(own.next()) <= policy.reject_margin;
    if !policy.reject_own || !ours || soon {
        return None;
    }
    let need = own.others().find_map(|other| need(own, &other))?;
    Some(Want {
        task: own.id,
        verb: Verb::Reject,
        needs: vec![need],
        brings: Brings::Nothing,
        urgency: own.urgency(Class::Clearing),
    })
}

fn need(own: &Own<'_>, other: &Other<'_>) -> Option<Need> {
    let tip = other.tip()?;
    let state = tip.minus(1).ok()?;
    let past = state >= other.leg.deadline;
    let from = match other.provable()? {
        Some(LegState::Rejected | LegState::Reversed) => {
            super::commit::header_of(other.known.since_at(state)?)?
        }
        Some(LegState::Registered | LegState::Lapsed) | None if past => {
            super::commit::header_of(other.leg.deadline)?
        }
        _ => return None,
    };
    let to = match other.provable()? {
        None => tip.min(other.leg.deadline.plus(other.leg.retention).ok()?),
        Some(_) => tip,
    };
    (from <= to).then(|| Need {
        leg: other.index,
        zone: other.leg.zone.clone(),
        from,
        to,
        not_before: Some(fresh_since(own)),
    })
}
