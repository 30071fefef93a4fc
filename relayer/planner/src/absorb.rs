mod header;
mod lock;
mod pool;
mod promise;
mod survey;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use tessera_primitives::{Height, Timestamp};

use crate::{
    knowledge::{Failures, Knowledge, Zone},
    Block, Entry, Fact, Mark, Observation, Served,
};

/// Failing marks that are remembered at most, those of claims that were given up included: each cost somebody a task.
const MOST_FAILURES: usize = 10_000;

/// Takes one entry in. Entries about different zones may come in any order, and a block that was seen already changes
/// nothing: so the journal can be replayed, and blocks can be read again after a crash.
pub fn absorb(knowledge: &mut Knowledge, entry: Entry) {
    match entry {
        Entry::Observed(observation) => see(knowledge, observation),
        Entry::Promised(promise) => promise::take_on(knowledge, promise),
        Entry::Concluded(conclusion) => promise::conclude(knowledge, &conclusion),
    }
}

fn see(knowledge: &mut Knowledge, observation: Observation) {
    match observation {
        Observation::Zone(served) => serve(knowledge, served),
        Observation::Block(block) => observe(knowledge, block),
        Observation::Conflict { zone, height } => header::conflict(knowledge, zone, height),
        Observation::Agreed { zone, height } => header::agree(knowledge, &zone, height),
        Observation::Header { zone, height, hash } => {
            header::compare(knowledge, &zone, height, hash);
        }
        Observation::Parent {
            on,
            of,
            fork,
            parent,
        } => header::name_parent(knowledge, &on, &of, fork, parent),
        Observation::Survey(survey) => survey::absorb(knowledge, survey),
        Observation::Pool(standing) => pool::absorb(knowledge, standing),
    }
}

fn serve(knowledge: &mut Knowledge, served: Served) {
    let zone = knowledge.zones.entry(served.zone.clone());
    let zone = zone.or_insert_with(|| Zone {
        served: served.clone(),
        height: Height(0),
        time: Timestamp(0),
        views: BTreeMap::new(),
        gap: None,
        smooth: 0,
        pool: None,
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
    let mut touched = BTreeSet::new();
    for fact in block.facts {
        match fact {
            Fact::Lock(event) => {
                touched.extend(lock::subject(&event));
                lock::absorb(knowledge, &block.zone, block.height, event);
            }
            Fact::View(event) => view::absorb(knowledge, &block.zone, block.height, event),
        }
    }
    promise::release(knowledge, &block.zone, block.height);
    lock::finish(knowledge, &block.zone, block.height, touched);
}

fn failed(knowledge: &mut Knowledge, mark: Mark, at: Timestamp, reason: &str) {
    if knowledge.failures.len() >= MOST_FAILURES && !knowledge.failures.contains_key(&mark) {
        let given_up = |mark: &&Mark| matches!(mark, Mark::Owed(..));
        let oldest = knowledge.failures.keys().find(given_up).cloned();
        if let Some(oldest) = oldest {
            knowledge.failures.remove(&oldest);
        }
    }
    let failures = knowledge.failures.entry(mark.clone()).or_insert(Failures {
        count: 0,
        last: at,
        reason: String::new(),
    });
    failures.count = failures.count.saturating_add(1);
    failures.last = failures.last.max(at);
    failures.reason = reason.into();
    let given_up = failures.count >= knowledge.policy.attempts;
    match mark {
        Mark::Owed(on, task, _) => lock::end_if_over(knowledge, &on, task),
        Mark::Fork(on, of) if given_up => header::give_up(knowledge, &on, &of),
        _ => {}
    }
}

/// Something changed that a promise or a failure was about: both are void.
fn changed(knowledge: &mut Knowledge, mark: &Mark) {
    knowledge.busy.remove(mark);
    knowledge.failures.remove(mark);
    knowledge.singles.remove(mark);
}
