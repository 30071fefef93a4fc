use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use tessera_primitives::{Amount, Overflow};

use super::{Epoch, SlashNumber, TokenNumber, ValidatorNumber};

/// The key of a validator's cells that count through one epoch. In this order, so that a slash reads from its first epoch
/// on and no further back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CellKey {
    /// The validator.
    pub validator: ValidatorNumber,
    /// The last epoch in which they count (u).
    pub until: Epoch,
    /// The token.
    pub token: TokenNumber,
}

/// The sum of all parts of a validator and a token that count in the same epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The first epoch in which they count (a): 0 for all up to the horizon.
    pub from: Epoch,
    /// The sum: at least what the parts are worth, and more by at most a unit a part and slash.
    pub amount: Amount,
}

/// The cells under one [`CellKey`], by first epoch: one packed item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cells(pub Vec<Cell>);

impl Cells {
    /// All cells whose first epoch is at or below the horizon become one. Their sum saturates: it can only be of a token that
    /// mints without end, and others' exits must not fail by it.
    pub(crate) fn merge(&mut self, horizon: Epoch) {
        let old = self.0.iter().filter(|cell| cell.from <= horizon);
        let old = Amount(old.fold(0, |sum, cell| sum.saturating_add(cell.amount.0)));
        self.0.retain(|cell| cell.from > horizon);
        if !old.is_zero() {
            let merged = Cell {
                from: 0,
                amount: old,
            };
            self.0.insert(0, merged);
        }
    }

    pub(crate) fn add(&mut self, from: Epoch, amount: Amount) -> Result<(), Overflow> {
        match self.0.iter_mut().find(|cell| cell.from == from) {
            Some(cell) => cell.amount = cell.amount.plus(amount)?,
            None => {
                let after = self.0.iter().position(|cell| cell.from > from);
                let place = after.unwrap_or(self.0.len());
                self.0.insert(place, Cell { from, amount });
            }
        }
        Ok(())
    }

    pub(crate) fn take(&mut self, from: Epoch, amount: Amount) -> Result<(), Overflow> {
        match self.0.iter_mut().find(|cell| cell.from == from) {
            Some(cell) => cell.amount = cell.amount.minus(amount)?,
            None if amount.is_zero() => {}
            None => return Err(Overflow("cell")),
        }
        self.0.retain(|cell| !cell.amount.is_zero());
        Ok(())
    }

    /// The sum of all.
    ///
    /// # Errors
    /// [`Overflow`] above 128 bits.
    pub fn total(&self) -> Result<Amount, Overflow> {
        let mut amounts = self.0.iter().map(|cell| cell.amount);
        amounts.try_fold(Amount::ZERO, Amount::plus)
    }
}

/// The key of redelegated stake, in the order in which a slash of its source finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TaggedKey {
    /// The validator at which it counted before.
    pub source: ValidatorNumber,
    /// The last epoch in which it did.
    pub source_until: Epoch,
    /// The first one.
    pub source_from: Epoch,
    /// The token.
    pub token: TokenNumber,
    /// The validator at which it counts since.
    pub validator: ValidatorNumber,
    /// The first epoch in which it does.
    pub from: Epoch,
    /// The last one.
    pub until: Epoch,
}

/// Redelegated stake of one key. It is part of the destination's cells too: this only finds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tagged {
    /// How much, after the slashes up to `settled`: never more than is there.
    pub amount: Amount,
    /// The number of the last slash that `amount` knows of.
    pub settled: SlashNumber,
}
