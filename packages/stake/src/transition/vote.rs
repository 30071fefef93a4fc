use tessera_primitives::{Address, Weight};

use super::deposit::wrong_phase;
use crate::{
    state::{
        Ballot, Choice, Epoch, Phase, Proposal, ProposalNumber, Seat, Snapshot, Standing,
        ValidatorNumber, MAX_VIA,
    },
    work::{Answer, Work},
    Event, Reads, Refusal, Refused, Write,
};

impl<R: Reads> Work<'_, R> {
    /// `vote`: with what counted at a validator in the epoch when voting opened, wherever it went since. Nothing is copied
    /// when voting opens; a second vote takes the place of the first, so power that moved does not count twice.
    pub(super) fn vote(
        &mut self,
        voter: &Address,
        number: ProposalNumber,
        validator: ValidatorNumber,
        via: &[ValidatorNumber],
        choice: Choice,
    ) -> Answer<(), R> {
        refuse_via(via)?;
        let (mut proposal, epoch) = self.voting(number)?;
        let snapshot = self.get(self.reads.snapshot(epoch))?;
        let snapshot = snapshot.ok_or(Refusal::NoSnapshot { epoch })?;
        let none = Refusal::NoPower { validator, epoch };
        let weight = self.weight_in(epoch, validator)?.ok_or(none.clone())?;
        let power = self.power(voter, validator, via, &snapshot)?;
        if power.is_zero() {
            return Err(Refused::Rule(none));
        }
        let mut seat = self.get(self.reads.seat(number, validator))?;
        let before = self.get(self.reads.ballot(number, voter, validator))?;
        uncount(&mut proposal, &seat, weight)?;
        if let Some(before) = before {
            let votes = proposal.tally.of(before.choice);
            *votes = votes.minus(before.power)?;
            seat.direct = seat.direct.minus(before.power)?;
        }
        let votes = proposal.tally.of(choice);
        *votes = votes.plus(power)?;
        seat.direct = seat.direct.plus(power)?;
        count(&mut proposal, &seat, weight)?;
        self.write(Write::Ballot(
            number,
            voter.clone(),
            validator,
            Ballot { choice, power },
        ));
        self.write(Write::Seat(number, validator, seat));
        self.write(Write::Proposal(number, proposal));
        self.say(Event::Voted {
            proposal: number,
            voter: voter.clone(),
            validator,
            power: alloc::format!("{power}"),
        });
        Ok(())
    }

    /// `vote_as_validator`: with the weight in the snapshot less what its delegators voted themselves.
    pub(super) fn vote_as_validator(
        &mut self,
        operator: &Address,
        number: ProposalNumber,
        choice: Choice,
    ) -> Answer<(), R> {
        let (mut proposal, epoch) = self.voting(number)?;
        let (validator, known) = self.operated(operator)?;
        if known.standing == Standing::Tombstoned {
            return Err(Refused::Rule(Refusal::Standing {
                validator,
                expected: "not tombstoned",
                actual: known.standing.name(),
            }));
        }
        let none = Refusal::NoPower { validator, epoch };
        let weight = self.weight_in(epoch, validator)?.ok_or(none)?;
        let mut seat = self.get(self.reads.seat(number, validator))?;
        uncount(&mut proposal, &seat, weight)?;
        seat.choice = Some(choice);
        count(&mut proposal, &seat, weight)?;
        self.write(Write::Seat(number, validator, seat));
        self.write(Write::Proposal(number, proposal));
        self.say(Event::Voted {
            proposal: number,
            voter: operator.clone(),
            validator,
            power: alloc::format!("{}", rest(&seat, weight)),
        });
        Ok(())
    }

    fn voting(&self, number: ProposalNumber) -> Answer<(Proposal, Epoch), R> {
        let proposal = self.proposal(number)?;
        match proposal.phase {
            Phase::Voting { opened, until } if self.now < until => Ok((proposal, opened)),
            _ => Err(Refused::Rule(wrong_phase(number, "voting", &proposal))),
        }
    }

    pub(super) fn weight_in(
        &self,
        epoch: Epoch,
        validator: ValidatorNumber,
    ) -> Answer<Option<Weight>, R> {
        let members = self.get(self.reads.members(epoch))?;
        let member = members.iter().find(|member| member.validator == validator);
        Ok(member.map(|member| member.weight))
    }

    /// The weight of a voter's parts that counted at a validator, by the snapshot's units and after all slashes since.
    fn power(
        &self,
        voter: &Address,
        validator: ValidatorNumber,
        via: &[ValidatorNumber],
        snapshot: &Snapshot,
    ) -> Answer<Weight, R> {
        let mut power = Weight(0);
        for place in via.iter().copied() {
            let delegation = self.get(self.reads.delegation(voter, place))?;
            for part in &delegation.parts {
                if part.counts_at(place, snapshot.epoch) == Some(validator) {
                    let (worth, _) = self.worth(place, part)?;
                    power = power.plus(snapshot.weigh(part.token, worth))?;
                }
            }
        }
        Ok(power)
    }
}

fn refuse_via(via: &[ValidatorNumber]) -> Result<(), Refusal> {
    let twice = via.iter().enumerate().any(|(index, one)| {
        let mut later = via.iter().skip(index.saturating_add(1));
        later.any(|other| other == one)
    });
    if via.is_empty() || via.len() > MAX_VIA || twice {
        return Err(Refusal::Number {
            what: "delegations that vote",
            min: 1,
            max: MAX_VIA,
            actual: via.len(),
        });
    }
    Ok(())
}

/// What a validator's own vote counts: its weight less what its delegators voted, never below nothing.
pub(super) fn rest(seat: &Seat, weight: Weight) -> Weight {
    Weight(weight.0.saturating_sub(seat.direct.0))
}

pub(super) fn uncount(
    proposal: &mut Proposal,
    seat: &Seat,
    weight: Weight,
) -> Result<(), tessera_primitives::Overflow> {
    if let Some(choice) = seat.choice {
        let votes = proposal.tally.of(choice);
        *votes = votes.minus(rest(seat, weight))?;
    }
    Ok(())
}

fn count(
    proposal: &mut Proposal,
    seat: &Seat,
    weight: Weight,
) -> Result<(), tessera_primitives::Overflow> {
    if let Some(choice) = seat.choice {
        let votes = proposal.tally.of(choice);
        *votes = votes.plus(rest(seat, weight))?;
    }
    Ok(())
}
