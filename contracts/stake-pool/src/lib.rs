//! Stake in many tokens: the doorway to [`tessera_stake`], which has the rule, its invariants and the drawings of its states.
//!
//! What this crate adds:
//! - **tokens**: native coins come as the funds of a message, exactly one denom; a cw20 token is sent here and says so in its
//!   hook, which is believed as far as the pool's balance covers what it says;
//! - **prices**: entries ask the oracle for Fresh prices, and are refused when it does not answer; snapshots ask for those
//!   that weigh, all in one question, and an oracle that does not answer is one without prices: the rule then keeps the last
//!   snapshot's;
//! - **state before messages**: all that a message writes is written before anything leaves, so a token that calls back finds
//!   the pool as it will be;
//! - **proofs of possession**, with the host's cryptography.
//!
//! Invariants, beside the rule's own:
//! - of each token the pool holds at least what is in cells, deposits and credits, and of the hub's what is set aside
//!   besides; unless the token's own contract takes it away;
//! - no message reads or writes more for more delegators.
//!
//! Messages, events, parameters and gas are in the README beside this crate.

pub mod contract;
mod error;
mod execute;
mod migrate;
mod query;
mod state;

pub use error::PoolError;
