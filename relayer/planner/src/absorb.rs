mod lock;
mod view;

use std::collections::BTreeMap;

use tessera_primitives::{Height, Timestamp, ZoneId};

use crate::{
    knowledge::{Failures, Knowledge, Taken, Zone},
    Block, Conclusion, End, Entry, Fact, Mark, Observation, Promise, Served,
};

/// Takes one entry in. Entries about different zones may come in any order, and a block that was seen already changes
/// nothing: so the journal can be replayed, and blocks can be read again after a crash.
pub fn absorb(knowledge: &mut Knowledge, entry: Entry) {
    match entry {
        Entry::Observed(Observation::Zone(served)) => serve(knowledge, served),
        Entry::Observed(Observation::Block(block)) => observe(knowledge, block),
        Entry::Observed(Observation::Conflict { zone, height }) => {
            let known = knowledge.conflicts.entry(zone).or_insert(height);
            *known = (*known).min(height);
        }
        Entry::Promised(promise) => take_on(knowledge, promise),
        Entry::Concluded(conclusion) => conclude(knowledge, &conclusion),
    }
}

fn serve(knowledge: &mut Knowledge, served: Served) {
    let zone = knowledge.zones.entry(served.zone.clone());
    let zone = zone.or_insert_with(|| Zone {
        served: served.clone(),
        height: Height(0),
        time: Timestamp(0),
        views: BTreeMap::new(),
    });
    for (of, trusting_period) in &served.views {
        let view = zone.views.entry(of.clone()).or_default();
        view.trusting_period = *trusting_period;
    }
    zone.served = served;
}

fn observe(knowledge: &mut Knowledge, block: Block) {
    let Some(zone) = knowledge.zones.get_mut(&block.zone) else {
        return;
    };
    if block.height <= zone.height {
        return;
    }
    zone.height = block.height;
    zone.time = block.time;
    for fact in block.facts {
        match fact {
            Fact::Lock(event) => lock::absorb(knowledge, &block.zone, block.height, event),
            Fact::View(event) => view::absorb(knowledge, &block.zone, block.height, event),
        }
    }
    release(knowledge, &block.zone, block.height);
    lock::finish(knowledge, &block.zone);
}

fn take_on(knowledge: &mut Knowledge, promise: Promise) {
    knowledge.next_promise = knowledge.next_promise.max(promise.id.saturating_add(1));
    let seen = knowledge
        .zones
        .get(&promise.duty.on)
        .map(|zone| zone.height);
    if seen.is_some_and(|seen| seen > promise.until) {
        return;
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

fn conclude(knowledge: &mut Knowledge, conclusion: &Conclusion) {
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
        End::Lost { .. } => forget(knowledge, conclusion.id),
        End::Failed { reason } => {
            drop_promise(knowledge, conclusion.id, conclusion.at, reason);
        }
    }
}

/// Ends a promise that is no duty's failure.
fn forget(knowledge: &mut Knowledge, id: u64) {
    if knowledge.promises.remove(&id).is_some() {
        knowledge.busy.retain(|_, by| *by != id);
    }
}

/// Ends the promises of a zone whose transaction has been seen, or can no longer be. What such a transaction was to
/// change and did not counts as a failure: the contract passed over it.
fn release(knowledge: &mut Knowledge, zone: &ZoneId, seen: Height) {
    let over: Vec<(u64, Timestamp)> = knowledge
        .promises
        .values()
        .filter(|taken| taken.promise.duty.on == *zone)
        .filter_map(|taken| match taken.included {
            Some((height, at)) => (height <= seen).then_some((taken.promise.id, at)),
            // No time is known: it is tried again at once.
            None => (seen > taken.promise.until).then_some((taken.promise.id, Timestamp(0))),
        })
        .collect();
    for (id, at) in over {
        drop_promise(knowledge, id, at, "included, and changed nothing");
    }
}

fn drop_promise(knowledge: &mut Knowledge, id: u64, at: Timestamp, reason: &str) {
    let Some(taken) = knowledge.promises.remove(&id) else {
        return;
    };
    for mark in taken.promise.duty.marks() {
        if knowledge.busy.get(&mark) != Some(&id) {
            continue;
        }
        knowledge.busy.remove(&mark);
        failed(knowledge, mark, at, reason);
    }
}

fn failed(knowledge: &mut Knowledge, mark: Mark, at: Timestamp, reason: &str) {
    let failures = knowledge.failures.entry(mark).or_insert(Failures {
        count: 0,
        last: at,
        reason: String::new(),
    });
    failures.count = failures.count.saturating_add(1);
    failures.last = failures.last.max(at);
    failures.reason = reason.into();
}

/// Something changed that a promise or a failure was about: both are void.
fn changed(knowledge: &mut Knowledge, mark: &Mark) {
    knowledge.busy.remove(mark);
    knowledge.failures.remove(mark);
}
