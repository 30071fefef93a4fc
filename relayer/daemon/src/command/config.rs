//! `tessera config`

mod auto;
mod import;
mod reload;
mod validate;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Subcommand;

use super::{Context, Outcome};
use crate::config::Config;

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Write a configuration for chains of the chain registry: every node is asked, and those that answer are kept.
    Auto(auto::Arguments),
    /// Turn a configuration of Hermes into one of Tessera, and name what has no meaning here.
    Import(import::Arguments),
    /// Have the running relayer read the configuration again.
    Reload(reload::Arguments),
    /// Read the file and say whether everything in it is known and in range.
    Validate,
}

/// Runs the verb.
///
/// # Errors
/// With the first thing that is wrong.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    match arguments {
        Arguments::Auto(arguments) => auto::run(context, arguments).await,
        Arguments::Import(arguments) => import::run(&arguments),
        Arguments::Reload(arguments) => reload::run(context, arguments),
        Arguments::Validate => validate::run(context),
    }
}

/// Where a new configuration goes.
#[derive(Debug, clap::Args)]
struct Destination {
    /// The file that is written; printed unless told.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there.
    #[arg(long, requires = "output")]
    overwrite: bool,
}

impl Destination {
    /// Refuses what [`Destination::write`] would, before anything else is done.
    fn check(&self) -> anyhow::Result<()> {
        match &self.output {
            Some(path) if path.exists() && !self.overwrite => {
                anyhow::bail!(
                    "{} is there already: give --overwrite to replace it",
                    path.display()
                )
            }
            _ => Ok(()),
        }
    }

    /// Writes the configuration, whole or not at all, if it goes to a file; answers its text, after comments.
    fn write(&self, config: &Config, comments: &[String]) -> anyhow::Result<String> {
        self.check()?;
        let mut text: String = comments.iter().map(|line| format!("# {line}\n")).collect();
        text.push_str(&toml::to_string(config)?);
        // What is written must be readable.
        Config::parse(Path::new("the new configuration"), &text)?;
        if let Some(path) = &self.output {
            save(path, &text, self.overwrite).with_context(|| path.display().to_string())?;
        }
        Ok(text)
    }
}

fn save(path: &Path, text: &str, overwrite: bool) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let saved = if overwrite {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    saved.map(drop).map_err(|error| error.error)
}
