//! What contracts share in CosmWasm.
//!
//! | module | what |
//! | --- | --- |
//! | [`address`] | addresses of this zone: validated text, canonical bytes |
//! | [`crypto`] | the host's cryptography as the port that rules ask for |
//! | [`packed`] | items and maps of storage, packed by postcard, with typed keys |
//! | [`pagination`] | page sizes |
//! | [`payment`] | funds that must be exact, cw20 receipts by balance difference, sends |
//! | [`provable`] | keys that other zones prove |
//! | [`roles`] | owner, guardian, pause; the enforcement of permissions |
//! | [`version`] | cw2, and which migrations are refused |
//!
//! Invariants:
//! - packed and provable keys never meet: a packed key starts with a zero byte (the high byte of its namespace's
//!   length), a provable path with a letter;
//! - a provable value is overwritten, never deleted, unless by [`provable::retire`];
//! - what storage holds and cannot be read is a refusal with its key, never a default.
#![deny(missing_docs)]

pub mod address;
pub mod crypto;
pub mod packed;
pub mod pagination;
pub mod payment;
pub mod provable;
pub mod roles;
pub mod version;
