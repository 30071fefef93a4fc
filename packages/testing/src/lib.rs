//! Zones inside one process: contracts in cw-multi-test with real Merkle proofs and real signed headers between them.
#![deny(missing_docs)]

pub mod contracts;
mod crypto;
mod error;
pub mod multistore;
mod seal;
mod state;
mod transaction;
mod tree;
mod validator;
mod zone;

pub use crypto::NativeCrypto;
pub use error::ZoneError;
pub use multistore::Multistore;
pub use state::State;
pub use transaction::Transaction;
pub use tree::{Entries, Tree};
pub use validator::{Validator, Validators};
pub use zone::{Block, Code, LightBlock, Proven, Zone, ZoneApp, ZoneConfig};
