//! Tasks that several zones commit together or not at all: the doorway to [`tessera_lock`], which has the rule, its
//! invariants and the drawing of its states.
//!
//! What this crate adds:
//! - **roots**: a proof is checked against the root that the linked source of its zone answers with, asked once a zone
//!   and height of a message;
//! - **state before messages**: every write of a message is made before any of its submessages runs, so a token or a
//!   target that calls back finds the leg where it will be (`execute::turn` has the only way to a response);
//! - **isolation**: what a leg pays out leaves in a submessage with a gas limit and a reply on error, and is owed only in
//!   that reply; a leg with calls commits in a submessage of the contract to itself, so that a failed `Lock` undoes it
//!   alone;
//! - **receipts**: cw20 tokens are believed by the difference of balances, and while they are being fetched the contract
//!   refuses to be called.
//!
//! Invariants, beside the rule's own:
//! - the contract's balance of each asset is at least the funds and unpaid tips of its open legs and what is owed;
//! - a provable value is only overwritten, along the arrows of the rule's drawing;
//! - no handler loads more than its message names: a batch of n tasks costs n tasks, whatever else is open.
//!
//! Messages, events, parameters, provable keys and gas are in the README beside this crate.

pub mod contract;
mod error;
mod execute;
mod migrate;
mod query;
mod state;

pub use error::LockError;
