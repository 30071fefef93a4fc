//! The lock: tasks that several zones commit together or not at all (reliable-ibc.txt III.B, IV.A, IV.B, VI.A; ios.txt
//! section 7).
//!
//! A task has 2 to 8 legs, one a zone. Every zone runs this rule over its own leg, and believes of the others only what
//! is proven at a root of theirs.
//!
//! ```text
//!             register            commit                     settle: all legs proven committed
//!   (no key) ──────────► Registered ──────► Committed ──────────────────────────────► Kept
//!                          │    │               │  │  settle: some leg proven gone       ▲
//!                   reject │    │ lapse         │  └──────────────────────► Reversed     │
//!                          ▼    ▼               │                              ▲         │ another leg
//!                   Rejected    Lapsed          │ settle: gone on a forked or  │ all the │ is Kept
//!                                               │ closed zone's word; another  │ others  │
//!                                               │ leg could still be kept      │ conceded│
//!                                               └──────────────────────► Conceded ───────┘
//! ```
//!
//! | module | what |
//! | --- | --- |
//! | [`transition`] | the rule: now, storage and an input in; writes, instructions and events out |
//! | [`outcome`] | what evidence decides of a committed leg: a pure function |
//! | [`evidence`] | proofs in, evidence out; it alone opens proofs |
//! | [`Batch`] | what a `commit`, `settle` or `reject` brings, as bytes |
//! | [`key`] | the provable key and its bytes |
//! | [`state`], [`effect`], [`Input`], [`Event`], [`Refusal`] | what is stored, done, asked, said and refused |
//! | [`memory`] | storage over maps, for tests, models and the simulator |
//!
//! # Invariants
//! Model-checked and walked at random on this very code, in `tests/`.
//! 1. With honest zones no leg is Kept while another ends otherwise (Proposition 2): whatever is relayed, in whatever
//!    order, however often and however late.
//! 2. What the lock's account holds is the funds and tips of open legs and what is owed; each unit leaves once.
//! 3. No leg stays Committed for good: after all deadlines some settle succeeds; with a fork, after its grace, and once it is
//!    exact, or a branch is admitted.
//! 4. If a zone forks, the honest zones' legs still agree, unless one was Reversed on a branch's word before its view
//!    was shown the fork. A leg that was Kept so is followed by the others.
//! 5. Settling cannot fail: the outcome is written first, and what cannot be paid out is owed and can be claimed.
//!
//! Proposition 2 in short: a leg leaves Committed only for Kept or Reversed. The first Reversed needs a leg that is
//! Rejected or missing, which never was and never will be committed, so nobody can show it committed. The first Kept has
//! seen every leg committed, so nobody can show one gone. "Missing" holds for good since nothing commits at the deadline
//! or later: block h - 1 is the last that can commit, so the state at height h - 1 already tells, and one block is spared.
//!
//! # Heights
//! The header of height H has the root of the state after block H - 1: its state height. Deadlines are compared with
//! state heights, forks and closings with header heights. At its deadline h a leg cannot commit and can lapse.
//!
//! # Money
//! - Native coins come along with `register` exactly; cw20 tokens are collected by allowance. The fee goes to the treasury
//!   and is never refunded.
//! - The tip is paid half to whoever commits, rounded down, and the rest, with the odd unit, to whoever settles. A leg
//!   that is rejected or lapses refunds all of it.
//! - Caps count what is committed, per other zone and asset, and what was kept in the running and the last window of
//!   `max_horizon` blocks ([`state::Exposure`]): never too little, at most one window too long, in one small item.
//! - A leg's record is written once; what changes is its 9-byte mark. So a commit and a settle each write a 45-byte item
//!   and one item for each exposure.
//!
//! # Forks
//! A root below the fork height counts as ever. A root at or above it counts only on the admitted branch. From G =
//! max(own deadline, first report) + `fork_grace` on, if the fork is exact, branches count for Reverse only, and the root of
//! header (exact fork height - 1) decides: if it shows the leg committed that counts, under both settlements; if not, the
//! leg is gone, *on a forked zone's word*. Such a word may have been heard differently elsewhere, so it reverses only once every other leg
//! whose zone is neither forked nor closed is proven Conceded. A leg that has such a word, but not yet that proof,
//! concedes; a conceded leg is Kept only if another leg is proven Kept. So the first leg that is kept was never conceded,
//! and if all have conceded none was or will be kept.
//!
//! # Where this differs from the spec
//! - **Conceded.** The spec reverses when every other unforked leg is "not Kept at a state height at or above its own G".
//!   A zone cannot know another's G: it depends on when *that* zone's view was shown the fork, and on its parameters. A
//!   proof of the concession itself needs neither, and no assumption on time. With two legs nobody concedes.
//! - From G on a branch counts for Reverse only where the fork is exact. Where nobody knows the end of the common prefix, an
//!   admitted branch that shows the leg committed would decide nothing for good. The guard is what keeps honest legs
//!   together then, as it does where one view knows the end and another does not.
//! - The guard holds for every Reverse on a forked zone's word, also that of an admitted branch before G. Without it a
//!   leg that was Kept on the lost branch, before the report, is contradicted by an honest one.
//! - A fork that was over when the own leg was committed (the zone was Active on an admitted branch, which is remembered)
//!   does not start G: else every later task with that zone would have to be kept before its deadline and grace. The
//!   guard holds for it all the same.
//! - The root of a closed zone stands for every later height, and roots above it are refused. A leg that is missing only
//!   because it stands is gone on that zone's word, as with a fork: two zones may close a third at different headers, one
//!   of which was withheld from the other. So with three legs or more each zone of the task has to close it, or to see
//!   another leg Kept or Reversed; with two legs it reverses at once.
//! - If an admitted branch forks again, a task is judged by the first fork after its own leg was committed: its report
//!   starts G, and the root below it, on that branch, decides from G on. The earlier fork was over and says nothing of the
//!   task, which its common prefix never held. A source tells the lowest fork and the newest: of a fork that two later
//!   ones have displaced only the later report is known, and its task waits for a kept leg or for the zone to be closed.
//! - A value that is no mark (only a faulty zone has one, or one whose lock became another) concerns its own task alone:
//!   it is never ready, and from the leg's deadline on, or at a closed zone's last root, the leg is gone on that zone's
//!   word, as with a fork. A zone that would show this could show worse: `Rejected` reverses at once.
//! - `commit` and `settle` need only the effects that they use: `tx` to commit a leg with calls or to keep, `reversal` to
//!   reverse. A [`TaskBody`] may leave out the others.
//! - Refunds of `reject` and `lapse` are attempted and owed like all payouts: one hostile token cannot hold the others.
//! - The fee's denom is fixed: tips in escrow are in it. A leg calls a contract once, and its reversal calls the same
//!   contracts in the same order: whatever was locked is released. Effects on the lock itself are refused.
//! - `register` refuses a leg that its caps could never let commit, or that has none.
//! - A leg calls only contracts that the owner has linked as targets: a target of one's own, which refuses `Lock` when
//!   the price has moved, would be a free option. What is registered goes on when a target is unlinked; whoever controls
//!   a linked one has the option still, and the owner answers for it.
//! - On a chain whose id is not the lock's zone nothing is registered or committed (the contract sees to it): a copy of
//!   the state under another id would act in the zone's name. What began can end there. A zone that takes a new id needs
//!   a new lock.
//! - `reject` also takes the last root of a closed zone, at any age. Any other must be later than the own leg's
//!   registration: from before, that another leg was absent would be an option on one that was registered in between. The
//!   two are times of two zones, so of that option a time as short as their clocks differ remains.
//!
//! # What remains
//! - If a zone forks and one honest zone *reverses* on a branch before it is shown the fork, another that is shown the
//!   admitted branch may keep. `AfterDeadlines` and the caps are there for that.
//! - A Byzantine zone need not fork: its validators can make its lock take a step that no lock takes, and write Rejected
//!   after Committed. Whoever is shown the one keeps, whoever is shown the other reverses, and no evidence of a fork will
//!   ever come: under `OnProof` it mixes two honest zones. `AfterDeadlines` narrows it to values that change after the
//!   deadline, which each view shows to all who look, and the caps bound what it costs.
//! - Caps can be filled by those who trade with themselves, for fees and gas and the use of their money while it counts
//!   (kept value: one to two `max_horizon`). A share of the cap for each registrant would not help, since accounts cost
//!   nothing; a fee by value would, and needs prices, which the lock has not. The owner can raise the fee or the cap.
//! - Whoever settles can be so deep in calls of others that a payout runs into the chain's limit of depth: it is then
//!   owed, and anybody claims it. Nothing is lost but a transaction.
//!
//! The enum of refusals is over 400 lines since it is one for the package, with a field for all that was expected and
//! found.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod batch;
pub mod effect;
mod event;
pub mod evidence;
mod exposure;
mod input;
pub mod key;
pub mod memory;
pub mod outcome;
mod reads;
mod refusal;
mod sighted;
pub mod state;
mod step;
mod task;
mod transition;
mod verify;

pub use batch::Batch;
pub use effect::{
    Effect, Instruction, Locking, Payout, MAX_ASSETS, MAX_CALL_FUNDS, MAX_EFFECTS, MAX_PAYLOAD,
};
pub use event::Event;
pub use input::{Input, Now, Registration, Shown, Sighting};
pub use reads::Reads;
pub use refusal::{Refusal, Refused};
pub use step::{in_batch, Step};
pub use task::{
    reversal_hash, tx_hash, Leg, Settlement, Task, TaskBody, MAX_BATCH, MAX_LEGS, MIN_LEGS,
};
pub use transition::{due, require_sent, transition};
pub use verify::totals;
