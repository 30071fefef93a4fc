use clap::Args;

use crate::command::{Context, Outcome};

/// Which keys.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["key_name", "all"]))]
pub struct Arguments {
    /// The chain id.
    #[arg(long)]
    chain: String,
    /// The key's name.
    #[arg(long)]
    key_name: Option<String>,
    /// All keys of the chain.
    #[arg(long)]
    all: bool,
}

pub(super) fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let chain = config.chain(&arguments.chain)?;
    let ring = context.keys();
    let names: Vec<String> = match &arguments.key_name {
        Some(name) => vec![name.clone()],
        None => ring.names(&chain.id)?,
    };
    for name in &names {
        ring.delete(&chain.id, name)?;
    }
    let told = if names.is_empty() {
        "no keys".into()
    } else {
        names.join(", ")
    };
    Outcome::new(format!("deleted {told} of {}", chain.id), &names)
}
