//! `tessera start`

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{Context, Outcome};
use crate::{app, journal::Journal, ledger::Ledger, relay::Relay, watch};

/// Where the journal is.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The journal; beside the configuration unless told.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

/// Relays until interrupted.
///
/// # Errors
/// With what keeps it from starting, or a journal that fails.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let ring = context.keys();
    let path = arguments.journal;
    let path = path.unwrap_or_else(|| context.home().join("journal.redb"));
    let ledger = Ledger::open(Journal::open(&path)?, app::policy(&config))?;
    let mut zones = Vec::new();
    for chain in &config.chains {
        let names: Vec<&str> = chain.key_names.iter().map(String::as_str).collect();
        zones.push(app::serve(chain, Some((&ring, &names))).await?);
    }
    let relay = Arc::new(Relay::new(zones, ledger));
    for zone in relay.zones() {
        watch::survey(&relay, zone).await?;
        let id = zone.chain.zone();
        tracing::info!(zone = %id, lock = %zone.lock, view = %zone.view, "serving");
    }
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    tokio::spawn(async move {
        interrupted().await;
        tracing::info!("stopping");
        stop.cancel();
    });
    relay.clone().run(cancel).await?;
    let finished = relay.ledger().lock().await.knowledge().finished();
    Outcome::new(
        format!("stopped; {finished} tasks were seen to their end"),
        &serde_json::json!({ "finished": finished }),
    )
}

/// Waits for an interrupt or a request to end.
async fn interrupted() {
    use tokio::signal::unix::{signal, SignalKind};
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        },
        Err(error) => {
            tracing::warn!(%error, "no SIGTERM here; interrupt by SIGINT");
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
