use tessera_primitives::{Height, Timestamp, ZoneId};

use super::failed;
use crate::{
    knowledge::{Knowledge, Taken},
    Conclusion, End, Promise,
};

pub(super) fn take_on(knowledge: &mut Knowledge, promise: Promise) {
    knowledge.next_promise = knowledge.next_promise.max(promise.id.saturating_add(1));
    let zone = knowledge.zones.get_mut(&promise.duty.on);
    if let Some(zone) = zone {
        if promise.together > 0 && promise.transaction == promise.id {
            zone.smooth = match promise.duty.is_racy() {
                true => 0,
                false => zone.smooth.saturating_add(1),
            };
        }
        if zone.height > promise.until {
            return;
        }
    }
    for mark in promise.duty.marks() {
        knowledge.busy.insert(mark, promise.id);
    }
    let taken = Taken {
        promise,
        included: None,
    };
    knowledge.promises.insert(taken.promise.id, taken);
}

pub(super) fn conclude(knowledge: &mut Knowledge, conclusion: &Conclusion) {
    match &conclusion.end {
        End::Included { height, .. } => {
            let Some(taken) = knowledge.promises.get_mut(&conclusion.id) else {
                return;
            };
            taken.included = Some((*height, conclusion.at));
            let on = taken.promise.duty.on.clone();
            let seen = knowledge.zones.get(&on).map(|zone| zone.height);
            if let Some(seen) = seen {
                release(knowledge, &on, seen);
            }
        }
        End::Lost { .. } => drop_promise(knowledge, conclusion.id, Fault::Nobodys),
        End::Failed { reason } => {
            let taken = knowledge.promises.get(&conclusion.id);
            let alone = taken.is_some_and(|taken| taken.promise.together <= 1);
            let fault = if alone {
                let at = conclusion.at;
                Fault::Its { at, reason }
            } else {
                Fault::Somebodys
            };
            drop_promise(knowledge, conclusion.id, fault);
        }
    }
}

/// Ends the promises of a zone whose transaction has been seen, or can no longer be. What such a transaction was to
/// change and did not counts as a failure: the contract passed over it.
pub(super) fn release(knowledge: &mut Knowledge, zone: &ZoneId, seen: Height) {
    let over: Vec<(u64, Option<Timestamp>)> = knowledge
        .promises
        .values()
        .filter(|taken| taken.promise.duty.on == *zone)
        .filter_map(|taken| match taken.included {
            Some((height, at)) => (height <= seen).then_some((taken.promise.id, Some(at))),
            None => (seen > taken.promise.until).then_some((taken.promise.id, None)),
        })
        .collect();
    for (id, included) in over {
        let reason = "included, and changed nothing";
        let fault = match included {
            Some(at) => Fault::Its { at, reason },
            // It was in no block: it is tried again at once.
            None => Fault::Nobodys,
        };
        drop_promise(knowledge, id, fault);
    }
}

/// Whose fault it is that a promise changed nothing.
enum Fault<'a> {
    /// The duty's: it is paused.
    Its { at: Timestamp, reason: &'a str },
    /// That of some duty in its transaction: each is tried by itself.
    Somebodys,
    /// No duty's.
    Nobodys,
}

fn drop_promise(knowledge: &mut Knowledge, id: u64, fault: Fault<'_>) {
    let Some(taken) = knowledge.promises.remove(&id) else {
        return;
    };
    for mark in taken.promise.duty.marks() {
        if knowledge.busy.get(&mark) != Some(&id) {
            continue;
        }
        knowledge.busy.remove(&mark);
        match fault {
            Fault::Its { at, reason } => failed(knowledge, mark, at, reason),
            Fault::Somebodys => {
                knowledge.singles.insert(mark);
            }
            Fault::Nobodys => {}
        }
    }
}
