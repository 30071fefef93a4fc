//! Two histories of one zone: what views say of its headers, compared with our own node's, and what witnesses show.

use tessera_primitives::{Hash, Height, ZoneId, ZoneStatus};

use crate::{
    duties::upkeep,
    knowledge::{Alarm, Grounds, Knowledge, Viewed},
    Mark,
};

/// Conflicts of one zone that are remembered at most: the lowest.
const MOST_CONFLICTS: usize = 16;
/// Alarms that are remembered at most.
const MOST_ALARMS: usize = 256;

/// Two headers of one height, both signed. A conflict that no view should be told of is not kept.
pub(super) fn conflict(knowledge: &mut Knowledge, of: ZoneId, height: Height) {
    let heights = knowledge.conflicts.entry(of.clone()).or_default();
    heights.insert(height);
    while heights.len() > MOST_CONFLICTS {
        heights.pop_last();
    }
    forget(knowledge, &of);
}

/// A conflict that was none.
pub(super) fn agree(knowledge: &mut Knowledge, of: &ZoneId, height: Height) {
    if let Some(heights) = knowledge.conflicts.get_mut(of) {
        heights.remove(&height);
    }
    forget(knowledge, of);
}

/// Lets go of the conflicts of a zone that every view knows, or that are none of its branch.
pub(super) fn forget(knowledge: &mut Knowledge, of: &ZoneId) {
    let Some(heights) = knowledge.conflicts.get_mut(of) else {
        return;
    };
    let zones = knowledge.zones.values();
    let views: Vec<&Viewed> = zones
        .filter_map(|zone| {
            let view = zone.views.get(of)?;
            (view.status(zone.time) != ZoneStatus::Closed).then_some(view)
        })
        .collect();
    heights.retain(|height| views.iter().any(|view| view.should_learn_of(*height)));
    if heights.is_empty() {
        knowledge.conflicts.remove(of);
    }
}

/// What our own node has at a height of which views said something.
pub(super) fn compare(knowledge: &mut Knowledge, of: &ZoneId, height: Height, ours: Option<Hash>) {
    let mut conflicting = false;
    let mut alarms = Vec::new();
    for (on, zone) in &mut knowledge.zones {
        let Some(view) = zone.views.get_mut(of) else {
            continue;
        };
        let claims = view.claims.remove(&height).unwrap_or_default();
        // A node that has forgotten the block contradicts nobody.
        let Some(ours) = ours else {
            continue;
        };
        for (grounds, theirs) in claims {
            let (on, of) = (on.clone(), of.clone());
            match grounds {
                Grounds::Vouched if theirs == ours => view.astray = None,
                _ if theirs == ours => {}
                Grounds::Vouched => {
                    view.astray = Some(height);
                    alarms.push(Alarm::Astray { on, of, height });
                }
                Grounds::Named => alarms.push(Alarm::InventedParent { on, of, height }),
                Grounds::Signed if view.astray.is_some() || !view.should_learn_of(height) => {}
                Grounds::Signed if view.trusts_below(height) => conflicting = true,
                Grounds::Signed => {
                    conflicting = true;
                    alarms.push(Alarm::Unprovable { on, of, height });
                }
            }
        }
    }
    if conflicting {
        conflict(knowledge, of.clone(), height);
    }
    raise(knowledge, alarms);
}

fn raise(knowledge: &mut Knowledge, alarms: impl IntoIterator<Item = Alarm>) {
    knowledge.alarms.extend(alarms);
    while knowledge.alarms.len() > MOST_ALARMS {
        knowledge.alarms.pop_last();
    }
}

/// A view could not be told of a conflict however often it was tried: we hold no evidence that it takes. The conflict is
/// let go, so that it stands in the way of no other, and an owner or operator is told instead.
pub(super) fn give_up(knowledge: &mut Knowledge, on: &ZoneId, of: &ZoneId) {
    let Some(height) = upkeep::report(knowledge, on, of) else {
        return;
    };
    let (on, of) = (on.clone(), of.clone());
    super::changed(knowledge, &Mark::Fork(on.clone(), of.clone()));
    agree(knowledge, &of, height);
    raise(knowledge, [Alarm::Unprovable { on, of, height }]);
}

/// The parent that both headers of an exact fork name is a claim like any other, save that nobody signed it.
pub(super) fn name_parent(
    knowledge: &mut Knowledge,
    on: &ZoneId,
    of: &ZoneId,
    fork: Height,
    parent: Option<Hash>,
) {
    let served = knowledge.zones.contains_key(of);
    let zone = knowledge.zones.get_mut(on);
    let Some(view) = zone.and_then(|zone| zone.views.get_mut(of)) else {
        return;
    };
    // One that was reported since will be asked for by itself.
    if view.orphan.is_some_and(|orphan| orphan >= fork) {
        view.orphan = None;
    }
    if let (true, Some(parent), Ok(below)) = (served, parent, fork.minus(1)) {
        if below > Height(0) {
            view.claim(below, Grounds::Named, parent);
        }
    }
}

/// A branch was admitted: what failed to be reported of the one before is over.
pub(super) fn begin_branch(knowledge: &mut Knowledge, on: &ZoneId, of: &ZoneId) {
    super::changed(knowledge, &Mark::Fork(on.clone(), of.clone()));
    let old =
        |alarm: &Alarm| matches!(alarm, Alarm::Astray { on: a, of: b, .. } if a == on && b == of);
    knowledge.alarms.retain(|alarm| !old(alarm));
    forget(knowledge, of);
}

impl Viewed {
    pub(crate) fn claim(&mut self, height: Height, grounds: Grounds, hash: Hash) {
        self.claims.entry(height).or_default().insert(grounds, hash);
    }
}
