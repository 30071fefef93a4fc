//! Messages, permissions, responses, typed clients and events of every contract.
//!
//! One module a contract, and one an interface that several contracts share:
//!
//! | module | what |
//! | --- | --- |
//! | [`roles`] | owner, guardian and pause: messages that every contract embeds |
//! | [`lockable`] | what a contract implements so that a task can reserve, keep and release things in it |
//! | [`roots`] | the query that every source of other zones' roots answers |
//! | [`chain_view`] | light clients of other zones: roots and forks |
//! | [`transaction_lock`] | tasks that several zones commit together or not at all |
//! | [`price_source`] | the query that every source of an adapter feed's prices answers |
//! | [`price_oracle`] | median prices with staleness and deviation bounds |
//! | [`stake_pool`] | stake in many tokens, rewards, slashing, whitelist votes |
//! | [`booking`] | the example of a lockable contract |
//!
//! [`permission`] says who may send a message, beside the message; [`event`] carries a rule's facts onto the chain and
//! back. `contract-kit` enforces the one; the relayer reads the other.
//!
//! Invariants:
//! - every message has a permission: [`permissions!`] matches without a wildcard, so a new one does not compile before
//!   it has one;
//! - a fact read from the chain is the fact that was emitted, by the contract that was asked about.
// What a query answers is named in its derived schema, which is not made on chain.
#![cfg_attr(target_arch = "wasm32", allow(unused_imports))]
#![deny(missing_docs)]

pub mod booking;
pub mod chain_view;
pub mod event;
pub mod lockable;
pub mod permission;
pub mod price_oracle;
pub mod price_source;
pub mod roles;
pub mod roots;
pub mod stake_pool;
pub mod transaction_lock;
