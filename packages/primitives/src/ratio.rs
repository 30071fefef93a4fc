use core::{cmp::Ordering, fmt};

use serde::{Deserialize, Serialize};

use crate::{wide, Amount, Malformed, Overflow};

/// A fraction in [0, 1] with a denominator that is not zero. It is compared by value: 1/2 equals 2/4.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Parts {
    numerator: u64,
    denominator: u64,
}

impl Ratio {
    /// Checks and wraps a fraction.
    ///
    /// # Errors
    /// [`Malformed::Range`] when the denominator is zero or less than the numerator.
    pub fn new(numerator: u64, denominator: u64) -> Result<Ratio, Malformed> {
        if denominator == 0 {
            let (what, max) = ("denominator", u128::from(u64::MAX));
            return Err(Malformed::Range {
                what,
                min: 1,
                max,
                actual: 0,
            });
        }
        if numerator > denominator {
            let (max, actual) = (denominator.into(), numerator.into());
            return Err(Malformed::Range {
                what: "numerator",
                min: 0,
                max,
                actual,
            });
        }
        Ok(Ratio {
            numerator,
            denominator,
        })
    }

    /// The part above the line.
    pub fn numerator(self) -> u64 {
        self.numerator
    }

    /// The part below the line, never zero.
    pub fn denominator(self) -> u64 {
        self.denominator
    }

    /// This share of `amount`, rounded down.
    ///
    /// # Errors
    /// None in practice: the result is at most `amount`. The quotient's type says so anyway.
    pub fn of(self, amount: Amount) -> Result<Amount, Overflow> {
        wide::multiply_divide(amount.0, self.numerator.into(), self.denominator.into()).map(Amount)
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        let (ours, theirs) = (self.denominator.into(), other.denominator.into());
        wide::compare_products(self.numerator.into(), theirs, other.numerator.into(), ours)
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Ratio) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ratio {}

impl TryFrom<Parts> for Ratio {
    type Error = Malformed;

    fn try_from(parts: Parts) -> Result<Ratio, Malformed> {
        Ratio::new(parts.numerator, parts.denominator)
    }
}

impl From<Ratio> for Parts {
    fn from(ratio: Ratio) -> Parts {
        Parts {
            numerator: ratio.numerator,
            denominator: ratio.denominator,
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}
