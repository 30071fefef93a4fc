//! What each contract may weigh: the committed `ci/budget.toml`.
//!
//! ```toml
//! [contract.booking]
//! bytes = 450_000
//! locals = 100
//!
//! [contract.booking.gas]
//! "lock" = 40_000
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

mod spent;

pub use spent::Spent;

use serde::Deserialize;

/// All budgets, by contract. Contracts are named as their artifacts are, without `.wasm`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// One entry a contract.
    pub contract: BTreeMap<String, Allowance>,
}

/// What one contract may weigh at most.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// Size of the optimised artifact in bytes. Also the goal of the figure `wasm_bytes`.
    pub bytes: u64,
    /// Locals of the function that has the most. Above 100 the VM refuses the contract.
    pub locals: u64,
    /// SDK gas of calls, by what they do: what our contracts spend, without a transaction's own costs.
    #[serde(default)]
    pub gas: BTreeMap<String, u64>,
}

/// What one contract weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// Size of the artifact in bytes.
    pub bytes: u64,
    /// Locals of the function that has the most.
    pub locals: u64,
}

/// One way in which artifacts and budgets disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overrun {
    /// The artifact is too large.
    Bytes {
        /// The contract.
        contract: String,
        /// Its size in bytes.
        actual: u64,
        /// Its budget.
        allowed: u64,
    },
    /// One function has too many locals.
    Locals {
        /// The contract.
        contract: String,
        /// Locals of its worst function.
        actual: u64,
        /// Its budget.
        allowed: u64,
    },
    /// A call costs too much.
    Gas {
        /// The contract.
        contract: String,
        /// What was done.
        call: String,
        /// Its SDK gas.
        actual: u64,
        /// Its budget.
        allowed: u64,
    },
    /// A call that nobody budgeted.
    NoGasBudget {
        /// The contract.
        contract: String,
        /// What was done.
        call: String,
        /// Its SDK gas.
        actual: u64,
    },
    /// A budget for a call that nobody makes.
    NoCall {
        /// The contract.
        contract: String,
        /// What is not done.
        call: String,
    },
    /// An artifact that nobody budgeted.
    NoBudget {
        /// The contract.
        contract: String,
    },
    /// A budget for an artifact that is not there.
    NoArtifact {
        /// The contract.
        contract: String,
    },
}

impl Budget {
    /// Reads the budget file.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Every overrun, by contract.
    pub fn overruns(&self, weights: &BTreeMap<String, Weight>) -> Vec<Overrun> {
        let contracts: BTreeSet<&String> = self.contract.keys().chain(weights.keys()).collect();
        contracts
            .into_iter()
            .flat_map(|contract| {
                compare(contract, self.contract.get(contract), weights.get(contract))
            })
            .collect()
    }
}

fn compare(contract: &str, allowed: Option<&Allowance>, actual: Option<&Weight>) -> Vec<Overrun> {
    let contract = contract.to_owned();
    let (allowed, actual) = match (allowed, actual) {
        (Some(allowed), Some(actual)) => (allowed, actual),
        (None, _) => return vec![Overrun::NoBudget { contract }],
        (_, None) => return vec![Overrun::NoArtifact { contract }],
    };
    let mut overruns = Vec::new();
    if actual.bytes > allowed.bytes {
        overruns.push(Overrun::Bytes {
            contract: contract.clone(),
            actual: actual.bytes,
            allowed: allowed.bytes,
        });
    }
    if actual.locals > allowed.locals {
        overruns.push(Overrun::Locals {
            contract,
            actual: actual.locals,
            allowed: allowed.locals,
        });
    }
    overruns
}

impl fmt::Display for Overrun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes {
                contract,
                actual,
                allowed,
            } => {
                write!(f, "{contract}: {actual} bytes, budget {allowed}")
            }
            Self::Locals {
                contract,
                actual,
                allowed,
            } => {
                write!(
                    f,
                    "{contract}: a function with {actual} locals, budget {allowed}"
                )
            }
            Self::Gas {
                contract,
                call,
                actual,
                allowed,
            } => {
                write!(f, "{contract}: {call}: {actual} gas, budget {allowed}")
            }
            Self::NoGasBudget {
                contract,
                call,
                actual,
            } => {
                write!(
                    f,
                    "{contract}: {call}: {actual} gas, no budget in ci/budget.toml"
                )
            }
            Self::NoCall { contract, call } => {
                write!(f, "{contract}: {call}: a budget, but no such call")
            }
            Self::NoBudget { contract } => write!(f, "{contract}: no budget in ci/budget.toml"),
            Self::NoArtifact { contract } => {
                write!(f, "{contract}: a budget, but no artifact: run ci/wasm")
            }
        }
    }
}
