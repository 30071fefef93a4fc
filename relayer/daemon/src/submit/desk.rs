//! Who has what in hand on one zone.

use std::{
    collections::BTreeSet,
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc, Mutex,
    },
};

use tessera_planner::{Act, Duty, Mark, RootAt};
use tokio::sync::{Mutex as Turns, MutexGuard as Turn};

use crate::held::held;

/// What the lanes of one zone share. Duties of one task, and those that advance one view, never are in two hands.
#[derive(Default)]
pub struct Desk {
    taken: Arc<Mutex<BTreeSet<Mark>>>,
    lanes: Vec<Lane>,
}

/// A lane's own.
#[derive(Default)]
struct Lane {
    /// From trying out to the node's queue, one hand at a time: the sequence is the lane's.
    turn: Turns<()>,
    /// One hand at a time looks for work, the other is at work or waits behind it.
    door: Turns<()>,
    /// Whether it has stopped for want of money, and its operator was told.
    stopped: AtomicBool,
}

/// What one hand took; it is put down when this is dropped.
pub struct Claim {
    taken: Arc<Mutex<BTreeSet<Mark>>>,
    marks: BTreeSet<Mark>,
}

impl Desk {
    /// A desk for so many lanes.
    pub fn new(lanes: usize) -> Desk {
        Desk {
            taken: Arc::default(),
            lanes: (0..lanes).map(|_| Lane::default()).collect(),
        }
    }

    /// Takes the first duties, at most so many, that no other hand has and the taker may do. What needs a header that
    /// another hand is to show, or nobody yet, waits.
    pub fn take(
        &self,
        duties: impl Iterator<Item = Duty>,
        most: usize,
        may: impl Fn(&Duty) -> bool,
    ) -> (Vec<Duty>, Claim) {
        let mut taken = held(&self.taken);
        let mut own = BTreeSet::new();
        let mut elsewhere = BTreeSet::new();
        let mut chosen = Vec::new();
        for duty in duties {
            let marked = duty.marks();
            let free = marked
                .iter()
                .all(|mark| own.contains(mark) || !taken.contains(mark));
            let shown = duty.roots().iter().all(|root| !elsewhere.contains(*root));
            if free && shown && may(&duty) && chosen.len() < most {
                taken.extend(marked.iter().cloned());
                own.extend(marked);
                chosen.push(duty);
            } else if let Act::Advance { of, height } = duty.act {
                elsewhere.insert(RootAt {
                    zone: of,
                    header: height,
                });
            }
        }
        let claim = Claim {
            taken: self.taken.clone(),
            marks: own,
        };
        (chosen, claim)
    }

    /// The lane, for one hand alone.
    pub(crate) async fn turn(&self, lane: usize) -> Option<Turn<'_, ()>> {
        match self.lanes.get(lane) {
            Some(lane) => Some(lane.turn.lock().await),
            None => None,
        }
    }

    /// The right to look for work, for one hand of the lane.
    pub(super) async fn door(&self, lane: usize) -> Option<Turn<'_, ()>> {
        match self.lanes.get(lane) {
            Some(lane) => Some(lane.door.lock().await),
            None => None,
        }
    }

    /// Notes whether a lane has stopped, and answers whether that is news.
    pub(super) fn stop(&self, lane: usize, stopped: bool) -> bool {
        let lane = self.lanes.get(lane);
        lane.is_some_and(|lane| lane.stopped.swap(stopped, Ordering::Relaxed) != stopped)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut taken = held(&self.taken);
        for mark in &self.marks {
            taken.remove(mark);
        }
    }
}
