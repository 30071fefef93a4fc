mod commit;
mod pool;
mod reject;
mod settle;
pub(crate) mod upkeep;

use std::cmp::Reverse;

use tessera_lock::state::LegState;
use tessera_primitives::{Amount, Hash, Height, Timestamp};

use crate::{
    knowledge::{KnownLeg, OpenTask, Zone},
    roots,
    want::{Class, Urgency, Want},
    Act, Duty, Knowledge, Mark,
};

/// The moment for which duties are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// The time by the relayer's clock: it only ends pauses after failures, and decides nothing else.
    pub now: Timestamp,
}

/// What should be done now, in order: what is lost by waiting before what waits safely, each by its deadline, and what has
/// the same by what it earns. An advance stands before the first duty that needs it.
pub fn duties(knowledge: &Knowledge, tick: Tick) -> Vec<Duty> {
    plan(knowledge, tick).duties
}

/// What should be done, and what it cost to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In order.
    pub duties: Vec<Duty>,
    /// How many legs and views were looked at: it grows with what is open, not with what was.
    pub examined: usize,
    /// How many legs have something due that is left to others, since it earns less than the policy asks for.
    pub left: usize,
}

/// [`duties`], with its cost.
pub fn plan(knowledge: &Knowledge, tick: Tick) -> Plan {
    let Ordered {
        duties,
        examined,
        left,
    } = ordered(knowledge, tick);
    Plan {
        duties: duties.into_iter().map(|(_, duty)| duty).collect(),
        examined,
        left,
    }
}

/// A [`Plan`] that still says how urgent each duty is.
pub(crate) struct Ordered {
    pub(crate) duties: Vec<(Urgency, Duty)>,
    examined: usize,
    left: usize,
}

pub(crate) fn ordered(knowledge: &Knowledge, tick: Tick) -> Ordered {
    let mut examined: usize = 0;
    let mut left: usize = 0;
    let mut duties: Vec<(Urgency, Duty)> = Vec::new();
    for zone in knowledge.zones.values() {
        examined = examined.saturating_add(zone.views.len());
        let mut wants = Vec::new();
        for (id, open) in &knowledge.tasks {
            let Some(own) = Own::find(knowledge, zone, id, open) else {
                continue;
            };
            examined = examined.saturating_add(open.legs.len());
            let mark = Mark::Leg(zone.served.zone.clone(), *id);
            if !knowledge.is_free(&mark, tick.now) {
                continue;
            }
            let due = own.due(tick.now);
            let nothing = matches!(due, Due::Nothing);
            if !nothing && knowledge.leaves(open, own.leg, own.known).is_err() {
                left = left.saturating_add(1);
                continue;
            }
            match due {
                Due::Proof(want) => wants.push(want),
                Due::Duty(urgency, duty) => duties.push((urgency, duty)),
                Due::Nothing => {}
            }
        }
        duties.extend(roots::batch(knowledge, zone, wants, tick.now));
        upkeep::add(knowledge, zone, tick.now, &mut duties);
        pool::add(knowledge, zone, tick.now, &mut duties);
    }
    // Stable: an advance stays before what needs it.
    duties.sort_by_key(|(urgency, _)| *urgency);
    Ordered {
        duties,
        examined,
        left,
    }
}

/// What one leg should have done.
enum Due {
    Nothing,
    Duty(Urgency, Duty),
    Proof(Want),
}

/// One zone's leg of a task.
struct Own<'a> {
    knowledge: &'a Knowledge,
    zone: &'a Zone,
    id: Hash,
    open: &'a OpenTask,
    index: u8,
    leg: &'a tessera_lock::Leg,
    known: &'a KnownLeg,
}

impl<'a> Own<'a> {
    fn find(
        knowledge: &'a Knowledge,
        zone: &'a Zone,
        id: &Hash,
        open: &'a OpenTask,
    ) -> Option<Own<'a>> {
        let (index, leg) = open.task.leg_of(&zone.served.zone, &zone.served.lock)?;
        let known = open.legs.get(usize::from(index))?;
        Some(Own {
            knowledge,
            zone,
            id: *id,
            open,
            index,
            leg,
            known,
        })
    }

    /// A transaction of now is in the next block at the earliest.
    fn next(&self) -> Height {
        Height(self.zone.height.0.saturating_add(1))
    }

    /// The height at which its node tries a transaction before it is sent: that of the newest block. What needs a height to
    /// be reached is due from here on, or it would be refused once for nothing and wait out a pause.
    fn reached(&self) -> Height {
        self.zone.height
    }

    fn due(&self, now: Timestamp) -> Due {
        match self.known.state() {
            None => Due::Nothing,
            Some(LegState::Registered) if self.reached() >= self.leg.deadline => self.lapse(),
            Some(LegState::Registered) => commit::want(self)
                .or_else(|| reject::want(self))
                .map_or(Due::Nothing, Due::Proof),
            Some(LegState::Committed | LegState::Conceded) => {
                settle::want(self).map_or(Due::Nothing, Due::Proof)
            }
            Some(LegState::Kept | LegState::Reversed | LegState::Rejected | LegState::Lapsed) => {
                self.claim(now)
            }
        }
    }

    fn lapse(&self) -> Due {
        let act = Act::Lapse { task: self.id };
        Due::Duty(self.urgency(Class::Clearing), self.duty(act))
    }

    /// The first effect that is owed and not paused: one that always fails must not keep the others from being paid.
    fn claim(&self, now: Timestamp) -> Due {
        let (zone, task) = (&self.zone.served.zone, self.id);
        let mut owed = self.known.owed.iter().copied();
        let free = |effect: &u8| {
            let mark = Mark::Owed(zone.clone(), task, *effect);
            self.knowledge.is_free(&mark, now)
        };
        match owed.find(free) {
            Some(effect) => {
                let act = Act::Claim { task, effect };
                Due::Duty(Urgency::of(Class::Upkeep), self.duty(act))
            }
            None => Due::Nothing,
        }
    }

    fn duty(&self, act: Act) -> Duty {
        Duty {
            on: self.zone.served.zone.clone(),
            act,
        }
    }

    /// That of the leg's next verb.
    fn urgency(&self, class: Class) -> Urgency {
        let share = self.knowledge.share(self.leg, self.known);
        // Only who commits or settles is paid.
        let earns = match class {
            Class::Live | Class::Settling => share.of(self.known.tip),
            Class::Alarm | Class::Clearing | Class::Upkeep => Amount(0),
        };
        Urgency {
            class,
            blocks_left: self.leg.deadline.since(self.next()),
            earns: Reverse(earns),
        }
    }

    /// The other legs, with what is known of them.
    fn others(&self) -> impl Iterator<Item = Other<'a>> + '_ {
        let others = self.open.task.others(self.index);
        others.filter_map(|(index, leg)| {
            Some(Other {
                index,
                leg,
                known: self.open.legs.get(usize::from(index))?,
                zone: self.knowledge.zones.get(&leg.zone),
                view: self.zone.views.get(&leg.zone),
            })
        })
    }
}

/// Another zone's leg of the task, as this zone may be shown it.
struct Other<'a> {
    index: u8,
    leg: &'a tessera_lock::Leg,
    known: &'a KnownLeg,
    zone: Option<&'a Zone>,
    view: Option<&'a crate::knowledge::Viewed>,
}

impl Other<'_> {
    /// The newest header of its zone that can be shown.
    fn tip(&self) -> Option<Height> {
        self.zone.map(|zone| zone.height)
    }

    /// Its state in the newest state that can be proven: that of the block below the newest header.
    fn provable(&self) -> Option<Option<LegState>> {
        let state = self.tip()?.minus(1).ok()?;
        Some(self.known.state_at(state))
    }
}
