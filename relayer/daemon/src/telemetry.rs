//! Logs: to standard error, so that standard output carries results alone.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, OnceLock, PoisonError},
};

use indicatif::ProgressBar;
use tracing_subscriber::{
    fmt, layer::SubscriberExt, reload, util::SubscriberInitExt, EnvFilter, Registry,
};

use crate::config::LogLevel;

/// What changes the filter of a process's logs.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();
/// The level that the configuration says.
static CONFIGURED: Mutex<LogLevel> = Mutex::new(LogLevel::Info);

/// The bar that stands on the terminal.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Has logs step around a bar, or around none any longer.
pub fn set_bar(bar: Option<ProgressBar>) {
    *BAR.lock().unwrap_or_else(PoisonError::into_inner) = bar;
}

/// Standard error, on which a bar may stand.
struct BesideBar;

impl Write for BesideBar {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bar = BAR.lock().unwrap_or_else(PoisonError::into_inner);
        match bar.as_ref() {
            Some(bar) => bar.suspend(|| io::stderr().write(bytes)),
            None => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Starts logging. `RUST_LOG` overrides the level. JSON lines where standard error is no terminal and `json` is asked.
pub fn start(level: LogLevel, json: bool) {
    remember(level);
    let (filter, handle) = reload::Layer::new(filter(level));
    let terminal = std::io::stderr().is_terminal();
    let layer = fmt::layer()
        .with_writer(|| BesideBar)
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
        let _first = FILTER.set(handle);
    }
}

/// Changes the configured level while the process runs. `RUST_LOG` overrides it still.
pub fn set_level(level: LogLevel) {
    remember(level);
    if let Err(error) = change(filter(level)) {
        tracing::warn!(error, "the log level stays");
    }
}

/// Logs by directives as `RUST_LOG` has them, and no longer by the configured level.
///
/// # Errors
/// With what is wrong with the directives: then nothing changes.
pub fn set_filter(directives: &str) -> Result<(), String> {
    let filter = EnvFilter::builder().parse(directives);
    change(filter.map_err(|error| format!("{directives:?} is no log filter: {error}"))?)
}

/// Logs by the configured level again, or by `RUST_LOG`.
///
/// # Errors
/// When this process does not log.
pub fn reset_filter() -> Result<(), String> {
    let level = *CONFIGURED.lock().unwrap_or_else(PoisonError::into_inner);
    change(filter(level))
}

fn change(filter: EnvFilter) -> Result<(), String> {
    let handle = FILTER.get().ok_or("this process does not log")?;
    handle.reload(filter).map_err(|error| error.to_string())
}

fn remember(level: LogLevel) {
    *CONFIGURED.lock().unwrap_or_else(PoisonError::into_inner) = level;
}

fn filter(level: LogLevel) -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level.directives()))
}
