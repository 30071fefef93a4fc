use clap::Args;

use crate::{
    command::{Context, Outcome},
    keys::Storage,
};

/// Whose keys.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The chain id.
    #[arg(long)]
    chain: String,
}

pub(super) fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let (ring, zone) = (context.keys(), &config.chain(&arguments.chain)?.id);
    let listed = ring.list(zone)?;
    let whole = listed.len() == ring.names(zone)?.len();
    let line = |key: &crate::keys::Listed| {
        let storage = match key.storage {
            Storage::Encrypted => "encrypted",
            Storage::Unencrypted => "NOT encrypted",
            Storage::Hermes => "Hermes' file, NOT encrypted",
        };
        format!("{}  {}  {storage}", key.name, key.account)
    };
    let lines: Vec<String> = listed.iter().map(line).collect();
    Ok(Outcome::new(lines.join("\n"), &listed)?.with_soundness(whole))
}
