use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};
use tessera_primitives::{Hash, Height, ZoneId};
use tessera_stake::state::ProposalNumber;

/// Something a relayer should do now: one message of one zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// The zone that the message goes to.
    pub on: ZoneId,
    /// What it does.
    pub act: Act,
}

/// What a duty does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Show the view of a zone this header of it.
    Advance {
        /// The zone whose header it is.
        of: ZoneId,
        /// The header's height.
        height: Height,
    },
    /// Show the view two headers of one zone that cannot both be of one history.
    ReportFork {
        /// The zone whose history split.
        of: ZoneId,
        /// A height at which two headers were seen.
        height: Height,
    },
    /// Lock legs whose other legs are proven registered.
    Commit {
        /// The tasks and what to prove of each.
        items: Vec<Item>,
    },
    /// Keep or reverse legs.
    Settle {
        /// The tasks and what to prove of each.
        items: Vec<Item>,
    },
    /// Take a leg of one's own back, because another leg is proven missing.
    Reject {
        /// The task and the missing leg.
        item: Item,
    },
    /// Give a leg back whose deadline passed before it was committed.
    Lapse {
        /// The task.
        task: Hash,
    },
    /// Retry an effect that failed when its task was settled.
    Claim {
        /// The task.
        task: Hash,
        /// The effect's index.
        effect: u8,
    },
    /// Drop expired roots of a view.
    Prune {
        /// The zone whose roots they are.
        of: ZoneId,
        /// How many at most.
        limit: u32,
    },
    /// Take the epoch's snapshot of a stake-pool, and distribute its rewards.
    Turn,
    /// Let slashes of a stake-pool take.
    Drain {
        /// How many items at most.
        limit: u32,
    },
    /// Count the votes on a proposal, or end one that did not gather its deposit.
    Tally {
        /// Its number.
        proposal: ProposalNumber,
    },
    /// Do what was accepted.
    Enact {
        /// The proposal's number.
        proposal: ProposalNumber,
    },
}

impl Act {
    /// What remains of it while the nodes of some zones do not answer: whatever shows headers or proves keys of these is
    /// left out. None when that is all.
    pub fn without(self, away: &BTreeSet<ZoneId>) -> Option<Act> {
        let answered = |item: &Item| {
            let mut zones = item.sights.iter().map(|sight| &sight.root.zone);
            zones.all(|zone| !away.contains(zone))
        };
        let left = |mut items: Vec<Item>| {
            items.retain(answered);
            (!items.is_empty()).then_some(items)
        };
        match self {
            Act::Advance { ref of, .. } | Act::ReportFork { ref of, .. } if away.contains(of) => {
                None
            }
            Act::Commit { items } => left(items).map(|items| Act::Commit { items }),
            Act::Settle { items } => left(items).map(|items| Act::Settle { items }),
            Act::Reject { item } => answered(&item).then_some(Act::Reject { item }),
            other => Some(other),
        }
    }
}

/// A task in a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The task.
    pub task: Hash,
    /// What is proven of it.
    pub sights: Vec<Sight>,
    /// What the task's body must bring.
    pub brings: Brings,
}

/// A leg to be proven at a root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sight {
    /// Index of the leg.
    pub leg: u8,
    /// The root to prove it at.
    pub root: RootAt,
}

/// A root that the zone of a duty knows, or is shown by the advance before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RootAt {
    /// The zone that it is of.
    pub zone: ZoneId,
    /// The header's height: it proves the state one below.
    pub header: Height,
}

/// Which effects a message must bring: storage does not keep them, and a byte costs 13.3 gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Brings {
    /// None.
    Nothing,
    /// The leg's `tx`: to commit it when it has calls, and to keep it.
    Tx,
    /// The leg's `tx'`: to reverse it.
    Reversal,
}

/// What a promise keeps busy: a leg has one thing to do at a time, and so has a view.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mark {
    /// The leg of a task on a zone.
    Leg(ZoneId, Hash),
    /// One zone's view of another.
    View(ZoneId, ZoneId),
    /// What one zone has stored of another and no longer needs.
    Roots(ZoneId, ZoneId),
    /// One zone's report of another's fork.
    Fork(ZoneId, ZoneId),
    /// An effect of a settled task that is owed on a zone.
    Owed(ZoneId, Hash, u8),
    /// The epoch of a zone's stake-pool.
    Epoch(ZoneId),
    /// The slashes that a zone's stake-pool has accepted.
    Slashes(ZoneId),
    /// A proposal of a zone's stake-pool.
    Proposal(ZoneId, ProposalNumber),
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mark::Leg(on, task) => write!(f, "the leg of {task} on {on}"),
            Mark::View(on, of) => write!(f, "the view of {of} on {on}"),
            Mark::Roots(on, of) => write!(f, "old headers of {of} on {on}"),
            Mark::Fork(on, of) => write!(f, "the report of {of}'s fork on {on}"),
            Mark::Owed(on, task, effect) => write!(f, "effect {effect} of {task}, owed on {on}"),
            Mark::Epoch(on) => write!(f, "the epoch of the stake-pool on {on}"),
            Mark::Slashes(on) => write!(f, "the slashes of the stake-pool on {on}"),
            Mark::Proposal(on, number) => write!(f, "proposal {number} on {on}"),
        }
    }
}

impl Duty {
    /// What stays busy while this duty is promised.
    pub fn marks(&self) -> Vec<Mark> {
        let leg = |task: &Hash| Mark::Leg(self.on.clone(), *task);
        match &self.act {
            Act::Advance { of, .. } => vec![Mark::View(self.on.clone(), of.clone())],
            Act::Prune { of, .. } => vec![Mark::Roots(self.on.clone(), of.clone())],
            Act::ReportFork { of, .. } => vec![Mark::Fork(self.on.clone(), of.clone())],
            Act::Commit { items } | Act::Settle { items } => {
                items.iter().map(|item| leg(&item.task)).collect()
            }
            Act::Reject { item } => vec![leg(&item.task)],
            Act::Lapse { task } => vec![leg(task)],
            Act::Claim { task, effect } => vec![Mark::Owed(self.on.clone(), *task, *effect)],
            Act::Turn => vec![Mark::Epoch(self.on.clone())],
            Act::Drain { .. } => vec![Mark::Slashes(self.on.clone())],
            Act::Tally { proposal } | Act::Enact { proposal } => {
                vec![Mark::Proposal(self.on.clone(), *proposal)]
            }
        }
    }

    /// Whether the contract refuses it when somebody else was first, and with it everything in the same transaction.
    /// The others pass over what is done already.
    pub fn is_racy(&self) -> bool {
        match &self.act {
            Act::Reject { .. }
            | Act::Lapse { .. }
            | Act::Claim { .. }
            | Act::ReportFork { .. }
            | Act::Turn
            | Act::Drain { .. }
            | Act::Tally { .. }
            | Act::Enact { .. } => true,
            Act::Advance { .. } | Act::Commit { .. } | Act::Settle { .. } | Act::Prune { .. } => {
                false
            }
        }
    }

    /// The roots that it proves at.
    pub fn roots(&self) -> BTreeSet<&RootAt> {
        let items = match &self.act {
            Act::Commit { items } | Act::Settle { items } => items.as_slice(),
            Act::Reject { item } => std::slice::from_ref(item),
            _ => &[],
        };
        let sights = items.iter().flat_map(|item| &item.sights);
        sights.map(|sight| &sight.root).collect()
    }

    /// The verb, for logs.
    pub fn verb(&self) -> &'static str {
        match &self.act {
            Act::Advance { .. } => "advance",
            Act::ReportFork { .. } => "report_fork",
            Act::Commit { .. } => "commit",
            Act::Settle { .. } => "settle",
            Act::Reject { .. } => "reject",
            Act::Lapse { .. } => "lapse",
            Act::Claim { .. } => "claim",
            Act::Prune { .. } => "prune",
            Act::Turn => "turn",
            Act::Drain { .. } => "drain",
            Act::Tally { .. } => "tally",
            Act::Enact { .. } => "enact",
        }
    }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.verb(), self.on)?;
        match &self.act {
            Act::Advance { of, height } | Act::ReportFork { of, height } => {
                write!(f, ": {of} at {height}")
            }
            Act::Commit { items } | Act::Settle { items } => {
                write!(f, ": {} tasks", items.len())
            }
            Act::Reject { item } => write!(f, ": {}", item.task),
            Act::Lapse { task } => write!(f, ": {task}"),
            Act::Claim { task, effect } => write!(f, ": effect {effect} of {task}"),
            Act::Prune { of, limit } => write!(f, ": at most {limit} roots of {of}"),
            Act::Turn => Ok(()),
            Act::Drain { limit } => write!(f, ": at most {limit} items"),
            Act::Tally { proposal } | Act::Enact { proposal } => {
                write!(f, ": proposal {proposal}")
            }
        }
    }
}
