use core::fmt;

use serde::{Deserialize, Serialize};

use crate::Overflow;

/// A block height of one zone, from 1. Zero means "no block yet" and is used only where a document says so.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Height(pub u64);

impl Height {
    /// The height `blocks` later.
    ///
    /// # Errors
    /// [`Overflow`] above `u64::MAX`.
    pub fn plus(self, blocks: u64) -> Result<Height, Overflow> {
        self.0
            .checked_add(blocks)
            .map(Height)
            .ok_or(Overflow("height"))
    }

    /// The height `blocks` earlier.
    ///
    /// # Errors
    /// [`Overflow`] below zero.
    pub fn minus(self, blocks: u64) -> Result<Height, Overflow> {
        self.0
            .checked_sub(blocks)
            .map(Height)
            .ok_or(Overflow("height"))
    }

    /// How many blocks lie between `earlier` and this height; zero when it is not earlier.
    pub fn since(self, earlier: Height) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
