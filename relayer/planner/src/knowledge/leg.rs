use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tessera_lock::state::{LegState, Mark as LegMark, Seen};
use tessera_primitives::{Amount, Bytes, Height};

use super::Knowledge;
use crate::policy::{Left, Share};

/// A task that is not over on every served zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OpenTask {
    pub(crate) task: tessera_lock::Task,
    pub(crate) legs: Vec<KnownLeg>,
}

/// What is known of one leg.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownLeg {
    /// What follows the task in the canonical bytes of its body with this leg's effects. The task is not kept twice more:
    /// bodies are most of what is remembered.
    pub(crate) effects: Option<Bytes>,
    /// Whether its `tx` has calls, so that committing it needs the `tx`.
    pub(crate) calls: bool,
    /// What it offers to relayers.
    pub(crate) tip: Amount,
    /// How often a contract that it calls refused to lock.
    pub(crate) refused_locks: u32,
    /// Each state and the height of its zone at which it began, ascending.
    pub(crate) history: Vec<(Height, LegState)>,
    /// Branches that other legs' zones were on when this leg was committed.
    pub(crate) seen: Vec<Seen>,
    /// Effects that failed and may be retried.
    pub(crate) owed: BTreeSet<u8>,
}

/// Whether nothing more can happen to a leg in this state, save claims.
pub(crate) fn is_final(state: LegState) -> bool {
    match state {
        LegState::Registered | LegState::Committed | LegState::Conceded => false,
        LegState::Kept | LegState::Reversed | LegState::Rejected | LegState::Lapsed => true,
    }
}

/// How far a state is from registration: a leg only ever goes on.
fn progress(state: LegState) -> u8 {
    match state {
        LegState::Registered => 0,
        LegState::Committed => 1,
        LegState::Conceded => 2,
        LegState::Kept | LegState::Reversed | LegState::Rejected | LegState::Lapsed => 3,
    }
}

impl KnownLeg {
    /// Takes a state in. After a survey, blocks may be read whose outcome it has told already: those say nothing new.
    pub(crate) fn enter(&mut self, at: Height, state: LegState) {
        let known = self.state();
        if known.is_none_or(|known| progress(known) < progress(state)) {
            self.history.push((at, state));
        }
    }

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

impl Knowledge {
    /// What a leg's next verb earns of its tip.
    pub(crate) fn share(&self, leg: &tessera_lock::Leg, known: &KnownLeg) -> Share {
        let height = self.height(&leg.zone).unwrap_or_default();
        match known.state() {
            Some(LegState::Registered) if height < leg.deadline => Share::Commit,
            Some(LegState::Committed | LegState::Conceded) => Share::Settle,
            _ => Share::Nothing,
        }
    }

    /// Whether committing a leg is given up, because what it calls refused to be locked so often. It lapses.
    pub(crate) fn gives_up(&self, leg: &tessera_lock::Leg, known: &KnownLeg) -> bool {
        known.refused_locks >= self.policy.lock_attempts && self.share(leg, known) == Share::Commit
    }

    /// Whether the policy asks for a leg's next verb to be done.
    ///
    /// # Errors
    /// [`Left`] with the reason why it is left to others.
    pub(crate) fn leaves(
        &self,
        open: &OpenTask,
        leg: &tessera_lock::Leg,
        known: &KnownLeg,
    ) -> Result<(), Left> {
        if !self.policy.locks {
            return Err(Left::Disabled);
        }
        // Anybody may write our account into a task: it is ours once we have registered a leg.
        let mut legs = open.task.legs.iter().zip(&open.legs);
        let ours = legs.any(|(leg, known)| {
            let zone = self.zones.get(&leg.zone);
            let zone = zone.filter(|_| known.state().is_some());
            zone.is_some_and(|zone| zone.served.registrants.contains(&leg.registrant))
        });
        if ours {
            return Ok(());
        }
        let share = self.share(leg, known);
        self.policy.work.wants(&open.task, leg, known.tip, share)
    }
}
