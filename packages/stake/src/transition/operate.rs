//! What an operator decides.

use alloc::string::String;

use tessera_primitives::{Address, Seconds, Value};

use super::create_validator::refuse_name;
use crate::{
    evidence::ProvenKey,
    state::{Standing, ValidatorNumber, DAY},
    weigh::value_of,
    work::{Answer, Work},
    Event, Reads, Refusal, Refused, Share, Write,
};

impl<R: Reads> Work<'_, R> {
    /// `edit`: the commission changes by at most `max_change`, a day after it last did, from the next snapshot on.
    pub(super) fn edit(
        &mut self,
        operator: &Address,
        name: Option<String>,
        commission: Option<Share>,
    ) -> Answer<(), R> {
        let (number, mut validator) = self.operated(operator)?;
        if let Some(actual) = commission {
            let max = validator.max_commission;
            if actual > max {
                return Err(Refused::Rule(Refusal::Commission { max, actual }));
            }
            let change = actual
                .minus(validator.commission)
                .plus(validator.commission.minus(actual));
            let since = validator.changed.plus(Seconds(DAY))?;
            if change > validator.max_change || self.now < since {
                return Err(Refused::Rule(Refusal::CommissionChange {
                    max: validator.max_change,
                    since,
                    actual: change,
                }));
            }
            validator.commission = actual;
            validator.changed = self.now;
        }
        if let Some(name) = name {
            refuse_name(&name)?;
            self.write(Write::Name(number, name));
        }
        self.say(Event::ValidatorEdited {
            validator: number,
            commission: validator.commission.billionths(),
        });
        self.put(number, validator);
        Ok(())
    }

    /// `rotate_vote_key`: cores take the new key with their next kernel. The old one leads to the validator for ever, so
    /// what it signs stays slashable.
    pub(super) fn rotate_vote_key(&mut self, operator: &Address, key: &ProvenKey) -> Answer<(), R> {
        let (number, _) = self.operated(operator)?;
        if key.operator() != operator {
            let operator = operator.clone();
            return Err(Refused::Rule(Refusal::Possession { operator }));
        }
        self.refuse_taken_key(&key.key())?;
        self.write(Write::VoteKey(number, key.key()));
        self.say(Event::VoteKeyRotated { validator: number });
        Ok(())
    }

    /// `leave`: out of the next snapshot.
    pub(super) fn leave(&mut self, operator: &Address) -> Answer<(), R> {
        let (number, mut validator) = self.operated(operator)?;
        if validator.standing != Standing::Candidate {
            return Err(Refused::Rule(Refusal::Standing {
                validator: number,
                expected: "a candidate",
                actual: validator.standing.name(),
            }));
        }
        validator.standing = Standing::Out;
        self.put(number, validator);
        self.step_down(number, "left")
    }

    /// A validator's place becomes free.
    pub(super) fn step_down(&mut self, number: ValidatorNumber, reason: &str) -> Answer<(), R> {
        let mut candidates = self.get(self.reads.candidates())?;
        candidates.retain(|candidate| *candidate != number);
        self.write(Write::Candidates(candidates));
        self.say(Event::CandidateOut {
            validator: number,
            reason: reason.into(),
        });
        Ok(())
    }

    /// `unjail`: back among the candidates, for who is out or was jailed long enough, on the same terms as a newcomer.
    pub(super) fn unjail(&mut self, operator: &Address) -> Answer<(), R> {
        let (number, mut validator) = self.operated(operator)?;
        match validator.standing {
            Standing::Out => {}
            Standing::Jailed { until } if until <= self.now => {}
            Standing::Jailed { until } => {
                let validator = number;
                return Err(Refused::Rule(Refusal::Jailed { validator, until }));
            }
            Standing::Candidate | Standing::Tombstoned => {
                return Err(Refused::Rule(Refusal::Standing {
                    validator: number,
                    expected: "jailed or out",
                    actual: validator.standing.name(),
                }));
            }
        }
        // What is condemned must not weigh again before it is taken.
        let marks = self.marks(number)?;
        if marks.iter().any(|mark| mark.number > self.pool.drained) {
            return Err(Refused::Rule(Refusal::Undrained { validator: number }));
        }
        // By the last snapshot's prices: to come back is no entry of stake.
        if let Some(snapshot) = self.get(self.reads.snapshot(self.pool.snapshot))? {
            let period = self.get(self.reads.parameters())?.leaving_period;
            let mut own = 0u128;
            for holding in &validator.holdings {
                let token = self.token(holding.token)?;
                let price = snapshot.unit(holding.token).map(|unit| unit.price);
                let left = token.left(self.now, period);
                let price = left.of_price(price.unwrap_or_default());
                let value = value_of(holding.own_next, price, token.decimals);
                own = own.saturating_add(value.0);
            }
            self.refuse_poor(Value(own))?;
        }
        validator.standing = Standing::Candidate;
        self.stand(number, &validator)?;
        self.put(number, validator);
        self.say(Event::CandidateBack { validator: number });
        Ok(())
    }
}
