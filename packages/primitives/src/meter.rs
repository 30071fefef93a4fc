use serde::{Deserialize, Serialize};

use crate::{Amount, Overflow, Seconds, Timestamp};

/// A limit on how much may pass in a window of time: rate limits and throttles.
///
/// The window is fixed: it opens with the first use after the last one ended. So at most twice the limit passes in any
/// span as long as one window, which is what the limit's owner has to allow for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Meter {
    /// How much may pass in one window.
    pub limit: Amount,
    /// Length of a window.
    pub window: Seconds,
    /// When the current window opened.
    pub opened: Timestamp,
    /// How much has passed in it.
    pub used: Amount,
}

/// More was asked of a [`Meter`] than its window has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{asked} asked, {left} left until {until}")]
pub struct MeterFull {
    /// The amount asked for.
    pub asked: Amount,
    /// What the current window still allows.
    pub left: Amount,
    /// When the next window may open.
    pub until: Timestamp,
}

impl Meter {
    /// A meter that nothing has passed yet.
    pub fn new(limit: Amount, window: Seconds) -> Meter {
        Meter {
            limit,
            window,
            opened: Timestamp(0),
            used: Amount::ZERO,
        }
    }

    /// The meter after `amount` passed at `now`.
    ///
    /// # Errors
    /// [`MeterFull`] when the window has less left; an end of the window beyond the range of time counts as never.
    pub fn passed(self, now: Timestamp, amount: Amount) -> Result<Meter, MeterFull> {
        let until = self.opened.plus(self.window).unwrap_or(Timestamp(u64::MAX));
        let (opened, used) = if now >= until {
            (now, Amount::ZERO)
        } else {
            (self.opened, self.used)
        };
        let full = |until| MeterFull {
            asked: amount,
            left: Amount(self.limit.0.saturating_sub(used.0)),
            until,
        };
        let total: Result<Amount, Overflow> = used.plus(amount);
        match total {
            Ok(total) if total <= self.limit => Ok(Meter {
                opened,
                used: total,
                ..self
            }),
            _ => Err(full(
                opened.plus(self.window).unwrap_or(Timestamp(u64::MAX)),
            )),
        }
    }
}

/// A throttle: something of any size passes while the level is above zero, and may take it below; the level refills with
/// time. What waits is served in order, so a large thing delays what comes after it, and is never refused for its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// How far the level is below full.
    pub debt: Amount,
    /// When that was.
    pub at: Timestamp,
}

impl Throttle {
    /// The throttle at `now`: the debt falls by `allowance` a `period`, rounded down.
    pub fn refilled(self, now: Timestamp, allowance: Amount, period: Seconds) -> Throttle {
        let passed = now.0.saturating_sub(self.at.0);
        let whole = u128::from(period.0).saturating_mul(1_000_000_000).max(1);
        let refill = crate::wide::multiply_divide(allowance.0, passed.into(), whole);
        let debt = Amount(self.debt.0.saturating_sub(refill.unwrap_or(u128::MAX)));
        Throttle { debt, at: now }
    }

    /// The throttle after something passed: none while the level is at or below zero. An allowance of nothing holds
    /// nothing back, since nothing is there to protect.
    pub fn passed(self, allowance: Amount, cost: Amount) -> Option<Throttle> {
        let open = self.debt < allowance || allowance.is_zero();
        let debt = Amount(self.debt.0.saturating_add(cost.0));
        open.then_some(Throttle { debt, ..self })
    }
}
