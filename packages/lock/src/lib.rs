//! The lock: tasks that several zones commit together or not at all.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod effect;
mod event;
pub mod evidence;
mod exposure;
mod input;
pub mod key;
pub mod memory;
pub mod outcome;
mod reads;
mod refusal;
mod sighted;
pub mod state;
mod step;
mod task;
mod transition;
mod verify;

pub use effect::{
    Effect, Instruction, Locking, Payout, MAX_ASSETS, MAX_CALL_FUNDS, MAX_EFFECTS, MAX_PAYLOAD,
};
pub use event::Event;
pub use input::{Input, Now, Registration, Sighting};
pub use reads::Reads;
pub use refusal::{Refusal, Refused};
pub use step::{in_batch, Step};
pub use task::{
    reversal_hash, tx_hash, Leg, Settlement, Task, TaskBody, MAX_BATCH, MAX_LEGS, MIN_LEGS,
};
pub use transition::transition;
