use tessera_primitives::{Address, Weight};

use super::{deposit::wrong_phase, vote::uncount};
use crate::{
    state::{Parameters, Phase, Proposal, ProposalNumber, Standing, Tally},
    work::{Answer, Work},
    Reads, Refusal, Refused,
};

impl<R: Reads> Work<'_, R> {
    /// `tally`: counts the votes of a proposal whose voting is over, or revokes one that did not gather its deposit. Its
    /// cost grows with the members of one snapshot, never with those who voted.
    pub(super) fn tally(&mut self, caller: &Address, number: ProposalNumber) -> Answer<(), R> {
        let parameters = self.get(self.reads.parameters())?;
        let mut proposal = self.proposal(number)?;
        if !self.revoke_late(number, &mut proposal) {
            let (opened, until) = match proposal.phase {
                Phase::Voting { opened, until } if until <= self.now => (opened, until),
                _ => {
                    let expected = "voted to the end, or late with its deposits";
                    return Err(Refused::Rule(wrong_phase(number, expected, &proposal)));
                }
            };
            self.void_tombstoned(number, &mut proposal, opened)?;
            let snapshot = self.get(self.reads.snapshot(opened))?;
            let snapshot = snapshot.ok_or(Refusal::NoSnapshot { epoch: opened })?;
            let phase = match outcome(&parameters, &proposal.tally, snapshot.total) {
                Outcome::Accepted => Phase::Accepted {
                    at: until.max(self.now).plus(parameters.enact_delay)?,
                },
                Outcome::Rejected => Phase::Rejected,
                Outcome::Vetoed => Phase::Vetoed,
            };
            if phase == Phase::Vetoed {
                for (token, amount) in proposal.deposits.clone() {
                    self.forfeit(&parameters, token, amount)?;
                }
            }
            self.conclude(number, &mut proposal, phase);
        }
        self.pay_pusher(caller, parameters.pay, 1)
    }

    /// What a tombstoned validator voted for others is void; what its delegators voted themselves counts.
    fn void_tombstoned(
        &mut self,
        number: ProposalNumber,
        proposal: &mut Proposal,
        opened: u32,
    ) -> Answer<(), R> {
        for member in self.get(self.reads.members(opened))? {
            let seat = self.get(self.reads.seat(number, member.validator))?;
            if seat.choice.is_some()
                && self.validator(member.validator)?.standing == Standing::Tombstoned
            {
                uncount(proposal, &seat, member.weight)?;
            }
        }
        Ok(())
    }
}

/// How a vote ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted,
    Rejected,
    Vetoed,
}

/// The spec's order: too few votes reject, whatever they say; then a veto burns; then yes needs a third of all weight and
/// its threshold among those who took sides.
pub(crate) fn outcome(parameters: &Parameters, tally: &Tally, total: Weight) -> Outcome {
    let sum = |votes: &[Weight]| {
        votes
            .iter()
            .fold(0u128, |sum, votes| sum.saturating_add(votes.0))
    };
    let all = sum(&[tally.yes, tally.no, tally.abstain, tally.veto]);
    let sides = sum(&[tally.yes, tally.no, tally.veto]);
    if all == 0 || !parameters.quorum.reached(all, total.0) {
        return Outcome::Rejected;
    }
    if parameters.veto.reached(tally.veto.0, all) {
        return Outcome::Vetoed;
    }
    let third = tessera_primitives::wide::multiply(tally.yes.0, 3)
        > tessera_primitives::wide::Wide::from(total.0);
    if third && parameters.threshold.reached(tally.yes.0, sides) {
        return Outcome::Accepted;
    }
    Outcome::Rejected
}
