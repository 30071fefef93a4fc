//! Figures as `ci/bench/run` takes them in.

use std::{fs, path::Path};

use serde_json::{json, Value};

use crate::trace::Gas;

/// What was measured so far.
pub struct Figures {
    commit: String,
    date: String,
    lines: Vec<Value>,
}

impl Figures {
    pub fn new(commit: &str, date: &str) -> Figures {
        Figures {
            commit: commit.into(),
            date: date.into(),
            lines: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// One figure; `case` is an object.
    pub fn add(&mut self, measure: &str, case: &Value, value: u64, unit: &str, goal: Option<u64>) {
        println!("{measure} {case}: {value} {unit}");
        self.push(measure, case.clone(), value, unit, goal);
    }

    /// Gas, and what it is made of as figures of `<measure>_part`.
    pub fn add_gas(&mut self, measure: &str, case: &Value, gas: Gas, goal: Option<u64>) {
        self.add(measure, case, gas.total, "gas", goal);
        let Some(parts) = gas.parts else {
            return;
        };
        for (part, gas) in parts.named() {
            let mut case = case.clone();
            case["part"] = part.into();
            self.push(&format!("{measure}_part"), case, gas, "gas", None);
        }
        println!("  {parts}");
    }

    fn push(&mut self, measure: &str, case: Value, value: u64, unit: &str, goal: Option<u64>) {
        self.lines.push(json!({
            "measure": measure,
            "case": case,
            "value": value,
            "unit": unit,
            "goal": goal,
            "commit": self.commit,
            "date": self.date,
        }));
    }

    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = String::new();
        for line in &self.lines {
            text.push_str(&line.to_string());
            text.push('\n');
        }
        Ok(fs::write(path, text)?)
    }
}
