use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{Budget, Overrun};

/// SDK gas of calls, by contract and by what was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spent(BTreeMap<(String, String), u64>);

impl Spent {
    /// Contract, call, gas.
    pub fn new(calls: impl IntoIterator<Item = (String, String, u64)>) -> Self {
        let calls = calls.into_iter();
        Self(
            calls
                .map(|(contract, call, gas)| ((contract, call), gas))
                .collect(),
        )
    }

    /// What belongs into the budget file: each call's gas with 3 % to spare, rounded up to hundreds.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        let mut table = "";
        for ((contract, call), gas) in &self.0 {
            if contract != table {
                let space = if table.is_empty() { "" } else { "\n" };
                let _ = writeln!(text, "{space}[contract.{contract}.gas]");
                table = contract;
            }
            let _ = writeln!(text, "\"{call}\" = {}", grouped(with_margin(*gas)));
        }
        text
    }
}

impl Budget {
    /// Every call that costs more than its budget, has none, or is budgeted and not made.
    pub fn overspent(&self, spent: &Spent) -> Vec<Overrun> {
        let allowed: BTreeMap<(String, String), u64> = self
            .contract
            .iter()
            .flat_map(|(contract, allowed)| {
                let calls = allowed.gas.iter();
                calls.map(|(call, gas)| ((contract.clone(), call.clone()), *gas))
            })
            .collect();
        let calls: BTreeSet<_> = spent.0.keys().chain(allowed.keys()).cloned().collect();
        let compare = |key: (String, String)| {
            let (actual, allowed) = (spent.0.get(&key), allowed.get(&key));
            let (contract, call) = key;
            match (actual.copied(), allowed.copied()) {
                (Some(actual), Some(allowed)) if actual > allowed => Some(Overrun::Gas {
                    contract,
                    call,
                    actual,
                    allowed,
                }),
                (Some(actual), None) => Some(Overrun::NoGasBudget {
                    contract,
                    call,
                    actual,
                }),
                (None, _) => Some(Overrun::NoCall { contract, call }),
                (Some(_), Some(_)) => None,
            }
        };
        calls.into_iter().filter_map(compare).collect()
    }
}

fn with_margin(gas: u64) -> u64 {
    gas.saturating_mul(103)
        .div_ceil(100)
        .checked_next_multiple_of(100)
        .unwrap_or(u64::MAX)
}

/// Thousands are set apart, as in the rest of the file.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place) % 3 == 0 {
            text.push('_');
        }
        text.push(digit);
    }
    text
}
