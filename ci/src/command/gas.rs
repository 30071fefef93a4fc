//! `tessera-ci gas`.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use tessera_ci::budget::{Budget, Spent};
use tessera_ci::gas::story::{tell, Reading};
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
}

/// Tells the stories, prints what each call costs, and names what costs too much.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let text = fs::read_to_string(&arguments.budget)
        .with_context(|| arguments.budget.display().to_string())?;
    let budget = Budget::parse(&text)?;
    let readings = tell(&Artifact::read_all(&arguments.artifacts)?)?;
    let spent = Spent::new(readings.iter().map(|reading| {
        let (contract, call) = (reading.contract.clone(), reading.call.clone());
        (contract, call, reading.gas.total())
    }));
    if arguments.lines {
        print!("{}", spent.lines());
        return Ok(());
    }
    print(&readings);
    super::refuse(&budget.overspent(&spent), "beyond the gas budget")
}

fn print(readings: &[Reading]) {
    println!(
        "{:<17} {:<46} {:>9} {:>9} {:>9} {:>9}",
        "contract", "call", "compute", "storage", "calls", "gas"
    );
    for Reading {
        contract,
        call,
        gas,
    } in readings
    {
        let (compute, storage, calls, total) = (gas.compute, gas.storage, gas.calls, gas.total());
        println!("{contract:<17} {call:<46} {compute:>9} {storage:>9} {calls:>9} {total:>9}");
    }
}
