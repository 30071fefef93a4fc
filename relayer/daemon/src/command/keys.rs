//! `tessera keys`

mod add;
mod balance;
mod delete;
mod list;
mod vote;

use clap::Subcommand;

use super::{Context, Outcome};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Add a key of a configured chain, encrypted with the passphrase of the keys.
    Add(add::Arguments),
    /// List the keys of a configured chain.
    List(list::Arguments),
    /// Ask a chain what its keys hold.
    Balance(balance::Arguments),
    /// Delete a key, or all of a chain.
    Delete(delete::Arguments),
    /// Vote keys of validators, in keystores as EIP-2335 has them.
    #[command(subcommand)]
    Vote(vote::Arguments),
}

/// Runs the verb.
///
/// # Errors
/// With what is wrong with the key, never with the key.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    match arguments {
        Arguments::Add(arguments) => add::run(context, &arguments),
        Arguments::List(arguments) => list::run(context, &arguments),
        Arguments::Balance(arguments) => balance::run(context, &arguments).await,
        Arguments::Delete(arguments) => delete::run(context, &arguments),
        Arguments::Vote(arguments) => vote::run(context, &arguments),
    }
}
