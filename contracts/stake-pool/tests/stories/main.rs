//! Stories of the pool, as its callers and as its attackers, with the real oracle and real tokens. What the rule decides is
//! tested where the rule is; here is what the doorway adds, and that every verb comes through it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod entries;
mod govern;
mod hostile;
mod owner;
mod prices;
mod query;
mod rewards;
mod slash;
mod stake;
mod validators;
mod world;
