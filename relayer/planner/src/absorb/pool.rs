use super::changed;
use crate::{Knowledge, Mark, PoolStanding};

/// Takes in how a stake-pool stands: what has moved on since is no longer promised, and has not failed.
pub(super) fn absorb(knowledge: &mut Knowledge, standing: PoolStanding) {
    let on = standing.zone.clone();
    let Some(zone) = knowledge.zones.get_mut(&on) else {
        return;
    };
    let Some(before) = zone.pool.replace(standing.clone()) else {
        return;
    };
    if before.turned != standing.turned {
        changed(knowledge, &Mark::Epoch(on.clone()));
    }
    let taken = |standing: &PoolStanding| (standing.drained, standing.cursor);
    if taken(&before) != taken(&standing) {
        changed(knowledge, &Mark::Slashes(on.clone()));
    }
    for proposal in before.proposals {
        if !standing.proposals.contains(&proposal) {
            changed(knowledge, &Mark::Proposal(on.clone(), proposal.number));
        }
    }
}
