//! Products of two `u128` in 256 bits, for comparisons and quotients that must not overflow.

use core::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::Overflow;

/// An unsigned number of 256 bits: `high * 2^128 + low`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    /// Nothing.
    pub const ZERO: Wide = Wide { high: 0, low: 0 };

    /// The sum.
    ///
    /// # Errors
    /// [`Overflow`] above 256 bits.
    pub fn plus(self, other: Wide) -> Result<Wide, Overflow> {
        let (low, carry) = self.low.overflowing_add(other.low);
        let high = self.high.checked_add(other.high);
        let high = high.and_then(|high| high.checked_add(u128::from(carry)));
        let high = high.ok_or(Overflow("wide sum"))?;
        Ok(Wide { high, low })
    }

    /// The difference.
    ///
    /// # Errors
    /// [`Overflow`] below zero.
    pub fn minus(self, other: Wide) -> Result<Wide, Overflow> {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        let high = self.high.checked_sub(other.high);
        let high = high.and_then(|high| high.checked_sub(u128::from(borrow)));
        let high = high.ok_or(Overflow("wide difference"))?;
        Ok(Wide { high, low })
    }

    /// The product.
    ///
    /// # Errors
    /// [`Overflow`] above 256 bits.
    pub fn times(self, factor: u128) -> Result<Wide, Overflow> {
        let high = multiply(self.high, factor);
        if high.high != 0 {
            return Err(Overflow("wide product"));
        }
        multiply(self.low, factor).plus(Wide {
            high: high.low,
            low: 0,
        })
    }

    /// The quotient, rounded down.
    ///
    /// # Errors
    /// [`Overflow`] when the divisor is zero.
    pub fn divided(self, divisor: u128) -> Result<Wide, Overflow> {
        let high = self.high.checked_div(divisor);
        let rest = self.high.checked_rem(divisor);
        let (high, rest) = high.zip(rest).ok_or(Overflow("wide quotient"))?;
        let low = Wide {
            high: rest,
            low: self.low,
        };
        let (low, _) = divide(low, divisor)?;
        Ok(Wide { high, low })
    }

    /// The number, if 128 bits hold it.
    ///
    /// # Errors
    /// [`Overflow`] above `u128::MAX`.
    pub fn narrow(self) -> Result<u128, Overflow> {
        match self.high {
            0 => Ok(self.low),
            _ => Err(Overflow("wide number")),
        }
    }
}

impl From<u128> for Wide {
    fn from(low: u128) -> Wide {
        Wide { high: 0, low }
    }
}

const HALF: u32 = 64;
const LOW_HALF: u128 = (1 << HALF) - 1;

/// `a * b`, exactly.
pub fn multiply(a: u128, b: u128) -> Wide {
    let (a_high, a_low) = (a >> HALF, a & LOW_HALF);
    let (b_high, b_low) = (b >> HALF, b & LOW_HALF);
    // Each product of halves is below 2^128 - 2^65 + 2, so one carry of 64 bits always fits.
    let low = a_low.wrapping_mul(b_low);
    let middle = a_high.wrapping_mul(b_low).wrapping_add(low >> HALF);
    let (middle, carry) = middle.overflowing_add(a_low.wrapping_mul(b_high));
    let high = a_high
        .wrapping_mul(b_high)
        .wrapping_add(middle >> HALF)
        .wrapping_add(u128::from(carry) << HALF);
    Wide {
        high,
        low: (middle << HALF) | (low & LOW_HALF),
    }
}

/// Compares `a * b` with `c * d`, exactly.
pub fn compare_products(a: u128, b: u128, c: u128, d: u128) -> Ordering {
    multiply(a, b).cmp(&multiply(c, d))
}

/// `3 * votes > 2 * total`, strictly: the quorum over weight that every protocol here uses.
pub fn is_quorum(votes: u128, total: u128) -> bool {
    compare_products(3, votes, 2, total) == Ordering::Greater
}

/// `a * b / divisor`, rounded down.
///
/// # Errors
/// [`Overflow`] when the divisor is zero or the quotient needs more than 128 bits.
pub fn multiply_divide(a: u128, b: u128, divisor: u128) -> Result<u128, Overflow> {
    divide(multiply(a, b), divisor).map(|(quotient, _)| quotient)
}

/// `a * b / divisor`, rounded up.
///
/// # Errors
/// [`Overflow`] when the divisor is zero or the quotient needs more than 128 bits.
pub fn multiply_divide_up(a: u128, b: u128, divisor: u128) -> Result<u128, Overflow> {
    let (quotient, remainder) = divide(multiply(a, b), divisor)?;
    if remainder == 0 {
        Ok(quotient)
    } else {
        quotient.checked_add(1).ok_or(Overflow("quotient"))
    }
}

/// Quotient and remainder, by long division bit for bit.
fn divide(number: Wide, divisor: u128) -> Result<(u128, u128), Overflow> {
    if divisor == 0 || number.high >= divisor {
        return Err(Overflow("quotient"));
    }
    let mut remainder = number.high;
    let mut quotient = 0u128;
    for bit in (0..u128::BITS).rev() {
        let carry = remainder >> 127;
        remainder = (remainder << 1) | ((number.low >> bit) & 1);
        quotient <<= 1;
        if carry == 1 || remainder >= divisor {
            // With the carry the true remainder is 2^128 larger, and still less than twice the divisor.
            remainder = remainder.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    Ok((quotient, remainder))
}
