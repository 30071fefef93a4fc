//! Figures as `ci/bench/run` takes them in.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Parser;
use serde_json::{json, Value};

/// Which figures are wanted, and where they go.
#[derive(Parser)]
pub struct Wanted {
    /// Where the figures go.
    #[arg(long, default_value = "target/measured.jsonl")]
    pub out: PathBuf,
    /// The commit that is measured.
    #[arg(long, default_value = "uncommitted")]
    commit: String,
    /// The day on which it is measured.
    #[arg(long, default_value = "")]
    date: String,
    /// Only these measures, by name; may be repeated.
    #[arg(long, value_name = "MEASURE")]
    pub only: Vec<String>,
    /// What `cargo bench` hands to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Wanted {
    pub fn wants(&self, measure: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == measure)
    }
}

/// What was measured so far.
pub struct Figures {
    commit: String,
    date: String,
    lines: Vec<Value>,
}

impl Figures {
    pub fn new(wanted: &Wanted) -> Figures {
        Figures {
            commit: wanted.commit.clone(),
            date: wanted.date.clone(),
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
