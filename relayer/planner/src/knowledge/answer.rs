use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};
use tessera_lock::state::LegState;
use tessera_primitives::{canonical::encode, Bytes, Hash, Height, ZoneId};

use super::{is_final, Knowledge, KnownLeg, OpenTask};
use crate::{policy::Left, Mark, Promise, Served};

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
    /// Whether it is set aside, or given up.
    pub aside: bool,
    /// What the zone said last, or why it was given up.
    pub reason: String,
}

/// What no duty mends: an owner or operator should look at it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Alarm {
    /// A view's owner vouched for a header that our own node does not have: one of the two follows the wrong branch.
    Astray {
        /// The zone of the view.
        on: ZoneId,
        /// The viewed zone.
        of: ZoneId,
        /// The header's height.
        height: Height,
    },
    /// The two headers of a reported fork name a parent that our own node does not have: the fork lies lower than was
    /// reported, and an invented header may be shown below it, by its hash alone.
    InventedParent {
        /// The zone of the view.
        on: ZoneId,
        /// The forked zone.
        of: ZoneId,
        /// The height of the parent.
        height: Height,
    },
    /// A view has a signed header that our own node does not have, and nothing below it to verify our own from: the fork
    /// cannot be proven to that view.
    Unprovable {
        /// The zone of the view.
        on: ZoneId,
        /// The forked zone.
        of: ZoneId,
        /// The header's height.
        height: Height,
    },
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Alarm::Astray { on, of, height } => write!(
                f,
                "the view of {of} on {on} stands on a header at {height} that our node of {of} does not have: one of them follows the wrong branch"
            ),
            Alarm::InventedParent { on, of, height } => write!(
                f,
                "the fork of {of} that was reported on {on} names a header at {height} that our node of {of} does not have: admit no branch and close nothing before this is understood"
            ),
            Alarm::Unprovable { on, of, height } => write!(
                f,
                "the view of {of} on {on} has a header at {height} that our node of {of} does not have, and the fork cannot be proven there"
            ),
        }
    }
}

/// One leg of an open task.
struct OpenLeg<'a> {
    id: &'a Hash,
    open: &'a OpenTask,
    leg: &'a tessera_lock::Leg,
    known: &'a KnownLeg,
}

impl Knowledge {
    /// The lowest height at which two headers of a zone were seen, of which some view should be told.
    pub fn conflict(&self, zone: &ZoneId) -> Option<Height> {
        self.conflicts(zone).next()
    }

    /// All heights at which two headers of a zone were seen, as long as some view should be told, ascending.
    pub fn conflicts(&self, zone: &ZoneId) -> impl Iterator<Item = Height> + '_ {
        let heights = self.conflicts.get(zone).into_iter().flatten();
        heights.copied()
    }

    /// What an owner or operator should look at.
    pub fn alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.alarms.iter()
    }

    /// Heights up to its newest block at which some view says that a zone has a header, which was not compared with that
    /// of our own node yet.
    pub fn claims(&self, of: &ZoneId) -> BTreeSet<Height> {
        let tip = self.height(of).unwrap_or_default();
        let views = self.zones.values().filter_map(|zone| zone.views.get(of));
        let claims = views.flat_map(|view| view.claims.range(..=tip));
        claims.map(|(height, _)| *height).collect()
    }

    /// Zones of which the view on a zone knows an exact fork whose parent was not asked for yet, with the fork's height.
    pub fn orphans(&self, on: &ZoneId) -> Vec<(ZoneId, Height)> {
        let views = self.zones.get(on).into_iter().flat_map(|zone| &zone.views);
        let orphans = views.filter_map(|(of, view)| Some((of.clone(), view.orphan?)));
        orphans.collect()
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

    /// What a zone's contracts said of themselves when they were last asked.
    pub fn served(&self, zone: &ZoneId) -> Option<&Served> {
        self.zones.get(zone).map(|zone| &zone.served)
    }

    /// Height of a zone's newest observed block.
    pub fn height(&self, zone: &ZoneId) -> Option<Height> {
        self.zones.get(zone).map(|zone| zone.height)
    }

    /// Canonical bytes of a task with the effects of one zone's leg: what messages about it carry.
    pub fn body(&self, zone: &ZoneId, task: &Hash) -> Option<Bytes> {
        let open = self.tasks.get(task)?;
        let index = open.task.legs.iter().position(|leg| leg.zone == *zone)?;
        let effects = open.legs.get(index)?.effects.as_ref()?;
        let mut bytes = encode(&open.task);
        bytes.extend_from_slice(effects.as_slice());
        Some(Bytes(bytes))
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

    /// The tasks that are not over and have a leg on a zone.
    pub fn open_tasks_on<'a>(&'a self, zone: &'a ZoneId) -> impl Iterator<Item = Hash> + 'a {
        let tasks = self.tasks.iter();
        let here = tasks.filter(|(_, open)| open.task.legs.iter().any(|leg| leg.zone == *zone));
        here.map(|(id, _)| *id)
    }

    /// Tasks that are open on a zone and that this relayer cannot push along, since the block that told their bodies is
    /// gone.
    pub fn unknown_tasks(&self, zone: &ZoneId) -> impl Iterator<Item = &Hash> {
        self.unknown.get(zone).into_iter().flatten()
    }

    /// Why a leg's work is left to others; none when it is not.
    pub fn left(&self, zone: &ZoneId, task: &Hash) -> Option<Left> {
        let open = self.tasks.get(task)?;
        let mut legs = open.task.legs.iter().zip(&open.legs);
        let (leg, known) = legs.find(|(leg, _)| leg.zone == *zone)?;
        self.leaves(open, leg, known).err()
    }

    /// How many tasks were seen to their end.
    pub fn finished(&self) -> u64 {
        self.finished
    }

    /// Promises without an end: after a restart their transactions may still be included.
    pub fn promises(&self) -> impl Iterator<Item = &Promise> {
        self.promises.values().map(|taken| &taken.promise)
    }

    /// What failed at least `count` times since anything about it changed, and commits that were given up. Costs a look at
    /// every open task.
    pub fn stuck(&self, count: u32) -> Vec<Stuck> {
        let mut stuck = self.refused();
        for (mark, failures) in &self.failures {
            if failures.count >= count && !stuck.contains_key(mark) {
                let one = Stuck {
                    mark: mark.clone(),
                    count: failures.count,
                    aside: failures.count >= self.policy.attempts,
                    reason: failures.reason.clone(),
                };
                stuck.insert(mark.clone(), one);
            }
        }
        stuck.into_values().collect()
    }

    /// Commits that were given up, since a contract that they call refused to be locked.
    fn refused(&self) -> BTreeMap<Mark, Stuck> {
        let given_up = self
            .open_legs()
            .filter(|open| self.gives_up(open.leg, open.known));
        let stuck = given_up.map(|OpenLeg { id, leg, known, .. }| {
            let mark = Mark::Leg(leg.zone.clone(), *id);
            let one = Stuck {
                mark: mark.clone(),
                count: known.refused_locks,
                aside: true,
                reason: format!(
                    "a contract that it calls refused to lock: it is not committed, and lapses at {}",
                    leg.deadline
                ),
            };
            (mark, one)
        });
        stuck.collect()
    }

    /// Legs that have not ended and are left to others, with the reason. Costs a look at every open task.
    pub fn all_left(&self) -> impl Iterator<Item = (Mark, Left)> + '_ {
        self.open_legs().filter_map(
            |OpenLeg {
                 id,
                 open,
                 leg,
                 known,
             }| {
                known.state().filter(|state| !is_final(*state))?;
                let left = self.leaves(open, leg, known).err()?;
                Some((Mark::Leg(leg.zone.clone(), *id), left))
            },
        )
    }

    /// The legs of open tasks on served zones.
    fn open_legs(&self) -> impl Iterator<Item = OpenLeg<'_>> {
        self.tasks.iter().flat_map(|(id, open)| {
            let legs = open.task.legs.iter().zip(&open.legs);
            let served = legs.filter(|(leg, _)| self.zones.contains_key(&leg.zone));
            served.map(move |(leg, known)| OpenLeg {
                id,
                open,
                leg,
                known,
            })
        })
    }
}
