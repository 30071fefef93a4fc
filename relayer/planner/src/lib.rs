//! What a relayer should do next: observations and journal in, duties in order out. Pure: no I/O, no clock, no random
//! numbers.
//!
//! ```text
//!   Observed(block) ─┐                                        ┌─► Duty ──► (daemon: proofs, message, transaction)
//!   Promised(duty)  ─┼─ absorb ─► Knowledge ─ duties(tick) ───┤                │
//!   Concluded(end)  ─┘                                        └── in order     │
//!          ▲                                                                   │
//!          └────────────── journal ◄──────── promised, concluded ◄─────────────┘
//! ```
//!
//! [`Knowledge`] is what the contracts' own events say: which legs exist and how they stood at which height, which
//! headers each view has stored, what was promised. [`duties`] asks the lock's own rule what would settle, and chooses
//! the roots to prove it at: the newest that every task can share, a stored one where it serves, and only else an
//! advance.
//!
//! Invariants:
//! - replaying a journal is absorbing it, and leads to the same duties;
//! - entries about different zones may be absorbed in any order, and a block twice changes nothing;
//! - a promised duty is not given out again before it is concluded, or its transaction can no longer be included;
//! - the cost of [`duties`] grows with the tasks that are open, not with those that were;
//! - a view is advanced only when a proof needs it, or before it expires;
//! - every header that a view says a zone has is compared with our own node's once that has one of its height: a signed
//!   one that differs is a fork, which every view of the zone is told of on whose branch it is and that does not know it;
//!   one that an owner vouched for, or that a fork's evidence names, is an [`Alarm`];
//! - a duty that can fail because somebody else was first shares no transaction with one that cannot, and a failure
//!   counts against a duty only when it was tried by itself;
//! - what waits safely goes before no commit that presses ([`Policy::pressing`]), and has its turn after a few transactions
//!   of other work, however much of it there is;
//! - whatever fails is tried again after growing pauses and then set aside ([`Knowledge::stuck`]): a claim for good,
//!   anything else for a day;
//! - a stake-pool that is served is turned in each epoch, before its pay is lost; its slashes are drained, its votes counted and
//!   its decisions enacted, all where the pay is worth it;
//! - what earns less than the [`Policy`] asks for is left to others, never what is our own.
//!
//! What is remembered is bounded by what others have paid for: a task until it is over, which a deadline beyond its
//! lock's horizon does not put off; a view's headers until they are pruned; sixteen conflicts of a zone.
#![deny(missing_docs)]

mod absorb;
mod duties;
mod duty;
mod entry;
mod knowledge;
mod policy;
mod roots;
mod transaction;
mod want;

pub use absorb::absorb;
pub use duties::{duties, plan, Plan, Tick};
pub use duty::{Act, Brings, Duty, Item, Mark, RootAt, Sight};
pub use entry::{
    Block, Conclusion, End, Entry, Fact, Observation, PendingProposal, PoolStanding, Promise,
    Served, Survey, SurveyedLeg, SurveyedView,
};
pub use knowledge::{Alarm, Backlog, Knowledge, LegReport, Stuck, ViewReport};
pub use policy::{Filter, GasPrice, Left, Policy, Price, Share, Work};
pub use transaction::{transactions, Next};
