use alloc::vec::Vec;

use tessera_primitives::{Amount, Value, Weight};

use super::priced::{amounts, stakes, units, weight_of, Priced};
use crate::{
    input::Quote,
    rotation,
    state::{
        Epoch, Holding, Member, Parameters, SlashNumber, Snapshot, Term, Unit, Validator,
        ValidatorNumber,
    },
    weigh::weigh,
    work::{Answer, Work},
    Event, Reads, Refusal, Refused, Share, Write,
};

/// Most undrained slashes that a snapshot looks through; the horizon waits while there are more.
const MAX_AWAITED: SlashNumber = 64;

/// What weighs in this epoch.
fn counted(holding: &Holding) -> Amount {
    holding.counted
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
        let mut priced = self.priced(&parameters, prices, last.as_ref())?;
        let candidates = self.get(self.reads.candidates())?;
        let candidates: Vec<(ValidatorNumber, Validator)> = candidates
            .into_iter()
            .map(|number| Ok((number, self.validator(number)?)))
            .collect::<Answer<_, R>>()?;
        let all = candidates.iter().map(|(_, validator)| validator);
        let amounts = amounts(&priced, all, counted);
        let held = is_outage(parameters.max_unpriced, &priced, &amounts)?;
        let mut steady = self.epoch;
        if let Some(last) = last.as_ref().filter(|_| held) {
            steady = last.steady;
            let before = self.get(self.reads.snapshot(steady))?;
            for priced in &mut priced {
                // No more than was known then, and no more than is known now: else who buys what has fallen meanwhile
                // would weigh by what it had been worth. What fell for a while is not kept down.
                let unit = before
                    .as_ref()
                    .and_then(|before| before.unit(priced.number));
                priced.most = unit.map(|unit| unit.price);
                priced.weighs = last.unit(priced.number).is_some_and(|unit| unit.priced);
            }
        }
        let units = units(&priced, &amounts)?;
        let active = elect(&parameters, &priced, &units, candidates);
        // Caps are on the weight of those who are active.
        let all = active.iter().map(|active| &active.validator);
        let amounts = self::amounts(&priced, all, counted);
        let units = self::units(&priced, &amounts)?;
        let mut members: Vec<Member> = Vec::new();
        let mut total = Weight(0);
        for active in &active {
            let weight = weight_of(&active.validator, &units, counted)?;
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
            steady,
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

    /// The price of each token: one past grace weighs nothing.
    fn priced(
        &self,
        parameters: &Parameters,
        prices: &[Quote],
        last: Option<&Snapshot>,
    ) -> Answer<Vec<Priced>, R> {
        let mut priced = Vec::new();
        for number in self.pool.tokens.iter().copied() {
            let token = self.token(number)?;
            let quote = prices.iter().find(|quote| quote.token == number);
            let quote = quote.ok_or(Refusal::PriceMissing { token: number })?;
            let quoted = quote.price.filter(|price| !price.is_zero());
            let before = last.and_then(|last| last.unit(number));
            let known = quoted.or(before.map(|unit| unit.price));
            let known = known.unwrap_or_default();
            priced.push(Priced {
                number,
                known,
                most: None,
                weighs: quoted.is_some(),
                missed: before.map_or(Value::ZERO, |unit| match unit.priced {
                    true => unit.value,
                    false => unit.missed,
                }),
                left: token.left(self.now, parameters.leaving_period),
                token,
            });
        }
        Ok(priced)
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

    /// The horizon follows time, as far as no core holds an earlier snapshot, and no slash that has yet to take may meet an
    /// earlier epoch: it must find the cells that it was accepted for.
    fn raise_horizon(&mut self) -> Answer<(), R> {
        let undrained = self.pool.slashes.saturating_sub(self.pool.drained);
        if undrained > MAX_AWAITED {
            return Ok(());
        }
        let mut horizon: Epoch = self.place.horizon_at(self.now);
        for number in self.pool.drained..self.pool.slashes {
            if let Some(slash) = self.get(self.reads.slash(number.saturating_add(1)))? {
                horizon = horizon.min(slash.mark.from);
            }
        }
        for slasher in self.pool.slashers.clone() {
            if let Some(from) = self.held_from(slasher)? {
                horizon = horizon.min(from);
            }
        }
        self.pool.horizon = self.pool.horizon.max(horizon);
        Ok(())
    }
}

/// Whether too much has no price: tokens that held too much when they weighed last, or whose silence makes the whole fall too
/// much. It falls by more than they had where they are what caps are measured against. Then all tokens keep the last
/// snapshot's prices, or an outage would sell the zone to the others, and so would small ones one after another: what fell
/// silent before is missed until its price is back, though it is not weighed again.
fn is_outage<E>(most: Share, priced: &[Priced], amounts: &[Amount]) -> Result<bool, Refused<E>> {
    if priced.iter().all(|priced| priced.weighs) {
        return Ok(false);
    }
    let (mut whole, mut silent) = (0u128, 0u128);
    for (priced, amount) in priced.iter().zip(amounts) {
        if priced.weighs {
            whole = whole.saturating_add(priced.missed.0);
        } else {
            let missed = priced.expected(*amount).0;
            whole = whole.saturating_add(missed);
            silent = silent.saturating_add(missed);
        }
    }
    if silent > most.of(whole) {
        return Ok(true);
    }
    let whole = weigh(&stakes(priced, amounts, Priced::expected))?.total;
    let heard = weigh(&stakes(priced, amounts, Priced::heard))?.total;
    Ok(heard.0 < most.keeps(whole.0))
}

/// The candidates with enough stake of their own, the heaviest first, ties to the older, as many as are active. Own stake
/// without a price is judged by its last: an outage of one small token unseats nobody.
fn elect(
    parameters: &Parameters,
    priced: &[Priced],
    units: &[Unit],
    candidates: Vec<(ValidatorNumber, Validator)>,
) -> Vec<Weighed> {
    let own_value = |holding: &Holding| {
        let known = priced.iter().find(|priced| priced.number == holding.token);
        known.map_or(0, |known| known.value(holding.own_counted).0)
    };
    let mut weighed: Vec<Weighed> = Vec::new();
    for (number, validator) in candidates {
        let own = validator.holdings.iter().map(own_value);
        let own = Value(own.fold(0, u128::saturating_add));
        let weight = weight_of(&validator, units, counted).unwrap_or_default();
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
