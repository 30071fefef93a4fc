//! `tessera logs`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Context, Outcome};
use crate::{
    config::LogLevel,
    control::{self, Request},
};

/// What a running relayer logs, until it is started again or its configuration changes the level.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Log this level and those above it.
    #[command(visible_alias = "log-level")]
    SetLogLevel {
        /// error, warn, info, debug or trace.
        #[arg(long, value_parser = level)]
        log_level: LogLevel,
        /// Of this module, as `tessera::submit` or `tendermint_rpc`; the others say warnings alone.
        #[arg(long, value_name = "MODULE")]
        log_filter: Option<String>,
        /// Which relayer.
        #[command(flatten)]
        which: Which,
    },
    /// Log by directives as RUST_LOG has them.
    #[command(visible_alias = "raw")]
    SetRawFilter {
        /// The directives, as `info,tessera::submit=trace`.
        #[arg(long, value_name = "DIRECTIVES")]
        raw_filter: String,
        /// Which relayer.
        #[command(flatten)]
        which: Which,
    },
    /// Log as the configuration says.
    Reset {
        /// Which relayer.
        #[command(flatten)]
        which: Which,
    },
}

/// Which relayer.
#[derive(Debug, Args)]
pub struct Which {
    /// The journal that it was started with; beside the configuration unless told.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

fn level(text: &str) -> Result<LogLevel, String> {
    let word = serde_json::Value::from(text.to_lowercase());
    serde_json::from_value(word).map_err(|_| "it is error, warn, info, debug or trace".into())
}

/// Tells the running relayer.
///
/// # Errors
/// When none runs, or it refuses the directives.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let (which, filter) = match arguments {
        Arguments::SetLogLevel {
            log_level,
            log_filter,
            which,
        } => {
            let filter = match log_filter {
                Some(module) => format!("warn,{module}={}", log_level.name()),
                None => log_level.directives(),
            };
            (which, Some(filter))
        }
        Arguments::SetRawFilter { raw_filter, which } => (which, Some(raw_filter)),
        Arguments::Reset { which } => (which, None),
    };
    let request = match &filter {
        Some(filter) => Request::SetLogFilter(filter.clone()),
        None => Request::ResetLogFilter,
    };
    control::tell(&context.journal(which.journal), &request).await?;
    let text = match &filter {
        Some(filter) => format!("the relayer logs by {filter:?}"),
        None => "the relayer logs as its configuration says".into(),
    };
    Outcome::new(text, &serde_json::json!({ "filter": filter }))
}
