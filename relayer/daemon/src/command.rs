//! What can be said to `tessera`: one verb, one file.

pub mod channel;
pub mod clear;
pub mod completions;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod deploy;
pub mod health_check;
pub mod keys;
pub mod listen;
pub mod logs;
mod outcome;
mod pool;
pub mod price;
mod progress;
pub mod query;
pub mod risk;
mod sent;
pub mod signer;
pub mod start;
pub mod tx;
pub mod verify;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use comfy_table::{presets::UTF8_FULL_CONDENSED, Table};
use tokio::runtime::{self, Runtime};

use crate::{
    config::{Config, ConfigError, LogLevel},
    keys::{KeyRing, Passphrases},
    telemetry,
};

pub use outcome::{parse, Outcome};

/// The Tessera relayer: carries headers and proofs between zones, so that tasks are kept on all of them or on none.
#[derive(Debug, Parser)]
#[command(name = "tessera", version, max_term_width = 100)]
pub struct Arguments {
    /// The configuration file.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "TESSERA_CONFIG",
        hide_env_values = true
    )]
    config: Option<PathBuf>,
    /// Print one result object on one line on standard output; logs go to standard error.
    #[arg(long, global = true)]
    json: bool,
    /// Read the passphrase of the keys from this file descriptor instead of asking for it.
    #[arg(long, global = true, value_name = "N")]
    passphrase_fd: Option<u32>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Two zones inside this process: a task kept, one reversed, one rejected, one through a fork.
    #[cfg(feature = "demo")]
    Demo(demo::Arguments),
    /// Relay between the configured zones until interrupted.
    Start(start::Arguments),
    /// Do once what is due, without a relayer that goes on.
    #[command(subcommand)]
    Clear(clear::Arguments),
    /// Print what the contracts say, as it comes.
    Listen(listen::Arguments),
    /// Change what a running relayer logs.
    #[command(subcommand)]
    Logs(logs::Arguments),
    /// Ask zones what they know.
    #[command(subcommand)]
    Query(query::Arguments),
    /// Send a transaction as a user.
    #[command(subcommand)]
    Tx(tx::Arguments),
    /// Store, instantiate and link the contracts of a manifest.
    Deploy(deploy::Arguments),
    /// Compare what is on the chains with a manifest and with the checksums of a release.
    Verify(verify::Arguments),
    /// Ask every node, key and view of the configuration how it is.
    HealthCheck(health_check::Arguments),
    /// Report prices to an oracle.
    #[command(subcommand)]
    Price(price::Arguments),
    /// How likely an attack becomes affordable with stake in one token and in many, and what one costs.
    Risk(risk::Arguments),
    /// Keys that sign.
    #[command(subcommand)]
    Keys(keys::Arguments),
    /// Hold keys, and sign with them what relayers elsewhere send.
    Signer(signer::Arguments),
    /// Channels of ordinary IBC.
    #[command(subcommand)]
    Channel(channel::Arguments),
    /// The configuration file.
    #[command(subcommand)]
    Config(config::Arguments),
    /// Print a completion script for a shell.
    Completions(completions::Arguments),
}

impl Verb {
    /// Whether it works with what the configuration says, and does not tell about it itself.
    fn needs_config(&self) -> bool {
        matches!(
            self,
            Verb::Start(_)
                | Verb::Clear(_)
                | Verb::Listen(_)
                | Verb::Query(_)
                | Verb::Tx(_)
                | Verb::Deploy(_)
                | Verb::Price(_)
                | Verb::Keys(_)
                | Verb::Channel(_)
        )
    }

    /// The configured level; the demo tells its story itself.
    fn log_level(&self, context: &Context) -> LogLevel {
        #[cfg(feature = "demo")]
        if matches!(self, Verb::Demo(_)) {
            return LogLevel::Error;
        }
        context
            .config()
            .map_or(LogLevel::Info, |config| config.global.log_level)
    }
}

/// What every verb may use.
pub struct Context {
    path: PathBuf,
    json: bool,
    keys: KeyRing,
}

impl Context {
    /// Whether the result goes to a program.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Tessera's folder.
    pub fn home(&self) -> PathBuf {
        self.path.parent().map(PathBuf::from).unwrap_or_default()
    }

    /// The configuration.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn config(&self) -> Result<Config, ConfigError> {
        Config::load(&self.path)
    }

    /// The keys, one passphrase for all of them.
    pub fn keys(&self) -> KeyRing {
        self.keys.clone()
    }

    /// The journal: beside the configuration unless told.
    pub fn journal(&self, told: Option<PathBuf>) -> PathBuf {
        told.unwrap_or_else(|| self.home().join("journal.redb"))
    }
}

/// Runs one verb, with a runtime for what waits, and prints what it has to say, in Hermes' envelope with `--json`.
pub fn run(arguments: Arguments) -> ExitCode {
    let path = arguments.config.unwrap_or_else(default_path);
    let folder = path.parent().unwrap_or(Path::new("")).join("keys");
    let passphrases = Passphrases::new(arguments.passphrase_fd);
    let context = Context {
        path,
        json: arguments.json,
        keys: KeyRing::with_passphrases(folder, passphrases),
    };
    let level = arguments.verb.log_level(&context);
    telemetry::start(level, context.json);
    if arguments.verb.needs_config() {
        for note in context
            .config()
            .map(|config| config.notes)
            .unwrap_or_default()
        {
            tracing::warn!("{note}");
        }
    }
    match threads() {
        Ok(threads) => {
            let outcome = threads.block_on(obey(&context, arguments.verb));
            outcome::report(context.json, outcome)
        }
        Err(error) => outcome::report(context.json, Err(error)),
    }
}

/// Two threads do all the work there is, on any machine: each thread's freed memory stays its own.
fn threads() -> anyhow::Result<Runtime> {
    let mut threads = runtime::Builder::new_multi_thread();
    let threads = threads.worker_threads(2).enable_all().build();
    threads.context("starting threads")
}

async fn obey(context: &Context, verb: Verb) -> anyhow::Result<Outcome> {
    match verb {
        #[cfg(feature = "demo")]
        Verb::Demo(arguments) => demo::run(context, arguments).await,
        Verb::Start(arguments) => start::run(context, arguments).await,
        Verb::Clear(arguments) => clear::run(context, arguments).await,
        Verb::Listen(arguments) => listen::run(context, arguments).await,
        Verb::Logs(arguments) => logs::run(context, arguments).await,
        Verb::Query(arguments) => query::run(context, arguments).await,
        Verb::Tx(arguments) => tx::run(context, arguments).await,
        Verb::Deploy(arguments) => deploy::run(context, arguments).await,
        Verb::Verify(arguments) => verify::run(context, arguments).await,
        Verb::HealthCheck(arguments) => health_check::run(context, arguments).await,
        Verb::Price(arguments) => price::run(context, arguments).await,
        Verb::Risk(arguments) => risk::run(context, arguments).await,
        Verb::Keys(arguments) => keys::run(context, arguments).await,
        Verb::Signer(arguments) => signer::run(context, arguments).await,
        Verb::Channel(arguments) => channel::run(context, arguments).await,
        Verb::Config(arguments) => config::run(context, arguments).await,
        Verb::Completions(arguments) => completions::run(arguments),
    }
}

/// A table for people.
pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header(header);
    table
}

/// An error with its causes in one line, each said once: some tell their cause themselves.
pub(crate) fn reason(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.contains(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
    }
    text
}

fn default_path() -> PathBuf {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    // Without a home there is none: what the working folder happens to have is not meant.
    let home = home.unwrap_or_else(|| "~".into());
    PathBuf::from(home).join(".tessera/config.toml")
}
