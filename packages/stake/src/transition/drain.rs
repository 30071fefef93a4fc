use alloc::vec::Vec;

use tessera_primitives::{Address, Amount};

use crate::{
    state::{
        Cell, CellKey, Cursor, Parameters, Slash, TaggedKey, TokenNumber, Validator,
        ValidatorNumber, FOREVER,
    },
    work::{Answer, Work},
    Event, Reads, Refusal, Refused, Share,
};

/// Most items that one `drain` takes from: each is one of storage's, whatever the number of delegators.
pub const MAX_DRAINED: u32 = 100;

impl<R: Reads> Work<'_, R> {
    /// `drain`: accepted slashes take, first in, first out, an item at a time: first the validator's own cells that counted
    /// in the guilty epochs, then what was redelegated from them.
    pub(super) fn drain(&mut self, caller: &Address, limit: u32) -> Answer<(), R> {
        if !(1..=MAX_DRAINED).contains(&limit) {
            return Err(Refused::Rule(Refusal::Parameter {
                what: "limit",
                min: 1,
                max: MAX_DRAINED.into(),
                actual: limit.into(),
            }));
        }
        let parameters = self.get(self.reads.parameters())?;
        let mut done = 0u32;
        while done < limit && self.pool.drained < self.pool.slashes {
            let number = self.pool.drained.saturating_add(1);
            let slash = self.get(self.reads.slash(number))?;
            let missing = || Refusal::Missing {
                what: alloc::format!("slash {number}"),
            };
            let slash = slash.ok_or_else(missing)?;
            let Some(cursor) = self.cursor(&parameters, &slash, done)? else {
                break;
            };
            self.pool.cursor = self.take_at(&parameters, &slash, cursor)?;
            if self.pool.cursor.is_none() {
                self.pool.drained = number;
                self.say(Event::Drained { slash: number });
            }
            done = done.saturating_add(1);
        }
        if done == 0 {
            let what = "slash to drain";
            return Err(Refused::Rule(Refusal::Nothing { what }));
        }
        self.pay_pusher(caller, parameters.pay, done)
    }

    /// Where the slash goes on. It begins once it has passed the throttle: none while that holds it back, which is refused
    /// if nothing else was done.
    fn cursor(
        &mut self,
        parameters: &Parameters,
        slash: &Slash,
        done: u32,
    ) -> Answer<Option<Cursor>, R> {
        if let Some(cursor) = self.pool.cursor {
            return Ok(Some(cursor));
        }
        let billionths = |share: Share| Amount(share.billionths().into());
        let allowance = billionths(parameters.throttle_fraction);
        let period = parameters.throttle_period;
        let throttle = self.pool.throttle.refilled(self.now, allowance, period);
        match throttle.passed(allowance, billionths(slash.cost)) {
            Some(passed) => self.pool.throttle = passed,
            None if done > 0 => return Ok(None),
            None => {
                let debt = throttle.debt;
                return Err(Refused::Rule(Refusal::Throttled { debt, allowance }));
            }
        }
        Ok(Some(Cursor::Cells(CellKey {
            validator: slash.validator,
            until: slash.mark.from,
            token: 0,
        })))
    }

    /// Takes from the item at the cursor, and says where the next one is.
    fn take_at(
        &mut self,
        parameters: &Parameters,
        slash: &Slash,
        cursor: Cursor,
    ) -> Answer<Option<Cursor>, R> {
        match cursor {
            Cursor::Cells(from) => match self.get(self.reads.next_cells(&from))? {
                Some(key) => {
                    self.take_cells(parameters, slash, key)?;
                    Ok(Some(Cursor::Cells(after_cells(key))))
                }
                None => self.take_at(parameters, slash, Cursor::Tagged(first_tagged(slash))),
            },
            Cursor::Tagged(from) => match self.get(self.reads.next_tagged(&from))? {
                Some(key) => {
                    self.take_tagged(parameters, slash, key)?;
                    Ok(Some(Cursor::Tagged(after_tagged(key))))
                }
                None => {
                    self.reckon_own(slash.validator)?;
                    Ok(None)
                }
            },
        }
    }

    fn take_cells(
        &mut self,
        parameters: &Parameters,
        slash: &Slash,
        key: CellKey,
    ) -> Answer<(), R> {
        let mark = slash.mark;
        let cells = self.cells_now(key)?;
        let met = cells
            .0
            .into_iter()
            .filter(|cell| mark.meets(cell.from, key.until));
        for Cell { from, amount } in met.collect::<Vec<_>>() {
            let taken = Amount(mark.fraction.of(amount.0));
            self.lose(parameters, slash, key, from, taken)?;
        }
        Ok(())
    }

    /// Redelegated stake that counted in the guilty epochs pays where it is now.
    fn take_tagged(
        &mut self,
        parameters: &Parameters,
        slash: &Slash,
        key: TaggedKey,
    ) -> Answer<(), R> {
        let mark = slash.mark;
        if !mark.meets(key.source_from, key.source_until) {
            return Ok(());
        }
        let before = self.tagged(&key, mark.number.saturating_sub(1))?;
        let taken = Amount(mark.fraction.of(before.amount.0));
        let cells = CellKey {
            validator: key.validator,
            until: key.until,
            token: key.token,
        };
        self.lose(parameters, slash, cells, key.from, taken)?;
        let after = self.tagged(&key, mark.number)?;
        self.put_tagged(key, after);
        self.reckon_own(key.validator)
    }

    /// An amount leaves a cell, its validator's totals if it still counts, and is credited.
    fn lose(
        &mut self,
        parameters: &Parameters,
        slash: &Slash,
        key: CellKey,
        from: u32,
        taken: Amount,
    ) -> Answer<(), R> {
        if taken.is_zero() {
            return Ok(());
        }
        self.take(key, from, taken)?;
        let mut validator = self.validator(key.validator)?;
        let mut holding = validator.holding(key.token);
        if from <= self.epoch && self.epoch <= key.until {
            holding.counted = holding.counted.minus(taken)?;
        }
        if key.until == FOREVER {
            holding.next = holding.next.minus(taken)?;
        }
        validator.hold(holding);
        self.put(key.validator, validator);
        let reward = parameters.challenger_share.of_amount(taken);
        self.credit(Some(slash.reward_to.clone()), key.token, reward)?;
        self.forfeit(parameters, key.token, taken.minus(reward)?)?;
        self.say(Event::Taken {
            slash: slash.mark.number,
            token: key.token,
            amount: taken,
        });
        Ok(())
    }

    /// What nobody gets back: to the treasury, or to be burned. Vouchers are never burned.
    pub(super) fn forfeit(
        &mut self,
        parameters: &Parameters,
        token: TokenNumber,
        amount: Amount,
    ) -> Answer<(), R> {
        let voucher = self.token(token)?.is_voucher();
        let burned = parameters.burn && !voucher;
        let holder = (!burned).then(|| parameters.treasury.clone());
        self.credit(holder, token, amount)
    }

    /// What an operator's own stake at its validator is worth after slashes.
    fn reckon_own(&mut self, number: ValidatorNumber) -> Answer<(), R> {
        let mut validator: Validator = self.validator(number)?;
        let delegation = self.get(self.reads.delegation(&validator.operator, number))?;
        for mut holding in validator.holdings.clone() {
            (holding.own_counted, holding.own_next) = (Amount::ZERO, Amount::ZERO);
            for part in delegation
                .parts
                .iter()
                .filter(|part| part.token == holding.token)
            {
                let (worth, _) = self.worth(number, part)?;
                if part.from <= self.epoch && self.epoch <= part.until {
                    holding.own_counted = holding.own_counted.plus(worth)?;
                }
                if part.is_bonded() {
                    holding.own_next = holding.own_next.plus(worth)?;
                }
            }
            validator.hold(holding);
        }
        self.put(number, validator);
        Ok(())
    }
}

fn after_cells(key: CellKey) -> CellKey {
    match key.token.checked_add(1) {
        Some(token) => CellKey { token, ..key },
        None => CellKey {
            until: key.until.saturating_add(1),
            token: 0,
            ..key
        },
    }
}

fn first_tagged(slash: &Slash) -> TaggedKey {
    TaggedKey {
        source: slash.validator,
        source_until: slash.mark.from,
        source_from: 0,
        token: 0,
        validator: 0,
        from: 0,
        until: 0,
    }
}

/// The least key after one: `until` is the last field. [`FOREVER`] is its greatest value.
fn after_tagged(key: TaggedKey) -> TaggedKey {
    match key.until.checked_add(1) {
        Some(until) => TaggedKey { until, ..key },
        None => TaggedKey {
            from: key.from.saturating_add(1),
            until: 0,
            ..key
        },
    }
}
