//! `tessera start`

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use tokio::signal::unix::{signal, Signal, SignalKind};
use tokio_util::sync::CancellationToken;

use super::{Context, Outcome};
use crate::{
    app,
    config::{Change, Config},
    journal::Journal,
    keys::KeyRing,
    ledger::Ledger,
    relay::{Relay, Zone},
    running, telemetry, watch,
};

/// Where the journal is.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The journal; beside the configuration unless told.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

/// A configuration, and the zones that it names, connected.
struct Setup {
    config: Config,
    zones: Vec<Zone>,
}

/// Relays until interrupted, and with another configuration when it is told to read it again.
///
/// # Errors
/// With what keeps it from starting, or a journal that fails.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let path = context.journal(arguments.journal);
    let config = context.config()?;
    // Before anybody can be told this process's number: a request to read again must not end it.
    let mut reloads = signal(SignalKind::hangup())?;
    let _running = running::claim(&path)?;
    let ring = context.keys();
    let zones = connect(&config, &ring).await?;
    let mut setup = Some(Setup { config, zones });
    let mut finished = 0;
    while let Some(Setup { config, zones }) = setup {
        let ledger = Ledger::open(Journal::open(&path)?, app::policy(&config))?;
        let relay = Arc::new(Relay::new(zones, ledger));
        let cancel = CancellationToken::new();
        setup = {
            let relaying = relay_all(relay.clone(), cancel.clone());
            tokio::pin!(relaying);
            tokio::select! {
                ended = &mut relaying => {
                    ended?;
                    None
                }
                next = next_setup(context, &ring, config, &mut reloads) => {
                    cancel.cancel();
                    relaying.await?;
                    next
                }
            }
        };
        finished = relay.ledger().lock().await.knowledge().finished();
        released(relay).await;
    }
    Outcome::new(
        format!("stopped; {finished} tasks were seen to their end"),
        &serde_json::json!({ "finished": finished }),
    )
}

async fn connect(config: &Config, ring: &KeyRing) -> anyhow::Result<Vec<Zone>> {
    let mut zones = Vec::new();
    for chain in &config.chains {
        zones.push(app::serve(chain, Some((ring, chain.key_name()))).await?);
    }
    Ok(zones)
}

/// Waits until nobody holds a relay, and with it the journal, any longer: what was started beside it may end a little later.
async fn released(relay: Arc<Relay>) {
    let held = Arc::downgrade(&relay);
    drop(relay);
    // Ten seconds. If they are not enough, opening the journal again says so.
    for _ in 0..500 {
        if held.strong_count() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn relay_all(relay: Arc<Relay>, cancel: CancellationToken) -> anyhow::Result<()> {
    for zone in relay.zones() {
        tokio::select! {
            surveyed = watch::survey(&relay, zone) => surveyed?,
            () = cancel.cancelled() => return Ok(()),
        }
        let id = zone.chain.zone();
        tracing::info!(zone = %id, lock = %zone.lock, view = %zone.view, "serving");
    }
    Ok(relay.run(cancel).await?)
}

/// What to go on with: nothing after an interrupt, and other zones after a changed configuration. One that is refused, or
/// whose zones do not answer, changes nothing. Whatever was promised meanwhile is in the journal.
async fn next_setup(
    context: &Context,
    ring: &KeyRing,
    mut config: Config,
    reloads: &mut Signal,
) -> Option<Setup> {
    let interrupted = interrupted();
    tokio::pin!(interrupted);
    loop {
        tokio::select! {
            () = &mut interrupted => {
                tracing::info!("stopping");
                return None;
            }
            _ = reloads.recv() => {}
        }
        let new = match context.config() {
            Ok(new) => new,
            Err(error) => {
                tracing::error!(%error, "the configuration was read again and refused: nothing changes");
                continue;
            }
        };
        let changes = config.changes(&new);
        announce(&changes);
        let only_level =
            |change: &Change| matches!(change, Change::LogLevel(_) | Change::Listening);
        if !changes.iter().all(only_level) {
            match connect(&new, ring).await {
                Ok(zones) => return Some(Setup { config: new, zones }),
                Err(error) => {
                    let reason = super::reason(&error);
                    tracing::error!(reason, "no new zones: the old configuration stays");
                    continue;
                }
            }
        }
        config.global = new.global;
    }
}

fn announce(changes: &[Change]) {
    if changes.is_empty() {
        tracing::info!("the configuration was read again; nothing differs");
    }
    for change in changes {
        if let Change::LogLevel(level) = change {
            telemetry::set_level(*level);
        }
        if change.is_live() {
            tracing::info!(%change, "changed");
        } else {
            tracing::warn!(%change, "changed in the file; it takes a new start");
        }
    }
}

/// Waits for an interrupt or a request to end.
pub(super) async fn interrupted() {
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
