use std::path::PathBuf;

use age::secrecy::SecretString;
use clap::{Args, Subcommand};

use super::add::read;
use crate::{
    command::{Context, Outcome},
    keys::vote::VoteSource,
};

/// What to do with vote keys.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Add a vote key of a configured chain, encrypted with the passphrase of the keys.
    Add(Add),
    /// List the vote keys of a configured chain.
    List {
        /// The chain id.
        #[arg(long)]
        chain: String,
    },
}

/// Where a vote key comes from.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["keystore_file", "new"]))]
pub struct Add {
    /// The chain id.
    #[arg(long)]
    chain: String,
    /// A keystore of another program.
    #[arg(long, value_name = "FILE", requires = "keystore_password_file")]
    keystore_file: Option<PathBuf>,
    /// A file with the keystore's password, or - for standard input.
    #[arg(long, value_name = "FILE")]
    keystore_password_file: Option<PathBuf>,
    /// Make a new key.
    #[arg(long)]
    new: bool,
    /// The key's name; that of the operator's key in the configuration unless told.
    #[arg(long)]
    key_name: Option<String>,
}

pub(super) fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let arguments = match arguments {
        Arguments::Add(arguments) => arguments,
        Arguments::List { chain } => {
            let listed = context.keys().votes(&config.chain(chain)?.id)?;
            let lines = listed
                .iter()
                .map(|listed| format!("{}  {}", listed.name, listed.key));
            let text = lines.collect::<Vec<_>>().join("\n");
            return Outcome::new(text, &listed);
        }
    };
    let chain = config.chain(&arguments.chain)?;
    let name = arguments.key_name.as_deref().unwrap_or(chain.key_name());
    let source = match (&arguments.keystore_file, &arguments.keystore_password_file) {
        (Some(path), Some(password)) => VoteSource::Keystore {
            path,
            password: SecretString::from(read(password)?.trim_end_matches(['\r', '\n'])),
        },
        _ => VoteSource::New,
    };
    let key = context.keys().add_vote(&chain.id, name, source)?;
    let key = hex::encode(key.0);
    let result = serde_json::json!({ "name": name, "key": key });
    Outcome::new(
        format!("added vote key {name} of {}: {key}", chain.id),
        &result,
    )
}
