use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use tessera_contract_api::transaction_lock::OwnLeg;
use tessera_contract_kit::address;
use tessera_lock::{
    due, require_sent, Effect, Input, Reads, Refusal, Registration, Task, MAX_BATCH, MAX_EFFECTS,
};
use tessera_primitives::{Amount, Asset, Coin, Denom, Standing};

use super::{roots::Roots, turn::Turn};
use crate::LockError;

/// The registrant's funds go into escrow. The contract's part is what the rule cannot see: that addresses are of this
/// zone, and how the other zones stand. A token that is no contract does not answer when it is fetched; what is called
/// was asked for when it was linked.
///
/// Each leg is a step of its own that sees those before it; what came along is divided among them as they are due.
pub fn register(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    legs: Vec<OwnLeg>,
) -> Result<Response, LockError> {
    // Limits first, so that no list makes the contract ask more than it should.
    Refusal::unless_within("tasks of a batch", 1, MAX_BATCH, legs.len())?;
    for leg in &legs {
        leg.task.check()?;
        for effects in [&leg.tx, &leg.reversal] {
            Refusal::unless_within("effects of a leg", 0, MAX_EFFECTS, effects.len())?;
        }
    }
    let mut turn = Turn::begin(deps, env);
    turn.require_home()?;
    let parameters = turn.book.parameters()?;
    let mut dues = Vec::new();
    for leg in &legs {
        for effect in leg.tx.iter().chain(&leg.reversal) {
            check_addresses(&turn, effect)?;
        }
        dues.push(due(&parameters, &leg.tx, leg.tip)?);
    }
    require_sent(&dues, &sent(&info)?)?;
    let sender = address::of(&info.sender)?;
    let mut roots = Roots::new(turn.querier);
    for (leg, sent) in legs.into_iter().zip(dues) {
        let standings = standings(&turn, &mut roots, &leg.task)?;
        let OwnLeg {
            task,
            tx,
            reversal,
            tip,
        } = leg;
        turn.take(Input::Register(Registration {
            sender: sender.clone(),
            task,
            tx,
            reversal,
            tip,
            sent,
            standings,
        }))?;
    }
    turn.end()
}

fn check_addresses(turn: &Turn, effect: &Effect) -> Result<(), LockError> {
    for address in effect.addresses() {
        address::validate(turn.api, address)?;
    }
    Ok(())
}

/// How each zone of a task but this one stands, in the order of the legs.
fn standings(turn: &Turn, roots: &mut Roots, task: &Task) -> Result<Vec<Standing>, LockError> {
    let place = turn.book.place()?;
    let (own, _) = task
        .leg_of(&place.zone, &place.contract)
        .ok_or_else(|| Refusal::NotOurs {
            zone: place.zone.clone(),
            lock: place.contract.clone(),
        })?;
    let others = task.others(own);
    others
        .map(|(_, leg)| roots.standing(&turn.book, &leg.zone))
        .collect()
}

fn sent(info: &MessageInfo) -> Result<Vec<Coin>, LockError> {
    let coins = info.funds.iter().map(|coin| {
        Ok(Coin {
            asset: Asset::Native(Denom::new(coin.denom.as_str())?),
            amount: Amount(coin.amount.u128()),
        })
    });
    coins.collect()
}
