//! The price oracle: what one whole token costs, as several reporters say, and whether that may be relied on (mpos.txt
//! III.C: "real-time price of different crypto tokens"; the paper leaves open where prices come from).
//!
//! ```text
//!   report / refresh                       offered median of the young reports, with quorum
//!   ───────────────► newest report ──────────────┐
//!                    of each reporter            ▼
//!                             gap > max_gap?  ──yes──► recovering, for `recovery` ──┐
//!                                    │ no ◄────────────────────────────────────────┘
//!                                    ▼
//!              within max_deviation of the base?  ──no──► Suspect ── stays within max_deviation of itself for `confirm` ──┐
//!                                    │ yes                                                                                │
//!                                    ▼                                                                                    ▼
//!                     accepted, at most once an `interval`                                     accepted, and the base begins anew
//! ```
//!
//! The base is the median of the last `count` accepted prices. What a reader gets is the last accepted price, with its
//! [`Freshness`] judged at the time of the reading: writing decides nothing that time could undo.
//!
//! | module | what |
//! | --- | --- |
//! | [`transition`] | the rule: now, storage and an input in; writes and events out |
//! | [`answer`] | what readers ask: [`answer::quote`], [`answer::weight_price`], [`answer::price_at`], [`answer::held`] |
//! | [`median`], [`deviates`] | the arithmetic |
//! | [`state`], [`Input`], [`Event`], [`Refusal`] | what is stored, asked, said and refused |
//! | [`memory`] | storage over maps, for tests, models and the simulator |
//!
//! No other zone proves a price and no proof is opened here, so there is no `key` and no `evidence`; nothing is moved,
//! so there is no effect.
//!
//! # Invariants
//! 1. Fewer than a quorum of reporters (the spec's `min_reporters`) cannot make a price. Nor can they move one while those
//!    who are honest report: with over half of the young reports honest, an accepted price lies between two honest ones.
//!    Who can silence the honest needs half of a quorum only, rounded up: a quorum is worth its size.
//! 2. A reporter's times rise, and none is in the future.
//! 3. Two accepted prices of a feed are at least an `interval` apart.
//! 4. Each accepted price is the feed's first, or within `max_deviation` of the base before it, or was seen within
//!    `max_deviation` of itself for `confirm`.
//! 5. No accepted price during a gap's recovery.
//!
//! # Rounding
//! A median of an even number is the lower middle one: no price comes out that nobody gave. Deviations are compared
//! exactly, in 256 bits; the basis points told with `Suspect` are rounded up.
//!
//! # Where this says more than the spec
//! - *`grace` is at least `confirm` and `max_age` together*, two hours by default: while a true and sudden move is confirmed,
//!   the price before it weighs. With a shorter grace stake would weigh nothing for a moment, in which anybody can take
//!   the epoch's snapshot.
//! - *Past `grace` stake weighs by the lower* of the last accepted price and of what a quorum says now ([`answer::weight_price`]): a
//!   market that swings wider than the band confirms nothing for as long, and whoever can swing that of a thin token would take
//!   it out of a snapshot. Nothing weighs without a quorum, during recovery, or where what is said is less than the last by
//!   more than twice the band: a moment's dip is silence.
//! - *One accepted price an interval, judged when read*: accepting is writing, once an interval; Fresh, Stale and Suspect
//!   are found at each reading from the reports that are young then.
//! - The first report after an interval's end closes it, so a price follows the reporters by up to two intervals.
//! - A reading is Stale when there is no quorum of young reports, when the last accepted price is as old as `max_age`, or
//!   during recovery; it is Suspect when the young reports' median deviates from the base, however old the last accepted
//!   price is.
//! - After a Suspect price was confirmed, the base counts from it alone: else each price after it would be suspect again.
//! - A gap forgets a suspicion: what was not seen has not stayed.
//! - A reporter who is removed and named again is another one, and says everything anew.
//! - An adapter feed is a feed with one reporter, the contract named by the owner; all guards hold for it. The contract
//!   that asks it brings only what the other oracle itself calls fresh, with the time when that held ([`answer::held`]): so
//!   oracles that ask each other in a circle go stale like any other.
//! - A history is kept for `history` seconds: each page (4 prices) that is opened forgets at most two that are older, so it
//!   does not grow for ever.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod answer;
mod event;
mod input;
mod json;
mod median;
pub mod memory;
mod reads;
mod refusal;
pub mod state;
mod step;
mod transition;

pub use event::Event;
pub use input::{Input, Now};
pub use median::{basis_points, deviates, median};
pub use reads::Reads;
pub use refusal::{Refusal, Refused};
pub use state::{Freshness, Quote};
pub use step::{Step, Write};
pub use transition::transition;
