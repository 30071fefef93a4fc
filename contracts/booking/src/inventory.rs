//! The rule, without a chain: where the units of an item are, and how they move.

use serde::{Deserialize, Serialize};
use tessera_primitives::{Address, Amount};

/// An item: where its units are, and what one costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Units that can be reserved.
    pub free: u32,
    /// Units that tasks have reserved.
    pub reserved: u32,
    /// Units that somebody holds.
    pub taken: u32,
    /// Price of one unit.
    pub price: Amount,
    /// Who may book it: anyone when absent.
    pub reserved_for: Option<Address>,
}

/// Units set aside for a task. What it costs is fixed when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The item's name.
    pub item: String,
    /// How many units.
    pub units: u32,
    /// For whom.
    pub registrant: Address,
    /// What must be paid to take them.
    pub due: Amount,
}

/// Why units do not move.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was asked for.
    #[error("no units were asked for")]
    Nothing,
    /// More was asked for than there is.
    #[error("{asked} units asked, {there} are {place}")]
    Short {
        /// Where the units should be.
        place: &'static str,
        /// How many were asked for.
        asked: u32,
        /// How many there are.
        there: u32,
    },
    /// The item is for somebody else.
    #[error("this item can be booked by {expected}, not by {actual}")]
    NotForYou {
        /// Who may book it.
        expected: Address,
        /// Who tried.
        actual: Address,
    },
    /// The price that the registrant agreed to is not the inventory's.
    #[error("{units} units cost {expected}, and {actual} was offered")]
    Price {
        /// How many units.
        units: u32,
        /// What they cost now.
        expected: Amount,
        /// What the booking offers.
        actual: Amount,
    },
    /// A number that does not fit.
    #[error("too many {0}")]
    Overflow(&'static str),
}

impl Item {
    /// Sets units aside for `registrant`, who offers `price` for all of them.
    ///
    /// # Errors
    /// [`Refusal`], whichever is first: none asked, not theirs to book, too few free, another price.
    pub fn reserve(self, registrant: &Address, units: u32, price: Amount) -> Result<Item, Refusal> {
        if units == 0 {
            return Err(Refusal::Nothing);
        }
        if let Some(expected) = &self.reserved_for {
            if expected != registrant {
                return Err(Refusal::NotForYou {
                    expected: expected.clone(),
                    actual: registrant.clone(),
                });
            }
        }
        let free = take("free", self.free, units)?;
        let expected = self.price_of(units)?;
        if price != expected {
            return Err(Refusal::Price {
                units,
                expected,
                actual: price,
            });
        }
        let reserved = put("reserved", self.reserved, units)?;
        Ok(Item {
            free,
            reserved,
            ..self
        })
    }

    /// Hands over what was reserved.
    ///
    /// # Errors
    /// None for a reservation that was made: the places have room, since their sum never grows.
    pub fn hand_over(self, units: u32) -> Result<Item, Refusal> {
        Ok(Item {
            reserved: take("reserved", self.reserved, units)?,
            taken: put("taken", self.taken, units)?,
            ..self
        })
    }

    /// Makes free what was reserved.
    ///
    /// # Errors
    /// None for a reservation that was made.
    pub fn release(self, units: u32) -> Result<Item, Refusal> {
        Ok(Item {
            reserved: take("reserved", self.reserved, units)?,
            free: put("free", self.free, units)?,
            ..self
        })
    }

    /// Makes free what was taken, out of `held` units of one holder. Says what they still hold.
    ///
    /// # Errors
    /// [`Refusal::Nothing`], [`Refusal::Short`].
    pub fn give_back(self, held: u32, units: u32) -> Result<(Item, u32), Refusal> {
        if units == 0 {
            return Err(Refusal::Nothing);
        }
        let held = take("held", held, units)?;
        let item = Item {
            taken: take("taken", self.taken, units)?,
            free: put("free", self.free, units)?,
            ..self
        };
        Ok((item, held))
    }

    /// Stocks the item anew. Units that are reserved or taken stay where they are.
    ///
    /// # Errors
    /// [`Refusal::Overflow`] when all units together could not be counted, so that none of them could be stuck later.
    pub fn stock(
        self,
        free: u32,
        price: Amount,
        reserved_for: Option<Address>,
    ) -> Result<Item, Refusal> {
        put("units", put("units", self.reserved, self.taken)?, free)?;
        Ok(Item {
            free,
            price,
            reserved_for,
            ..self
        })
    }

    fn price_of(&self, units: u32) -> Result<Amount, Refusal> {
        let price = self.price.0.checked_mul(units.into());
        price
            .map(Amount)
            .ok_or(Refusal::Overflow("units for one price"))
    }
}

fn take(place: &'static str, there: u32, asked: u32) -> Result<u32, Refusal> {
    there.checked_sub(asked).ok_or(Refusal::Short {
        place,
        asked,
        there,
    })
}

fn put(place: &'static str, there: u32, more: u32) -> Result<u32, Refusal> {
    there.checked_add(more).ok_or(Refusal::Overflow(place))
}
