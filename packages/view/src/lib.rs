//! What a zone believes of another zone's chain: Algorithm 1 of reliable-ibc.txt (IV.A), and the rule of the contract
//! `chain-view` (IV.C, VI.B): a light client that keeps roots, proves forks and lets one branch inherit.
//!
//! # Algorithm 1
//! [`view`] generates, extends and connects views; [`ViewList`] holds one a zone and merges. Relayers hold every header
//! hash; chains hold only the headers that were verified.
//!
//! # The rule
//! ```text
//!                  register_zone
//!                        │
//!                        ▼   trusting period passes
//!        advance ┌──► Active ─────────────────────► Expired
//!  (newer, hole) └─────┤  ▲ ◄───────── renew ──────────┤
//!                      │  │                            │
//!          report_fork │  │ admit_branch               │ report_fork by links only:
//!   (or advance onto a │  │ (branch + 1)               │ nothing is verified any more
//!      contradiction)  ▼  │                            │
//!                     Forked ◄── report_fork: lower, or exact
//!                      │
//!  close_zone, and close_delay later, from any of these ──► Closed (final)
//! ```
//!
//! `Expired` is never written: it follows from time. `Closed` outranks `Forked`, which outranks `Expired`.
//!
//! # Invariants
//! - A header that is stored below the fork height never changes; only `prune` removes one, after its trusting period.
//! - The newest height never goes back. At one height and branch there is one hash. Time grows with height.
//! - Between the fork height and the header that admitted a branch nothing is ever stored after the fork was known.
//! - A fork height only falls, except where links show the same pair to have forked higher, and then never to where an
//!   earlier pair forked. The height of the first report never changes.
//! - The bounty is paid once a branch; all that is ever paid was in the reserve.
//! - Whatever is refused has written nothing: [`Reads`] cannot write.
//!
//! # Where this says more than the spec
//! - While a fork is open, nothing but the header whose hash lies below an exact fork is stored, below the fork neither:
//!   a third of its validators is known to sign anything. The root right below a fork can be had either way.
//! - `renew` wants a height strictly above the newest; at the same one it would replace a root.
//! - A pair that contradicts a third, stored header lower down counts as the pair with that one.
//! - A pair is lower than a known fork where it differs for certain below it, by its headers or by links: two later
//!   blocks of the same branches, without links, must not make an exact fork inexact again.
//! - `advance` with a header that is stored already succeeds and changes nothing: it may be part of a larger
//!   transaction, and two relayers may bring the same header.
//! - A closed zone is final: it takes no header, no evidence and no funds, and what is left in its reserve stays there.
//! - Roots of an admitted branch below that branch's own fork count until the next branch is admitted; then only those
//!   below the lowest fork do.
//! - The fork and the numbers of branches of a zone are told by `standing`, which the spec calls `status`.
//! - `prune` also writes a passed end into the provable key, as nothing else runs when a zone closes.
//! - A pair whose later header names the earlier one as trusted cannot be shown (the verifier wants time to grow): it is
//!   shown from any lower trusted header.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod answer;
pub mod effect;
pub mod event;
pub mod evidence;
pub mod input;
pub mod key;
pub mod memory;
mod reads;
mod refusal;
pub mod state;
mod transition;
pub mod view;
mod view_list;

pub use effect::{Effect, Step, Write};
pub use event::Event;
pub use input::{Input, Now};
pub use reads::Reads;
pub use refusal::{Refusal, Refused};
pub use transition::{find, transition, MAX_PRUNED};
pub use view::View;
pub use view_list::ViewList;
