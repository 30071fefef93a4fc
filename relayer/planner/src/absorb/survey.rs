use std::collections::BTreeMap;

use tessera_lock::state::LegState;
use tessera_primitives::{Height, ZoneId};

use super::{changed, header, lock, promise};
use crate::{
    knowledge::{Grounds, Knowledge, Stored},
    Mark, Survey, SurveyedLeg, SurveyedView,
};

/// Takes in how a zone's contracts stand after blocks that are gone. What happened in these is known by its result alone,
/// so no proof is made of a state in between.
pub(super) fn absorb(knowledge: &mut Knowledge, survey: Survey) {
    let on = survey.zone;
    let Some(zone) = knowledge.zones.get_mut(&on) else {
        return;
    };
    if survey.height <= zone.height {
        return;
    }
    zone.gap = Some((zone.height, Height(survey.height.0.saturating_sub(1))));
    zone.height = survey.height;
    zone.time = survey.time;
    let mut touched = survey.unknown.clone();
    for leg in &survey.legs {
        touched.insert(leg.task);
        turn(knowledge, &on, survey.height, leg);
    }
    for view in survey.views {
        see(knowledge, &on, view);
    }
    knowledge.unknown.insert(on.clone(), survey.unknown);
    promise::release(knowledge, &on, survey.height);
    lock::finish(knowledge, &on, survey.height, touched);
}

fn turn(knowledge: &mut Knowledge, on: &ZoneId, at: Height, surveyed: &SurveyedLeg) {
    let Some(open) = knowledge.tasks.get_mut(&surveyed.task) else {
        return;
    };
    let index = open.task.legs.iter().position(|leg| leg.zone == *on);
    let Some(leg) = index.and_then(|index| open.legs.get_mut(index)) else {
        return;
    };
    if leg.state() == surveyed.state && leg.owed == surveyed.owed {
        return;
    }
    if surveyed.committed_at > Height(0) {
        leg.enter(surveyed.committed_at, LegState::Committed);
    }
    if let Some(state) = surveyed.state {
        leg.enter(at, state);
    }
    leg.owed = surveyed.owed.clone();
    changed(knowledge, &Mark::Leg(on.clone(), surveyed.task));
}

fn see(knowledge: &mut Knowledge, on: &ZoneId, surveyed: SurveyedView) {
    let served = knowledge.zones.contains_key(&surveyed.of);
    let Some(zone) = knowledge.zones.get_mut(on) else {
        return;
    };
    let view = zone.views.entry(surveyed.of.clone()).or_default();
    let admitted = view.branch != surveyed.branch;
    for (known, told) in [
        (view.fork, surveyed.fork),
        (view.branch_fork, surveyed.branch_fork),
    ] {
        let exact = told.filter(|fork| fork.exact && known != told);
        view.orphan = exact.map(|fork| fork.height).or(view.orphan);
    }
    view.branch = surveyed.branch;
    view.admitted = surveyed.admitted;
    view.fork = surveyed.fork;
    view.branch_fork = surveyed.branch_fork;
    view.closing = surveyed.closing;
    view.until = surveyed.until;
    let before = std::mem::take(&mut view.roots);
    view.roots = BTreeMap::new();
    for (height, hash, time, branch) in surveyed.headers {
        let stored = Stored { hash, time, branch };
        let known = before.get(&height).is_some_and(|known| known.hash == hash);
        if served && !known {
            let grounds = if height == view.admitted {
                Grounds::Vouched
            } else {
                Grounds::Signed
            };
            view.claim(height, grounds, hash);
        }
        view.roots.insert(height, stored);
        if height >= view.latest {
            (view.latest, view.latest_time) = (height, time);
        }
    }
    for mark in [
        Mark::View(on.clone(), surveyed.of.clone()),
        Mark::Roots(on.clone(), surveyed.of.clone()),
        Mark::Fork(on.clone(), surveyed.of.clone()),
    ] {
        changed(knowledge, &mark);
    }
    if admitted {
        header::begin_branch(knowledge, on, &surveyed.of);
    }
    header::forget(knowledge, &surveyed.of);
}
