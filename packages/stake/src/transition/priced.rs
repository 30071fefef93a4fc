//! Unit weights of what validators hold: of what counts, for a snapshot, and of what is bonded, for places among candidates.

use alloc::vec::Vec;

use tessera_primitives::{Amount, Overflow, Price, Value, Weight};

use crate::{
    state::{Holding, Left, Token, TokenNumber, Unit, Validator},
    weigh::{value_of, weigh, Stake},
};

/// A token and what is known of its price.
pub struct Priced {
    pub number: TokenNumber,
    pub token: Token,
    /// The last price.
    pub known: Price,
    /// What it weighs by no more than, while prices are held.
    pub most: Option<Price>,
    /// Whether it weighs.
    pub weighs: bool,
    /// What counted of it in the last snapshot in which it weighed.
    pub missed: Value,
    /// What is left of the token's weight.
    pub left: Left,
}

impl Priced {
    pub fn value(&self, amount: Amount) -> Value {
        let price = self.most.map_or(self.known, |most| most.min(self.known));
        value_of(amount, self.left.of_price(price), self.token.decimals)
    }

    /// What an amount brings: nothing of a token that does not weigh.
    pub fn heard(&self, amount: Amount) -> Value {
        if self.weighs {
            self.value(amount)
        } else {
            Value::ZERO
        }
    }

    /// What an amount would bring if nothing were silent. What came to a silent token since it weighed last is not missed,
    /// nor what has left.
    pub fn expected(&self, amount: Amount) -> Value {
        let value = self.value(amount);
        if self.weighs {
            value
        } else {
            value.min(self.missed)
        }
    }
}

/// Which part of a holding is meant.
type Part = fn(&Holding) -> Amount;

/// What tokens bring, before caps.
pub fn stakes(
    priced: &[Priced],
    amounts: &[Amount],
    brings: fn(&Priced, Amount) -> Value,
) -> Vec<Stake> {
    let each = priced.iter().zip(amounts);
    let stakes = each.map(|(priced, amount)| Stake {
        value: brings(priced, *amount),
        max_share: priced.left.of_share(priced.token.max_share),
    });
    stakes.collect()
}

/// What validators hold together, of each token.
pub fn amounts<'a>(
    priced: &[Priced],
    validators: impl Iterator<Item = &'a Validator> + Clone,
    part: Part,
) -> Vec<Amount> {
    let amounts = priced.iter().map(|priced| {
        let held = validators
            .clone()
            .map(|validator| part(&validator.holding(priced.number)).0);
        Amount(held.fold(0, u128::saturating_add))
    });
    amounts.collect()
}

/// The unit weights of what is held.
pub fn units(priced: &[Priced], amounts: &[Amount]) -> Result<Vec<Unit>, Overflow> {
    let weights = weigh(&stakes(priced, amounts, Priced::heard))?;
    let units = priced.iter().zip(amounts).zip(weights.counted);
    let units = units.map(|((priced, amount), value)| Unit {
        token: priced.number,
        price: priced.known,
        priced: priced.weighs,
        value,
        missed: if priced.weighs {
            Value::ZERO
        } else {
            priced.missed
        },
        amount: *amount,
    });
    Ok(units.collect())
}

/// What a validator weighs by these units.
pub fn weight_of(validator: &Validator, units: &[Unit], part: Part) -> Result<Weight, Overflow> {
    let mut weights = units
        .iter()
        .map(|unit| unit.weigh(part(&validator.holding(unit.token))));
    weights.try_fold(Weight(0), Weight::plus)
}
