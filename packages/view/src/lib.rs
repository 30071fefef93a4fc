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
//! - A header that is stored below the fork height never changes; only `prune` removes one, after its trusting period, and
//!   `admit_branch` one that the owner denies.
//! - The newest height never goes back. At one height and branch there is one hash, until the owner denies it. Time grows
//!   with height. Of one branch no two stored headers contradict each other.
//! - Between the fork height and the header that admitted a branch nothing is ever stored after the fork was known.
//! - A fork height only falls, except where links show the same pair to have forked higher, and then never to where an
//!   earlier pair forked, nor above anything that is stored and in doubt, save the parent itself. The height of a branch's
//!   first report never changes, and while a fork is open neither does the highest header shown.
//! - No root that a zone's honest chain does not have counts below a fork, or once a branch was admitted, whoever signs
//!   whatever, if the owner is honest and somebody shows the true header where a forged one is stored, within the trusting
//!   period and before the admission (`tests/walk_forged`). Invented ancestors never count: an open fork's parent is
//!   not stored by its hash, a settled one's is if the owner has confirmed it. What the owner has denied never counts again,
//!   whoever watches or sleeps.
//! - All headers that come at one moment lie together no higher than blocks of `min_block_interval` since the newest one
//!   before them, up to the clock drift ahead, and a block for each of them.
//! - What ends a closing zone was open to contradiction for a quarter of `close_delay`, and to an admission for another.
//! - The bounty is paid once a branch; all that is ever paid was in the reserve.
//! - Whatever is refused has written nothing: [`Reads`] cannot write.
//!
//! # Where this says more than the spec
//! - While a fork is open nothing is stored, below the fork neither:
//!   a third of its validators is known to sign anything. Nor is the header right below an exact fork, which the spec
//!   stores by its hash "at any time": two forged headers can name any parent. It is from when `admit_branch` has
//!   confirmed it (its `parent` is ours), at any time, however expired the zone is, and under whatever chain id it carries.
//! - `renew` wants a height strictly above the newest; at the same one it would replace a root. And it refuses a header that
//!   contradicts the newest: a new revision's first block names no parent, and right above the newest header it would be
//!   proof of a fork to anybody. The owner takes the block after it.
//! - `admit_branch` takes a header of a higher revision, too: a zone may be upgraded while its fork is open, and then
//!   has no other above what was shown.
//! - `admit_branch` with the header that was admitted last confirms the block below its fork once more, as long as that
//!   fork is not exact: an owner often learns only later where branches part. A stored header that the owner denies is
//!   dropped, so that the true one can take its place.
//! - Links need no signatures, so they lower nothing: how low a fork is follows from the headers of the pair and the
//!   parents that they name, above what each was verified from. Links make it exact above the newest stored header below
//!   that; where they lead around that header they are ignored. Hence no fork lies at a chain's first block, and a stored
//!   header that is forged is shown to be by a pair with it, not by links past it.
//! - A pair is lower than a known fork where it differs for certain below it: two later blocks of the same branches,
//!   without links, must not make an exact fork inexact again.
//! - Neighbours of which the higher does not name the lower as its parent are a pair too. Where the higher was verified
//!   from the lower one, the fork is the higher one's.
//! - A header may lie no higher above the newest than blocks of `min_block_interval` get in the time between, and one;
//!   else nothing could be admitted above a forged one. It is measured from the newest header and not from the trusted
//!   one, of which a forger would pick the oldest. The clock drift counts once, by how far ahead a header may be dated: if it
//!   were granted to each header, forged ones would climb by it as often as somebody pays for. An honest zone feels
//!   that only when its clock was ahead and stands still: until time has caught up, and as long again for one that makes blocks
//!   twice as slowly as the least interval, it is shown by neighbours. Each neighbour costs a transaction, so forged ones
//!   climb by gas alone, some 2,000 blocks for 100 million.
//! - While a fork is open no pair counts that has a header above the highest shown: the admission, which lies above it,
//!   would be put off for as long as somebody likes.
//! - A closing zone takes headers in the first half of `close_delay` only, and pairs in the first three quarters. Nothing
//!   postpones its end: a zone that lives always has a newer header, and one with forgers another fork.
//! - A header of a pair may have an app hash or a next validator set that no zone makes: it is evidence, never stored.
//! - An admission leaves the fork exact only where the owner's `parent` or a stored header says so, too, and lower where
//!   the owner's word contradicts a stored header.
//! - `advance` with a header that is stored already succeeds and changes nothing: it may be part of a larger
//!   transaction, and two relayers may bring the same header.
//! - A closed zone is final: it takes no header, no evidence and no funds, and what is left in its reserve stays there.
//! - Roots of an admitted branch below that branch's own fork count until a later branch forks; then those of the later
//!   branch do, and always those below the lowest fork. Each fork has its own first report, which `standing` tells.
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
