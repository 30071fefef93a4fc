//! `tessera-ci bench`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::{Number, Value};
use tessera_ci::budget::Budget;
use tessera_ci::figures::{grown, merge, parse, table, write, Line};
use tessera_ci::wasm::Artifact;

/// What to do with the figures, and where things are, relative to the workspace.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
    /// The committed figures.
    #[arg(long, global = true, default_value = "ci/bench/results.jsonl")]
    results: PathBuf,
    /// The folder of built contracts.
    #[arg(long, global = true, default_value = "artifacts")]
    artifacts: PathBuf,
    /// What contracts may weigh.
    #[arg(long, global = true, default_value = "ci/budget.toml")]
    budget: PathBuf,
    /// Figures that another program has measured, in the same form as the committed ones.
    #[arg(long, global = true)]
    measured: Vec<PathBuf>,
    /// The commit that is measured.
    #[arg(long, global = true, default_value = "uncommitted")]
    commit: String,
    /// The day on which it is measured, `YYYY-MM-DD`.
    #[arg(long, global = true, default_value = "")]
    date: String,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Print the committed figures.
    Show,
    /// Measure, replace the lines that were measured again, and print the table.
    Run,
    /// Print every goal that the committed lines miss; fail where gas or bytes have grown.
    Check,
}

/// Carries out one verb.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let committed = read(&arguments.results)?;
    match arguments.verb {
        Verb::Show => print!("{}", table(&committed)),
        Verb::Run => {
            let lines = merge(&committed, &measure(arguments)?);
            fs::write(&arguments.results, write(&lines)?)?;
            print!("{}", table(&lines));
        }
        Verb::Check => {
            let missed: Vec<&Line> = committed.iter().filter(|line| line.misses_goal()).collect();
            println!(
                "{} figures, {} miss their goal",
                committed.len(),
                missed.len()
            );
            for line in missed {
                println!("missed: {line}");
            }
            super::refuse(
                &grown(&committed, &measure(arguments)?),
                "grown by over 2 %",
            )?;
        }
    }
    Ok(())
}

/// What is measured here, and what others have measured.
fn measure(arguments: &Arguments) -> anyhow::Result<Vec<Line>> {
    let mut lines = wasm_bytes(arguments)?;
    for path in &arguments.measured {
        lines.extend(read(path)?);
    }
    Ok(lines)
}

/// `wasm_bytes` {contract}: the size of the artifact; its goal is its budget.
fn wasm_bytes(arguments: &Arguments) -> anyhow::Result<Vec<Line>> {
    let budget = Budget::parse(&fs::read_to_string(&arguments.budget)?)?;
    let lines = Artifact::read_all(&arguments.artifacts)?
        .into_iter()
        .map(|artifact| Line {
            measure: "wasm_bytes".to_owned(),
            value: Number::from(artifact.size()),
            unit: "bytes".to_owned(),
            goal: budget
                .contract
                .get(&artifact.name)
                .map(|allowed| Number::from(allowed.bytes)),
            commit: arguments.commit.clone(),
            date: arguments.date.clone(),
            case: BTreeMap::from([(
                "contract".to_owned(),
                Value::from(artifact.name.replace('_', "-")),
            )]),
        });
    Ok(lines.collect())
}

fn read(path: &Path) -> anyhow::Result<Vec<Line>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    parse(&text).with_context(|| path.display().to_string())
}
