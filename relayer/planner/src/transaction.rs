use std::collections::{BTreeMap, BTreeSet};

use tessera_primitives::ZoneId;

use crate::{
    duties::ordered,
    knowledge::Knowledge,
    want::{Class, Urgency},
    Act, Duty, RootAt, Tick,
};

/// Transactions of duties that pass over what is done already, after which those that do not have their turn: else they
/// would wait as long as there is live work.
const PATIENCE: u32 = 3;

/// What one zone's next transaction should do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// In order.
    pub first: Vec<Duty>,
    /// What may go where nothing of that can be done, since it needs proofs of a zone whose nodes are away.
    pub instead: Vec<Duty>,
}

/// What every zone's next transaction should do, in order. Duties share one only where none can spoil it for the others:
/// those that a contract refuses when somebody else was first go with their like, a fork's report goes by itself, and so
/// does whatever failed in company. Those of them that wait safely have their turn after a few transactions, but not while a
/// commit presses. What does not fit is due again when these are promised.
pub fn transactions(knowledge: &Knowledge, tick: Tick) -> BTreeMap<ZoneId, Next> {
    let mut by_zone: BTreeMap<ZoneId, Vec<(Urgency, Duty)>> = BTreeMap::new();
    for (urgency, duty) in ordered(knowledge, tick).duties {
        let due = by_zone.entry(duty.on.clone()).or_default();
        due.push((urgency, duty));
    }
    let shared = by_zone.into_iter().map(|(zone, duties)| {
        let first = share(knowledge, &zone, yielding(knowledge, &duties));
        let racy = first.first().is_some_and(Duty::is_racy);
        let others = duties.into_iter().map(|(_, duty)| duty);
        let others = others.filter(|duty| duty.is_racy() != racy);
        let instead = share(knowledge, &zone, others.collect());
        (zone, Next { first, instead })
    });
    shared.collect()
}

/// Without what waits safely and needs a transaction of its own, while a commit would come too late behind that. Once that is
/// promised, or its deadline has passed, nothing waits for it any longer.
fn yielding(knowledge: &Knowledge, duties: &[(Urgency, Duty)]) -> Vec<Duty> {
    let presses = |(urgency, duty): &(Urgency, Duty)| {
        let commits = matches!(duty.act, Act::Commit { .. });
        commits && urgency.blocks_left < knowledge.policy.pressing
    };
    let pressed = duties.iter().any(presses);
    let yields = |(urgency, duty): &&(Urgency, Duty)| {
        pressed && duty.is_racy() && urgency.class > Class::Live
    };
    let left = duties.iter().filter(|duty| !yields(duty));
    left.map(|(_, duty)| duty.clone()).collect()
}

fn share(knowledge: &Knowledge, zone: &ZoneId, duties: Vec<Duty>) -> Vec<Duty> {
    let alone = |duty: &Duty| {
        let report = matches!(duty.act, Act::ReportFork { .. });
        let mut marks = duty.marks().into_iter();
        report || marks.any(|mark| knowledge.singles.contains(&mark))
    };
    let Some(first) = duties.first() else {
        return duties;
    };
    if alone(first) {
        return vec![first.clone()];
    }
    let smooth = knowledge.zones.get(zone).map_or(0, |zone| zone.smooth);
    let missing = |root: &&RootAt| !knowledge.has_root(zone, root);
    let ready = |duty: &&Duty| duty.is_racy() && !duty.roots().iter().any(missing);
    let waiting = duties.iter().find(ready);
    let racy = match waiting {
        Some(waiting) if smooth >= PATIENCE && !first.is_racy() => {
            if alone(waiting) {
                return vec![waiting.clone()];
            }
            true
        }
        _ => first.is_racy(),
    };
    let mut shown = BTreeSet::new();
    let together = duties.into_iter().filter(|duty| {
        // What needs a header that is not shown in this transaction waits for the one that shows it.
        let missing = |root: &&RootAt| !knowledge.has_root(zone, root) && !shown.contains(*root);
        if duty.is_racy() != racy || alone(duty) || duty.roots().iter().any(missing) {
            return false;
        }
        if let Act::Advance { of, height } = &duty.act {
            shown.insert(RootAt {
                zone: of.clone(),
                header: *height,
            });
        }
        true
    });
    together.collect()
}

impl Knowledge {
    fn has_root(&self, on: &ZoneId, root: &RootAt) -> bool {
        let view = self
            .zones
            .get(on)
            .and_then(|zone| zone.views.get(&root.zone));
        view.is_some_and(|view| view.roots.contains_key(&root.header))
    }
}
