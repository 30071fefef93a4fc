//! Journal and knowledge as one thing: what is written down is absorbed, and nothing else is.

use tessera_planner::{
    absorb, Conclusion, Duty, End, Entry, Knowledge, Observation, Policy, Promise, Tick,
};
use tessera_primitives::{Height, Timestamp, ZoneId};

use crate::journal::{Journal, JournalError};

/// What this relayer knows, and the journal that it is written in.
pub struct Ledger {
    journal: Journal,
    knowledge: Knowledge,
}

impl Ledger {
    /// Replays a journal.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(journal: Journal, policy: Policy) -> Result<Ledger, JournalError> {
        let mut knowledge = Knowledge::new(policy);
        let count = journal.replay(&mut knowledge)?;
        tracing::debug!(entries = count, "journal replayed");
        Ok(Ledger { journal, knowledge })
    }

    /// What is known.
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Height of the newest block of a zone that was written down.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn cursor(&self, zone: &ZoneId) -> Result<Option<Height>, JournalError> {
        self.journal.cursor(zone)
    }

    /// Writes down what was seen, then absorbs it.
    ///
    /// # Errors
    /// [`JournalError`]; nothing is absorbed then.
    pub fn observe(&mut self, observation: Observation) -> Result<(), JournalError> {
        self.record(vec![Entry::Observed(observation)])
    }

    /// What should be done now.
    pub fn duties(&self, now: Timestamp) -> Vec<Duty> {
        tessera_planner::duties(&self.knowledge, Tick { now })
    }

    /// Takes duties on: they are not given out again before they are concluded. Answers the promises' numbers.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn promise(&mut self, duties: Vec<Duty>, until: Height) -> Result<Vec<u64>, JournalError> {
        let first = self.knowledge.next_promise();
        let entries: Vec<Entry> = (first..)
            .zip(duties)
            .map(|(id, duty)| Entry::Promised(Promise { id, duty, until }))
            .collect();
        let ids = (first..).take(entries.len()).collect();
        self.record(entries)?;
        Ok(ids)
    }

    /// Puts a duty off that could not be taken on: a promise that failed, in one step, since a promise of nothing would
    /// keep the duty for ever if a kill came between the two.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn put_off(
        &mut self,
        duty: Duty,
        reason: String,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        let id = self.knowledge.next_promise();
        let until = Height(u64::MAX);
        let end = End::Failed { reason };
        self.record(vec![
            Entry::Promised(Promise { id, duty, until }),
            Entry::Concluded(Conclusion { id, end, at }),
        ])
    }

    /// Says how promises ended.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn conclude(&mut self, ids: &[u64], end: &End, at: Timestamp) -> Result<(), JournalError> {
        let concluded = ids.iter().map(|id| {
            Entry::Concluded(Conclusion {
                id: *id,
                end: end.clone(),
                at,
            })
        });
        self.record(concluded.collect())
    }

    fn record(&mut self, entries: Vec<Entry>) -> Result<(), JournalError> {
        self.journal.append(&entries)?;
        for entry in entries {
            absorb(&mut self.knowledge, entry);
        }
        Ok(())
    }
}
