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
mod forged_shape;
mod forged_store;
mod model;
mod multi;
mod multi_forged;
mod opening;
mod properties;
mod recorded;
mod size;
mod support;
