use tessera_primitives::{Height, Seconds, Timestamp, ZoneId, ZoneStatus};

use crate::{
    knowledge::{Knowledge, Viewed, Zone},
    want::{Class, Urgency},
    Act, Duty, Mark,
};

/// Roots that one prune drops at most.
const PRUNE: u32 = 100;

/// Adds what no task asks for: reports of forks, views that would expire, roots that are no longer needed.
pub(super) fn add(
    knowledge: &Knowledge,
    zone: &Zone,
    now: Timestamp,
    ordered: &mut Vec<(Urgency, Duty)>,
) {
    for (of, view) in &zone.views {
        let on = &zone.served.zone;
        let free = |mark: Mark| knowledge.is_free(&mark, now);
        let mut push = |class, act| {
            let on = on.clone();
            ordered.push((Urgency::of(class), Duty { on, act }));
        };
        if let Some(height) = report(knowledge, on, of) {
            if free(Mark::Fork(on.clone(), of.clone())) {
                let of = of.clone();
                push(Class::Alarm, Act::ReportFork { of, height });
            }
        }
        if let Some(height) = refresh(knowledge, zone, of, view) {
            if free(Mark::View(on.clone(), of.clone())) {
                let of = of.clone();
                push(Class::Live, Act::Advance { of, height });
            }
        }
        if prunable(knowledge, zone, view) && free(Mark::Roots(on.clone(), of.clone())) {
            let (of, limit) = (of.clone(), PRUNE);
            push(Class::Upkeep, Act::Prune { of, limit });
        }
    }
}

/// The lowest height at which two headers of the view's branch were seen, if the view does not know of a fork there or
/// lower, and has a header to verify both from.
pub(crate) fn report(knowledge: &Knowledge, on: &ZoneId, of: &ZoneId) -> Option<Height> {
    let zone = knowledge.zones.get(on)?;
    let view = zone.views.get(of)?;
    let closed = view.status(zone.time) == ZoneStatus::Closed;
    // Our own node may follow another branch than the admitted one: then it contradicts nothing but itself.
    if !knowledge.policy.misbehaviour || closed || view.astray.is_some() {
        return None;
    }
    let mut heights = knowledge.conflicts(of);
    heights.find(|height| view.should_learn_of(*height) && view.trusts_below(*height))
}

/// The newest header of a zone whose view would expire.
fn refresh(knowledge: &Knowledge, zone: &Zone, of: &ZoneId, view: &Viewed) -> Option<Height> {
    let tip = knowledge.zones.get(of)?.height;
    let share = knowledge.policy.refresh_percent.min(100);
    let after = Seconds(view.trusting_period.0.saturating_mul(share) / 100);
    let due = zone.time.since(view.latest_time) >= after;
    let active = view.status(zone.time) == ZoneStatus::Active;
    (knowledge.policy.refresh && active && due && tip > view.latest).then_some(tip)
}

/// Whether enough roots are past the trusting period to be worth a transaction.
fn prunable(knowledge: &Knowledge, zone: &Zone, view: &Viewed) -> bool {
    let enough = knowledge.policy.prune_above;
    let expired = |time: Timestamp| zone.time.since(time) >= view.trusting_period;
    view.roots.len() >= enough
        && view
            .roots
            .values()
            .nth(enough / 2)
            .is_some_and(|stored| expired(stored.time))
}
