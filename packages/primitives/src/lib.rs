//! Words that every crate of Tessera shares.
//!
//! Nothing here knows a protocol: newtypes whose constructors refuse what is malformed, canonical hashing, and
//! arithmetic that refuses instead of overflowing. Whatever holds one of these values may trust it.
//!
//! Invariants:
//! - a [`ZoneId`], [`Denom`], [`Address`] or [`CanonicalAddress`] that exists is well-formed, however it was made
//!   (deserialising goes through the same constructors);
//! - two different structures never have the same canonical bytes: see [`canonical`];
//! - no arithmetic wraps, truncates or panics; rounding says whom it favours.
//!
//! `no_std` with `alloc`, unless the feature `schema` asks for JSON schemas.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

extern crate alloc;

mod address;
mod amount;
mod asset;
mod bytes;
pub mod canonical;
pub mod fact;
mod hash;
mod height;
pub mod json;
mod malformed;
mod meter;
mod ratio;
mod root;
mod time;
pub mod wide;
mod zone;

pub use address::{Address, CanonicalAddress};
pub use amount::{Amount, Price, Value, Weight};
pub use asset::{Asset, Coin, Denom};
pub use bytes::Bytes;
pub use canonical::{Canonical, Reader, Writer};
pub use hash::Hash;
pub use height::Height;
pub use malformed::{Malformed, Overflow};
pub use meter::{Meter, MeterFull, Throttle};
pub use ratio::Ratio;
pub use root::{Closing, Fork, Root, Standing};
pub use time::{Seconds, Timestamp};
pub use zone::{ZoneId, ZoneStatus};
