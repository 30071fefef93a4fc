//! Zones inside one process: contracts in `cw-multi-test` with real Merkle proofs and real signed headers between them.
//!
//! What light clients, relayers and contracts that read another chain are tested against is usually a mock of the very
//! thing that they must not trust. Here it is not: a [`Zone`] runs contracts natively, but what it shows to others is what
//! a wasmd chain shows, byte for byte, and nothing that verifies it is switched off.
//!
//! ```
//! use cosmwasm_std::Empty;
//! use tessera_primitives::Hash;
//! use tessera_testing::{contracts::notes, NativeCrypto, Zone};
//!
//! # fn main() -> anyhow::Result<()> {
//! let mut zone = Zone::new("alpha-1", "alpha")?;
//! let alice = zone.account("alice")?;
//! let code = zone.store_code(notes::code);
//! let notes = zone.instantiate(&alice, code, &Empty {}, "notes")?;
//! let write = notes::ExecuteMsg::Write { entries: vec![(b"key".into(), b"value".into())] };
//! zone.execute(&alice, &notes, &write, &[])?;
//! let state = zone.next_block()?.height; // seals the block that the calls were in
//! let above = zone.next_block()?.height; // its header commits to the state after it
//!
//! let header = zone.first_header(above)?.open()?;
//! let header = tessera_header::anchor(&NativeCrypto, zone.id(), &header)?.header;
//! let app_hash = Hash::try_from(header.app_hash.as_bytes())?;
//! let proof = zone.prove(&notes, b"key", state)?.to_proof();
//! let contract = zone.canonical(&notes)?;
//! let values = tessera_proof::open(&app_hash, &contract, &[b"key".to_vec()], &proof)?;
//! assert_eq!(values, [Some(b"value".to_vec())]);
//! # Ok(())
//! # }
//! ```
//!
//! # How a zone lives
//!
//! ```text
//!    transact, execute,        next_block: commits what was touched, signs,
//!    instantiate, mint         and opens the next block
//!         │                        │
//!         ▼                        ▼
//!   ┌─ open block H ─┐      ┌─ sealed block H ──────────────────────────────────────────┐
//!   │ height, time,  │ ───► │ header: app hash of the state after H-1, data, results,   │
//!   │ transactions   │      │ votes of H-1; commit: canonical precommits of the set of H│
//!   └────────────────┘      │ stores after H (header H+1 carries their root)            │
//!         ▲                 └───────────────────────────────────────────────────────────┘
//!         │ fork, fork_at: a second history, same keys, same past
//! ```
//!
//! Invariants:
//! - a proof of the state after block H verifies under the app hash in header H + 1, with `ics23::iavl_spec` and then
//!   `ics23::tendermint_spec`, for every H that is sealed, however long ago;
//! - the tree has IAVL's shape: the same writes give the same root (`tests/iavl.rs`, against vectors of IAVL itself);
//! - blocks are ones that CometBFT finds valid and hashes alike (`tests/blocks.rs`, against CometBFT itself), and every
//!   field of a header is true: a block's time is the weighted median of the votes for the one below;
//! - a set of validators that is asked for in block H is announced by header H + 1 and signs from H + 2 on; no block is
//!   sealed with two thirds of the power or less;
//! - what failed left nothing but its transaction in the block;
//! - two histories differ from their first own header on, whatever is done on them;
//! - everything is determined by what was called: no clock, no randomness. A zone is `Clone`, `Send` and `Sync`.
//!
//! # Zones that know each other
//!
//! [`suite::Suite`] starts zones with Tessera's contracts on them, each with a view of every other, linked and capped, and
//! with people who hold coins and tokens. [`hostile`] has contracts that mean harm. With the feature `generators`,
//! [`generators`] has `proptest` strategies.
//!
//! # What it is not
//!
//! `cw-multi-test` runs native code: it counts no gas, ignores the gas limits of submessages, and checks no signatures of
//! accounts. Transactions are JSON instead of Cosmos SDK protobuf. Stores other than `wasm` commit to what `cw-multi-test`
//! keeps in them, in its own encoding. The validators propose in turn, whatever their power. There is no evidence in
//! blocks. All of this is tested on wasmd.
#![deny(missing_docs)]

mod bank;
pub mod contracts;
mod crypto;
mod error;
#[cfg(feature = "generators")]
pub mod generators;
pub mod hostile;
pub mod multistore;
pub mod pool;
mod seal;
mod state;
pub mod suite;
mod transaction;
mod tree;
mod validator;
mod zone;

pub use bank::GuardedBank;
pub use crypto::NativeCrypto;
pub use error::ZoneError;
pub use multistore::Multistore;
pub use state::State;
pub use transaction::Transaction;
pub use tree::{Entries, Tree};
pub use validator::{Validator, Validators};
pub use zone::{Block, Code, LightBlock, Proven, Zone, ZoneApp, ZoneConfig};
