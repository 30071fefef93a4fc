//! Bytes to evidence: ICS-23 proofs of a zone's contract storage, one key or many, and the Crypto port.
//!
//! A fact on another zone is a key of a contract there that holds a value, or holds none (DESIGN: "How one zone reads
//! another"; reliable-ibc.txt IV.A). [`open`] takes what nobody has to trust, a [`Proof`], and the one thing that the
//! reader does trust, the app hash of a verified header, and answers with values:
//!
//! ```text
//!   app hash ──store proof (tendermint_spec)──► root of the store `wasm`
//!                                                │
//!                     ┌── item: one ICS-23 proof (iavl_spec) ──┐
//!                     └── items: one multiproof, many keys ────┴──► key ─► value, or none
//! ```
//!
//! Invariants:
//! - an answer is given only when every asked key is proven, under the given app hash, in the store `wasm`, under
//!   `0x03 || contract`; anything else is a [`Refusal`] that says what was expected and what came;
//! - [`multiproof`] and the single proofs accept the same answers for the same roots. What the multiproof's encoding
//!   cannot express, the single proofs are refused for too, by [`iavl::Path`], before the `ics23` library sees them:
//!   a leaf prefix other than `00 02 version`, varints that are not canonical, a header of an inner node above 11
//!   bytes, heights that do not rise towards the root or pass 64, siblings not framed as `20 hash`, another number of
//!   children than two, empty keys and values. No IAVL tree has any of these. Those checks also stand in for what
//!   `ics23` 0.12.0 lacks or trusts: it believes a spec's greatest prefix length, checks no framing byte, accepts extra
//!   bytes in the prefix of a store's leaf, and panics on neighbours whose paths never part;
//! - the specs are the two built-in ones; none is ever read from a message;
//! - no input makes this crate panic, recurse deeper than 65 calls, or allocate more than a small multiple of its size.
//!
//! Two things differ from the letter of the lock spec's "Multiproof", each for a reason: a neighbour's value of 32
//! bytes or more stands as its SHA-256, so that nobody can make another's proofs dear by storing a large value next
//! to his keys; and asked keys are not sent, versions are sent as differences, since a byte costs 13.3 gas.
//!
//! A full key has no mark between address and raw key. Contracts of one zone have addresses of one length (32 bytes),
//! so no two contracts share a full key; a reader must take the address from its own link, never from a message.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod crypto;
mod host;
pub mod iavl;
pub mod multiproof;
mod open;
mod path;
mod refusal;
pub mod single;
pub mod store;
mod varint;

pub use crypto::{is_identity, Crypto, BLS_DOMAIN};
pub use open::{open, Proof, StoragePath};
pub use refusal::Refusal;
