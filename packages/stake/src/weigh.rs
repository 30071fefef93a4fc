//! Unit weights with caps (mpos.txt III.C, equation 1, and what it leaves open: one token must not count for everything).

use alloc::vec::Vec;

use tessera_primitives::{wide, Amount, Overflow, Price, Value};

use crate::Share;

/// A token's value counts for at most this: 16 of them, and their caps, fit in 128 bits. It is 10²⁷ units of the reference
/// currency, so only a price or supply that nobody pays reaches it; more weighs no more, and refuses nothing.
const MAX_VALUE: u128 = 1 << 113;

/// What a token brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stake {
    /// Its value (V), in micro-units.
    pub value: Value,
    /// How much of the resulting total it may be (m).
    pub max_share: Share,
}

/// What of each token's value counts, and how much it is together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weights {
    /// `min(V, m W)` of each, in the order given, rounded down.
    pub counted: Vec<Value>,
    /// The largest `W = Σ min(V, m W)`, rounded down.
    pub total: Value,
}

/// The value of an amount at a price, rounded down; at most [`MAX_VALUE`].
pub fn value_of(amount: Amount, price: Price, decimals: u8) -> Value {
    let value = Value::of(amount, price, decimals);
    value.map_or(Value(MAX_VALUE), |value| Value(value.0.min(MAX_VALUE)))
}

/// The largest W with `W = Σ min(V_i, m_i W)`.
///
/// Nothing is capped at first; `W = U / (1 - M)` with U the uncapped values and M the capped shares; each `V_i > m_i W` is
/// capped; again, until none is. A round caps at least one, so it ends after n. W only falls, and what is capped stays:
/// from `V_i > m_i W` for the newly capped follows `U' < (1 - M - M') W`, so `1 - M - M'` is above zero, exactly. W is kept
/// as the fraction U / (1 - M) and rounded once, down, at the end, as is each `m_i W`: the pool weighs nothing that is not
/// there, and the total is monotone in each value, since a floor of something monotone is.
///
/// # Errors
/// [`Overflow`] for values above those of [`value_of`].
pub fn weigh(stakes: &[Stake]) -> Result<Weights, Overflow> {
    let one = u128::from(Share::ONE.billionths());
    let mut capped: Vec<bool> = stakes.iter().map(|_| false).collect();
    loop {
        let mut uncapped = Value::ZERO;
        let mut room = one;
        for (stake, capped) in stakes.iter().zip(&capped) {
            if *capped {
                let share = u128::from(stake.max_share.billionths());
                room = room.checked_sub(share).ok_or(Overflow("shares"))?;
            } else {
                uncapped = uncapped.plus(stake.value)?;
            }
        }
        let mut grown = false;
        for (stake, capped) in stakes.iter().zip(capped.iter_mut()) {
            let share = u128::from(stake.max_share.billionths());
            // V > m U / (1 - M)
            let over = wide::multiply(stake.value.0, room) > wide::multiply(share, uncapped.0);
            if !*capped && over && share < one {
                *capped = true;
                grown = true;
            }
        }
        if grown {
            continue;
        }
        let counted = stakes.iter().zip(&capped).map(|(stake, capped)| {
            if !capped {
                return Ok(stake.value);
            }
            let share = stake.max_share.billionths().into();
            wide::multiply_divide(share, uncapped.0, room).map(Value)
        });
        return Ok(Weights {
            counted: counted.collect::<Result<_, Overflow>>()?,
            total: Value(wide::multiply_divide(uncapped.0, one, room)?),
        });
    }
}
