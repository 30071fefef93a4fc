//! `tessera-ci wasm`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use tessera_ci::budget::{Budget, Weight};
use tessera_ci::wasm::{check, wrong_checksums, Artifact, Shape};

/// Where things are, relative to the workspace.
#[derive(clap::Args)]
pub struct Arguments {
    /// The folder of built contracts.
    #[arg(long, default_value = "artifacts")]
    artifacts: PathBuf,
    /// What they may weigh.
    #[arg(long, default_value = "ci/budget.toml")]
    budget: PathBuf,
}

/// Checks every artifact and prints a line about each.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let artifacts = Artifact::read_all(&arguments.artifacts)?;
    let listed =
        fs::read_to_string(arguments.artifacts.join("checksums.txt")).context("checksums.txt")?;
    super::refuse(
        &wrong_checksums(&artifacts, &listed),
        "wrong in checksums.txt",
    )?;
    let budget = fs::read_to_string(&arguments.budget)
        .with_context(|| arguments.budget.display().to_string())
        .and_then(|text| Ok(Budget::parse(&text)?))?;

    let mut weights = BTreeMap::new();
    let mut refused = Vec::new();
    for artifact in &artifacts {
        let shape = Shape::of(&artifact.bytes).with_context(|| artifact.name.clone())?;
        if let Err(error) = check(&artifact.bytes) {
            refused.push(format!("{}: {error:#}", artifact.name));
        }
        println!(
            "{}: {} bytes, {} functions, at most {} locals, {}",
            artifact.name,
            artifact.size(),
            shape.functions,
            shape.locals,
            shape.entry_points().collect::<Vec<_>>().join(" ")
        );
        let weight = Weight {
            bytes: artifact.size(),
            locals: shape.locals,
        };
        weights.insert(artifact.name.clone(), weight);
    }
    super::refuse(&refused, "refused by the VM")?;
    super::refuse(&budget.overruns(&weights), "beyond the budget")
}
