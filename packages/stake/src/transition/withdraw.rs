use alloc::vec::Vec;

use tessera_primitives::{Address, Amount};

use super::unbond::cells_of;
use crate::{
    state::{Epoch, Part, TokenNumber, ValidatorNumber},
    work::{Answer, Work},
    Event, Reads, Refusal, Refused,
};

impl<R: Reads> Work<'_, R> {
    /// `withdraw_unbonded`: all matured stake of a token at a validator that nothing holds back.
    pub(super) fn withdraw_unbonded(
        &mut self,
        delegator: &Address,
        number: ValidatorNumber,
        token: TokenNumber,
    ) -> Answer<(), R> {
        let mut delegation = self.delegation(delegator, number)?;
        let (mut kept, mut total, mut gone) = (Vec::new(), Amount::ZERO, false);
        for mut part in core::mem::take(&mut delegation.parts) {
            let free = part.token == token && self.is_withdrawable(number, &part)?;
            if free && !self.is_paid(&part) {
                return Err(Refused::Rule(Refusal::ClaimFirst { validator: number }));
            }
            if !free || !self.settle(number, &mut part)? {
                kept.push(part);
                continue;
            }
            self.take(cells_of(number, &part), part.from, part.raw)?;
            if let Some(tag) = part.tag {
                self.retag(number, &part, tag, None)?;
            }
            total = total.plus(part.raw)?;
            gone = true;
        }
        if !gone {
            let what = "matured stake";
            return Err(Refused::Rule(Refusal::Nothing { what }));
        }
        delegation.parts = kept;
        let asset = self.token(token)?.asset;
        self.pay(delegator, asset, total);
        self.put_delegation(delegator, number, delegation);
        self.say(Event::Withdrawn {
            delegator: delegator.clone(),
            validator: number,
            token,
            amount: total,
        });
        Ok(())
    }

    /// Whether a part has matured, and no core that could still tally it holds it. (Whether a slash has yet to take is
    /// asked when it is settled.)
    pub fn is_withdrawable(&self, number: ValidatorNumber, part: &Part) -> Answer<bool, R> {
        if part.is_bonded() || self.now < self.place.matures(part.until) {
            return Ok(false);
        }
        if self.is_held(number, part.until)? {
            return Ok(false);
        }
        match part.tag {
            Some(tag) => Ok(!self.is_held(tag.validator, tag.until)?),
            None => Ok(true),
        }
    }

    /// Whether a core that a validator ever joined holds a snapshot up to an epoch.
    fn is_held(&self, number: ValidatorNumber, until: Epoch) -> Answer<bool, R> {
        for slasher in self.validator(number)?.joined {
            if self.held_from(slasher)?.is_some_and(|from| from <= until) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// `withdraw_rewards`: everything that was earned through the last turn, or as many pieces of it as one claim walks.
    pub(super) fn withdraw_rewards(
        &mut self,
        delegator: &Address,
        number: ValidatorNumber,
    ) -> Answer<(), R> {
        let before = self.get(self.reads.delegation(delegator, number))?;
        let mut delegation = self.delegation(delegator, number)?;
        let amount = delegation.earned;
        if amount.is_zero() && delegation == before {
            let what = "reward";
            return Err(Refused::Rule(Refusal::Nothing { what }));
        }
        delegation.earned = Amount::ZERO;
        self.pool.owed = self.pool.owed.minus(amount)?;
        let hub = self.hub()?;
        self.pay(delegator, hub, amount);
        self.put_delegation(delegator, number, delegation);
        self.say(Event::RewardsPaid {
            delegator: delegator.clone(),
            validator: number,
            amount,
        });
        Ok(())
    }

    /// `withdraw_commission`: what an operator's validator has earned of its delegators' rewards.
    pub(super) fn withdraw_commission(&mut self, operator: &Address) -> Answer<(), R> {
        let (number, mut validator) = self.operated(operator)?;
        let amount = validator.earned;
        if amount.is_zero() {
            let what = "commission";
            return Err(Refused::Rule(Refusal::Nothing { what }));
        }
        validator.earned = Amount::ZERO;
        self.pool.owed = self.pool.owed.minus(amount)?;
        let hub = self.hub()?;
        self.pay(operator, hub, amount);
        self.put(number, validator);
        self.say(Event::CommissionPaid {
            validator: number,
            amount,
        });
        Ok(())
    }
}
