//! Median prices of several reporters, with staleness and deviation bounds: the doorway to [`tessera_price`], which has the
//! rule, its invariants and the drawing of what becomes of a report.
//!
//! What this crate adds:
//! - **adapters**: `refresh` asks the contract that the owner has named, and brings what it answers to the rule; no other
//!   verb, and no question, calls another contract, so a source that is slow, dear, dead or mad harms nobody but who
//!   refreshes;
//! - **questions about many feeds**: an unknown or odd name has no price, and the others have theirs;
//! - **storage**: one item each for reporters, a feed's parameters, its board and a page of its history.
//!
//! Invariants, beside the rule's own:
//! - the contract has no money, and refuses any;
//! - what a question costs grows with the feeds that it names and their windows, with nothing else.
//!
//! Messages, events, parameters and gas are in the README beside this crate.

pub mod contract;
mod error;
mod execute;
mod migrate;
mod query;
mod state;

pub use error::OracleError;
