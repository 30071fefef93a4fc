//! Journal and knowledge as one thing: what is written down is absorbed, and nothing else is.

use std::collections::BTreeSet;

use tessera_planner::{
    absorb, transactions, Alarm, Conclusion, Duty, End, Entry, GasPrice, Knowledge, Next,
    Observation, Policy, Promise, Tick,
};
use tessera_primitives::{Height, Seconds, Timestamp, ZoneId};

use crate::journal::{JournalError, Log};

/// What this relayer knows, and the journal that it is written in.
pub struct Ledger {
    journal: Box<dyn Log>,
    knowledge: Knowledge,
    /// What was to be done when somebody last asked, and when that was; none once something else is known.
    planned: Option<(Timestamp, Next)>,
}

/// For how long a plan holds while nothing new is known: pauses after failures, of seconds, are all that ends by itself.
const FRESH: Seconds = Seconds(1);

impl Ledger {
    /// Reads a journal.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(journal: impl Log + 'static, policy: Policy) -> Result<Ledger, JournalError> {
        let (knowledge, count) = journal.load(policy)?;
        tracing::debug!(entries = count, "journal replayed");
        for alarm in knowledge.alarms() {
            tracing::error!(%alarm, "an alarm stands");
        }
        Ok(Ledger {
            journal: Box::new(journal),
            knowledge,
            planned: None,
        })
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

    /// What each zone's next transaction should do now, in order: the duties of one zone may share one transaction. All
    /// lanes ask after every block, and looking at every open task takes its time: they share one answer.
    pub fn duties(&mut self, now: Timestamp) -> &[Duty] {
        &self.plan(now).first
    }

    /// What the zones' next transactions should do, and what may go instead where nothing of that can be proven.
    pub fn plan(&mut self, now: Timestamp) -> &Next {
        let holds = |at: &Timestamp| {
            let until = at.plus(FRESH);
            *at <= now && until.is_ok_and(|until| now < until)
        };
        if !self.planned.as_ref().is_some_and(|(at, _)| holds(at)) {
            self.planned = None;
        }
        let (_, planned) = self.planned.get_or_insert_with(|| {
            let mut all = Next::default();
            for next in transactions(&self.knowledge, Tick { now }).into_values() {
                all.first.extend(next.first);
                all.instead.extend(next.instead);
            }
            (now, all)
        });
        planned
    }

    /// Reckons with what gas of a zone costs now.
    pub fn reprice(&mut self, on: &ZoneId, price: GasPrice) {
        if self.knowledge.reprice(on, price) {
            self.planned = None;
        }
    }

    /// Takes the duties of one transaction on: they are not given out again before they are concluded. Answers the
    /// promises' numbers.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn promise(&mut self, duties: Vec<Duty>, until: Height) -> Result<Vec<u64>, JournalError> {
        let transaction = self.knowledge.next_promise();
        let together = u32::try_from(duties.len()).unwrap_or(u32::MAX);
        let promise = |(id, duty)| {
            Entry::Promised(Promise {
                id,
                duty,
                until,
                transaction,
                together,
            })
        };
        let entries: Vec<Entry> = (transaction..).zip(duties).map(promise).collect();
        let ids = (transaction..).take(entries.len()).collect();
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
            Entry::Promised(Promise {
                id,
                duty,
                until,
                transaction: id,
                together: 0,
            }),
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
        let before: BTreeSet<Alarm> = self.knowledge.alarms().cloned().collect();
        self.planned = None;
        for entry in entries {
            absorb(&mut self.knowledge, entry);
        }
        for alarm in self.knowledge.alarms() {
            if !before.contains(alarm) {
                tracing::error!(%alarm, "an alarm was raised");
            }
        }
        if self.journal.is_long() {
            self.journal.compact(&self.knowledge)?;
        }
        Ok(())
    }
}
