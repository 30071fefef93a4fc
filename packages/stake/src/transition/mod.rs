//! The verbs. Each file holds one, or those that differ only in who asks.

mod bond;
mod create_validator;
mod deposit;
mod drain;
mod draw;
mod enact;
mod fund;
mod hold;
mod operate;
mod priced;
mod redelegate;
mod slash;
mod snapshot;
mod tally;
mod turn;
mod unbond;
mod vote;
mod withdraw;

pub use create_validator::MAX_CANDIDATES_FACTOR;
pub use drain::MAX_DRAINED;

use crate::{
    work::{Answer, Work},
    Input, Now, Reads, Refused, Step,
};

/// The rule: what an input does to a pool. `Reads` cannot write, so every refusal precedes every write.
///
/// # Errors
/// [`Refused::Rule`] with the reason, [`Refused::Read`] when storage fails.
pub fn transition<R: Reads>(now: &Now, reads: &R, input: Input) -> Result<Step, Refused<R::Error>> {
    let mut work = Work::new(now, reads)?;
    act(&mut work, input)?;
    Ok(work.finish())
}

/// Every verb, in one match without wildcard: longer than a function should be, so that none can be forgotten.
fn act<R: Reads>(work: &mut Work<'_, R>, input: Input) -> Answer<(), R> {
    match input {
        Input::CreateValidator(candidacy) => work.create_validator(candidacy),
        Input::Bond {
            delegator,
            validator,
            quote,
            amount,
        } => work.bond(&delegator, validator, quote, amount),
        Input::Unbond {
            delegator,
            validator,
            token,
            amount,
        } => work.unbond(&delegator, validator, token, amount),
        Input::Redelegate {
            delegator,
            validator,
            to,
            token,
            amount,
        } => work.redelegate(&delegator, validator, to, token, amount),
        Input::WithdrawUnbonded {
            delegator,
            validator,
            token,
        } => work.withdraw_unbonded(&delegator, validator, token),
        Input::WithdrawRewards {
            delegator,
            validator,
        } => work.withdraw_rewards(&delegator, validator),
        Input::WithdrawCommission { operator } => work.withdraw_commission(&operator),
        Input::Fund {
            sender,
            amount,
            reserve,
        } => work.fund(&sender, amount, reserve),
        Input::Collect { holder, token } => work.collect_credit(holder, token),
        Input::SetParameters { parameters } => work.set_parameters(parameters),
        Input::Edit {
            operator,
            name,
            commission,
        } => work.edit(&operator, name, commission),
        Input::RotateVoteKey { operator, key } => work.rotate_vote_key(&operator, &key),
        Input::Leave { operator } => work.leave(&operator),
        Input::Unjail { operator } => work.unjail(&operator),
        Input::Snapshot { prices } => work.snapshot(&prices).map(drop),
        Input::Turn { caller, prices } => work.turn(&caller, &prices),
        Input::Slash(order) => work.slash(order),
        Input::Drain { caller, limit } => work.drain(&caller, limit),
        Input::Join { slasher, validator } => work.join(&slasher, validator),
        Input::Hold { slasher, snapshot } => work.hold(&slasher, snapshot),
        Input::Release {
            slasher,
            snapshot,
            at,
        } => work.release(&slasher, snapshot, at),
        Input::Propose {
            proposer,
            content,
            link,
            report,
            quote,
            amount,
        } => work.propose(deposit::Draft {
            proposer,
            content,
            link,
            report,
            quote,
            amount,
        }),
        Input::Deposit {
            depositor,
            proposal,
            token,
            amount,
            prices,
        } => work.deposit(&depositor, proposal, token, amount, &prices),
        Input::Vote {
            voter,
            proposal,
            validator,
            via,
            choice,
        } => work.vote(&voter, proposal, validator, &via, choice),
        Input::VoteAsValidator {
            operator,
            proposal,
            choice,
        } => work.vote_as_validator(&operator, proposal, choice),
        Input::Tally { caller, proposal } => work.tally(&caller, proposal),
        Input::Enact { caller, proposal } => work.enact(&caller, proposal),
        Input::Refund {
            depositor,
            proposal,
        } => work.refund(&depositor, proposal),
    }
}
