//! What a traced node wrote of its gas (`ci/wasmd/zones/trace.py`), read back as parts of a transaction.

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::Context;
use serde_json::Value;

use crate::figure::Figures;

/// Gas, and what it was taken for where the node was traced.
#[derive(Clone, Copy, Debug)]
pub struct Gas {
    /// The whole.
    pub total: u64,
    /// What it is made of.
    pub parts: Option<Parts>,
}

impl Gas {
    /// None, of which everything is known.
    pub fn none() -> Gas {
        Gas {
            total: 0,
            parts: Some(Parts::default()),
        }
    }

    /// Adds another transaction's.
    pub fn add(&mut self, other: Gas) {
        self.total += other.total;
        self.parts = match (self.parts, other.parts) {
            (Some(mut parts), Some(more)) => {
                parts.add(more);
                Some(parts)
            }
            _ => None,
        };
    }

    /// A share of it, rounded to the nearest.
    pub fn per(self, count: u64) -> Gas {
        let share = |gas: u64| (gas + count / 2) / count;
        Gas {
            total: share(self.total),
            parts: self.parts.map(|parts| parts.map(share)),
        }
    }
}

impl Figures {
    /// Gas, and what it is made of as figures of `<measure>_part`.
    pub fn add_gas(&mut self, measure: &str, case: &Value, gas: Gas, goal: Option<u64>) {
        self.add(measure, case, gas.total, "gas", goal);
        let Some(parts) = gas.parts else {
            return;
        };
        for (part, gas) in parts.named() {
            let mut case = case.clone();
            case["part"] = part.into();
            self.push(&format!("{measure}_part"), case, gas.into(), "gas", None);
        }
        println!("  {parts}");
    }
}

/// Gas by what it was taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Running contracts, host functions included.
    pub compute: u64,
    /// The transaction's bytes.
    pub bytes: u64,
    /// Reading and writing state, the SDK's own included.
    pub storage: u64,
    /// Entering contracts.
    pub calls: u64,
    /// Signature, events and the rest.
    pub other: u64,
}

impl Parts {
    /// The parts with their names.
    pub fn named(&self) -> [(&'static str, u64); 5] {
        [
            ("compute", self.compute),
            ("bytes", self.bytes),
            ("storage", self.storage),
            ("calls", self.calls),
            ("other", self.other),
        ]
    }

    fn total(&self) -> u64 {
        self.named().iter().map(|(_, gas)| gas).sum()
    }

    fn add(&mut self, other: Parts) {
        self.compute += other.compute;
        self.bytes += other.bytes;
        self.storage += other.storage;
        self.calls += other.calls;
        self.other += other.other;
    }

    fn map(self, share: impl Fn(u64) -> u64) -> Parts {
        Parts {
            compute: share(self.compute),
            bytes: share(self.bytes),
            storage: share(self.storage),
            calls: share(self.calls),
            other: share(self.other),
        }
    }

    fn count(&mut self, what: &str, gas: u64) {
        let part = match what {
            "wasm contract" => &mut self.compute,
            "txSize" => &mut self.bytes,
            "Has" | "Delete" | "IterNextFlat" | "ValuePerByte" => &mut self.storage,
            _ if what.starts_with("Read") || what.starts_with("Write") => &mut self.storage,
            _ if what.starts_with("Loading CosmWasm module") => &mut self.calls,
            _ => &mut self.other,
        };
        *part += gas;
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, gas) in self.named() {
            write!(f, "{name} {gas}  ")?;
        }
        Ok(())
    }
}

/// One gas meter: what it counted, other meters' sums resolved into theirs.
#[derive(Clone, Debug, Default)]
struct Meter {
    parts: Parts,
    total: u64,
}

/// What another meter has counted.
const NESTED: [&str; 2] = ["contract sub-query", "From limited Sub-Message"];

/// The parts of a transaction that took `gas`, in the trace of a node that has executed it: the last meter that has
/// counted exactly that. Transactions are simulated and checked before, by meters of their own.
///
/// # Errors
/// When no meter has.
pub fn transaction(trace: &Path, gas: u64) -> anyhow::Result<Gas> {
    // Nodes of the usual build write nothing.
    if !trace.exists() {
        return Ok(Gas {
            total: gas,
            parts: None,
        });
    }
    let file = File::open(trace).with_context(|| trace.display().to_string())?;
    let mut meters: BTreeMap<u64, Meter> = BTreeMap::new();
    for line in BufReader::new(file).lines() {
        let line = line?;
        let mut words = line.splitn(3, ' ');
        let (Some(number), Some(amount)) = (words.next(), words.next()) else {
            continue;
        };
        let number: u64 = number.parse().with_context(|| line.clone())?;
        if amount == "new" {
            meters.insert(number, Meter::default());
            continue;
        }
        let amount: u64 = amount.parse().with_context(|| line.clone())?;
        let what = words.next().unwrap_or_default();
        let nested = NESTED.contains(&what).then(|| {
            // The newest one below: nested ones end before their callers go on.
            let below = meters.range(number + 1..).rev();
            let found = below.into_iter().find(|(_, meter)| meter.total == amount);
            found.map(|(_, meter)| meter.parts)
        });
        let meter = meters.entry(number).or_default();
        meter.total += amount;
        match nested.flatten() {
            Some(parts) => meter.parts.add(parts),
            None => meter.parts.count(what, amount),
        }
    }
    let found = meters.values().rev().find(|meter| meter.total == gas);
    let meter = found.with_context(|| format!("no meter has counted {gas}"))?;
    anyhow::ensure!(meter.parts.total() == gas, "parts make {gas}");
    Ok(Gas {
        total: gas,
        parts: Some(meter.parts),
    })
}
