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
//! - a view is advanced only when a proof needs it, or before it expires.
#![deny(missing_docs)]

mod absorb;
mod duties;
mod duty;
mod entry;
mod knowledge;
mod policy;
mod roots;
mod want;

pub use absorb::absorb;
pub use duties::{duties, plan, Plan, Tick};
pub use duty::{Act, Brings, Duty, Item, Mark, RootAt, Sight};
pub use entry::{Block, Conclusion, End, Entry, Fact, Observation, Promise, Served};
pub use knowledge::{Knowledge, LegReport, Stuck};
pub use policy::Policy;
