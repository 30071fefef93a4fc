use alloc::{string::String, vec::Vec};

use tessera_primitives::{Address, Amount, Hash, Value};

use super::bond::refuse_unpriced;
use crate::{
    content::refuse_content,
    input::Quote,
    state::{Content, Phase, Proposal, ProposalNumber, Tally, TokenNumber, MAX_HELD, MAX_LINK},
    weigh::value_of,
    work::{Answer, Work},
    Event, Reads, Refusal, Refused, Share, Write,
};

/// Least share of `min_deposit` that a first deposit brings: spam costs something.
const FIRST: Share = Share::percent(10);

/// A proposal to be.
pub(super) struct Draft {
    pub proposer: Address,
    pub content: Content,
    pub link: String,
    pub report: Hash,
    pub quote: Quote,
    pub amount: Amount,
}

impl<R: Reads> Work<'_, R> {
    /// `propose`, with a first deposit.
    pub(super) fn propose(&mut self, draft: Draft) -> Answer<(), R> {
        if draft.link.len() > MAX_LINK {
            return Err(Refused::Rule(Refusal::TooLong {
                what: "link",
                max: MAX_LINK,
                actual: draft.link.len(),
            }));
        }
        refuse_content(self, &draft.content)?;
        let parameters = self.get(self.reads.parameters())?;
        let value = self.value(&draft.quote, draft.amount)?;
        let min = Value(FIRST.of(parameters.min_deposit.0));
        if value < min {
            let actual = value;
            return Err(Refused::Rule(Refusal::FirstDeposit { min, actual }));
        }
        let number = self.pool.next_proposal;
        self.pool.next_proposal = number.saturating_add(1);
        let until = self.now.plus(parameters.deposit_period)?;
        let proposal = Proposal {
            proposer: draft.proposer.clone(),
            content: draft.content,
            link: draft.link,
            report: draft.report,
            phase: Phase::Deposit { until },
            deposits: Vec::new(),
            tally: Tally::default(),
        };
        self.say(Event::Proposed {
            proposal: number,
            proposer: draft.proposer.clone(),
            until,
        });
        let (token, amount) = (draft.quote.token, draft.amount);
        self.support(
            number,
            proposal,
            &draft.proposer,
            token,
            amount,
            &[draft.quote],
        )
    }

    /// `deposit`: all deposits are valued anew; at `min_deposit` voting opens.
    pub(super) fn deposit(
        &mut self,
        depositor: &Address,
        number: ProposalNumber,
        token: TokenNumber,
        amount: Amount,
        prices: &[Quote],
    ) -> Answer<(), R> {
        let proposal = self.proposal(number)?;
        match proposal.phase {
            Phase::Deposit { until } if self.now < until => {}
            _ => {
                return Err(Refused::Rule(wrong_phase(
                    number,
                    "gathering deposits",
                    &proposal,
                )))
            }
        }
        self.support(number, proposal, depositor, token, amount, prices)
    }

    fn support(
        &mut self,
        number: ProposalNumber,
        mut proposal: Proposal,
        depositor: &Address,
        token: TokenNumber,
        amount: Amount,
        prices: &[Quote],
    ) -> Answer<(), R> {
        if amount.is_zero() {
            return Err(Refused::Rule(Refusal::Zero));
        }
        let entering = self.entering(token)?;
        let missing = Refusal::PriceMissing { token };
        let quote = prices.iter().find(|quote| quote.token == token);
        refuse_unpriced(*quote.ok_or(missing)?)?;
        if !proposal.content.mends_prices() {
            self.refuse_held()?;
        }
        let parameters = self.get(self.reads.parameters())?;
        let gathered = add(&mut proposal.deposits, token, amount)?;
        if gathered.0 > MAX_HELD {
            return Err(Refused::Rule(Refusal::TooMuch {
                token,
                max: Amount(MAX_HELD),
                actual: gathered,
            }));
        }
        let mut own = self.get(self.reads.deposits(number, depositor))?;
        add(&mut own, token, amount)?;
        let mut value = 0u128;
        for (token, amount) in proposal.deposits.iter().copied() {
            let quote = prices.iter().find(|quote| quote.token == token);
            let quote = quote.ok_or(Refusal::PriceMissing { token })?;
            value = value.saturating_add(self.value(quote, amount)?.0);
        }
        self.collect(depositor, entering.asset, amount);
        self.write(Write::Deposits(number, depositor.clone(), Some(own)));
        self.say(Event::Deposited {
            proposal: number,
            depositor: depositor.clone(),
            token,
            amount,
        });
        if value >= parameters.min_deposit.0 {
            let opened = self.epoch;
            if self.pool.snapshot != opened {
                return Err(Refused::Rule(Refusal::NoSnapshot { epoch: opened }));
            }
            let until = self.now.plus(parameters.voting_period)?;
            proposal.phase = Phase::Voting { opened, until };
            self.say(Event::VotingOpened {
                proposal: number,
                epoch: opened,
                until,
            });
        }
        self.write(Write::Proposal(number, proposal));
        Ok(())
    }

    /// What a deposit is worth: nothing once its token is leaving, or while it has no Fresh price.
    fn value(&self, quote: &Quote, amount: Amount) -> Answer<Value, R> {
        let token = self.token(quote.token)?;
        let price = quote.price.filter(|_| token.leaving.is_none());
        Ok(value_of(amount, price.unwrap_or_default(), token.decimals))
    }

    pub(super) fn proposal(&self, number: ProposalNumber) -> Answer<Proposal, R> {
        let proposal = self.get(self.reads.proposal(number))?;
        Ok(proposal.ok_or(Refusal::UnknownProposal { proposal: number })?)
    }

    /// `refund`: a depositor's deposits on a proposal that was not vetoed are credited. A proposal whose deposit period is
    /// over is revoked by it, if nobody has said so.
    pub(super) fn refund(&mut self, depositor: &Address, number: ProposalNumber) -> Answer<(), R> {
        let mut proposal = self.proposal(number)?;
        self.revoke_late(number, &mut proposal);
        if !proposal.phase.refunds() {
            return Err(Refused::Rule(wrong_phase(
                number,
                "at an end without a veto",
                &proposal,
            )));
        }
        let deposits = self.get(self.reads.deposits(number, depositor))?;
        if deposits.is_empty() {
            let what = "deposit";
            return Err(Refused::Rule(Refusal::Nothing { what }));
        }
        for (token, amount) in deposits {
            self.credit(Some(depositor.clone()), token, amount)?;
        }
        self.write(Write::Deposits(number, depositor.clone(), None));
        self.say(Event::Refunded {
            proposal: number,
            depositor: depositor.clone(),
        });
        Ok(())
    }

    /// Revokes a proposal that did not gather its deposit in time; says whether it did.
    pub(super) fn revoke_late(&mut self, number: ProposalNumber, proposal: &mut Proposal) -> bool {
        match proposal.phase {
            Phase::Deposit { until } if until <= self.now => {
                self.conclude(number, proposal, Phase::Revoked);
                true
            }
            _ => false,
        }
    }

    pub(super) fn conclude(
        &mut self,
        number: ProposalNumber,
        proposal: &mut Proposal,
        phase: Phase,
    ) {
        proposal.phase = phase;
        self.write(Write::Proposal(number, proposal.clone()));
        self.say(Event::Concluded {
            proposal: number,
            phase: phase.name().into(),
        });
    }
}

pub(super) fn wrong_phase(
    proposal: ProposalNumber,
    expected: &'static str,
    known: &Proposal,
) -> Refusal {
    let actual = known.phase.name();
    Refusal::Phase {
        proposal,
        expected,
        actual,
    }
}

/// Adds a deposit, and says how much of its token there is then.
fn add(
    deposits: &mut Vec<(TokenNumber, Amount)>,
    token: TokenNumber,
    amount: Amount,
) -> Result<Amount, tessera_primitives::Overflow> {
    if let Some((_, sum)) = deposits.iter_mut().find(|(other, _)| *other == token) {
        *sum = sum.plus(amount)?;
        return Ok(*sum);
    }
    deposits.push((token, amount));
    Ok(amount)
}
