//! `tessera completions`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Outcome;

/// The shell.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The shell to print for.
    shell: Shell,
}

/// Answers the script.
///
/// # Errors
/// When it is no text.
pub fn run(arguments: Arguments) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    let mut command = super::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "tessera", &mut script);
    let script = String::from_utf8(script)?;
    Outcome::new(script.clone(), &script)
}
