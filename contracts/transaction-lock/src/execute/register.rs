use cosmwasm_std::{DepsMut, Env, MessageInfo, QuerierWrapper, Response};
use tessera_contract_kit::address;
use tessera_lock::{Effect, Input, Reads, Refusal, Registration, Task, MAX_EFFECTS};
use tessera_primitives::{Amount, Asset, Coin, Denom, Standing};

use super::{roots::Roots, turn::Turn};
use crate::{state::Book, LockError};

/// What a registrant signs.
type Signed = (Task, Vec<Effect>, Vec<Effect>, Amount);

/// The registrant's funds go into escrow. The contract's part is what the rule cannot see: that addresses are of this
/// zone, and how the other zones stand. A token that is no contract does not answer when it is fetched; what is called
/// was asked for when it was linked.
pub fn register(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    (task, tx, reversal, tip): Signed,
) -> Result<Response, LockError> {
    // Limits first, so that no list makes the contract ask more than it should.
    task.check()?;
    for effects in [&tx, &reversal] {
        if effects.len() > MAX_EFFECTS {
            return Err(Refusal::Number {
                what: "effects of a leg",
                min: 0,
                max: MAX_EFFECTS,
                actual: effects.len(),
            }
            .into());
        }
    }
    let mut turn = Turn::begin(deps, env);
    turn.require_home()?;
    for effect in tx.iter().chain(&reversal) {
        check_addresses(&turn, effect)?;
    }
    let standings = standings(&turn.book, turn.querier, &task)?;
    turn.take(Input::Register(Registration {
        sender: address::of(&info.sender)?,
        task,
        tx,
        reversal,
        tip,
        sent: sent(&info)?,
        standings,
    }))?;
    turn.end()
}

fn check_addresses(turn: &Turn, effect: &Effect) -> Result<(), LockError> {
    for address in effect.addresses() {
        address::validate(turn.api, address)?;
    }
    Ok(())
}

/// How each zone but this one stands, in the order of the legs.
fn standings(
    book: &Book,
    querier: QuerierWrapper,
    task: &Task,
) -> Result<Vec<Standing>, LockError> {
    let place = book.place()?;
    let (own, _) = task
        .leg_of(&place.zone, &place.contract)
        .ok_or_else(|| Refusal::NotOurs {
            zone: place.zone.clone(),
            lock: place.contract.clone(),
        })?;
    let roots = Roots::new(querier);
    let others = task.others(own);
    others
        .map(|(_, leg)| roots.standing(book, &leg.zone))
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
