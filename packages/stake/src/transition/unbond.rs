use tessera_primitives::{Address, Amount};

use crate::{
    state::{CellKey, Epoch, Part, Tag, TokenNumber, ValidatorNumber, MAX_PARTS},
    work::{Answer, Work},
    Event, Reads,
};

impl<R: Reads> Work<'_, R> {
    /// `unbond`: stake counts through this epoch and matures later. Never asks for a price, and works wherever the
    /// validator stands.
    pub(super) fn unbond(
        &mut self,
        delegator: &Address,
        number: ValidatorNumber,
        token: TokenNumber,
        amount: Amount,
    ) -> Answer<(), R> {
        let mut validator = self.validator(number)?;
        let mut delegation = self.delegation(delegator, number)?;
        let drawn = self.draw(number, &mut delegation, token, amount, false)?;
        let until = self.epoch;
        for part in drawn {
            self.take(cells_of(number, &part), part.from, part.raw)?;
            let ends = Part { until, ..part };
            self.add(cells_of(number, &ends), part.from, part.raw)?;
            if let Some(tag) = part.tag {
                self.retag(number, &part, tag, Some(until))?;
            }
            self.gather(number, &mut delegation, ends, MAX_PARTS)?;
        }
        validator.unbond(token, amount, *delegator == validator.operator)?;
        self.put(number, validator);
        self.put_delegation(delegator, number, delegation);
        self.say(Event::Unbonded {
            delegator: delegator.clone(),
            validator: number,
            token,
            amount,
            until,
            matures: self.place.matures(until),
        });
        Ok(())
    }

    /// Redelegated stake changes its last epoch, or leaves.
    pub(super) fn retag(
        &mut self,
        number: ValidatorNumber,
        part: &Part,
        tag: Tag,
        until: Option<Epoch>,
    ) -> Answer<(), R> {
        let key = part.tagged_key(number, tag);
        let slashes = self.pool.slashes;
        let mut tagged = self.tagged(&key, slashes)?;
        let moved = Amount(tagged.amount.0.min(part.raw.0));
        tagged.amount = tagged.amount.minus(moved)?;
        self.put_tagged(key, tagged);
        if let Some(until) = until {
            let key = crate::state::TaggedKey { until, ..key };
            let mut tagged = self.tagged(&key, slashes)?;
            tagged.amount = tagged.amount.plus(moved)?;
            self.put_tagged(key, tagged);
        }
        Ok(())
    }
}

/// The key of a part's cell.
pub(super) fn cells_of(number: ValidatorNumber, part: &Part) -> CellKey {
    CellKey {
        validator: number,
        until: part.until,
        token: part.token,
    }
}
