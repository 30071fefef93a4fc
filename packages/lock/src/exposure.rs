//! Counting what is at risk, in one small item a zone and asset.

use tessera_primitives::{Amount, Height, Overflow};

use crate::state::Exposure;

impl Exposure {
    /// A cap under which nothing is at risk yet.
    pub fn new(max: Amount, now: Height) -> Exposure {
        Exposure {
            max,
            open: Amount::ZERO,
            held: Amount::ZERO,
            held_before: Amount::ZERO,
            since: now,
        }
    }

    /// The same at height `now`, with windows of `length` blocks: what was kept before the window before the running
    /// one is freed. Whatever is in `held` was added before `since + length`, since every addition comes after this.
    pub fn at(self, now: Height, length: u64) -> Exposure {
        let passed = now.since(self.since);
        let length = length.max(1);
        if passed < length {
            return self;
        }
        // Rounded down to whole windows, so that what is added next is counted for at least one whole window more.
        let since = Height(
            now.0
                .saturating_sub(passed.checked_rem(length).unwrap_or(0)),
        );
        let held_before = if passed < length.saturating_mul(2) {
            self.held
        } else {
            Amount::ZERO
        };
        Exposure {
            held: Amount::ZERO,
            held_before,
            since,
            ..self
        }
    }

    /// All that counts against the cap.
    ///
    /// # Errors
    /// [`Overflow`] above `u128::MAX`.
    pub fn at_risk(&self) -> Result<Amount, Overflow> {
        self.open.plus(self.held)?.plus(self.held_before)
    }

    /// All that counts against the cap, for people: a sum beyond 128 bits is told as the greatest.
    pub fn told_at_risk(&self) -> Amount {
        self.at_risk().unwrap_or(Amount(u128::MAX))
    }

    /// With `amount` committed.
    ///
    /// # Errors
    /// [`Overflow`] above `u128::MAX`.
    pub fn commit(self, amount: Amount) -> Result<Exposure, Overflow> {
        let open = self.open.plus(amount)?;
        Ok(Exposure { open, ..self })
    }

    /// With `amount` of what was committed kept: it counts for one to two windows more. It cannot fail, since settling
    /// cannot; a sum beyond 128 bits stays at the greatest, which only counts too much.
    pub fn keep(self, amount: Amount) -> Exposure {
        Exposure {
            held: Amount(self.held.0.saturating_add(amount.0)),
            ..self.reverse(amount)
        }
    }

    /// With `amount` of what was committed reversed: it is freed at once.
    pub fn reverse(self, amount: Amount) -> Exposure {
        Exposure {
            open: Amount(self.open.0.saturating_sub(amount.0)),
            ..self
        }
    }
}
