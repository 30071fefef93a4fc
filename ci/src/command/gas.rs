//! `tessera-ci gas`.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use tessera_ci::budget::{Budget, Spent};
use tessera_ci::gas::story::{Reading, STORIES};
use tessera_ci::wasm::Artifact;

/// Where things are, relative to the workspace.
#[derive(clap::Args)]
pub struct Arguments {
    /// The folder of built contracts.
    #[arg(long, default_value = "artifacts")]
    artifacts: PathBuf,
    /// What calls may cost.
    #[arg(long, default_value = "ci/budget.toml")]
    budget: PathBuf,
    /// Print what belongs into the budget file instead of comparing with it.
    #[arg(long)]
    lines: bool,
    /// Tell one contract's stories alone, and compare with nothing.
    #[arg(long)]
    only: Option<String>,
}

/// Tells the stories, prints what each call costs, and names what costs too much.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let text = fs::read_to_string(&arguments.budget)
        .with_context(|| arguments.budget.display().to_string())?;
    let budget = Budget::parse(&text)?;
    let artifacts = Artifact::read_all(&arguments.artifacts)?;
    let mut readings = Vec::new();
    if !arguments.lines {
        print(["contract", "call", "compute", "storage", "calls", "gas"]);
    }
    let wanted = |name: &str| arguments.only.as_deref().is_none_or(|only| only == name);
    for (_, story) in STORIES.into_iter().filter(|(name, _)| wanted(name)) {
        let told = story(&artifacts)?;
        if !arguments.lines {
            told.iter().for_each(row);
        }
        readings.extend(told);
    }
    let spent = Spent::new(readings.into_iter().map(|reading| {
        let gas = reading.gas.total();
        (reading.contract, reading.call, gas)
    }));
    if arguments.lines {
        print!("{}", spent.lines());
        return Ok(());
    }
    if arguments.only.is_some() {
        return Ok(());
    }
    super::refuse(&budget.overspent(&spent), "beyond the gas budget")
}

fn row(reading: &Reading) {
    let gas = reading.gas;
    let [compute, storage, calls, total] =
        [gas.compute, gas.storage, gas.calls, gas.total()].map(|part| part.to_string());
    let Reading { contract, call, .. } = reading;
    print([contract, call, &compute, &storage, &calls, &total]);
}

fn print([contract, call, compute, storage, calls, gas]: [&str; 6]) {
    println!("{contract:<17} {call:<46} {compute:>9} {storage:>9} {calls:>9} {gas:>9}");
}
