use std::{fs, io::Read, path::Path, path::PathBuf};

use anyhow::{bail, Context as _};
use clap::Args;
use zeroize::Zeroizing;

use crate::{
    command::{Context, Outcome},
    document,
    keys::{descriptor, new_mnemonic, Protection, Secret, DEFAULT_PATH},
};

/// Where a key comes from.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["mnemonic_file", "key_file", "new"]))]
pub struct Arguments {
    /// The chain id.
    #[arg(long)]
    chain: String,
    /// A file with the mnemonic, or - for standard input. Never the words themselves.
    #[arg(long, value_name = "FILE")]
    mnemonic_file: Option<PathBuf>,
    /// A key file of Hermes or of the chain's own binary, or - for standard input.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Make a new key, and print its mnemonic once.
    #[arg(long)]
    new: bool,
    /// The key's name; that of the configuration unless told.
    #[arg(long)]
    key_name: Option<String>,
    /// The derivation path of a mnemonic.
    #[arg(long, value_name = "PATH", default_value = DEFAULT_PATH)]
    hd_path: String,
    /// Replace a key of this name.
    #[arg(long)]
    overwrite: bool,
    /// Store the key as it is, without a passphrase: for tests and demonstrations.
    #[arg(long)]
    unencrypted: bool,
}

pub(super) fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let chain = config.chain(&arguments.chain)?;
    let name = arguments.key_name.as_deref().unwrap_or(chain.key_name());
    let (secret, fresh) = secret(arguments, &chain.account_prefix)?;
    let protection = if arguments.unencrypted {
        tracing::warn!("the key is stored unencrypted: whoever reads its file has it");
        Protection::Unencrypted
    } else {
        Protection::Encrypted
    };
    let (account, draft) = context.keys().draft(
        (&chain.id, name),
        &secret,
        &chain.account_prefix,
        protection,
        arguments.overwrite,
    )?;
    let mut text = format!("added {name} of {}: {account}", chain.id);
    let words = fresh.as_ref().map(|words| words.as_str());
    let result = serde_json::json!({ "name": name, "account": account, "mnemonic": words });
    let Some(words) = words else {
        draft.keep()?;
        return Outcome::new(text, &result);
    };
    text.push_str("\nwrite these words down, they are shown once:\n");
    text.push_str(words);
    // A key whose words nobody has seen is not stored.
    Ok(Outcome::new(text, &result)?.and_last(|| Ok(draft.keep()?)))
}

/// The key, and its words if they are new.
fn secret(
    arguments: &Arguments,
    prefix: &str,
) -> anyhow::Result<(Secret, Option<Zeroizing<String>>)> {
    let hd_path = &arguments.hd_path;
    if let Some(path) = &arguments.key_file {
        let file = Secret::from_key_file(path, &read(path)?, hd_path)?;
        let actual = file.secret.key()?.account(prefix)?;
        if actual.as_str() != file.account {
            let (path, said) = (path.display(), &file.account);
            bail!("{path} says {said}, and its key is {actual} on this chain: it is another chain's, or derived by another --hd-path");
        }
        return Ok((file.secret, None));
    }
    let Some(path) = &arguments.mnemonic_file else {
        let words = new_mnemonic()?;
        return Ok((Secret::mnemonic(&words, hd_path)?, Some(words)));
    };
    Ok((Secret::mnemonic(&read(path)?, hd_path)?, None))
}

pub(super) fn read(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    // Large enough not to be moved, which would leave a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(16_384));
    let file = match path.to_str() {
        Some("-") => descriptor(0),
        _ => fs::File::open(path),
    };
    let read = file.and_then(|file| file.take(16_384).read_to_string(&mut text));
    read.map_err(document::no_text)
        .with_context(|| path.display().to_string())?;
    Ok(text)
}
