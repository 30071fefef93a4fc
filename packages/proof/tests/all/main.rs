//! The stories of this crate, one binary: they share a tree.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod forged;
mod model;
mod multi;
mod opening;
mod properties;
mod support;
