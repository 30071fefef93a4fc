use tessera_primitives::{Address, Seconds, Timestamp};

use crate::{
    state::{Epoch, Hold, ValidatorNumber, DAY, MAX_HOLDS},
    work::{Answer, Work},
    Event, Reads, Refusal, Refused, Write,
};

/// A release lies at most so far ahead, so that no core holds stake for ever.
const MAX_RELEASE: Seconds = Seconds(400 * DAY);

impl<R: Reads> Work<'_, R> {
    /// `join`: a core says that a validator joined it: from now on what it holds holds this validator's stake.
    pub(super) fn join(&mut self, slasher: &Address, validator: ValidatorNumber) -> Answer<(), R> {
        let (number, _) = self.slasher(slasher)?;
        let mut joining = self.validator(validator)?;
        if !joining.joined.contains(&number) {
            joining.joined.push(number);
        }
        self.put(validator, joining);
        self.say(Event::Joined {
            slasher: number,
            validator,
        });
        Ok(())
    }

    /// `hold`: a kernel weighs by a snapshot; what counted in it stays until its last tally has closed.
    pub(super) fn hold(&mut self, slasher: &Address, snapshot: Epoch) -> Answer<(), R> {
        let (number, _) = self.slasher(slasher)?;
        let mut holds = self.get(self.reads.holds(number))?;
        holds.retain(|hold| !hold.has_expired(self.now));
        let known = holds.iter_mut().find(|hold| hold.snapshot == snapshot);
        let room = known.is_some();
        if let Some(hold) = known {
            hold.open = hold.open.saturating_add(1);
        }
        // What counted longer ago may have left, though the pool's horizon, which is never later, waits for something.
        let least = self.place.horizon_at(self.now);
        let most = self.pool.snapshot;
        if !room && (!(least..=most).contains(&snapshot) || holds.len() >= MAX_HOLDS) {
            return Err(Refused::Rule(Refusal::Hold {
                snapshot,
                least,
                most,
                max: MAX_HOLDS,
            }));
        }
        if !room {
            let after = holds.iter().position(|hold| hold.snapshot > snapshot);
            let opened = Hold {
                snapshot,
                open: 1,
                until: Timestamp(0),
            };
            holds.insert(after.unwrap_or(holds.len()), opened);
        }
        self.write(Write::Holds(number, holds));
        self.say(Event::Held {
            slasher: number,
            snapshot,
        });
        Ok(())
    }

    /// `release`: a kernel's last tally closed, or its core halted: from `at` on it holds nothing.
    pub(super) fn release(
        &mut self,
        slasher: &Address,
        snapshot: Epoch,
        at: Timestamp,
    ) -> Answer<(), R> {
        let (number, _) = self.slasher(slasher)?;
        let at = at.min(self.now.plus(MAX_RELEASE)?);
        let mut holds = self.get(self.reads.holds(number))?;
        let open = |hold: &&mut Hold| hold.snapshot == snapshot && hold.open > 0;
        let Some(hold) = holds.iter_mut().find(open) else {
            return Err(Refused::Rule(Refusal::NotHeld { snapshot }));
        };
        hold.open = hold.open.saturating_sub(1);
        hold.until = hold.until.max(at);
        holds.retain(|hold| !hold.has_expired(self.now));
        self.write(Write::Holds(number, holds));
        self.say(Event::Released {
            slasher: number,
            snapshot,
            at,
        });
        Ok(())
    }
}
