//! The Tessera relayer: a library and the `tessera` binary.
//!
//! ```text
//!   chain/{wasmd,embedded} ──► watch (cursor → observations) ──► ledger (journal: append, then absorb)
//!            ▲                                                      │
//!            │                                                      ▼
//!         submit (packs messages, signs, sends) ◄── duties/<duty> (duty → proofs → message) ◄── planner
//! ```
//!
//! Invariants:
//! - nothing is absorbed that is not written down, and nothing is sent that was not promised in the journal: a kill at
//!   any instant loses nothing and doubles nothing;
//! - a promise ends when its transaction was seen, was refused, or has passed its timeout height; until then its duty is
//!   not given out again;
//! - a node is believed about its zone where the zone's validators have signed what it shows: a witness whose header
//!   does not verify is asked less often and accuses nobody, and one that is down holds up nothing;
//! - a start takes as long as what is open, however many tasks there were: the journal is compacted as it grows;
//! - everything above [`chain::Chain`] is the same code for embedded and for real zones;
//! - secrets come from files or standard input, and no log, argument or error carries one.
#![deny(missing_docs)]

pub mod app;
pub mod chain;
pub mod command;
pub mod config;
pub mod control;
pub mod crypto;
#[cfg(feature = "demo")]
pub mod demo;
pub mod document;
pub mod duties;
mod held;
pub mod journal;
pub mod keys;
pub mod ledger;
pub mod observe;
pub mod packets;
pub mod prices;
pub mod relay;
pub mod running;
pub mod service;
pub mod submit;
pub mod telemetry;
pub mod watch;
