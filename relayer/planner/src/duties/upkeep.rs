use tessera_primitives::{Height, Seconds, Timestamp, ZoneStatus};

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
        let urgency = |class| Urgency {
            class,
            blocks_left: 0,
        };
        let mut push = |class, act| {
            let on = on.clone();
            ordered.push((urgency(class), Duty { on, act }));
        };
        if let Some(height) = report(knowledge, of, view) {
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

/// Where two headers were seen, if this view does not know of the fork yet, or not of one that low.
fn report(knowledge: &Knowledge, of: &tessera_primitives::ZoneId, view: &Viewed) -> Option<Height> {
    let height = *knowledge.conflicts.get(of)?;
    let known = view.fork.is_some_and(|fork| fork.height <= height);
    (knowledge.policy.misbehaviour && !known).then_some(height)
}

/// The newest header of a zone whose view would expire.
fn refresh(
    knowledge: &Knowledge,
    zone: &Zone,
    of: &tessera_primitives::ZoneId,
    view: &Viewed,
) -> Option<Height> {
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
