//! What transactions cost on real zones: `ci/bench/run` starts three that trace their gas (`ci/zones up --zones 3 --trace-gas`)
//! and runs this, which deploys pinned codes, does what users and relayers do, and writes a figure a line.
//!
//! - `advance`: a header of a synthetic zone, whose validators are ours to choose, shown to a `chain-view`;
//! - `task`: tasks between the real zones, relayed as `tessera start` relays them;
//! - `stake`: what stakers and reporters send, to a pool with a hundred validators and a thousand delegators;
//! - `proof`: a commit whose proof comes out of a deep tree of a synthetic zone.

mod advance;
mod figure;
mod proof;
mod site;
mod stake;
mod task;
mod trace;

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use figure::{Figures, Wanted};
use site::{Site, ZonesFile};

/// Measures gas on wasmd zones.
#[derive(Parser)]
struct Arguments {
    /// The zones' description, as `ci/zones up` wrote it.
    #[arg(long, default_value = "target/zones/zones.json")]
    zones: PathBuf,
    /// The folder of built contracts.
    #[arg(long, default_value = "artifacts")]
    artifacts: PathBuf,
    #[command(flatten)]
    figures: Wanted,
    /// Only what has a goal and is quick: less than a minute.
    #[arg(long)]
    sample: bool,
}

impl Arguments {
    fn wants(&self, measure: &str) -> bool {
        let quick = !["proof_gas", "stake_gas"].contains(&measure);
        (quick || !self.sample) && self.figures.wants(measure)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `cargo test` starts benchmarks too; without zones there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let arguments = Arguments::parse();
    // What the relayer does and meets, where RUST_LOG asks for it.
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let file = ZonesFile::load(&arguments.zones)?;
    anyhow::ensure!(file.zones.len() >= 3, "three zones are needed");
    let mut sites = Vec::new();
    for zone in &file.zones {
        let site = Site::deploy(&file, zone, &arguments.zones, &arguments.artifacts).await;
        sites.push(site.with_context(|| zone.chain_id.clone())?);
    }
    let mut figures = Figures::new(&arguments.figures);
    if arguments.wants("advance_gas") {
        advance::measure(&sites, arguments.sample, &mut figures).await?;
    }
    if arguments.wants("task_gas") {
        task::measure(&sites, arguments.sample, &mut figures).await?;
    }
    if arguments.wants("stake_gas") {
        let place = stake::Place {
            file: &file,
            zones: &arguments.zones,
            artifacts: &arguments.artifacts,
        };
        let site = sites.first().context("a zone")?;
        stake::measure(&place, site, &mut figures).await?;
    }
    if arguments.wants("proof_gas") {
        proof::measure(&sites, &mut figures).await?;
    }
    let out = &arguments.figures.out;
    figures.write(out)?;
    println!("{} figures in {}", figures.len(), out.display());
    Ok(())
}
