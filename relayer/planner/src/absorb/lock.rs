use std::collections::BTreeSet;

use tessera_lock::{
    state::{LegState, Seen},
    Effect, Event, TaskBody,
};
use tessera_primitives::{canonical::encode, Amount, Bytes, Hash, Height, ZoneId};

use super::{changed, failed};
use crate::{
    knowledge::{is_final, Knowledge, KnownLeg, OpenTask},
    Mark,
};

/// The task that an event is about.
pub(super) fn subject(event: &Event) -> Option<Hash> {
    match event {
        Event::Registered { task, .. }
        | Event::Committed { task, .. }
        | Event::Kept { task, .. }
        | Event::Reversed { task, .. }
        | Event::Conceded { task }
        | Event::Rejected { task }
        | Event::Lapsed { task }
        | Event::Skipped { task, .. }
        | Event::LockFailed { task }
        | Event::Owed { task, .. }
        | Event::Claimed { task, .. } => Some(*task),
        Event::PeerLinked { .. }
        | Event::PeerUnlinked { .. }
        | Event::TargetLinked { .. }
        | Event::TargetUnlinked { .. }
        | Event::CapSet { .. }
        | Event::ParametersSet { .. } => None,
    }
}

/// Takes in what the transaction-lock of zone `on` said at its height `at`.
pub(super) fn absorb(knowledge: &mut Knowledge, on: &ZoneId, at: Height, event: Event) {
    match event {
        Event::Registered {
            task, body, tip, ..
        } => register(knowledge, on, at, task, body, tip),
        Event::Committed { task, .. } => {
            let seen = branches(knowledge, on, &task);
            turn(knowledge, on, at, task, LegState::Committed);
            if let Some(leg) = leg(knowledge, on, &task) {
                leg.seen = seen;
            }
        }
        Event::Kept { task, .. } => turn(knowledge, on, at, task, LegState::Kept),
        Event::Reversed { task, .. } => turn(knowledge, on, at, task, LegState::Reversed),
        Event::Conceded { task } => turn(knowledge, on, at, task, LegState::Conceded),
        Event::Rejected { task } => turn(knowledge, on, at, task, LegState::Rejected),
        Event::Lapsed { task } => turn(knowledge, on, at, task, LegState::Lapsed),
        Event::Skipped { task, reason } => passed_over(knowledge, on, task, &reason),
        Event::LockFailed { task } => {
            if let Some(leg) = leg(knowledge, on, &task) {
                leg.refused_locks = leg.refused_locks.saturating_add(1);
            }
            passed_over(
                knowledge,
                on,
                task,
                "a contract that it calls refused to lock",
            );
        }
        Event::Owed { task, effect } => {
            if let Some(leg) = leg(knowledge, on, &task) {
                leg.owed.insert(effect);
            }
        }
        Event::Claimed { task, effect } => {
            if let Some(leg) = leg(knowledge, on, &task) {
                leg.owed.remove(&effect);
            }
            changed(knowledge, &Mark::Owed(on.clone(), task, effect));
        }
        Event::PeerLinked { .. }
        | Event::PeerUnlinked { .. }
        | Event::TargetLinked { .. }
        | Event::TargetUnlinked { .. }
        | Event::CapSet { .. }
        | Event::ParametersSet { .. } => {}
    }
}

/// What was tried with a task changed nothing.
fn passed_over(knowledge: &mut Knowledge, on: &ZoneId, task: Hash, reason: &str) {
    let mark = Mark::Leg(on.clone(), task);
    let time = knowledge.zones.get(on).map(|zone| zone.time);
    if knowledge.busy.remove(&mark).is_some() {
        failed(knowledge, mark, time.unwrap_or_default(), reason);
    }
}

fn register(
    knowledge: &mut Knowledge,
    on: &ZoneId,
    at: Height,
    task: Hash,
    bytes: Bytes,
    tip: Amount,
) {
    // The lock hashed these bytes: what it cannot read it does not register.
    let Ok(body) = TaskBody::from_bytes(bytes.as_slice()) else {
        return;
    };
    for leg in &body.task.legs {
        let ends = knowledge.ends.entry(leg.zone.clone()).or_default();
        ends.entry(leg.deadline).or_default().insert(task);
    }
    if let Some(unknown) = knowledge.unknown.get_mut(on) {
        unknown.remove(&task);
    }
    let effects = bytes.as_slice().get(encode(&body.task).len()..);
    let effects = effects.map(|effects| Bytes(effects.to_vec()));
    let mut tx = body.tx.iter().flatten();
    let calls = tx.any(|effect| matches!(effect, Effect::Call { .. }));
    let open = knowledge.tasks.entry(task).or_insert_with(|| OpenTask {
        legs: body.task.legs.iter().map(|_| KnownLeg::default()).collect(),
        task: body.task,
    });
    let index = open.task.legs.iter().position(|leg| leg.zone == *on);
    if let Some(leg) = index.and_then(|index| open.legs.get_mut(index)) {
        leg.effects = effects;
        leg.calls = calls;
        leg.tip = tip;
        leg.enter(at, LegState::Registered);
    }
}

fn turn(knowledge: &mut Knowledge, on: &ZoneId, at: Height, task: Hash, state: LegState) {
    if let Some(leg) = leg(knowledge, on, &task) {
        leg.enter(at, state);
    }
    changed(knowledge, &Mark::Leg(on.clone(), task));
}

/// What the lock remembers when it commits: the branches of other legs' zones, other than 0.
fn branches(knowledge: &Knowledge, on: &ZoneId, task: &Hash) -> Vec<Seen> {
    let (Some(zone), Some(open)) = (knowledge.zones.get(on), knowledge.tasks.get(task)) else {
        return Vec::new();
    };
    let legs = (0u8..).zip(&open.task.legs);
    let seen = legs.filter_map(|(leg, of)| {
        let branch = zone.views.get(&of.zone)?.branch;
        (branch != 0).then_some(Seen { leg, branch })
    });
    seen.collect()
}

fn leg<'a>(knowledge: &'a mut Knowledge, on: &ZoneId, task: &Hash) -> Option<&'a mut KnownLeg> {
    let open = knowledge.tasks.get_mut(task)?;
    let index = open.task.legs.iter().position(|leg| leg.zone == *on)?;
    open.legs.get_mut(index)
}

/// Lets go of tasks that are over on every served zone. Only those are looked at of which this block said something, or
/// whose leg on this zone could be registered until now.
pub(super) fn finish(knowledge: &mut Knowledge, on: &ZoneId, at: Height, touched: BTreeSet<Hash>) {
    let mut candidates = touched;
    if let Some(ends) = knowledge.ends.get_mut(on) {
        while let Some(first) = ends.first_entry().filter(|first| *first.key() <= at) {
            candidates.extend(first.remove());
        }
    }
    for task in candidates {
        end_if_over(knowledge, on, task);
    }
}

/// Lets go of a task with a leg on this zone if it is over: every registered leg has ended and nothing is owed that is
/// still tried, and no leg can be registered any more, or not for so long that whoever does it then does it in vain.
pub(super) fn end_if_over(knowledge: &mut Knowledge, on: &ZoneId, task: Hash) {
    let Some(open) = knowledge.tasks.get(&task) else {
        return;
    };
    let is_here = open.task.legs.iter().any(|leg| leg.zone == *on);
    if !is_here || !is_over(knowledge, task, open) {
        return;
    }
    let Some(open) = knowledge.tasks.remove(&task) else {
        return;
    };
    for (leg, known) in open.task.legs.into_iter().zip(open.legs) {
        if let Some(ends) = knowledge.ends.get_mut(&leg.zone) {
            if let Some(tasks) = ends.get_mut(&leg.deadline) {
                tasks.remove(&task);
                if tasks.is_empty() {
                    ends.remove(&leg.deadline);
                }
            }
        }
        // What was given up stays listed.
        for effect in known.owed {
            let mark = Mark::Owed(leg.zone.clone(), task, effect);
            knowledge.busy.remove(&mark);
            knowledge.singles.remove(&mark);
        }
        changed(knowledge, &Mark::Leg(leg.zone, task));
    }
    knowledge.finished = knowledge.finished.saturating_add(1);
}

fn is_over(knowledge: &Knowledge, task: Hash, open: &OpenTask) -> bool {
    open.task.legs.iter().zip(&open.legs).all(|(leg, known)| {
        let Some(zone) = knowledge.zones.get(&leg.zone) else {
            return true;
        };
        match known.state() {
            // A deadline beyond the horizon costs its author nothing to name, and would be waited for, for ever.
            None => {
                zone.height >= leg.deadline
                    || leg.deadline.since(zone.height) > zone.served.max_horizon
            }
            Some(state) => {
                let given_up = |effect: &u8| {
                    knowledge.is_given_up(&Mark::Owed(leg.zone.clone(), task, *effect))
                };
                is_final(state) && known.owed.iter().all(given_up)
            }
        }
    })
}
