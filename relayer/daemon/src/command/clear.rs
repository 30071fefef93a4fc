//! `tessera clear`

mod packets;
mod tasks;

use clap::Subcommand;

use super::{Context, Outcome};

/// What is done once, without a relayer that goes on.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Commit, settle, reject, lapse and claim whatever is due now, then end.
    Tasks(tasks::Arguments),
    /// Carry what waits on a channel of ordinary IBC, in both directions: packets, acknowledgements, timeouts.
    Packets(packets::Arguments),
}

/// Clears.
///
/// # Errors
/// With what the configuration, a key, a node or the journal says.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    match arguments {
        Arguments::Tasks(arguments) => tasks::run(context, arguments).await,
        Arguments::Packets(arguments) => packets::run(context, arguments).await,
    }
}
