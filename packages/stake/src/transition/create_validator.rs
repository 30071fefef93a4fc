use alloc::vec::Vec;

use tessera_primitives::{Amount, Overflow, Value, Weight};

use super::priced::{amounts, units, weight_of, Priced};
use crate::{
    input::Candidacy,
    state::{Holding, Parameters, Standing, Unit, Validator, ValidatorNumber, MAX_NAME},
    weigh::value_of,
    work::{Answer, Work},
    Event, Reads, Refusal, Refused, Write,
};

/// Candidates for each place in the active set: `turn` weighs all of them.
pub const MAX_CANDIDATES_FACTOR: usize = 2;

impl<R: Reads> Work<'_, R> {
    /// `create_validator`: with its own stake, worth at least `min_self_value` at the Fresh price: dust takes no place.
    pub(super) fn create_validator(&mut self, candidacy: Candidacy) -> Answer<(), R> {
        let operator = candidacy.operator.clone();
        if *candidacy.key.operator() != operator {
            return Err(Refused::Rule(Refusal::Possession { operator }));
        }
        if let Some(validator) = self.get(self.reads.validator_of(&operator))? {
            return Err(Refused::Rule(Refusal::OperatorTaken {
                operator,
                validator,
            }));
        }
        self.refuse_taken_key(&candidacy.key.key())?;
        refuse_name(&candidacy.name)?;
        if candidacy.commission > candidacy.max_commission {
            return Err(Refused::Rule(Refusal::Commission {
                max: candidacy.max_commission,
                actual: candidacy.commission,
            }));
        }
        let token = self.entering(candidacy.bond.token)?;
        self.refuse_entry(candidacy.bond)?;
        let price = candidacy.bond.price.unwrap_or_default();
        let actual = value_of(candidacy.amount, price, token.decimals);
        self.refuse_poor(actual)?;
        let number = self.pool.next_validator;
        self.pool.next_validator = number.saturating_add(1);
        let mut validator = Validator {
            operator: operator.clone(),
            standing: Standing::Candidate,
            commission: candidacy.commission,
            max_commission: candidacy.max_commission,
            max_change: candidacy.max_change,
            changed: self.now,
            as_of: self.epoch,
            paid: self.pool.turned,
            earned: Amount::ZERO,
            term: None,
            slashes: 0,
            leaked: 0,
            joined: alloc::vec::Vec::new(),
            holdings: alloc::vec::Vec::new(),
        };
        self.collect(&operator, token.asset, candidacy.amount);
        let mut delegation = self.get(self.reads.delegation(&operator, number))?;
        let (bond, amount) = (candidacy.bond.token, candidacy.amount);
        self.enter(
            number,
            &mut validator,
            &operator,
            &mut delegation,
            bond,
            amount,
        )?;
        self.stand(number, &validator)?;
        self.put(number, validator);
        self.put_delegation(&operator, number, delegation);
        self.write(Write::VoteKey(number, candidacy.key.key()));
        self.write(Write::Name(number, candidacy.name));
        self.say(Event::ValidatorCreated {
            validator: number,
            operator,
        });
        Ok(())
    }

    pub(super) fn refuse_poor(&self, actual: Value) -> Answer<(), R> {
        let min = self.get(self.reads.parameters())?.min_self_value;
        if actual < min {
            return Err(Refused::Rule(Refusal::SelfValue { min, actual }));
        }
        Ok(())
    }

    pub(super) fn refuse_taken_key(&self, key: &crate::evidence::VoteKey) -> Answer<(), R> {
        match self.get(self.reads.key_owner(key))? {
            Some(validator) => Err(Refused::Rule(Refusal::KeyTaken { validator })),
            None => Ok(()),
        }
    }

    /// Takes a place among the candidates: a free one, or that of the lightest if it is lighter. Ties go to the older, so
    /// nobody is displaced for nothing, and one with no stake left goes before any with some.
    pub(super) fn stand(
        &mut self,
        number: ValidatorNumber,
        validator: &Validator,
    ) -> Answer<(), R> {
        let parameters = self.get(self.reads.parameters())?;
        let places = usize::from(parameters.max_validators).saturating_mul(MAX_CANDIDATES_FACTOR);
        let mut candidates = self.get(self.reads.candidates())?;
        if candidates.len() >= places {
            let mut all = Vec::new();
            for candidate in &candidates {
                all.push((*candidate, self.validator(*candidate)?));
            }
            let standing = all.iter().map(|(_, standing)| standing);
            let units = self.prospects(&parameters, standing.chain([validator]))?;
            let mut lightest: Option<((Weight, bool), ValidatorNumber, Validator)> = None;
            for (candidate, standing) in all {
                let heft = heft(&standing, &units)?;
                // The younger of two as light: numbers grow with age's opposite.
                if lightest.as_ref().is_none_or(|(least, ..)| heft <= *least) {
                    lightest = Some((heft, candidate, standing));
                }
            }
            let own = heft(validator, &units)?;
            let Some((_, displaced, mut out)) = lightest.filter(|(least, ..)| *least < own) else {
                return Err(Refused::Rule(Refusal::CandidatesFull { places }));
            };
            candidates.retain(|candidate| *candidate != displaced);
            out.standing = Standing::Out;
            self.put(displaced, out);
            self.say(Event::CandidateOut {
                validator: displaced,
                reason: "displaced".into(),
            });
        }
        let after = candidates.iter().position(|candidate| *candidate > number);
        candidates.insert(after.unwrap_or(candidates.len()), number);
        self.write(Write::Candidates(candidates));
        Ok(())
    }

    /// The units that candidates and a newcomer would have with what is bonded to them, at the last snapshot's prices. Its own
    /// units will not do: of a token of which little counted then, any amount would weigh beyond its cap. A token whose price is
    /// silent weighs by the last one known: nobody loses a place to dust for as long as that lasts.
    fn prospects<'v>(
        &self,
        parameters: &Parameters,
        validators: impl Iterator<Item = &'v Validator> + Clone,
    ) -> Answer<Vec<Unit>, R> {
        let snapshot = self.get(self.reads.snapshot(self.pool.snapshot))?;
        let mut priced = Vec::new();
        for unit in snapshot.map(|snapshot| snapshot.units).unwrap_or_default() {
            let token = self.token(unit.token)?;
            priced.push(Priced {
                number: unit.token,
                known: unit.price,
                most: None,
                weighs: true,
                missed: unit.missed,
                left: token.left(self.now, parameters.leaving_period),
                token,
            });
        }
        let amounts = amounts(&priced, validators, bonded);
        Ok(units(&priced, &amounts)?)
    }
}

/// What weighs from the next epoch on.
fn bonded(holding: &Holding) -> Amount {
    holding.next
}

/// What a candidate's bonded stake weighs by these units, and whether there is any.
fn heft(validator: &Validator, units: &[Unit]) -> Result<(Weight, bool), Overflow> {
    let staked = validator
        .holdings
        .iter()
        .any(|holding| !holding.next.is_zero());
    Ok((weight_of(validator, units, bonded)?, staked))
}

pub(super) fn refuse_name(name: &str) -> Result<(), Refusal> {
    if crate::state::is_name(name) {
        return Ok(());
    }
    Err(Refusal::Name {
        max: MAX_NAME,
        actual: name.len(),
    })
}
