use tessera_primitives::{Address, Amount};

use crate::{
    input::Quote,
    state::{
        CellKey, Delegation, Part, Standing, TokenNumber, Validator, ValidatorNumber, FOREVER,
        MAX_BONDED_PARTS, MAX_HELD,
    },
    work::{Answer, Work},
    Event, Reads, Refusal, Refused,
};

impl<R: Reads> Work<'_, R> {
    /// `bond`: stake that counts from the next epoch on.
    pub(super) fn bond(
        &mut self,
        delegator: &Address,
        number: ValidatorNumber,
        quote: Quote,
        amount: Amount,
    ) -> Answer<(), R> {
        let token = self.entering(quote.token)?;
        self.refuse_entry(quote)?;
        let mut validator = self.validator(number)?;
        let takes = match validator.standing {
            Standing::Candidate => true,
            // Its operator may add to what it would come back with.
            Standing::Out | Standing::Jailed { .. } => *delegator == validator.operator,
            Standing::Tombstoned => false,
        };
        if !takes {
            return Err(Refused::Rule(Refusal::Standing {
                validator: number,
                expected: "a candidate",
                actual: validator.standing.name(),
            }));
        }
        let mut delegation = self.get(self.reads.delegation(delegator, number))?;
        self.claim(number, &mut delegation)?;
        self.tidy(number, &mut delegation)?;
        self.collect(delegator, token.asset, amount);
        self.enter(
            number,
            &mut validator,
            delegator,
            &mut delegation,
            quote.token,
            amount,
        )?;
        self.put(number, validator);
        self.put_delegation(delegator, number, delegation);
        Ok(())
    }

    /// What every entry needs: a Fresh price, and snapshots that have prices.
    pub(super) fn refuse_entry(&self, quote: Quote) -> Answer<(), R> {
        self.refuse_held()?;
        Ok(refuse_unpriced(quote)?)
    }

    /// While the last snapshot has the prices of an earlier one, entries wait.
    pub(super) fn refuse_held(&self) -> Answer<(), R> {
        if self.pool.held {
            let snapshot = self.pool.snapshot;
            return Err(Refused::Rule(Refusal::PricesHeld { snapshot }));
        }
        Ok(())
    }

    /// New stake at a validator. One part an epoch and token, however often it grows.
    pub(super) fn enter(
        &mut self,
        number: ValidatorNumber,
        validator: &mut Validator,
        delegator: &Address,
        delegation: &mut Delegation,
        token: TokenNumber,
        amount: Amount,
    ) -> Answer<(), R> {
        if amount.is_zero() {
            return Err(Refused::Rule(Refusal::Zero));
        }
        let from = self.epoch.saturating_add(1);
        let part = Part {
            token,
            raw: amount,
            from,
            until: FOREVER,
            settled: self.pool.slashes,
            paid: self.epoch,
            tag: None,
        };
        let own = *delegator == validator.operator;
        self.grow(number, validator, part, own)?;
        self.gather(number, delegation, part, MAX_BONDED_PARTS)?;
        self.say(Event::Bonded {
            delegator: delegator.clone(),
            validator: number,
            token,
            amount,
            from,
        });
        Ok(())
    }

    /// A bonded part's amount joins its validator's totals and cells.
    pub(super) fn grow(
        &mut self,
        number: ValidatorNumber,
        validator: &mut Validator,
        part: Part,
        own: bool,
    ) -> Answer<(), R> {
        validator.bond(part.token, part.raw, own)?;
        let held = validator.holding(part.token).next;
        if held.0 > MAX_HELD {
            return Err(Refused::Rule(Refusal::TooMuch {
                token: part.token,
                max: Amount(MAX_HELD),
                actual: held,
            }));
        }
        let key = CellKey {
            validator: number,
            until: FOREVER,
            token: part.token,
        };
        self.add(key, part.from, part.raw)
    }

    /// A part joins one that differs in nothing but the amount, or stands alone.
    pub(super) fn gather(
        &self,
        number: ValidatorNumber,
        delegation: &mut Delegation,
        part: Part,
        max: usize,
    ) -> Answer<(), R> {
        let parts = &mut delegation.parts;
        for other in parts.iter_mut() {
            // What a later slash would tell apart is apart already: both are up to date.
            let alike = Part {
                settled: other.settled,
                ..part
            };
            if other.is_like(&alike) && self.is_settled(number, other)? {
                other.raw = other.raw.plus(part.raw)?;
                other.settled = part.settled;
                return Ok(());
            }
        }
        if parts.len() >= max {
            return Err(Refused::Rule(Refusal::TooManyParts {
                validator: number,
                max,
                actual: parts.len().saturating_add(1),
            }));
        }
        parts.push(part);
        Ok(())
    }

    /// Whether no accepted slash is missing in a part's raw amount.
    fn is_settled(&self, number: ValidatorNumber, part: &Part) -> Answer<bool, R> {
        let (worth, frozen) = self.worth(number, part)?;
        Ok(worth == part.raw && !frozen)
    }
}

/// Whether a token has no Fresh price.
pub(super) fn refuse_unpriced(quote: Quote) -> Result<(), Refusal> {
    match quote.price {
        Some(price) if !price.is_zero() => Ok(()),
        _ => Err(Refusal::Unpriced { token: quote.token }),
    }
}
