//! An inventory whose units can be reserved, kept and released: the example of a lockable contract.
//!
//! Read it to learn how to make something of yours part of a task on several zones. `inventory` is the whole rule, without
//! a chain; `execute/lockable.rs` is what a lock may say and what the contract answers; the rest is what every contract
//! here has. A README stands beside this crate.
//!
//! ```text
//!                Lock                         Unlock, with the price
//!    free ─────────────────► reserved ─────────────────────────────► taken
//!     ▲                         │                                      │
//!     ├────── Reverse, or ──────┘                                      │
//!     │  Unlock without the price (the money goes back)                │
//!     └────────────────────────────── Return ──────────────────────────┘
//! ```
//!
//! Invariants:
//! - each unit is in one place: of every item, `reserved` is the sum of its reservations, `taken` the sum of what is held;
//! - only a linked lock reserves; only the lock that reserved hands over or releases, also after its link was taken away;
//! - what was reserved can always be handed over or released, paused or not, whatever the owner stocked meanwhile;
//! - the contract has at least what it earned and was not withdrawn.

pub mod contract;
mod error;
mod execute;
pub mod inventory;
mod migrate;
mod query;
mod state;

pub use error::BookingError;
