//! The stake pool: any whitelisted token counts by its value, its owners decide which tokens, and what counted pays for what
//! was done with it (mpos.txt III.C; the paper says *that*, its spec says *how*).
//!
//! ```text
//!  stake      bond                unbond                    unbonding period, no hold, no undrained slash
//!  (a part) ───────► counts from ───────► counts through ────────────────────────────────────────────► withdrawn
//!                    the next epoch   │   this epoch
//!                        ▲            │ redelegate: the same, with a tag that leads back
//!                        └────────────┘
//!
//!  validator            create_validator, unjail
//!             ┌────────────────────────────────────► Candidate ──── snapshot: the heaviest are active
//!             │                                          │
//!            Out ◄── leave, displaced ───────────────────┤
//!             │ Jailed ◄── slash (Jail) ─────────────────┤
//!             └───┴──── slash (Tombstone), 64th slash ───┴──► Tombstoned (final): slashes, up to 128, go on taking
//!
//!  proposal   propose         deposits reach the least     tally                   enact
//!           ──────────► Deposit ──────────────────► Voting ─────► Accepted ─────────────► Enacted | Failed
//!                          │ too late                 │  └──────► Rejected
//!                          ▼                          └─────────► Vetoed: deposits are forfeited
//!                       Revoked                        all ends but Vetoed refund
//! ```
//!
//! | module | what |
//! | --- | --- |
//! | [`transition`] | the rule: now, storage and an input in; writes, effects and events out |
//! | [`weigh`] | unit weights with caps |
//! | [`rotation`] | who proposes when |
//! | [`answer`] | what readers ask: parts and their worth, rewards, weights, the schedule, votes, queued slashes |
//! | [`evidence`], [`key`] | proofs of possession, opened; and what they sign |
//! | [`genesis`] | how a pool begins |
//! | [`state`], [`effect`], [`Input`], [`Event`], [`Refusal`] | what is stored, done, asked, said and refused |
//! | [`memory`] | storage over maps, for tests, models and the simulator |
//!
//! # Words
//! A *part* is an amount of one token of one delegator at one validator that counts in the epochs a…u. A *cell* is the sum of
//! all parts with the same validator, token, a and u. The *horizon* is the epoch below which nothing is slashed any more. A
//! *mark* is a slash on its validator's list.
//!
//! # Invariants
//! Walked at random on this very code and compared with a naive model that lists every delegator, in `tests/`.
//! 1. Tokens held are those in cells, deposits, credits and, of the hub's, reserve, pot and rewards owed: exactly, per
//!    token, after every step. What a plain transfer adds belongs to nobody.
//! 2. The parts of a cell are together worth at most what it holds, and less by at most a unit a part and slash.
//! 3. What a slash takes is decided by where stake counted, not by where it is, nor by who touched it when.
//! 4. All claims together are at most what turns set aside.
//! 5. Weight is monotone in amount and in price, and no token counts for more than its share.
//! 6. A vote is counted once, and a slash never raises it.
//! 7. Nobody who counts in a held snapshot has withdrawn.
//! 8. No verb's cost grows with delegators. `snapshot` and `tally` grow with candidates, which are bounded.
//!
//! # Rounding
//! | what | rounded | who wins |
//! | --- | --- | --- |
//! | value of a token, capped value, weight | down | nobody: all alike |
//! | what a slash takes of a cell | down | the cell: it keeps the odd unit for its parts |
//! | what a slash leaves of a part | down, at each slash | the pool |
//! | redelegated stake found by its tag | down | the destination's cell |
//! | a token's share of a turn, its index | down | the pot |
//! | a piece of a claim, before and after commission; commission | down | the pool |
//! | the challenger's share | down | the treasury |
//! | a validator's share of the weight, a slash's cost | down | whoever is slashed sooner |
//! | power of a vote | down | nobody |
//!
//! # Where this says more than the spec, or another thing
//! - **Worth** is rounded at each slash in order of acceptance, not once at the end: so it does not depend on when somebody
//!   touches a part (touching rounds).
//! - **One number a slash.** Slashes are numbered through the whole pool, so one number says which a part knows of, at its
//!   validator and at its tag's. A tag needs no number of its own.
//! - **Redelegated stake lies in the destination's ordinary cells**, and once more, to be found by a slash of the source,
//!   under its tag ([`state::TaggedKey`]). A slash of the destination need not know of tags.
//! - **What never counted never pays**: stake unbonded in the epoch in which it was bonded has u < a, and is met by nothing.
//!   It waits like any other.
//! - **A unit weight is a fraction** (capped value, amount), multiplied out exactly where something is weighed. Units are
//!   reckoned twice: over the candidates, to elect the active set, and over the active set, so that caps hold where
//!   weight counts. A value is at most 2¹¹³ micro-units, and a validator holds at most 2¹¹⁷ of a token: a hostile token or
//!   price can make no verb overflow.
//! - **Indices** are kept per epoch for all tokens; a validator's terms (commission, active, what it had earned) refer to
//!   them by epoch and do not repeat them, and begin without its record being written. R is divided by the sum of capped
//!   values, of which S differs by roundings only.
//! - **A slash's own epoch is paid for what the slash left.** Else stake slashed before the epoch's turn would claim more
//!   than it added to the sum.
//! - **The horizon rises with each snapshot** as far as the first epoch that a waiting slash meets: while any waits, it could be
//!   kept where it is by a slash of dust before each snapshot. No core begins to hold what is older than the unbonding period.
//! - **The throttle** is `primitives::Throttle`, since a `Meter` refuses what is larger than its window. It counts shares of
//!   the weight, not weight: a debt from when much was staked would hold back the slashes of a small pool for years. A
//!   slash costs its fraction of the greatest share that the validator had in the snapshots of its epochs: the last alone
//!   may be one that it had left by then. Where it was in none of them, as after a jail, the last before says, and where there
//!   is none, it costs as if the validator were everything. One before any snapshot passes.
//! - **A tombstoned validator is slashed all the same**: who validates several zones and is convicted of something small on
//!   one must not be safe from the others. `max_fraction` is what bounds it. What takes nothing, being too old, spends
//!   nothing of it either.
//! - **Its list goes on to 128**: filled with leaks of dust, one of 64 would shield a fortune that came before the last. To a
//!   tombstoned validator nothing comes any more, and the second half is for slashes that take as much as 1 % of what it
//!   weighed at most: so who fills it pays 47 % of what it would save.
//! - **What `max_fraction` counts** is weighed: a slash that met half the share of the weight that this one meets counts for
//!   half. Else who keeps evidence of a time when he had dust, and shows it just before that of a fork, would have used the
//!   limit up. What is left of a limit is a slash from 1 % on.
//! - **An outage** is also what would make W fall by more than `max_unpriced`, all things else equal. What the silent tokens
//!   held does not say it: where one is what caps are measured against, the capped fall with it, to nothing if it was the
//!   only one. What fell silent before counts as silent until it speaks again, or feeds that fail one after another would
//!   never be an outage; not what came to it meanwhile, nor what has left. Own stake without a price is judged by the last one known, and so are places among candidates, or a
//!   small outage would unseat whoever bonded in that token, with all that others gave him.
//! - **While prices are held** what changes a feed or removes a token can be proposed, with a deposit that has a price, and
//!   tokens that are leaving go on decaying: else a feed that died for good would end bonds and votes for good. A price that
//!   has fallen since weighs as it is: else who buys what fell would weigh by what it was worth. It rises again as far as
//!   it stood when the outage began.
//! - **A leaving token's share decays** as its price does: what is worth more than its share would else weigh all of it to
//!   the end, and then nothing.
//! - **A slash below 1 % takes nothing**, of any kind: 64 of them would fill the list.
//! - **Credits saturate**, and a proposal gathers at most 2¹¹⁷ of a token: only a token that mints without end has more, and
//!   sums that others wait for must not overflow by it.
//! - **Places among candidates** go by units of their own, with caps, over what is bonded to candidates and the newcomer:
//!   by the last snapshot's, any amount of a token of which little counted would displace everybody. One with no stake left
//!   loses its place to any with some: else the first comers could bond, unbond, and keep all others out.
//! - **A slasher that comes back** has its old number, so those who joined it before are known; it holds nothing of what it
//!   held.
//! - **`unjail` waits for drains**: what is condemned does not weigh again before it is taken.
//! - **A tag's hold** is judged by the tag's own last epoch.
//! - **`join`** lets a core say which validators joined it; `snapshot` takes the epoch's snapshot without turning it.
//! - **Bonds** make at most 24 parts of the 32, so that exits, which may split one, find room.
//! - A validator that left, or was displaced, comes back by `unjail`, on the same terms as a newcomer. Its operator, alone, may
//!   bond to it meanwhile: who fell below the least of its own, or was lighter than all, would else be out for ever.
//! - **Power** is with validators of the snapshot only: else a pumped token could be bonded to idle candidates and vote
//!   beyond its cap. Operators vote their own delegation like anybody.
//! - **A vote names the delegations** through which stake that counted at its validator is held now (8 at most), and takes
//!   the place of an earlier one: power that was redelegated and votes again is counted once.
//! - A tombstoned validator's vote is void at the tally; its delegators' own votes count.
//! - Deposits in a token that is leaving, or has no Fresh price, are worth nothing at the next deposit, and come back all
//!   the same. A deposit that would open the vote waits for the epoch's snapshot.
//! - What was accepted but cannot be done any more ends as Failed, and refunds.
//! - Epoch, unbonding period and start are fixed when the pool is made: stored epochs rest on them.
//! - `Share`, in billionths, stands for all fractions: they are stored beside amounts, multiplied and summed.
//! - What pushes the pool along is paid `pay` each from the reserve: a turn, each drained item, a tally, an enactment.
//!
//! # What remains
//! - While redelegated stake still counts at its source (the rest of its epoch), a slash that takes it there leaves the
//!   source's weight as it was until the epoch ends.
//! - Redelegated stake is found key by key (source, destination, epochs), so who makes many dust redelegations makes a
//!   slash of their source long to drain: a redelegation of 24 parts makes 24 items. What is frozen waits meanwhile, and
//!   whoever drains is paid for each item, so `pay` should not be more than an item costs.
//! - Evidence is used up for all slashers by the one that shows it, though nothing was left to that one.
//! - A proof of possession does not say on which terms: a whitelisted cw20 that lies about its senders can make a validator
//!   for somebody whose proof it has seen, once.
//! - Own stake in a token whose feed has died counts by its last price until the token is removed, and so does a place among
//!   candidates. Such a token brings other silences nearer to an outage: vote it away.
//! - A share of the weight is not stake. Where a validator grows, a slasher that means ill can take `max_fraction` of its first
//!   stake several times in a period, by ranges that meet the lighter time; and where a token falls to nothing within one, what
//!   was slashed of it shields other stake of the same share. Exactly, each part would know what each slasher took of it.
//! - Of a slash of more than 40 snapshots it is not known how heavy they were: it costs the throttle as if the validator were
//!   everything, and counts in full for `max_fraction`. Cores name the snapshots of two kernels.
//! - A core that was revoked and comes back can release, by what it held before, what it holds of the same snapshot since.
//! - A change of `leaving_period` changes what weighs of tokens that are leaving already.
//! - Snapshots, terms, indices and slashes are not pruned: some 20 bytes a validator and epoch.
#![cfg_attr(not(feature = "schema"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod answer;
mod content;
pub mod effect;
mod event;
pub mod evidence;
mod genesis;
pub mod input;
pub mod key;
pub mod memory;
mod reads;
mod refusal;
mod reward;
pub mod rotation;
mod share;
pub mod state;
mod transition;
pub mod weigh;
mod work;
mod worth;

pub use effect::{Effect, Step, Write};
pub use event::Event;
pub use genesis::{genesis, FirstToken};
pub use input::{Input, Now};
pub use reads::Reads;
pub use refusal::{Refusal, Refused};
pub use reward::MAX_PIECES;
pub use share::Share;
pub use transition::{transition, MAX_CANDIDATES_FACTOR, MAX_DRAINED};
