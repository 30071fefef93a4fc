//! Logs: to standard error, so that standard output carries results alone.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::LogLevel;

/// Starts logging. `RUST_LOG` overrides the level. JSON lines where standard error is no terminal and `json` is asked.
pub fn start(level: LogLevel, json: bool) {
    let level = match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    };
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(format!("warn,tessera={level}")));
    let terminal = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(terminal);
    // A second start (tests in one process) keeps the first.
    let _already_started = if json && !terminal {
        builder.json().try_init()
    } else {
        builder.compact().try_init()
    };
}
