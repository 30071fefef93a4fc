mod answer;
mod leg;
mod overview;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tessera_primitives::{Hash, Height, Seconds, Timestamp, ZoneId};

use crate::{GasPrice, Mark, Policy, PoolStanding, Promise, Served};

pub use answer::{Alarm, LegReport, Stuck};
pub(crate) use leg::{is_final, KnownLeg, OpenTask};
pub use overview::{Backlog, ViewReport};
pub(crate) use view::{Grounds, Stored, Viewed};

/// What a relayer knows. It changes by [`absorb`](crate::absorb) alone, but for what its policy makes of prices. It can be written down as a whole, so that a
/// journal need not be replayed from its beginning; the policy is not part of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knowledge {
    #[serde(skip)]
    pub(crate) policy: Policy,
    pub(crate) zones: BTreeMap<ZoneId, Zone>,
    pub(crate) tasks: BTreeMap<Hash, OpenTask>,
    /// At which height of a zone which tasks may be over, because a leg there can no longer be registered.
    pub(crate) ends: BTreeMap<ZoneId, BTreeMap<Height, BTreeSet<Hash>>>,
    pub(crate) promises: BTreeMap<u64, Taken>,
    pub(crate) busy: BTreeMap<Mark, u64>,
    pub(crate) failures: BTreeMap<Mark, Failures>,
    /// What failed in a transaction together with others: it is sent by itself until something about it changes.
    pub(crate) singles: BTreeSet<Mark>,
    /// Heights at which two headers of a zone were seen, as long as some view should be told.
    pub(crate) conflicts: BTreeMap<ZoneId, BTreeSet<Height>>,
    pub(crate) alarms: BTreeSet<Alarm>,
    /// Open tasks whose bodies nobody told.
    pub(crate) unknown: BTreeMap<ZoneId, BTreeSet<Hash>>,
    pub(crate) next_promise: u64,
    pub(crate) finished: u64,
}

/// A served zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Zone {
    pub(crate) served: Served,
    /// Its newest observed block: header `height` can be shown, and the state after block `height` is known.
    pub(crate) height: Height,
    pub(crate) time: Timestamp,
    pub(crate) views: BTreeMap<ZoneId, Viewed>,
    /// The last heights that no node had any more, first and last: what happened there is known by its result alone.
    pub(crate) gap: Option<(Height, Height)>,
    /// Transactions of duties that pass over what is done, since one of those that do not.
    pub(crate) smooth: u32,
    /// Its stake-pool, where it is pushed along.
    pub(crate) pool: Option<PoolStanding>,
}

/// A promise, and what it still keeps busy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Taken {
    pub(crate) promise: Promise,
    pub(crate) included: Option<(Height, Timestamp)>,
}

/// Failures of one mark since it last changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failures {
    pub(crate) count: u32,
    pub(crate) last: Timestamp,
    pub(crate) reason: String,
}

impl Zone {
    /// Whether the state after a block was never seen.
    pub(crate) fn is_in_gap(&self, state: Height) -> bool {
        self.gap
            .is_some_and(|(first, last)| first <= state && state <= last)
    }
}

impl Knowledge {
    /// Nothing, under a policy.
    pub fn new(policy: Policy) -> Knowledge {
        Knowledge {
            policy,
            zones: BTreeMap::new(),
            tasks: BTreeMap::new(),
            ends: BTreeMap::new(),
            promises: BTreeMap::new(),
            busy: BTreeMap::new(),
            failures: BTreeMap::new(),
            singles: BTreeSet::new(),
            conflicts: BTreeMap::new(),
            alarms: BTreeSet::new(),
            unknown: BTreeMap::new(),
            next_promise: 0,
            finished: 0,
        }
    }

    /// The same under another policy: that of the process which reads it, where another has written it.
    #[must_use]
    pub fn under(mut self, policy: Policy) -> Knowledge {
        self.policy = policy;
        self
    }

    /// Reckons with what gas of a zone costs now, and answers whether that is news. It is not written down: after a start it
    /// is asked for again.
    pub fn reprice(&mut self, on: &ZoneId, now: GasPrice) -> bool {
        let Some(price) = self.policy.work.prices.get_mut(on) else {
            return false;
        };
        std::mem::replace(&mut price.gas_price, now) != now
    }

    /// Whether a mark may be worked on: nobody has promised it, and its pause after failures is over.
    pub(crate) fn is_free(&self, mark: &Mark, now: Timestamp) -> bool {
        !self.busy.contains_key(mark) && !self.is_paused(mark, now)
    }

    fn is_paused(&self, mark: &Mark, now: Timestamp) -> bool {
        let Some(failures) = self.failures.get(mark) else {
            return false;
        };
        let policy = &self.policy;
        let pause = if failures.count >= policy.attempts {
            if matches!(mark, Mark::Owed(..)) {
                return true;
            }
            policy.aside_pause
        } else {
            let doublings = failures.count.saturating_sub(1).min(32);
            let pause = policy.first_pause.0.saturating_mul(1 << doublings);
            Seconds(pause.min(policy.longest_pause.0))
        };
        failures.last.plus(pause).is_ok_and(|until| now < until)
    }

    /// Whether a claim has failed so often that it is left to whom it is owed.
    pub(crate) fn is_given_up(&self, mark: &Mark) -> bool {
        let failures = self.failures.get(mark);
        failures.is_some_and(|failures| failures.count >= self.policy.attempts)
    }
}
