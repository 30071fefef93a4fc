use std::collections::{BTreeMap, BTreeSet};

use tessera_lock::state::{LegState, Mark as LegMark, Seen};
use tessera_primitives::{Bytes, Fork, Hash, Height, Seconds, Timestamp, ZoneId, ZoneStatus};

use crate::{Mark, Policy, Promise, Served};

/// What a relayer knows. It changes by [`absorb`](crate::absorb) alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knowledge {
    pub(crate) policy: Policy,
    pub(crate) zones: BTreeMap<ZoneId, Zone>,
    pub(crate) tasks: BTreeMap<Hash, OpenTask>,
    pub(crate) promises: BTreeMap<u64, Taken>,
    pub(crate) busy: BTreeMap<Mark, u64>,
    pub(crate) failures: BTreeMap<Mark, Failures>,
    pub(crate) conflicts: BTreeMap<ZoneId, Height>,
    pub(crate) next_promise: u64,
    pub(crate) finished: u64,
}

/// A served zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    pub(crate) served: Served,
    /// Its newest observed block: header `height` can be shown, and the state after block `height` is known.
    pub(crate) height: Height,
    pub(crate) time: Timestamp,
    pub(crate) views: BTreeMap<ZoneId, Viewed>,
}

/// One zone's view of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Viewed {
    pub(crate) trusting_period: Seconds,
    pub(crate) latest: Height,
    pub(crate) latest_time: Timestamp,
    /// The lowest fork of branch 0: it stays after a branch was admitted.
    pub(crate) fork: Option<Fork>,
    /// The fork of an admitted branch, the newest that forked.
    pub(crate) branch_fork: Option<Fork>,
    pub(crate) branch: u32,
    /// Height of the header that admitted the current branch; zero on branch 0.
    pub(crate) admitted: Height,
    /// When the zone closes or closed.
    pub(crate) closing: Option<Timestamp>,
    /// The header whose state stands for every later height, once that was said.
    pub(crate) last: Option<Height>,
    pub(crate) roots: BTreeMap<Height, Stored>,
}

/// A verified header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) time: Timestamp,
    pub(crate) branch: u32,
}

/// A task that is not over on every served zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenTask {
    pub(crate) task: tessera_lock::Task,
    pub(crate) legs: Vec<KnownLeg>,
}

/// What is known of one leg.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KnownLeg {
    /// Canonical bytes of the task with this leg's effects: what every message about the leg carries.
    pub(crate) body: Option<Bytes>,
    /// Whether its `tx` has calls, so that committing it needs the `tx`.
    pub(crate) calls: bool,
    /// How often a contract that it calls refused to lock.
    pub(crate) refused_locks: u32,
    /// Each state and the height of its zone at which it began, ascending.
    pub(crate) history: Vec<(Height, LegState)>,
    /// Branches that other legs' zones were on when this leg was committed.
    pub(crate) seen: Vec<Seen>,
    /// Effects that failed and may be retried.
    pub(crate) owed: BTreeSet<u8>,
}

/// A promise, and what it still keeps busy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) promise: Promise,
    pub(crate) included: Option<(Height, Timestamp)>,
}

/// Failures of one mark since it last changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failures {
    pub(crate) count: u32,
    pub(crate) last: Timestamp,
    pub(crate) reason: String,
}

/// A leg that is waiting or done, as `query open-tasks` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegReport {
    /// Its zone.
    pub zone: ZoneId,
    /// Its deadline, in heights of its zone.
    pub deadline: Height,
    /// Its newest state; none while it is not registered.
    pub state: Option<LegState>,
    /// Effects that are owed.
    pub owed: usize,
}

/// Something that failed repeatedly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// What it keeps from being done.
    pub mark: Mark,
    /// How often it failed since anything changed.
    pub count: u32,
    /// What the zone said last.
    pub reason: String,
}

/// Whether nothing more can happen to a leg in this state, save claims.
pub(crate) fn is_final(state: LegState) -> bool {
    match state {
        LegState::Registered | LegState::Committed | LegState::Conceded => false,
        LegState::Kept | LegState::Reversed | LegState::Rejected | LegState::Lapsed => true,
    }
}

impl KnownLeg {
    /// The newest state.
    pub(crate) fn state(&self) -> Option<LegState> {
        self.history.last().map(|(_, state)| *state)
    }

    /// The state after block `height`.
    pub(crate) fn state_at(&self, height: Height) -> Option<LegState> {
        let mut until = self.history.iter().rev();
        until
            .find(|(since, _)| *since <= height)
            .map(|(_, state)| *state)
    }

    /// The provable value after block `height`.
    pub(crate) fn mark_at(&self, height: Height) -> Option<LegMark> {
        let committed = self
            .history
            .iter()
            .find(|(since, state)| *state == LegState::Committed && *since <= height);
        Some(LegMark {
            state: self.state_at(height)?,
            committed_at: committed.map_or(Height(0), |(since, _)| *since),
        })
    }

    /// The height at which the state after block `height` began.
    pub(crate) fn since_at(&self, height: Height) -> Option<Height> {
        let mut until = self.history.iter().rev();
        until
            .find(|(since, _)| *since <= height)
            .map(|(since, _)| *since)
    }
}

impl Viewed {
    /// The fork of this branch, if it is known.
    pub(crate) fn fork_of(&self, branch: u32) -> Option<Fork> {
        let forks = [self.fork, self.branch_fork];
        forks
            .into_iter()
            .flatten()
            .find(|fork| fork.branch == branch)
    }

    /// The fork that waits for a branch to be admitted.
    pub(crate) fn open_fork(&self) -> Option<Height> {
        self.fork_of(self.branch).map(|fork| fork.height)
    }

    /// How the zone stands at a time of the reading zone, as `chain-view` would answer.
    pub(crate) fn status(&self, now: Timestamp) -> ZoneStatus {
        if self.closing.is_some_and(|at| at <= now) {
            ZoneStatus::Closed
        } else if self.open_fork().is_some() {
            ZoneStatus::Forked
        } else if now.since(self.latest_time) >= self.trusting_period {
            ZoneStatus::Expired
        } else {
            ZoneStatus::Active
        }
    }

    /// Whether a root is one that readers accept: on the current branch, or one whose fork is known, below that fork.
    pub(crate) fn accepts(&self, height: Height, stored: Stored) -> bool {
        match self.fork_of(stored.branch) {
            Some(fork) => height < fork.height,
            None => stored.branch == self.branch,
        }
    }

    /// The newest header whose root readers accept.
    pub(crate) fn newest_good(&self) -> Option<Height> {
        let mut newest = self.roots.iter().rev();
        let good = newest.find(|(height, stored)| self.accepts(**height, **stored));
        good.map(|(height, _)| *height)
    }

    /// Whether a header of this height can still be shown, and on which branch it then is: nothing while a fork is open,
    /// and below one that is over only the header right below it, by its hash alone.
    pub(crate) fn takes(&self, height: Height) -> Option<u32> {
        if height > self.admitted {
            return self.open_fork().is_none().then_some(self.branch);
        }
        let below = |fork: &Fork| fork.exact && height.0.checked_add(1) == Some(fork.height.0);
        let forks = [self.fork, self.branch_fork].into_iter().flatten();
        let mut settled = forks.filter(|fork| fork.branch < self.branch);
        settled.find(below).map(|fork| fork.branch)
    }
}

impl Knowledge {
    /// Nothing, under a policy.
    pub fn new(policy: Policy) -> Knowledge {
        Knowledge {
            policy,
            zones: BTreeMap::new(),
            tasks: BTreeMap::new(),
            promises: BTreeMap::new(),
            busy: BTreeMap::new(),
            failures: BTreeMap::new(),
            conflicts: BTreeMap::new(),
            next_promise: 0,
            finished: 0,
        }
    }

    /// The lowest height at which two headers of a zone were seen.
    pub fn conflict(&self, zone: &ZoneId) -> Option<Height> {
        self.conflicts.get(zone).copied()
    }

    /// The highest header of `of`, below a height, that the view on `on` verifies from.
    pub fn trusted_below(&self, on: &ZoneId, of: &ZoneId, height: Height) -> Option<Height> {
        let view = self.zones.get(on)?.views.get(of)?;
        let mut below = view.roots.range(..height).rev();
        let good = below.find(|(height, stored)| view.accepts(**height, **stored));
        good.map(|(height, _)| *height)
    }

    /// The number for the next promise.
    pub fn next_promise(&self) -> u64 {
        self.next_promise
    }

    /// Height of a zone's newest observed block.
    pub fn height(&self, zone: &ZoneId) -> Option<Height> {
        self.zones.get(zone).map(|zone| zone.height)
    }

    /// Canonical bytes of a task with the effects of one zone's leg: what messages about it carry.
    pub fn body(&self, zone: &ZoneId, task: &Hash) -> Option<&Bytes> {
        let open = self.tasks.get(task)?;
        let index = open.task.legs.iter().position(|leg| leg.zone == *zone)?;
        open.legs.get(index)?.body.as_ref()
    }

    /// An open task.
    pub fn task(&self, task: &Hash) -> Option<&tessera_lock::Task> {
        self.tasks.get(task).map(|open| &open.task)
    }

    /// The legs of an open task, in order.
    pub fn legs(&self, task: &Hash) -> Option<Vec<LegReport>> {
        let open = self.tasks.get(task)?;
        let legs = open.task.legs.iter().zip(&open.legs);
        Some(
            legs.map(|(leg, known)| LegReport {
                zone: leg.zone.clone(),
                deadline: leg.deadline,
                state: known.state(),
                owed: known.owed.len(),
            })
            .collect(),
        )
    }

    /// The tasks that are not over on every served zone.
    pub fn open_tasks(&self) -> impl Iterator<Item = &Hash> {
        self.tasks.keys()
    }

    /// How many tasks were seen to their end.
    pub fn finished(&self) -> u64 {
        self.finished
    }

    /// Promises without an end: after a restart their transactions may still be included.
    pub fn promises(&self) -> impl Iterator<Item = &Promise> {
        self.promises.values().map(|taken| &taken.promise)
    }

    /// What failed at least `count` times since anything about it changed.
    pub fn stuck(&self, count: u32) -> Vec<Stuck> {
        let failures = self.failures.iter();
        failures
            .filter(|(_, failures)| failures.count >= count)
            .map(|(mark, failures)| Stuck {
                mark: mark.clone(),
                count: failures.count,
                reason: failures.reason.clone(),
            })
            .collect()
    }

    /// Whether a mark may be worked on: nobody has promised it, and its pause after failures is over.
    pub(crate) fn is_free(&self, mark: &Mark, now: Timestamp) -> bool {
        !self.busy.contains_key(mark) && !self.is_paused(mark, now)
    }

    fn is_paused(&self, mark: &Mark, now: Timestamp) -> bool {
        let Some(failures) = self.failures.get(mark) else {
            return false;
        };
        let doublings = failures.count.saturating_sub(1).min(32);
        let pause = self.policy.first_pause.0.saturating_mul(1 << doublings);
        let pause = Seconds(pause.min(self.policy.longest_pause.0));
        failures.last.plus(pause).is_ok_and(|until| now < until)
    }
}
