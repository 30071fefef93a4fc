//! `verify(tx, tx')` (reliable-ibc.txt IV.A): what a leg may do with what it brings.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use tessera_primitives::{Address, Amount, Asset, Coin};

use crate::{Effect, Refusal, MAX_ASSETS, MAX_EFFECTS, MAX_PAYLOAD};

/// The funds that a leg has to bring: the totals of its `tx`, which are those of its reversal, one entry an asset.
///
/// # Errors
/// [`Refusal::Number`], [`Refusal::NothingMoved`], [`Refusal::Payload`], [`Refusal::ToItself`],
/// [`Refusal::CallFunds`], [`Refusal::CalledTwice`], [`Refusal::OtherCalls`], [`Refusal::Unbalanced`],
/// [`Refusal::Overflow`].
pub(crate) fn funds(
    tx: &[Effect],
    reversal: &[Effect],
    own: &Address,
) -> Result<Vec<Coin>, Refusal> {
    for (what, effects) in [("tx", tx), ("reversal", reversal)] {
        Refusal::unless_within("effects of a leg", 0, MAX_EFFECTS, effects.len())?;
        for (index, effect) in effects.iter().enumerate() {
            check(what, index, effect, own)?;
        }
    }
    check_calls(tx, reversal)?;
    let (forwards, backwards) = (totals(tx)?, totals(reversal)?);
    Refusal::unless_within("assets of a leg", 0, MAX_ASSETS, forwards.len())?;
    let assets = forwards.iter().chain(&backwards).map(|coin| &coin.asset);
    for asset in assets {
        let (expected, actual) = (total_of(&forwards, asset), total_of(&backwards, asset));
        if expected != actual {
            let asset = asset.clone();
            return Err(Refusal::Unbalanced {
                asset,
                expected,
                actual,
            });
        }
    }
    Ok(forwards)
}

/// How much of an asset a list has.
pub(crate) fn total_of(coins: &[Coin], asset: &Asset) -> Amount {
    let found = coins.iter().find(|coin| coin.asset == *asset);
    found.map_or(Amount::ZERO, |coin| coin.amount)
}

/// Adds to a list that has one entry an asset.
pub(crate) fn add(coins: &mut Vec<Coin>, asset: &Asset, amount: Amount) -> Result<(), Refusal> {
    match coins.iter_mut().find(|coin| coin.asset == *asset) {
        Some(coin) => coin.amount = coin.amount.plus(amount)?,
        None => coins.push(Coin {
            asset: asset.clone(),
            amount,
        }),
    }
    Ok(())
}

/// The contracts that effects call, in order.
pub(crate) fn called(effects: &[Effect]) -> Vec<&Address> {
    let contract = |effect| match effect {
        &Effect::Transfer { .. } => None,
        Effect::Call { contract, .. } => Some(contract),
    };
    effects.iter().filter_map(contract).collect()
}

fn check(what: &'static str, effect: usize, of: &Effect, own: &Address) -> Result<(), Refusal> {
    match of {
        Effect::Transfer { amount, to, asset } => {
            let of_itself = matches!(asset, Asset::Cw20(token) if token == own);
            if to == own || of_itself {
                return Err(Refusal::ToItself { what, effect });
            }
            if amount.is_zero() {
                return Err(Refusal::NothingMoved { what, effect });
            }
        }
        Effect::Call {
            contract,
            payload,
            funds,
        } => {
            if contract == own {
                return Err(Refusal::ToItself { what, effect });
            }
            if payload.as_slice().len() > MAX_PAYLOAD {
                return Err(Refusal::Payload {
                    what,
                    effect,
                    max: MAX_PAYLOAD,
                    actual: payload.as_slice().len(),
                });
            }
            Refusal::unless_within("coins of a call", 0, crate::MAX_CALL_FUNDS, funds.len())?;
            check_call_funds(what, effect, funds)?;
        }
    }
    Ok(())
}

fn check_call_funds(what: &'static str, effect: usize, funds: &[Coin]) -> Result<(), Refusal> {
    let mut seen = Vec::new();
    for coin in funds {
        if coin.amount.is_zero() {
            return Err(Refusal::NothingMoved { what, effect });
        }
        // `lock` and `reverse` carry no funds, so a reversal's call has none to hand over.
        let native = matches!(coin.asset, Asset::Native(_));
        if !native || what == "reversal" || seen.contains(&&coin.asset) {
            return Err(Refusal::CallFunds {
                what,
                effect,
                asset: coin.asset.clone(),
            });
        }
        seen.push(&coin.asset);
    }
    Ok(())
}

/// Whatever `tx` locks, the reversal releases. A contract knows a reservation by its task, so it is called once.
fn check_calls(tx: &[Effect], reversal: &[Effect]) -> Result<(), Refusal> {
    let (forwards, backwards) = (called(tx), called(reversal));
    if forwards != backwards {
        return Err(Refusal::OtherCalls {
            expected: list(&forwards),
            actual: list(&backwards),
        });
    }
    let mut seen: Vec<&Address> = Vec::new();
    for contract in forwards {
        if seen.contains(&contract) {
            let contract = contract.clone();
            return Err(Refusal::CalledTwice { contract });
        }
        seen.push(contract);
    }
    Ok(())
}

/// What effects move, one entry an asset, what calls pay included.
///
/// # Errors
/// [`Refusal::Overflow`].
pub fn totals(effects: &[Effect]) -> Result<Vec<Coin>, Refusal> {
    let mut totals = Vec::new();
    for effect in effects {
        match effect {
            Effect::Transfer { asset, amount, .. } => add(&mut totals, asset, *amount)?,
            Effect::Call { funds, .. } => {
                for coin in funds {
                    add(&mut totals, &coin.asset, coin.amount)?;
                }
            }
        }
    }
    Ok(totals)
}

fn list(contracts: &[&Address]) -> String {
    if contracts.is_empty() {
        return "nothing".to_string();
    }
    let names: Vec<&str> = contracts.iter().map(|contract| contract.as_str()).collect();
    names.join(", ")
}
