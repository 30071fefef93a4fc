use std::cmp::Reverse;

use tessera_primitives::Timestamp;

use crate::{
    knowledge::{Knowledge, Zone},
    want::{Class, Urgency},
    Act, Duty, Mark, PendingProposal,
};

/// Items that one drain takes at most.
const DRAIN: u32 = 100;

/// Adds what a stake-pool waits for, where its pay is worth it.
pub(super) fn add(
    knowledge: &Knowledge,
    zone: &Zone,
    now: Timestamp,
    ordered: &mut Vec<(Urgency, Duty)>,
) {
    let Some(pool) = &zone.pool else {
        return;
    };
    let on = &zone.served.zone;
    let policy = &knowledge.policy;
    if !policy.pools.contains(on) || policy.work.wants_push(on, pool.pay).is_err() {
        return;
    }
    let mut push = |class, act| {
        let duty = Duty {
            on: on.clone(),
            act,
        };
        if duty
            .marks()
            .iter()
            .all(|mark: &Mark| knowledge.is_free(mark, now))
        {
            let earns = Reverse(pool.pay);
            let urgency = Urgency::of(class);
            ordered.push((Urgency { earns, ..urgency }, duty));
        }
    };
    // An epoch that nobody turns distributes nothing.
    if pool.place.epoch_at(zone.time) > pool.turned {
        push(Class::Live, Act::Turn);
    }
    if pool.drained < pool.slashes {
        push(Class::Clearing, Act::Drain { limit: DRAIN });
    }
    for pending in pool
        .proposals
        .iter()
        .filter(|pending| pending.due <= zone.time)
    {
        let PendingProposal {
            number: proposal,
            accepted,
            ..
        } = *pending;
        let act = match accepted {
            true => Act::Enact { proposal },
            false => Act::Tally { proposal },
        };
        push(Class::Clearing, act);
    }
}
