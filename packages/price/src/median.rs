use alloc::vec::Vec;
use core::cmp::Ordering;

use tessera_primitives::{wide, Price, Ratio};

/// The middle one in order of price; of an even number the lower of the two in the middle. None of none.
pub fn median(mut prices: Vec<Price>) -> Option<Price> {
    prices.sort_unstable();
    let middle = prices.len().checked_sub(1)? / 2;
    prices.get(middle).copied()
}

/// Whether a price is further from `base` than `max` of the base, exactly.
pub fn deviates(price: Price, base: Price, max: Ratio) -> bool {
    let distance = price.0.abs_diff(base.0);
    let (allowed, whole) = (max.numerator().into(), max.denominator().into());
    wide::compare_products(distance, whole, base.0, allowed) == Ordering::Greater
}

/// How far a price is from `base`, in ten-thousandths of the base, rounded up; `u64::MAX` where it does not fit.
pub fn basis_points(price: Price, base: Price) -> u64 {
    let distance = price.0.abs_diff(base.0);
    let points = wide::multiply_divide_up(distance, 10_000, base.0).unwrap_or(u128::MAX);
    u64::try_from(points).unwrap_or(u64::MAX)
}
