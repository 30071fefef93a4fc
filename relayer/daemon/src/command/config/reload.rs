use std::path::PathBuf;

use clap::Args;

use crate::{
    command::{Context, Outcome},
    running,
};

/// Which relayer.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The journal that it was started with; beside the configuration unless told.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

pub(super) fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    // What is broken is said here, and not only in the relayer's log.
    let config = context.config()?;
    let process = running::tell(&context.journal(arguments.journal))?;
    let path = config.path.display();
    let text = format!("process {process} reads {path} again; its log says what has changed");
    Outcome::new(text, &serde_json::json!({ "process": process }))
}
