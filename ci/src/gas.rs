//! What calls cost, in the VM that chains run.
//!
//! The zones of `tessera-testing` run natively compiled contracts and count no gas. [`Compiled`] puts the built
//! artifact in a contract's place while a [`Meter`] runs: the same zones, headers, signatures and proofs, with every call
//! run by `cosmwasm-vm`. [`story`] has the transactions that are budgeted. Each is run twice, as Wasm and natively, and
//! must say the same both times.
//!
//! Gas is the SDK's, in three parts:
//! - compute: the VM's own gas / 140,000, host cryptography and address rules included;
//! - storage: what the chain's gas store charges for reads, writes, deletions and iteration;
//! - calls: entering contracts whose codes are pinned, their queries to each other included; answers by the byte, events.
//!
//! What other modules and foreign contracts do is not in it (bank transfers, cw20 tokens), nor is what a transaction costs
//! by itself: its bytes, its signature, its account. The figures that are measured on wasmd have all of it; compute was
//! within 2 % of theirs for an `advance` of 100 validators.

mod compiled;
mod meter;
mod querier;
mod storage;
pub mod story;

pub use compiled::Compiled;
pub use meter::{Call, Gas, Meter};
pub use storage::Metered;
