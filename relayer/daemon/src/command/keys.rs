//! `tessera keys`

use std::{fs, io::Read, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::{Context, Outcome};
use crate::keys::{self, DEFAULT_PATH};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Add a key of a configured chain.
    Add(Add),
    /// List the keys of a configured chain.
    List {
        /// The chain id.
        #[arg(long)]
        chain: String,
    },
    /// Delete a key.
    Delete {
        /// The chain id.
        #[arg(long)]
        chain: String,
        /// The key's name.
        #[arg(long)]
        key_name: String,
    },
}

/// Where a key comes from.
#[derive(Debug, Args)]
pub struct Add {
    /// The chain id.
    #[arg(long)]
    chain: String,
    /// A file with the mnemonic, or - for standard input. Never the words themselves.
    #[arg(long, value_name = "FILE", conflicts_with = "new")]
    mnemonic_file: Option<PathBuf>,
    /// Make a new key, and print its mnemonic once.
    #[arg(long)]
    new: bool,
    /// The key's name; that of the configuration unless told.
    #[arg(long)]
    key_name: Option<String>,
    /// The derivation path.
    #[arg(long, default_value = DEFAULT_PATH)]
    hd_path: String,
}

/// Runs the verb.
///
/// # Errors
/// With what is wrong with the key, never with the key.
pub fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let ring = context.keys();
    match arguments {
        Arguments::Add(add) => self::add(context, &config, &add),
        Arguments::List { chain } => {
            let listed = ring.list(&config.chain(&chain)?.id)?;
            let lines: Vec<String> = listed
                .iter()
                .map(|key| format!("{}  {}", key.name, key.account))
                .collect();
            Outcome::new(lines.join("\n"), &listed)
        }
        Arguments::Delete { chain, key_name } => {
            ring.delete(&config.chain(&chain)?.id, &key_name)?;
            Outcome::new(format!("deleted {key_name} of {chain}"), &key_name)
        }
    }
}

fn add(context: &Context, config: &crate::config::Config, add: &Add) -> anyhow::Result<Outcome> {
    let chain = config.chain(&add.chain)?;
    let name = add.key_name.as_deref().unwrap_or(chain.key_name());
    let (words, fresh) = match &add.mnemonic_file {
        Some(path) if path.as_os_str() == "-" => {
            let mut words = String::new();
            std::io::stdin().read_to_string(&mut words)?;
            (words, false)
        }
        Some(path) => {
            let words = fs::read_to_string(path);
            (words.with_context(|| path.display().to_string())?, false)
        }
        None if add.new => (keys::new_mnemonic()?, true),
        None => anyhow::bail!("give --mnemonic-file FILE (or -), or --new"),
    };
    let ring = context.keys();
    let account = ring.add(&chain.id, name, &words, &add.hd_path, &chain.account_prefix)?;
    let mut text = format!("added {name} of {}: {account}", chain.id);
    let mnemonic = fresh.then_some(&words);
    let result = serde_json::json!({ "name": name, "account": account, "mnemonic": mnemonic });
    if fresh {
        text.push_str(&format!(
            "\nwrite these words down, they are shown once:\n{words}"
        ));
    }
    Outcome::new(text, &result)
}
