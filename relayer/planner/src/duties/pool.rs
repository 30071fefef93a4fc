use tessera_primitives::{Seconds, Timestamp};

use crate::{
    knowledge::{Knowledge, Zone},
    want::{Class, Urgency},
    Act, Duty, Mark, PendingProposal, PoolStanding,
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
            let blocks_left = 0;
            ordered.push((Urgency { class, blocks_left }, duty));
        }
    };
    // An epoch that nobody turns distributes nothing.
    if pool.epoch_at(zone.time) > u64::from(pool.turned) {
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

impl PoolStanding {
    /// The epoch at a time: 0 before the first.
    fn epoch_at(&self, time: Timestamp) -> u64 {
        if time < self.start {
            return 0;
        }
        let Seconds(passed) = time.since(self.start);
        let whole = passed.checked_div(self.epoch.0);
        whole.map_or(0, |whole| whole.saturating_add(1))
    }
}
