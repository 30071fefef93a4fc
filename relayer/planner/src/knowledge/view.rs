use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tessera_primitives::{Fork, Hash, Height, Seconds, Timestamp, ZoneStatus};

/// One zone's view of another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Until when it takes headers, if the zone closes.
    pub(crate) until: Option<Timestamp>,
    /// The header whose state stands for every later height, once that was said.
    pub(crate) last: Option<Height>,
    pub(crate) roots: BTreeMap<Height, Stored>,
    /// What it says of headers that were not compared with our own node's yet.
    pub(crate) claims: BTreeMap<Height, BTreeMap<Grounds, Hash>>,
    /// A header that its owner vouched for and that our own node does not have: that one follows another branch, so its
    /// headers say nothing against this view.
    pub(crate) astray: Option<Height>,
    /// An exact fork whose parent the contract was not asked for yet.
    pub(crate) orphan: Option<Height>,
}

/// Why a view says that a zone has a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Grounds {
    /// The view's owner vouched for it.
    Vouched,
    /// Its validators signed it.
    Signed,
    /// Two headers above it name it as their parent: nobody signed it here.
    Named,
}

/// A verified header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) hash: Hash,
    pub(crate) time: Timestamp,
    pub(crate) branch: u32,
}

impl Viewed {
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
    /// and below one that is over only the header right below it, by its hash alone; which is all that is taken shortly
    /// before a zone closes.
    pub(crate) fn takes(&self, height: Height, now: Timestamp) -> Option<u32> {
        if height > self.admitted {
            let ending = self.until.is_some_and(|until| until <= now);
            return (self.open_fork().is_none() && !ending).then_some(self.branch);
        }
        let below = |fork: &Fork| fork.exact && height.0.checked_add(1) == Some(fork.height.0);
        let forks = [self.fork, self.branch_fork].into_iter().flatten();
        let mut settled = forks.filter(|fork| fork.branch < self.branch);
        settled.find(below).map(|fork| fork.branch)
    }

    /// Whether it should be told of two headers at a height: they are of the current branch, above the header that
    /// admitted it, and no fork is known there or below.
    pub(crate) fn should_learn_of(&self, height: Height) -> bool {
        let current = self.branch == 0 || height > self.admitted;
        current && self.open_fork().is_none_or(|known| height < known)
    }

    /// Whether it has a header that one of a height is verified from.
    pub(crate) fn trusts_below(&self, height: Height) -> bool {
        let mut below = self.roots.range(..height).rev();
        below.any(|(height, stored)| self.accepts(*height, *stored))
    }
}
