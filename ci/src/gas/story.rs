//! The transactions that are budgeted, each as its sender makes it, on zones whose headers and proofs are real.

mod booking;
mod chain_view;
mod price_oracle;
mod stage;
mod stake_pool;
mod transaction_lock;

use super::Gas;
use crate::wasm::Artifact;

/// What a transaction of a story has cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The artifact that the transaction calls, and whose budget it is.
    pub contract: String,
    /// What was done, in words: the key in the budget file.
    pub call: String,
    /// The gas of all our contracts in it.
    pub gas: Gas,
}

/// Tells the stories of one contract.
///
/// # Errors
/// An artifact that is missing, and a story that goes another way than it should: an artifact that was not built from
/// this source, most likely.
pub type Story = fn(&[Artifact]) -> anyhow::Result<Vec<Reading>>;

/// All of them, by their contracts.
pub const STORIES: [(&str, Story); 5] = [
    ("chain_view", chain_view::tell),
    ("transaction_lock", transaction_lock::tell),
    ("booking", booking::tell),
    ("price_oracle", price_oracle::tell),
    ("stake_pool", stake_pool::tell),
];
