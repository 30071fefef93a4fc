//! A step in the making: what was read, as it will be written.

use alloc::{collections::BTreeMap, format, vec::Vec};

use tessera_primitives::{wide::Wide, Address, Amount, Asset, Timestamp};

use crate::{
    reward::PRECISION,
    state::{
        CellKey, Cells, Epoch, Indices, Mark, Place, Pool, Tagged, TaggedKey, Term, Token,
        TokenNumber, Validator, ValidatorNumber, HUB,
    },
    worth, Effect, Event, Now, Reads, Refusal, Refused, Step, Write,
};

/// What a fallible part of a verb answers.
pub(crate) type Answer<T, R> = Result<T, Refused<<R as Reads>::Error>>;

/// Storage as it will be after the step, and the step so far. Nothing is written before [`Work::finish`].
pub(crate) struct Work<'a, R: Reads> {
    pub reads: &'a R,
    pub now: Timestamp,
    pub epoch: Epoch,
    pub place: Place,
    pub pool: Pool,
    pub step: Step,
    before: Pool,
    validators: BTreeMap<ValidatorNumber, Validator>,
    terms: BTreeMap<ValidatorNumber, Term>,
    cells: BTreeMap<CellKey, Cells>,
    tagged: BTreeMap<TaggedKey, Option<Tagged>>,
    credits: BTreeMap<(Option<Address>, TokenNumber), Amount>,
}

impl<'a, R: Reads> Work<'a, R> {
    pub fn new(now: &Now, reads: &'a R) -> Answer<Work<'a, R>, R> {
        let place = reads.place().map_err(Refused::Read)?;
        let pool = reads.pool().map_err(Refused::Read)?;
        Ok(Work {
            reads,
            now: now.time,
            epoch: place.epoch_at(now.time),
            place,
            before: pool.clone(),
            pool,
            step: Step::default(),
            validators: BTreeMap::new(),
            terms: BTreeMap::new(),
            cells: BTreeMap::new(),
            tagged: BTreeMap::new(),
            credits: BTreeMap::new(),
        })
    }

    pub fn finish(mut self) -> Step {
        let writes = &mut self.step.writes;
        if self.pool != self.before {
            writes.push(Write::Pool(self.pool));
        }
        for (number, mut validator) in self.validators {
            validator.term = None;
            writes.push(Write::Validator(number, validator));
        }
        let terms = self.terms.into_iter();
        writes.extend(terms.map(|(number, term)| Write::Term(number, term)));
        for (key, cells) in self.cells {
            let some = (!cells.0.is_empty()).then_some(cells);
            writes.push(Write::Cells(key, some));
        }
        let tagged = self.tagged.into_iter();
        writes.extend(tagged.map(|(key, tagged)| Write::Tagged(key, tagged)));
        for ((holder, token), amount) in self.credits {
            writes.push(Write::Credit(holder, token, amount));
        }
        self.step
    }

    pub fn write(&mut self, write: Write) {
        self.step.writes.push(write);
    }

    pub fn say(&mut self, event: Event) {
        self.step.events.push(event);
    }

    pub fn get<T>(&self, result: Result<T, R::Error>) -> Answer<T, R> {
        result.map_err(Refused::Read)
    }

    pub fn token(&self, number: TokenNumber) -> Answer<Token, R> {
        let token = self.get(self.reads.token(number))?;
        Ok(token.ok_or(Refusal::UnknownToken { token: number })?)
    }

    /// A token that takes new stake: whitelisted, and not leaving.
    pub fn entering(&self, number: TokenNumber) -> Answer<Token, R> {
        let token = self.token(number)?;
        if token.leaving.is_some() || !self.pool.tokens.contains(&number) {
            return Err(Refused::Rule(Refusal::Leaving { token: number }));
        }
        Ok(token)
    }

    pub fn hub(&self) -> Answer<Asset, R> {
        Ok(self.token(HUB)?.asset)
    }

    /// A validator with its commission reckoned and its pending stake folded in: as it stands in this epoch.
    pub fn validator(&self, number: ValidatorNumber) -> Answer<Validator, R> {
        if let Some(validator) = self.validators.get(&number) {
            return Ok(validator.clone());
        }
        let validator = self.get(self.reads.validator(number))?;
        let unknown = Refusal::UnknownValidator { validator: number };
        let mut validator = validator.ok_or(unknown)?;
        let term = match self.terms.get(&number) {
            Some(term) => Some(*term),
            None => self.get(self.reads.term_at(number, Epoch::MAX))?,
        };
        if let Some(term) = term {
            validator.begin(term);
        }
        self.fold(&mut validator)?;
        Ok(validator)
    }

    /// A validator's term begins.
    pub fn begin(&mut self, number: ValidatorNumber, term: Term) {
        if let Some(validator) = self.validators.get_mut(&number) {
            validator.begin(term);
        }
        self.terms.insert(number, term);
    }

    pub fn put(&mut self, number: ValidatorNumber, validator: Validator) {
        self.validators.insert(number, validator);
    }

    /// What an operator runs.
    pub fn operated(&self, operator: &Address) -> Answer<(ValidatorNumber, Validator), R> {
        let number = self.get(self.reads.validator_of(operator))?;
        let sender = operator.clone();
        let number = number.ok_or(Refusal::NotOperator { sender })?;
        Ok((number, self.validator(number)?))
    }

    /// Commission through the last turn: after `paid` its term does not change, and what counts changes once, after
    /// `as_of`. Then this epoch's stake takes the place of the earlier one's.
    fn fold(&self, validator: &mut Validator) -> Answer<(), R> {
        let turned = self.pool.turned;
        if validator.paid < turned {
            let term = validator.term.filter(|term| term.active);
            if let Some(term) = term {
                let first = turned.min(validator.as_of).max(validator.paid);
                let at = [validator.paid, first, turned].map(|epoch| self.indices(epoch));
                let [paid, first, last] = at;
                let (paid, first, last) = (paid?, first?, last?);
                let mut gross = Wide::ZERO;
                for holding in &validator.holdings {
                    let token = holding.token;
                    let early = first.of(token).minus(paid.of(token))?;
                    let late = last.of(token).minus(first.of(token))?;
                    gross = gross.plus(early.times(holding.counted.0)?)?;
                    gross = gross.plus(late.times(holding.next.0)?)?;
                }
                let gross = gross.divided(PRECISION)?.narrow()?;
                let share = Amount(term.commission.of(gross));
                validator.earned = validator.earned.plus(share)?;
            }
            validator.paid = turned;
        }
        if validator.as_of < self.epoch {
            for holding in &mut validator.holdings {
                holding.counted = holding.next;
                holding.own_counted = holding.own_next;
            }
            validator.holdings.retain(|holding| !holding.next.is_zero());
            validator.as_of = self.epoch;
        }
        Ok(())
    }

    pub fn indices(&self, epoch: Epoch) -> Answer<Indices, R> {
        self.get(self.reads.indices(epoch))
    }

    pub fn marks(&self, validator: ValidatorNumber) -> Answer<Vec<Mark>, R> {
        self.get(self.reads.marks(validator))
    }

    /// Changes cells, with all up to the horizon merged first.
    fn cells(&mut self, key: CellKey) -> Answer<&mut Cells, R> {
        if !self.cells.contains_key(&key) {
            let mut cells = self.get(self.reads.cells(&key))?;
            cells.merge(self.pool.horizon);
            self.cells.insert(key, cells);
        }
        let missing = || Refusal::Missing {
            what: format!("{key:?}"),
        };
        Ok(self.cells.get_mut(&key).ok_or_else(missing)?)
    }

    pub fn cells_now(&mut self, key: CellKey) -> Answer<Cells, R> {
        Ok(self.cells(key)?.clone())
    }

    /// The first epoch that stake's cell says.
    fn first(&self, from: Epoch) -> Epoch {
        if from <= self.pool.horizon {
            0
        } else {
            from
        }
    }

    pub fn add(&mut self, key: CellKey, from: Epoch, amount: Amount) -> Answer<(), R> {
        let from = self.first(from);
        Ok(self.cells(key)?.add(from, amount)?)
    }

    pub fn take(&mut self, key: CellKey, from: Epoch, amount: Amount) -> Answer<(), R> {
        let from = self.first(from);
        Ok(self.cells(key)?.take(from, amount)?)
    }

    /// Redelegated stake, after all slashes numbered up to `limit`.
    pub fn tagged(&self, key: &TaggedKey, limit: u32) -> Answer<Tagged, R> {
        let known = match self.tagged.get(key) {
            Some(known) => *known,
            None => self.get(self.reads.tagged(key))?,
        };
        let mut tagged = known.unwrap_or(Tagged {
            amount: Amount::ZERO,
            settled: limit,
        });
        let own = self.marks(key.validator)?;
        let source = self.marks(key.source)?;
        let met = worth::met_by_tagged(key, tagged.settled, &own, &source);
        let met = met.iter().filter(|mark| mark.number <= limit);
        tagged.amount = worth::after(tagged.amount, met);
        tagged.settled = tagged.settled.max(limit);
        Ok(tagged)
    }

    pub fn put_tagged(&mut self, key: TaggedKey, tagged: Tagged) {
        let some = (!tagged.amount.is_zero()).then_some(tagged);
        self.tagged.insert(key, some);
    }

    pub fn forget_tagged(&mut self, key: TaggedKey) {
        self.tagged.insert(key, None);
    }

    pub fn credit(
        &mut self,
        holder: Option<Address>,
        token: TokenNumber,
        amount: Amount,
    ) -> Answer<(), R> {
        if amount.is_zero() {
            return Ok(());
        }
        let key = (holder, token);
        let before = match self.credits.get(&key) {
            Some(before) => *before,
            None => self.get(self.reads.credit(key.0.as_ref(), token))?,
        };
        // Only a hostile token has more than that: whoever holds it loses what is beyond, and no verb stops for it.
        let sum = Amount(before.0.saturating_add(amount.0));
        self.credits.insert(key, sum);
        Ok(())
    }

    pub fn collect(&mut self, from: &Address, asset: Asset, amount: Amount) {
        self.step.effects.push(Effect::Collect {
            from: from.clone(),
            asset,
            amount,
        });
    }

    pub fn pay(&mut self, to: &Address, asset: Asset, amount: Amount) {
        if !amount.is_zero() {
            self.step.effects.push(Effect::Pay {
                to: to.clone(),
                asset,
                amount,
            });
        }
    }

    /// Pays whoever pushes the pool along, as far as the reserve reaches.
    pub fn pay_pusher(&mut self, to: &Address, pay: Amount, times: u32) -> Answer<(), R> {
        let asked = pay.0.saturating_mul(times.into());
        let paid = Amount(asked.min(self.pool.reserve.0));
        self.pool.reserve = self.pool.reserve.minus(paid)?;
        let asset = self.hub()?;
        self.pay(to, asset, paid);
        Ok(())
    }

    /// The earliest snapshot that a slasher holds.
    pub fn held_from(&self, slasher: u16) -> Answer<Option<Epoch>, R> {
        let known = self.get(self.reads.slasher(slasher))?;
        if known.is_none_or(|slasher| slasher.revoked) {
            return Ok(None);
        }
        let holds = self.get(self.reads.holds(slasher))?;
        let open = holds.iter().filter(|hold| !hold.has_expired(self.now));
        Ok(open.map(|hold| hold.snapshot).min())
    }
}
