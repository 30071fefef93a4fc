//! Logs: to standard error, so that standard output carries results alone.

use std::{io::IsTerminal, sync::OnceLock};

use tracing_subscriber::{
    fmt, layer::SubscriberExt, reload, util::SubscriberInitExt, EnvFilter, Registry,
};

use crate::config::LogLevel;

/// What changes the level of a process's logs.
static LEVEL: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Starts logging. `RUST_LOG` overrides the level. JSON lines where standard error is no terminal and `json` is asked.
pub fn start(level: LogLevel, json: bool) {
    let (filter, handle) = reload::Layer::new(filter(level));
    let terminal = std::io::stderr().is_terminal();
    let layer = fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(terminal);
    let registry = tracing_subscriber::registry().with(filter);
    let started = if json && !terminal {
        registry.with(layer.json()).try_init()
    } else {
        registry.with(layer.compact()).try_init()
    };
    // A second start (tests in one process) keeps the first.
    if started.is_ok() {
        let _first = LEVEL.set(handle);
    }
}

/// Changes the level while the process runs. `RUST_LOG` overrides it still.
pub fn set_level(level: LogLevel) {
    let changed = LEVEL.get().map(|handle| handle.reload(filter(level)));
    if let Some(Err(error)) = changed {
        tracing::warn!(%error, "the log level stays");
    }
}

fn filter(level: LogLevel) -> EnvFilter {
    // Hermes' library says at `info` what others say at `debug`.
    let (level, packets) = match level {
        LogLevel::Error => ("error", "error"),
        LogLevel::Warn => ("warn", "warn"),
        LogLevel::Info => ("info", "warn"),
        LogLevel::Debug => ("debug", "info"),
        LogLevel::Trace => ("trace", "debug"),
    };
    let filter = format!("warn,tessera={level},ibc_relayer={packets},ibc_telemetry=error");
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(filter))
}
