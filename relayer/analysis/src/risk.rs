//! The security risk of proof of stake in one token and in many (mpos.txt V.B).
//!
//! The paper measures risk by the probability that the staked token's price is at or below the price p at which somebody can
//! afford an attack: `P(0 ≤ X ≤ p)` (equation 3), and for n tokens `P(0 ≤ X̃ ≤ p)` with `X̃ = ΣX_i` (equations 4 to 6). Its
//! tokens are independent, alike and normally distributed. Here they may differ, be correlated, have fat tails
//! ([`Law::StudentT`]) or be what a [`Series`] of real prices says, and a basket weighs each token by what is staked of it.
//!
//! # Two comparisons
//! The paper compares one token and n of them *at the same price* p (Proposition 1), and X̃ is then a thing that costs n times
//! as much. *Per unit of money* the basket is to be compared at n p: it is still the safer one for small p, by less, and
//! from [`turn`] on it is not. [`Comparison`] has both.
//!
//! # Attacks
//! [`Pool::buying`] and [`Pool::adding`] say what a third and two thirds of the weight cost at today's prices, with the caps
//! of the stake pool: buying stake that is there, or bonding more.

mod attack;
mod basket;
mod compare;
mod law;
mod picture;
mod series;

pub use attack::{Pool, Staked};
pub use basket::{Basket, Token};
pub use compare::{metcalfe, turn, Comparison, Metcalfe};
pub use law::Law;
pub use picture::{draw, Curve, Format, PictureError};
pub use series::Series;

/// Why a risk cannot be reckoned.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RiskError {
    /// A number that is none, or out of its range.
    #[error("{what} is {actual}, and must be {expected}")]
    Range {
        /// Which.
        what: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        actual: f64,
    },
    /// Lists that do not belong together.
    #[error("{what} are {actual}, and the tokens {expected}")]
    Count {
        /// Which list.
        what: &'static str,
        /// How many tokens there are.
        expected: usize,
        /// How many entries it has.
        actual: usize,
    },
    /// No prices can be correlated like this.
    #[error("the correlations contradict one another: {0}")]
    Correlations(String),
    /// A basket can be no riskier than this.
    #[error("no price has risk {risk}: the greatest is {greatest}")]
    Unreached {
        /// What was asked for.
        risk: f64,
        /// The risk of any price at all.
        greatest: f64,
    },
    /// A table of prices that cannot be read.
    #[error("line {line}: {reason}")]
    Table {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// Fewer prices than a deviation needs.
    #[error("{0} rows of prices: two or more are needed")]
    Short(usize),
    /// A stake that the pool could not hold.
    #[error("the stake is more than a pool holds")]
    Stake,
}

/// Refuses what is not finite or not in a range.
fn check(
    what: &'static str,
    expected: &'static str,
    actual: f64,
    holds: bool,
) -> Result<(), RiskError> {
    if holds && actual.is_finite() {
        Ok(())
    } else {
        Err(RiskError::Range {
            what,
            expected,
            actual,
        })
    }
}
