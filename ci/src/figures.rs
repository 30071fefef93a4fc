//! The project's figures: `ci/bench/results.jsonl`, one JSON object a line.
//!
//! A line is a measure in a case, its value, and the goal that it must not exceed, if there is one. A run
//! replaces the lines that it measures again; gas and bytes may not grow by over 2 % against what is committed.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// By how many parts of a hundred gas and bytes may grow before it is a failure.
pub const TOLERATED_GROWTH_PERCENT: f64 = 2.0;

/// What a case says of what the measurement found, and not of how it was made.
const LIMIT: &str = "limit";

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What is measured, such as `wasm_bytes`.
    pub measure: String,
    /// Under which circumstances, such as `{"contract": "booking"}`.
    pub case: BTreeMap<String, Value>,
    /// What it came to.
    pub value: Number,
    /// In what: `gas`, `bytes`, `transactions`, …
    pub unit: String,
    /// The most that it should come to.
    pub goal: Option<Number>,
    /// The commit that was measured.
    pub commit: String,
    /// The day, `YYYY-MM-DD`, UTC.
    pub date: String,
}

impl Line {
    /// Whether two lines measure the same thing, whatever was found to limit it.
    pub fn is_same_figure(&self, other: &Self) -> bool {
        let circumstances = |line: &Self| {
            let case = line.case.iter().filter(|(name, _)| *name != LIMIT);
            case.map(|(name, value)| (name.clone(), value.clone()))
                .collect::<Vec<_>>()
        };
        self.measure == other.measure && circumstances(self) == circumstances(other)
    }

    /// Whether there is a goal and the value exceeds it.
    pub fn misses_goal(&self) -> bool {
        match (
            self.value.as_f64(),
            self.goal.as_ref().and_then(Number::as_f64),
        ) {
            (Some(value), Some(goal)) => value > goal,
            _ => false,
        }
    }

    /// The case in one line, `contract=booking`.
    pub fn case_in_words(&self) -> String {
        let words: Vec<String> = self
            .case
            .iter()
            .map(|(name, value)| match value {
                Value::String(text) => format!("{name}={text}"),
                other => format!("{name}={other}"),
            })
            .collect();
        words.join(" ")
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: {} {}",
            self.measure,
            self.case_in_words(),
            self.value,
            self.unit
        )?;
        match &self.goal {
            Some(goal) => write!(f, ", goal {goal}"),
            None => Ok(()),
        }
    }
}

/// Reads a file of figures. Errors name the line.
pub fn parse(text: &str) -> anyhow::Result<Vec<Line>> {
    text.lines()
        .zip(1_usize..)
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, number)| serde_json::from_str(line).with_context(|| format!("line {number}")))
        .collect()
}

/// Writes a file of figures, sorted, so that a new measurement changes its own lines only.
pub fn write(lines: &[Line]) -> anyhow::Result<String> {
    let mut lines = lines.to_vec();
    sort(&mut lines);
    let mut text = String::new();
    for line in &lines {
        text.push_str(&serde_json::to_string(line)?);
        text.push('\n');
    }
    Ok(text)
}

/// The committed lines with those that were measured again replaced. A figure whose value and goal have not
/// changed keeps its old line: its commit then says since when it holds.
pub fn merge(committed: &[Line], measured: &[Line]) -> Vec<Line> {
    let kept = committed
        .iter()
        .filter(|old| !measured.iter().any(|new| new.is_same_figure(old)));
    let renewed = measured.iter().map(|new| {
        committed
            .iter()
            .find(|old| {
                old.case == new.case
                    && old.is_same_figure(new)
                    && old.value == new.value
                    && old.goal == new.goal
            })
            .unwrap_or(new)
    });
    let mut lines: Vec<Line> = kept.chain(renewed).cloned().collect();
    sort(&mut lines);
    lines
}

/// A figure that has grown by more than is tolerated.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// What was measured now.
    pub line: Line,
    /// What is committed.
    pub before: Number,
    /// By how many parts of a hundred it has grown.
    pub percent: f64,
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {:.1} % over the committed {}",
            self.line, self.percent, self.before
        )
    }
}

/// Gas and bytes that were measured now and exceed their committed lines by more than is tolerated.
pub fn grown(committed: &[Line], measured: &[Line]) -> Vec<Growth> {
    measured
        .iter()
        .filter(|new| matches!(new.unit.as_str(), "gas" | "bytes"))
        .filter_map(|new| {
            let old = committed.iter().find(|old| old.is_same_figure(new))?;
            let percent = growth_percent(old.value.as_f64()?, new.value.as_f64()?);
            (percent > TOLERATED_GROWTH_PERCENT).then(|| Growth {
                line: new.clone(),
                before: old.value.clone(),
                percent,
            })
        })
        .collect()
}

/// What a measure's name ends with when its lines say what others are made of; their cases have a `part` more.
const PART: &str = "_part";

/// A table for people, one row a figure, with a mark where a goal is missed and with what the figure is made of.
pub fn table(lines: &[Line]) -> String {
    let head = ["measure", "case", "value", "unit", "goal", "", "of which"];
    let mut rows = vec![head.map(str::to_owned)];
    let wholes = lines.iter().filter(|line| !line.measure.ends_with(PART));
    rows.extend(wholes.map(|line| {
        [
            line.measure.clone(),
            line.case_in_words(),
            line.value.to_string(),
            line.unit.clone(),
            line.goal
                .as_ref()
                .map(Number::to_string)
                .unwrap_or_default(),
            if line.misses_goal() { "missed" } else { "" }.to_owned(),
            parts(line, lines),
        ]
    }));
    let mut widths = [0_usize; 7];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// The parts of a figure, in words.
fn parts(whole: &Line, lines: &[Line]) -> String {
    let named = lines.iter().filter_map(|line| {
        let mut case = line.case.clone();
        let part = case.remove("part")?;
        let ours = line.measure.strip_suffix(PART) == Some(&whole.measure) && case == whole.case;
        ours.then(|| format!("{} {}", part.as_str().unwrap_or_default(), line.value))
    });
    named.collect::<Vec<_>>().join(", ")
}

fn growth_percent(before: f64, now: f64) -> f64 {
    if before > 0.0 {
        (now - before) / before * 100.0
    } else if now > before {
        f64::INFINITY
    } else {
        0.0
    }
}

/// By measure, then by case as people read it: numbers as numbers.
fn sort(lines: &mut [Line]) {
    fn rank(value: &Value) -> (u64, String) {
        match value.as_u64() {
            Some(number) => (number, String::new()),
            None => (u64::MAX, value.to_string()),
        }
    }
    lines.sort_by_cached_key(|line| {
        let case: Vec<_> = line
            .case
            .iter()
            .map(|(name, value)| (name.clone(), rank(value)))
            .collect();
        (line.measure.clone(), case)
    });
}
