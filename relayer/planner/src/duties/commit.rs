use tessera_lock::state::LegState;
use tessera_primitives::{Height, Timestamp, ZoneStatus};

use super::{Other, Own};
use crate::{
    want::{Class, Need, Verb, Want},
    Brings,
};

/// A registered leg commits when every other leg is proven registered below its deadline, committed or kept, at fresh
/// roots of active zones.
pub(super) fn want(own: &Own<'_>) -> Option<Want> {
    if own.knowledge.gives_up(own.leg, own.known) {
        return None;
    }
    let margin = own.knowledge.policy.commit_margin;
    if own.next().plus(margin).ok()? >= own.leg.deadline {
        return None;
    }
    let needs = own.others().map(|other| need(own, &other));
    Some(Want {
        task: own.id,
        verb: Verb::Commit,
        needs: needs.collect::<Option<Vec<_>>>()?,
        brings: if own.known.calls {
            Brings::Tx
        } else {
            Brings::Nothing
        },
        urgency: own.urgency(Class::Live),
    })
}

fn need(own: &Own<'_>, other: &Other<'_>) -> Option<Need> {
    if other.view?.status(own.zone.time) != ZoneStatus::Active {
        return None;
    }
    let tip = other.tip()?;
    // The first header whose state shows what the newest provable state shows.
    let from = other.known.since_at(tip.minus(1).ok()?)?.plus(1).ok()?;
    let to = match other.provable()?? {
        // State height below the deadline: the header's at most the deadline.
        LegState::Registered => other.leg.deadline.min(tip),
        LegState::Committed | LegState::Kept => tip,
        LegState::Reversed | LegState::Rejected | LegState::Lapsed | LegState::Conceded => {
            return None
        }
    };
    // A leg that was registered and can no longer commit is missing: committing with it would lock funds for nothing.
    let stale = other.provable()?? == LegState::Registered && tip > other.leg.deadline;
    (!stale && from <= to).then(|| Need {
        leg: other.index,
        zone: other.leg.zone.clone(),
        from,
        to,
        not_before: Some(fresh_since(own)),
    })
}

/// The earliest header time that is still fresh when the transaction arrives.
pub(super) fn fresh_since(own: &Own<'_>) -> Timestamp {
    const NANOS: u64 = 1_000_000_000;
    let percent = own.knowledge.policy.fresh_percent.min(100);
    let fresh = own.zone.served.fresh.0.saturating_mul(NANOS);
    let age = (fresh / 100).saturating_mul(percent);
    Timestamp(own.zone.time.0.saturating_sub(age))
}

/// The first header that proves state `height`.
pub(super) fn header_of(state: Height) -> Option<Height> {
    state.plus(1).ok()
}
