use std::path::PathBuf;

use clap::Args;

use super::Destination;
use crate::{command::Outcome, config::Config};

/// What is imported.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Hermes' configuration, usually ~/.hermes/config.toml.
    #[arg(long, value_name = "FILE")]
    hermes: PathBuf,
    #[command(flatten)]
    destination: Destination,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    arguments.destination.check()?;
    let config = Config::load_hermes(&arguments.hermes)?;
    let text = arguments.destination.write(&config, &config.notes)?;
    let told = match &arguments.destination.output {
        Some(path) => {
            let mut told = format!(
                "wrote {} with {} chains",
                path.display(),
                config.chains.len()
            );
            for note in &config.notes {
                told.push_str(&format!("\n{note}"));
            }
            told
        }
        None => text.trim_end().to_string(),
    };
    let result = serde_json::json!({ "config": config, "notes": config.notes });
    Outcome::new(told, &result)
}
