//! What stake earns (mpos.txt III.C: "reward proportionate to their staking value").
//!
//! A turn adds to one index a token, so it costs nothing more with more delegators. A part earns, for each epoch in which it
//! counted at an active validator, its worth then times the index's growth, less the commission. It is split where the
//! validator's term changes and where a slash was accepted: the slash's own epoch is paid for what is left. Each piece is
//! rounded down, so the sum of all claims never exceeds what turns set aside.

use alloc::vec::Vec;

use tessera_primitives::{Address, Amount};

use crate::{
    state::{Delegation, Part, ValidatorNumber},
    work::{Answer, Work},
    worth, Reads, Write,
};

/// Indices are rewards a base unit times this.
pub(crate) const PRECISION: u128 = 1_000_000_000_000_000_000_000_000_000_000_000_000;

/// Most pieces that one claim walks.
pub const MAX_PIECES: usize = 64;

impl<R: Reads> Work<'_, R> {
    /// Reckons a part's rewards through the last turn, or as far as the budget reaches.
    fn reckon(
        &self,
        number: ValidatorNumber,
        part: &mut Part,
        budget: &mut usize,
    ) -> Answer<Amount, R> {
        let end = self.pool.turned.min(part.until);
        let own = self.marks(number)?;
        let source = match part.tag {
            Some(tag) => self.marks(tag.validator)?,
            None => Vec::new(),
        };
        let met = worth::met(part, &own, &source);
        let mut earned = Amount::ZERO;
        while part.paid < end && *budget > 0 {
            *budget = budget.saturating_sub(1);
            let epoch = part.paid.saturating_add(1);
            let (validator, from, mut last) = match part.tag {
                Some(tag) if epoch <= tag.until => (tag.validator, tag.from, end.min(tag.until)),
                _ => (number, part.from, end),
            };
            if epoch < from {
                part.paid = last.min(from.saturating_sub(1));
                continue;
            }
            let term = self.get(self.reads.term_at(validator, epoch))?;
            let next = self.get(self.reads.next_term(validator, epoch))?;
            let slashed = met
                .iter()
                .map(|mark| mark.epoch)
                .find(|accepted| *accepted > epoch);
            for change in [next, slashed].into_iter().flatten() {
                last = last.min(change.saturating_sub(1));
            }
            if let Some(term) = term.filter(|term| term.active) {
                let here = met.iter().filter(|mark| mark.epoch <= epoch);
                let worth = worth::after(part.raw, here);
                let before = self.indices(part.paid)?.of(part.token);
                let growth = self.indices(last)?.of(part.token).minus(before)?;
                let gross = growth.times(worth.0)?.divided(PRECISION)?.narrow()?;
                earned = earned.plus(Amount(term.commission.keeps(gross)))?;
            }
            part.paid = last;
        }
        Ok(earned)
    }

    /// Reckons a delegation's rewards, part by part.
    pub fn claim(&self, number: ValidatorNumber, delegation: &mut Delegation) -> Answer<(), R> {
        let mut budget = MAX_PIECES;
        for part in &mut delegation.parts {
            let earned = self.reckon(number, part, &mut budget)?;
            delegation.earned = delegation.earned.plus(earned)?;
        }
        Ok(())
    }

    /// Whether a part's rewards are reckoned through the last turn.
    pub fn is_paid(&self, part: &Part) -> bool {
        part.paid >= self.pool.turned.min(part.until)
    }

    /// What a part is worth now, after all accepted slashes, and whether one of them has not taken yet.
    pub fn worth(&self, number: ValidatorNumber, part: &Part) -> Answer<(Amount, bool), R> {
        let own = self.marks(number)?;
        let source = match part.tag {
            Some(tag) => self.marks(tag.validator)?,
            None => Vec::new(),
        };
        let met = worth::met(part, &own, &source);
        let frozen = met.iter().any(|mark| mark.number > self.pool.drained);
        Ok((worth::after(part.raw, met.iter()), frozen))
    }

    /// Brings a part up to date with all slashes. Not a frozen one, nor one whose rewards are not reckoned yet.
    pub fn settle(&self, number: ValidatorNumber, part: &mut Part) -> Answer<bool, R> {
        let (worth, frozen) = self.worth(number, part)?;
        if frozen || !self.is_paid(part) {
            return Ok(false);
        }
        part.raw = worth;
        part.settled = self.pool.slashes;
        Ok(true)
    }

    /// Drops tags that no slash can reach any more and parts that are worth nothing, and merges what is bonded and lies
    /// under the horizon: no slash will ever tell it apart.
    pub fn tidy(&mut self, number: ValidatorNumber, delegation: &mut Delegation) -> Answer<(), R> {
        let horizon = self.pool.horizon;
        let mut kept: Vec<Part> = Vec::new();
        for mut part in core::mem::take(&mut delegation.parts) {
            let settled = self.settle(number, &mut part)?;
            if let Some(tag) = part.tag.filter(|tag| settled && tag.until < horizon) {
                self.forget_tagged(part.tagged_key(number, tag));
                part.tag = None;
            }
            if settled && part.raw.is_zero() {
                continue;
            }
            if settled && part.is_bonded() && part.tag.is_none() && part.from <= horizon {
                let like = |other: &&mut Part| {
                    let alike = Part {
                        from: part.from,
                        ..**other
                    };
                    other.from <= horizon && part.is_like(&alike)
                };
                if let Some(other) = kept.iter_mut().find(like) {
                    other.raw = other.raw.plus(part.raw)?;
                    other.from = other.from.max(part.from);
                    continue;
                }
            }
            kept.push(part);
        }
        delegation.parts = kept;
        Ok(())
    }

    /// Writes a delegation, or removes an empty one.
    pub fn put_delegation(
        &mut self,
        delegator: &Address,
        number: ValidatorNumber,
        delegation: Delegation,
    ) {
        let some = (!delegation.is_empty()).then_some(delegation);
        self.write(Write::Delegation(delegator.clone(), number, some));
    }
}
