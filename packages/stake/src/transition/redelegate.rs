use tessera_primitives::{Address, Amount};

use super::unbond::cells_of;
use crate::{
    state::{Part, Standing, Tag, TokenNumber, ValidatorNumber, MAX_BONDED_PARTS},
    work::{Answer, Work},
    Event, Reads, Refusal, Refused,
};

impl<R: Reads> Work<'_, R> {
    /// `redelegate`: stake counts here through this epoch and there from the next. A tag remembers where it counted, so
    /// that a slash of this validator still finds it; while it does, the stake makes no second hop.
    pub(super) fn redelegate(
        &mut self,
        delegator: &Address,
        number: ValidatorNumber,
        to: ValidatorNumber,
        token: TokenNumber,
        amount: Amount,
    ) -> Answer<(), R> {
        if number == to {
            return Err(Refused::Rule(Refusal::SameValidator { validator: number }));
        }
        self.entering(token)?;
        let mut source = self.validator(number)?;
        let mut target = self.validator(to)?;
        if target.standing != Standing::Candidate {
            return Err(Refused::Rule(Refusal::Standing {
                validator: to,
                expected: "a candidate",
                actual: target.standing.name(),
            }));
        }
        let mut left = self.delegation(delegator, number)?;
        let mut gained = self.delegation(delegator, to)?;
        let drawn = self.draw(number, &mut left, token, amount, true)?;
        for part in drawn {
            self.take(cells_of(number, &part), part.from, part.raw)?;
            let counted = part.from <= self.epoch;
            let moved = Part {
                from: self.epoch.saturating_add(1),
                // What never counted leaves nothing behind.
                tag: counted.then_some(Tag {
                    validator: number,
                    from: part.from,
                    until: self.epoch,
                }),
                ..part
            };
            let own = *delegator == target.operator;
            self.grow(to, &mut target, moved, own)?;
            if let Some(tag) = moved.tag {
                let key = moved.tagged_key(to, tag);
                let mut tagged = self.tagged(&key, self.pool.slashes)?;
                tagged.amount = tagged.amount.plus(moved.raw)?;
                self.put_tagged(key, tagged);
            }
            self.gather(to, &mut gained, moved, MAX_BONDED_PARTS)?;
        }
        source.unbond(token, amount, *delegator == source.operator)?;
        self.put(number, source);
        self.put(to, target);
        self.put_delegation(delegator, number, left);
        self.put_delegation(delegator, to, gained);
        self.say(Event::Redelegated {
            delegator: delegator.clone(),
            validator: number,
            to,
            token,
            amount,
        });
        Ok(())
    }
}
