use alloc::vec::Vec;

use tessera_primitives::{Address, Hash};

use super::{attempts, end, open_leg, pay, read, shown, tip_at_commit};
use crate::{
    outcome::{outcome, Outcome, Question},
    state::{LegState, Mark, Parameters, Terms, Write},
    task::{reversal_hash, tx_hash},
    Effect, Event, Now, Payout, Reads, Refusal, Refused, Sighting, Step, TaskBody,
};

/// `settle`: a committed leg ends as the evidence decides ([`outcome`]). The outcome is written first and cannot fail:
/// what cannot be paid out is owed.
pub(super) fn settle<R: Reads>(
    now: &Now,
    reads: &R,
    caller: Address,
    body: &TaskBody,
    sightings: &[Sighting],
) -> Result<Step, Refused<R::Error>> {
    let id = body.task.id();
    let states = [LegState::Committed, LegState::Conceded];
    let (mark, terms) = open_leg(reads, &id, &states, "committed or conceded")?;
    let parameters = read(reads.parameters())?;
    let question = Question {
        task: &body.task,
        own: terms.index,
        state: mark.state,
        seen: &terms.seen,
        height: now.height,
        fork_grace: parameters.fork_grace,
    };
    let decided = outcome(&question, sightings)?;
    let own = body.task.leg(terms.index);
    let own = own.ok_or(Refusal::NoLeg { leg: terms.index })?;
    let (state, effects, event) = match decided {
        Outcome::Concede => return Ok(concede(id, mark)),
        Outcome::Keep => (
            LegState::Kept,
            shown("tx", &body.tx, own.tx_hash, tx_hash)?,
            Event::Kept {
                task: id,
                caller: caller.clone(),
            },
        ),
        Outcome::Reverse => (
            LegState::Reversed,
            shown("reversal", &body.reversal, own.reversal_hash, reversal_hash)?,
            Event::Reversed {
                task: id,
                caller: caller.clone(),
            },
        ),
    };
    let registrant = read(reads.address(&terms.registrant))?;
    let payouts = effects
        .iter()
        .map(|effect| payout(effect, decided, &registrant));
    let mut instructions = attempts(id, parameters.payout_gas, payouts);
    let rest = terms.tip.minus(tip_at_commit(terms.tip));
    instructions.extend(pay(&parameters, &caller, rest.map_err(Refusal::from)?));
    let mut writes = end(id, Mark { state, ..mark }, &terms);
    writes.extend(free(now, reads, &parameters, &terms, body, decided)?);
    Ok(Step {
        writes,
        instructions,
        events: Vec::from([event]),
    })
}

/// Gives up keeping, provably. No money moves, so it earns nothing.
fn concede(task: Hash, mark: Mark) -> Step {
    let state = LegState::Conceded;
    Step {
        writes: Vec::from([Write::Mark(task, Mark { state, ..mark })]),
        instructions: Vec::new(),
        events: Vec::from([Event::Conceded { task }]),
    }
}

fn payout(effect: &Effect, outcome: Outcome, registrant: &Address) -> Payout {
    match effect {
        Effect::Transfer { asset, amount, to } => Payout::Transfer {
            asset: asset.clone(),
            amount: *amount,
            to: to.clone(),
        },
        Effect::Call {
            contract,
            payload,
            funds,
        } => {
            let (contract, registrant) = (contract.clone(), registrant.clone());
            let (payload, funds) = (payload.clone(), funds.clone());
            if outcome == Outcome::Keep {
                Payout::Unlock {
                    contract,
                    registrant,
                    payload,
                    funds,
                }
            } else {
                Payout::Reverse {
                    contract,
                    registrant,
                    payload,
                }
            }
        }
    }
}

/// What is no more at risk: reversed value at once, kept value later.
fn free<R: Reads>(
    now: &Now,
    reads: &R,
    parameters: &Parameters,
    terms: &Terms,
    body: &TaskBody,
    outcome: Outcome,
) -> Result<Vec<Write>, Refused<R::Error>> {
    let mut writes = Vec::new();
    for (_, leg) in body.task.others(terms.index) {
        for coin in &terms.funds {
            let Some(exposure) = read(reads.exposure(&leg.zone, &coin.asset))? else {
                continue;
            };
            let exposure = exposure.at(now.height, parameters.max_horizon);
            let exposure = match outcome {
                Outcome::Keep => exposure.keep(coin.amount),
                Outcome::Reverse | Outcome::Concede => exposure.reverse(coin.amount),
            };
            let (zone, asset) = (leg.zone.clone(), coin.asset.clone());
            writes.push(Write::Exposure(zone, asset, exposure));
        }
    }
    Ok(writes)
}
