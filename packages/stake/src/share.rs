use core::fmt;

use serde::{Deserialize, Serialize};
use tessera_primitives::{
    json::{FromJson, Json, Unfit},
    wide, Amount, Malformed,
};

/// A fraction in [0, 1], in billionths: all fractions of the pool, since they are stored beside amounts, multiplied with
/// one another and summed. `Ratio`, exact and up to 16 bytes long, is for what is compared once.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "u32", into = "u32")]
pub struct Share(u32);

const BILLION: u32 = 1_000_000_000;

impl Share {
    /// Nothing.
    pub const ZERO: Share = Share(0);
    /// The least that is more than nothing.
    pub const LEAST: Share = Share(1);
    /// All.
    pub const ONE: Share = Share(BILLION);

    /// So many billionths.
    ///
    /// # Errors
    /// [`Malformed::Range`] above a billion.
    pub fn new(billionths: u32) -> Result<Share, Malformed> {
        if billionths > BILLION {
            return Err(Malformed::Range {
                what: "share",
                min: 0,
                max: BILLION.into(),
                actual: billionths.into(),
            });
        }
        Ok(Share(billionths))
    }

    /// So many per cent; all, for more than 100.
    pub const fn percent(percent: u32) -> Share {
        let billionths = percent.saturating_mul(BILLION / 100);
        Share(if billionths > BILLION {
            BILLION
        } else {
            billionths
        })
    }

    /// Billionths.
    pub fn billionths(self) -> u32 {
        self.0
    }

    /// This share of an amount, rounded down.
    pub fn of(self, amount: u128) -> u128 {
        // The quotient is at most the amount, so it fits.
        wide::multiply_divide(amount, self.0.into(), BILLION.into()).unwrap_or(amount)
    }

    /// What is left of an amount when this share is taken, rounded down.
    pub fn keeps(self, amount: u128) -> u128 {
        self.rest().of(amount)
    }

    /// One less this.
    pub fn rest(self) -> Share {
        Share(BILLION.saturating_sub(self.0))
    }

    /// The sum, at most one.
    pub fn plus(self, other: Share) -> Share {
        Share(self.0.saturating_add(other.0).min(BILLION))
    }

    /// The difference, at least nothing.
    pub fn minus(self, other: Share) -> Share {
        Share(self.0.saturating_sub(other.0))
    }

    /// Whether `part` is at least this share of `whole`, exactly.
    pub fn reached(self, part: u128, whole: u128) -> bool {
        wide::multiply(part, BILLION.into()) >= wide::multiply(whole, self.0.into())
    }

    /// This share of another, rounded down.
    pub fn part(self, other: Share) -> Share {
        let part = u64::from(self.0).saturating_mul(other.0.into());
        let part = part.checked_div(BILLION.into()).unwrap_or(0);
        Share(u32::try_from(part).unwrap_or(BILLION))
    }

    /// The share that a part is of a whole, rounded down: nothing of nothing, all where the part is greater.
    pub fn of_whole(part: u128, whole: u128) -> Share {
        let share = wide::multiply_divide(part, BILLION.into(), whole).unwrap_or(0);
        let share = u32::try_from(share).unwrap_or(BILLION);
        Share(share.min(BILLION))
    }

    /// This share of an amount, as an amount, rounded down.
    pub fn of_amount(self, amount: Amount) -> Amount {
        Amount(self.of(amount.0))
    }
}

impl TryFrom<u32> for Share {
    type Error = Malformed;

    fn try_from(billionths: u32) -> Result<Share, Malformed> {
        Share::new(billionths)
    }
}

impl From<Share> for u32 {
    fn from(share: Share) -> u32 {
        share.0
    }
}

impl FromJson for Share {
    fn from_json(json: Json) -> Result<Share, Unfit> {
        Ok(Share::new(u32::from_json(json)?)?)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} billionths", self.0)
    }
}
