//! `tessera-ci edges`.

use anyhow::Context;
use tessera_ci::edges::{wrong, Metadata};

/// Reads a workspace's metadata from standard input and names every edge that the design does not allow.
pub fn run() -> anyhow::Result<()> {
    let metadata: Metadata =
        serde_json::from_reader(std::io::stdin().lock()).context("cargo metadata")?;
    super::refuse(&wrong(&metadata), "that the design does not allow")?;
    println!(
        "{} crates see only what they may",
        metadata.members().count()
    );
    Ok(())
}
