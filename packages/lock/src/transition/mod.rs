//! One verb, one file.

mod claim;
mod commit;
mod govern;
mod lapse;
mod register;
mod reject;
mod settle;

pub use register::{due, require_sent};

use alloc::vec::Vec;

use tessera_primitives::{Amount, Asset, Coin, Hash};

use crate::{
    state::{LegState, Mark, Parameters, Terms, Write},
    verify, Effect, Input, Instruction, Now, Payout, Reads, Refusal, Refused, Step,
};

/// The rule: what an input does to a lock. `Reads` cannot write, so every refusal precedes every write.
///
/// # Errors
/// [`Refused::Rule`] with the reason, [`Refused::Read`] when storage fails.
pub fn transition<R: Reads>(now: &Now, reads: &R, input: Input) -> Result<Step, Refused<R::Error>> {
    match input {
        Input::Register(registration) => register::register(now, reads, registration),
        Input::Commit {
            caller,
            body,
            sightings,
        } => commit::commit(now, reads, caller, &body, &sightings),
        Input::CommitLocked { locking } => commit::commit_locked(now, reads, locking),
        Input::LockFailed { task } => Ok(commit::lock_failed(task)),
        Input::Reject {
            sender,
            task,
            sightings,
        } => reject::reject(now, reads, &sender, &task, &sightings),
        Input::Settle {
            caller,
            body,
            sightings,
        } => settle::settle(now, reads, caller, &body, &sightings),
        Input::PayoutFailed {
            task,
            effect,
            payout,
        } => claim::payout_failed(reads, task, effect, payout),
        Input::Lapse { task } => lapse::lapse(now, reads, task),
        Input::Claim { task, effect } => claim::claim(reads, task, effect),
        Input::LinkPeer {
            zone,
            contract,
            roots,
        } => govern::link_peer(reads, zone, contract, roots),
        Input::UnlinkPeer { zone } => govern::unlink_peer(reads, zone),
        Input::LinkTarget { contract } => Ok(govern::link_target(contract)),
        Input::UnlinkTarget { contract } => govern::unlink_target(reads, contract),
        Input::SetCap { zone, asset, max } => govern::set_cap(now, reads, zone, asset, max),
        Input::SetParameters { parameters } => govern::set_parameters(reads, parameters),
    }
}

/// Turns a failed read into a refusal of the step.
fn read<T, E>(result: Result<T, E>) -> Result<T, Refused<E>> {
    result.map_err(Refused::Read)
}

/// An open leg, which must be in one of some states.
fn open_leg<R: Reads>(
    reads: &R,
    task: &Hash,
    states: &[LegState],
    expected: &'static str,
) -> Result<(Mark, Terms), Refused<R::Error>> {
    let mark = read(reads.mark(task))?.ok_or(Refusal::Unknown { task: *task })?;
    if !states.contains(&mark.state) {
        let actual = mark.state.name();
        return Err(Refused::Rule(Refusal::State {
            task: *task,
            expected,
            actual,
        }));
    }
    let terms = read(reads.terms(task))?.ok_or(Refusal::Unknown { task: *task })?;
    Ok((mark, terms))
}

/// The share of a tip that a commit pays: half, rounded down. The odd unit goes to whoever settles.
fn tip_at_commit(tip: Amount) -> Amount {
    Amount(tip.0 / 2)
}

/// A payment in the fee's denom, unless it is of nothing.
fn pay(
    parameters: &Parameters,
    to: &tessera_primitives::Address,
    amount: Amount,
) -> Option<Instruction> {
    (!amount.is_zero()).then(|| Instruction::Pay {
        to: to.clone(),
        coin: Coin {
            asset: Asset::Native(parameters.fee_denom.clone()),
            amount,
        },
    })
}

/// What ending a leg writes, whatever its end.
fn end(task: Hash, mark: Mark, terms: &Terms) -> Vec<Write> {
    Vec::from([
        Write::Mark(task, mark),
        Write::ForgetTerms(task),
        Write::StopWaiting(terms.deadline, task),
    ])
}

/// Gas-limited payouts, numbered from 0.
fn attempts(task: Hash, gas: u64, payouts: impl IntoIterator<Item = Payout>) -> Vec<Instruction> {
    let numbered = (0u8..).zip(payouts);
    let attempt = numbered.map(|(effect, payout)| Instruction::Attempt {
        task,
        effect,
        payout,
        gas,
    });
    attempt.collect()
}

/// Ends a leg that was never committed: funds and the whole tip go back to its registrant.
fn refund<R: Reads>(
    reads: &R,
    task: Hash,
    state: LegState,
    terms: &Terms,
) -> Result<Step, Refused<R::Error>> {
    let parameters = read(reads.parameters())?;
    let registrant = read(reads.address(&terms.registrant))?;
    let mut coins = terms.funds.clone();
    if !terms.tip.is_zero() {
        let denom = Asset::Native(parameters.fee_denom.clone());
        verify::add(&mut coins, &denom, terms.tip)?;
    }
    let payouts = coins.into_iter().map(|coin| Payout::Transfer {
        asset: coin.asset,
        amount: coin.amount,
        to: registrant.clone(),
    });
    let mark = Mark {
        state,
        committed_at: tessera_primitives::Height(0),
    };
    Ok(Step {
        writes: end(task, mark, terms),
        instructions: attempts(task, parameters.payout_gas, payouts),
        events: Vec::new(),
    })
}

/// Effects that were shown, if they are the ones that the task names.
fn shown<'a>(
    what: &'static str,
    effects: &'a Option<Vec<Effect>>,
    expected: Hash,
    hash: fn(&[Effect]) -> Hash,
) -> Result<&'a [Effect], Refusal> {
    let effects = effects.as_ref().ok_or(Refusal::EffectsMissing { what })?;
    let actual = hash(effects);
    if actual == expected {
        Ok(effects)
    } else {
        Err(Refusal::EffectsHash {
            what,
            expected,
            actual,
        })
    }
}
