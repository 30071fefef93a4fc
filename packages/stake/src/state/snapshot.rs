use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use tessera_primitives::{wide::Wide, Amount, Price, Value, Weight};

use super::{Epoch, TokenNumber, ValidatorNumber};

/// A token's unit weight, exactly: `value / amount` a base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// The token.
    pub token: TokenNumber,
    /// The last price that is known of it. While prices are held it weighs by no more than it did before.
    pub price: Price,
    /// Whether it weighs: not past grace, unless too much had no price. While the token is leaving, less of it.
    pub priced: bool,
    /// What counts of its value: `min(V, m W)`.
    pub value: Value,
    /// What counted of it when it weighed last, while it does not.
    pub missed: Value,
    /// How much of it counts in the active set.
    pub amount: Amount,
}

impl Unit {
    /// The weight of an amount, rounded down.
    pub fn weigh(&self, amount: Amount) -> Weight {
        let weight =
            tessera_primitives::wide::multiply_divide(amount.0, self.value.0, self.amount.0);
        // Of no more than `amount` the weight is at most `value`; of nothing staked it is nothing.
        Weight(weight.unwrap_or(0))
    }
}

/// What counted in an epoch: one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The epoch.
    pub epoch: Epoch,
    /// The weight of all members (S, which is the capped total W but for rounding).
    pub total: Weight,
    /// Whether the prices are those of the snapshot before, because too much stake had none.
    pub held: bool,
    /// The last snapshot whose prices were its own: this one, unless they are held.
    pub steady: Epoch,
    /// The unit weights, by token.
    pub units: Vec<Unit>,
}

impl Snapshot {
    /// A token's unit weight.
    pub fn unit(&self, token: TokenNumber) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.token == token)
    }

    /// The weight of an amount: nothing for a token that it does not know.
    pub fn weigh(&self, token: TokenNumber, amount: Amount) -> Weight {
        self.unit(token)
            .map_or(Weight(0), |unit| unit.weigh(amount))
    }
}

/// A member of a snapshot: 20 bytes packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The validator.
    pub validator: ValidatorNumber,
    /// Its weight; never zero.
    pub weight: Weight,
}

/// A member's proposer priority where its snapshot's schedule begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Priority {
    /// The validator.
    pub validator: ValidatorNumber,
    /// The power that it had in the snapshot.
    pub power: i128,
    /// The priority.
    pub priority: i128,
}

/// Rewards per base unit of a token since the beginning, × 10³⁶.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// The token.
    pub token: TokenNumber,
    /// The sum.
    pub sum: Wide,
}

/// The indices of all tokens after an epoch's turn: one item an epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Indices(pub Vec<Index>);

impl Indices {
    /// A token's index.
    pub fn of(&self, token: TokenNumber) -> Wide {
        let found = self.0.iter().find(|index| index.token == token);
        found.map_or(Wide::ZERO, |index| index.sum)
    }

    pub(crate) fn set(&mut self, token: TokenNumber, sum: Wide) {
        match self.0.iter_mut().find(|index| index.token == token) {
            Some(index) => index.sum = sum,
            None => self.0.push(Index { token, sum }),
        }
    }
}
