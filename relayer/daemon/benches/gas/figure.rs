//! Figures as `ci/bench/run` takes them in.

use std::{fs, path::Path};

use serde_json::{json, Value};

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
    pub fn add(
        &mut self,
        measure: &str,
        case: &Value,
        value: impl Into<Value>,
        unit: &str,
        goal: Option<u64>,
    ) {
        let value = value.into();
        println!("{measure} {case}: {value} {unit}");
        self.push(measure, case.clone(), value, unit, goal);
    }

    /// The same, without a word.
    pub fn push(
        &mut self,
        measure: &str,
        case: Value,
        value: Value,
        unit: &str,
        goal: Option<u64>,
    ) {
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
