//! Stories of the lock, one file a verb, as its caller and as its attacker, on zones with real proofs and headers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod batch;
mod commit;
mod end;
mod faulty;
mod fork;
mod govern;
mod hostile;
mod many;
mod register;
mod settle;
mod task;
mod walk;
mod world;
