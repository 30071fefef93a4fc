use alloc::vec::Vec;

use tessera_primitives::{Amount, Price, Value, Weight};

use crate::{
    input::Quote,
    rotation,
    state::{
        Epoch, Holding, Member, Parameters, Snapshot, Term, Token, TokenNumber, Unit, Validator,
        ValidatorNumber,
    },
    weigh::{value_of, weigh, Stake},
    work::{Answer, Work},
    Event, Reads, Refusal, Refused, Write,
};

/// A token and the price that weighs it.
struct Priced {
    number: TokenNumber,
    token: Token,
    price: Price,
}

/// A candidate and its weight by the candidates' units.
struct Weighed {
    number: ValidatorNumber,
    validator: Validator,
    weight: Weight,
}

impl<R: Reads> Work<'_, R> {
    /// `snapshot`: what counts in this epoch. Whoever asks first takes it, and nobody can take another: what counts was
    /// fixed when the epoch began, and prices are medians over a window.
    pub(super) fn snapshot(&mut self, prices: &[Quote]) -> Answer<Snapshot, R> {
        if self.pool.snapshot == self.epoch {
            let known = self.get(self.reads.snapshot(self.epoch))?;
            let epoch = self.epoch;
            return Ok(known.ok_or(Refusal::NoSnapshot { epoch })?);
        }
        let parameters = self.get(self.reads.parameters())?;
        let last = self.get(self.reads.snapshot(self.pool.snapshot))?;
        self.let_tokens_go()?;
        let (priced, held) = self.priced(&parameters, prices, last.as_ref())?;
        let candidates = self.get(self.reads.candidates())?;
        let candidates: Vec<(ValidatorNumber, Validator)> = candidates
            .into_iter()
            .map(|number| Ok((number, self.validator(number)?)))
            .collect::<Answer<_, R>>()?;
        let units = units(&priced, candidates.iter().map(|(_, validator)| validator))?;
        let active = elect(&parameters, &priced, &units, candidates);
        // Caps are on the weight of those who are active.
        let units = self::units(&priced, active.iter().map(|active| &active.validator))?;
        let mut members: Vec<Member> = Vec::new();
        let mut total = Weight(0);
        for active in &active {
            let weight = weight_of(&active.validator, &units)?;
            if !weight.is_zero() {
                total = total.plus(weight)?;
                members.push(Member {
                    validator: active.number,
                    weight,
                });
            }
        }
        members.sort_unstable_by_key(|member| member.validator);
        let snapshot = Snapshot {
            epoch: self.epoch,
            total,
            held,
            units,
        };
        self.begin_terms(&active, &members)?;
        self.record(&parameters, snapshot.clone(), members)?;
        Ok(snapshot)
    }

    /// Tokens whose weight has decayed are not weighed any more.
    fn let_tokens_go(&mut self) -> Answer<(), R> {
        for number in self.pool.tokens.clone() {
            if self.token(number)?.has_left(self.now) {
                self.pool.tokens.retain(|other| *other != number);
                self.say(Event::TokenLeft { token: number });
            }
        }
        Ok(())
    }

    /// The price of each token: none past grace weighs nothing, unless such tokens held too much of the last snapshot: then
    /// all keep its prices, or an outage would sell the zone to the others.
    fn priced(
        &self,
        parameters: &Parameters,
        prices: &[Quote],
        last: Option<&Snapshot>,
    ) -> Answer<(Vec<Priced>, bool), R> {
        let mut priced = Vec::new();
        let (mut unpriced, mut whole) = (0u128, 0u128);
        for number in self.pool.tokens.iter().copied() {
            let token = self.token(number)?;
            let quote = prices.iter().find(|quote| quote.token == number);
            let quote = quote.ok_or(Refusal::PriceMissing { token: number })?;
            let quoted = quote.price.filter(|price| !price.is_zero());
            let before = last.and_then(|last| last.unit(number));
            let value = before.map_or(0, |unit| unit.value.0);
            whole = whole.saturating_add(value);
            if quoted.is_none() {
                unpriced = unpriced.saturating_add(value);
            }
            let price = token.decayed(
                quoted.unwrap_or_default(),
                self.now,
                parameters.leaving_period,
            );
            priced.push(Priced {
                number,
                token,
                price,
            });
        }
        let held = unpriced > parameters.max_unpriced.of(whole);
        if held {
            for priced in &mut priced {
                let before = last.and_then(|last| last.unit(priced.number));
                priced.price = before.map_or(Price::ZERO, |unit| unit.price);
            }
        }
        Ok((priced, held))
    }

    /// Who became a member or ceased to be one, or takes another commission than before, is that from this epoch on.
    fn begin_terms(&mut self, active: &[Weighed], members: &[Member]) -> Answer<(), R> {
        let is_member = |number| members.iter().any(|member| member.validator == number);
        let active = active.iter().filter(|active| is_member(active.number));
        for active in active {
            self.begin_term(active.number, &active.validator, true);
        }
        let before = self.get(self.reads.members(self.pool.snapshot))?;
        let gone = before.iter().filter(|old| !is_member(old.validator));
        for Member { validator, .. } in gone {
            let gone = self.validator(*validator)?;
            self.begin_term(*validator, &gone, false);
        }
        Ok(())
    }

    fn begin_term(&mut self, number: ValidatorNumber, validator: &Validator, active: bool) {
        let commission = validator.commission;
        let same = |old: Term| old.active == active && old.commission == commission;
        if !validator.term.is_some_and(same) {
            let term = Term {
                epoch: self.epoch,
                commission,
                active,
                earned: validator.earned,
            };
            self.begin(number, term);
        }
    }

    fn record(
        &mut self,
        parameters: &Parameters,
        snapshot: Snapshot,
        members: Vec<Member>,
    ) -> Answer<(), R> {
        let old = self.get(self.reads.priorities(self.pool.snapshot))?;
        let priorities = rotation::carry(&old, parameters.rotation, &members);
        self.say(Event::SnapshotTaken {
            epoch: self.epoch,
            members: u32::try_from(members.len()).unwrap_or(u32::MAX),
            total: alloc::format!("{}", snapshot.total),
            held: snapshot.held,
        });
        self.pool.snapshot = self.epoch;
        self.pool.held = snapshot.held;
        self.raise_horizon()?;
        self.write(Write::Priorities(self.epoch, priorities));
        self.write(Write::Members(self.epoch, members));
        self.write(Write::Snapshot(snapshot));
        Ok(())
    }

    /// The horizon follows time, as far as no core holds an earlier snapshot, and waits while a slash has yet to take: it
    /// must find the cells that it was accepted for.
    fn raise_horizon(&mut self) -> Answer<(), R> {
        if self.pool.drained != self.pool.slashes {
            return Ok(());
        }
        let mut horizon: Epoch = self.place.horizon_at(self.now);
        for slasher in self.pool.slashers.clone() {
            if let Some(from) = self.held_from(slasher)? {
                horizon = horizon.min(from);
            }
        }
        self.pool.horizon = self.pool.horizon.max(horizon);
        Ok(())
    }
}

/// The candidates with enough stake of their own, the heaviest first, ties to the older, as many as are active.
fn elect(
    parameters: &Parameters,
    priced: &[Priced],
    units: &[Unit],
    candidates: Vec<(ValidatorNumber, Validator)>,
) -> Vec<Weighed> {
    let own_value = |holding: &Holding| {
        let known = priced.iter().find(|priced| priced.number == holding.token);
        known.map_or(0, |known| {
            value_of(holding.own_counted, known.price, known.token.decimals).0
        })
    };
    let mut weighed: Vec<Weighed> = Vec::new();
    for (number, validator) in candidates {
        let own = validator.holdings.iter().map(own_value);
        let own = Value(own.fold(0, u128::saturating_add));
        let weight = weight_of(&validator, units).unwrap_or_default();
        if own >= parameters.min_self_value && !weight.is_zero() {
            weighed.push(Weighed {
                number,
                validator,
                weight,
            });
        }
    }
    weighed.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.number.cmp(&b.number)));
    weighed.truncate(parameters.max_validators.into());
    weighed
}

/// The unit weights of what validators hold together.
fn units<'a, E>(
    priced: &[Priced],
    validators: impl Iterator<Item = &'a Validator> + Clone,
) -> Result<Vec<Unit>, Refused<E>> {
    let mut stakes = Vec::new();
    let mut amounts = Vec::new();
    for priced in priced {
        let held = validators
            .clone()
            .map(|validator| validator.holding(priced.number).counted.0);
        let amount = Amount(held.fold(0, u128::saturating_add));
        amounts.push(amount);
        stakes.push(Stake {
            value: value_of(amount, priced.price, priced.token.decimals),
            max_share: priced.token.max_share,
        });
    }
    let weights = weigh(&stakes)?;
    let units = priced.iter().zip(amounts).zip(weights.counted);
    let units = units.map(|((priced, amount), value)| Unit {
        token: priced.number,
        price: priced.price,
        value,
        amount,
    });
    Ok(units.collect())
}

/// The weight of what counts of a validator.
fn weight_of(
    validator: &Validator,
    units: &[Unit],
) -> Result<Weight, tessera_primitives::Overflow> {
    let weights = units
        .iter()
        .map(|unit| unit.weigh(validator.holding(unit.token).counted));
    let mut weights = weights;
    weights.try_fold(Weight(0), Weight::plus)
}
