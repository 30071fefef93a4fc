use tessera_lock::{
    state::{LegState, Seen},
    Effect, Event, TaskBody,
};
use tessera_primitives::{Bytes, Hash, Height, ZoneId};

use super::{changed, failed};
use crate::{
    knowledge::{is_final, Knowledge, KnownLeg, OpenTask},
    Mark,
};

/// Takes in what the transaction-lock of zone `on` said at its height `at`.
pub(super) fn absorb(knowledge: &mut Knowledge, on: &ZoneId, at: Height, event: Event) {
    match event {
        Event::Registered { task, body, .. } => register(knowledge, on, at, task, body),
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
            changed(knowledge, &Mark::Leg(on.clone(), task));
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

fn register(knowledge: &mut Knowledge, on: &ZoneId, at: Height, task: Hash, bytes: Bytes) {
    // The lock hashed these bytes: what it cannot read it does not register.
    let Ok(body) = TaskBody::from_bytes(bytes.as_slice()) else {
        return;
    };
    let mut effects = body.tx.iter().flatten();
    let calls = effects.any(|effect| matches!(effect, Effect::Call { .. }));
    let open = knowledge.tasks.entry(task).or_insert_with(|| OpenTask {
        legs: body.task.legs.iter().map(|_| KnownLeg::default()).collect(),
        task: body.task,
    });
    let index = open.task.legs.iter().position(|leg| leg.zone == *on);
    if let Some(leg) = index.and_then(|index| open.legs.get_mut(index)) {
        leg.body = Some(bytes);
        leg.calls = calls;
        leg.history.push((at, LegState::Registered));
    }
}

fn turn(knowledge: &mut Knowledge, on: &ZoneId, at: Height, task: Hash, state: LegState) {
    if let Some(leg) = leg(knowledge, on, &task) {
        leg.history.push((at, state));
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

/// Lets go of tasks that are over on every served zone: ended without anything owed, or never registered and too late
/// for it.
pub(super) fn finish(knowledge: &mut Knowledge, on: &ZoneId) {
    let zones = &knowledge.zones;
    let over = |open: &OpenTask| {
        open.task.legs.iter().zip(&open.legs).all(|(leg, known)| {
            zones.get(&leg.zone).is_none_or(|zone| match known.state() {
                None => zone.height >= leg.deadline,
                Some(state) => is_final(state) && known.owed.is_empty(),
            })
        })
    };
    let finished: Vec<Hash> = knowledge
        .tasks
        .iter()
        .filter(|(_, open)| open.task.legs.iter().any(|leg| leg.zone == *on) && over(open))
        .map(|(id, _)| *id)
        .collect();
    for id in finished {
        if let Some(open) = knowledge.tasks.remove(&id) {
            for leg in open.task.legs {
                changed(knowledge, &Mark::Leg(leg.zone, id));
            }
        }
        knowledge.finished = knowledge.finished.saturating_add(1);
    }
}
