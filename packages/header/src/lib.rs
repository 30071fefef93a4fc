//! CometBFT headers: their hash, a compact form, and verification against a trusted validator set.
//!
//! A zone that trusts one header of another zone ([`TrustedHeader`]) comes to trust a later one, adjacent or over
//! skipped heights, when enough of the right validators signed it (reliable-ibc.txt IV.A: a view comes with "sufficient
//! proofs (e.g., r_A signatures …)"). The app hash in it is the root that storage proofs end in.
//!
//! ```text
//!             message                  names height t          trusted header at t, cached sets
//!   Header ───────────────► Untrusted ────────────────► caller ──────────────┐
//!   compact | standard  open                                                 ▼
//!                                                       verify: chain id, revision, announced set
//!                                                               the votes that are needed, one host batch
//!                                                               the library's predicates, over our tally
//!                                                                            │
//!   stored ◄───────────────────────────────── to_trusted ─── Verified ◄──────┘
//! ```
//!
//! Invariants:
//! - A header is [`Verified`] only if a vote's signature was checked by the host for every unit of power that counts
//!   for it: strictly more than two thirds of the header's own set, and over skipped heights strictly more than the
//!   trust level of the set that the trusted header announced (its *next* validators). At trust level 1 nothing is
//!   strictly more, so only adjacent headers verify.
//! - A validator is its key. No set has a key twice, a slot of a commit belongs to one validator, and each key counts
//!   once in each set, whatever addresses a message claims (ISA-2025-003). Addresses are derived, never read, save that
//!   a vote's address must be its slot's.
//! - The chain id is compared here and signed by every vote (GHSA-xqqc-c5gw-c5r5), the revision of a trusted height is
//!   compared here, and the announced set is checked against the trusted header here: the library leaves these to its
//!   caller.
//! - Nothing panics, whatever the bytes; what is read is bounded before it is read ([`ValidatorSet::MAX_VALIDATORS`],
//!   42 KiB in the compact form, 80 KiB in the standard one).
//! - One compact header has one encoding.
//!
//! # The two forms
//!
//! The standard form is what every IBC relayer sends. It has both validator sets in full and costs about 340,000 gas at
//! 100 validators. The compact form ([`encode_compact`]) has 69 bytes a vote, only the votes that are needed, the
//! largest powers first, and about 300 bytes more:
//!
//! | validators | votes needed | compact, bytes | standard, bytes |
//! | --- | --- | --- | --- |
//! | 4, equal powers | 3 | 492 | 1,508 |
//! | 100, equal powers | 67 | 4,920 | 23,957 |
//! | 100, of which 31 hold two thirds | 31 | 2,436 | 24,241 |
//! | 175, equal powers | 117 | 8,379 | 41,474 |
//!
//! A set that changed is sent as a difference to one that the reading zone has cached, by that one's hash: 7 bytes a
//! changed power, 36 or so a newcomer, and 34 for the names. Writing a set of 100 costs a zone 110,000 gas and sending
//! 100 changed powers 9,000, so a set is cached only when the sender asks for it ([`Verified::keep`]), not each time it
//! changes. What the reading zone wants to be able to verify *next* is the set that the header announces; where that is
//! not cached, the next header describes it, too.
//!
//! The compact form leaves the chain id out; four bytes of its hash stand for it, so that a stray header is told from a
//! forged one. It stands on a trusted header; [`anchor`] therefore takes the standard form.
//!
//! # Forks
//!
//! [`verify_evidence`] is [`verify`] without the clock: a header that its signers dated into the future is evidence all
//! the same. [`LastBlockIdProof`] leads from a header's hash to the one below it, for 196 bytes a step.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod choose;
mod comet;
mod compact;
mod difference;
mod encode;
mod expand;
mod keys;
mod link;
mod merkle;
mod refusal;
#[cfg(feature = "schema")]
mod schema;
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
