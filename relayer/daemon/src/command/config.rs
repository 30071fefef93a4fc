//! `tessera config`

use clap::Subcommand;

use super::{Context, Outcome};

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Read the file and say whether everything in it is known and in range.
    Validate,
}

/// Runs the verb.
///
/// # Errors
/// With the first thing that is wrong.
pub fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let Arguments::Validate = arguments;
    let config = context.config()?;
    let zones: Vec<String> = config.chains.iter().map(|c| c.id.to_string()).collect();
    let path = config.path.display();
    let text = format!(
        "{path} is valid: {} chains ({})",
        zones.len(),
        zones.join(", ")
    );
    Outcome::new(text, &serde_json::json!({ "chains": zones }))
}
