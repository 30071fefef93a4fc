//! What `ci/` checks by program: who sees whom, what the contracts weigh, and whether the figures still hold.
//!
//! - [`edges`]: every dependency between our crates is one that the design's table allows.
//! - [`wasm`]: every contract passes the chain's own checks, under its own budget.
//! - `gas`: what calls cost when the built contracts run in the chain's VM, on embedded zones.
//! - [`budget`]: what a contract may weigh, from the committed `ci/budget.toml`.
//! - [`figures`]: the committed lines of `ci/bench/results.jsonl`, what they promise and whether something has grown.
//!
//! Nothing here is linked by anything else. Programs, clocks and networks are the scripts' business:
//! this crate reads files and says what is wrong with them.

#![warn(missing_docs)]

pub mod budget;
pub mod edges;
pub mod figures;
#[cfg(feature = "vm")]
pub mod gas;
pub mod wasm;
