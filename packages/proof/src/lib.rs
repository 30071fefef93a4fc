//! Bytes to evidence: ICS-23 proofs of a zone's contract storage, one key or many, and the Crypto port.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]

mod crypto;

pub use crypto::Crypto;
