//! CometBFT headers: their hash, a compact form, and verification against a trusted validator set.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod link;
mod refusal;
mod trusted;
mod untrusted;
mod validators;
mod verify;

pub use link::LastBlockIdProof;
pub use refusal::{Refusal, Refused};
pub use trusted::{TrustedHeader, Verified};
pub use untrusted::{Header, Untrusted};
pub use validators::{Validator, ValidatorKey, ValidatorSet};
pub use verify::{anchor, verify, verify_evidence, CachedSets, Params, Trust};
