//! CometBFT headers: their hash, a compact form, and verification against a trusted validator set.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod choose;
mod comet;
mod compact;
mod difference;
mod encode;
mod expand;
mod link;
mod merkle;
mod refusal;
mod signatures;
mod standard;
mod tally;
mod trusted;
mod untrusted;
mod validators;
mod varint;
mod verdict;
mod verify;

pub use comet::header_hash;
pub use encode::{encode_compact, Known, LightBlock};
pub use link::LastBlockIdProof;
pub use refusal::{Refusal, Refused};
pub use standard::encode_standard;
pub use trusted::{TrustedHeader, Verified};
pub use untrusted::{Header, Untrusted};
pub use validators::{Validator, ValidatorKey, ValidatorSet};
pub use verify::{anchor, verify, verify_evidence, CachedSets, Params, Trust};
