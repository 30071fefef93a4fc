//! `tessera start`

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Weak},
    time::Duration,
};

use clap::Args;
use futures::future::join_all;
use tessera_planner::Policy;
use tokio::{
    signal::unix::{signal, Signal, SignalKind},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{Context, Outcome};
use crate::{
    app,
    config::{Change, Config},
    control,
    keys::KeyRing,
    observe::{self, Listen, Ports},
    packets, prices,
    relay::{Relay, RelayError},
    running, service, telemetry, watch,
};

/// Where the journal is.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The journal; beside the configuration unless told.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

/// A configuration, and all that it asks for which could be refused.
struct Setup {
    config: Config,
    policy: Policy,
    serving: app::Serving,
    ports: Ports,
    packets: Option<packets::Plan>,
    prices: Vec<prices::Plan>,
}

impl Setup {
    /// Looks for the zones and opens the ports; those that are open already are kept.
    async fn new(config: Config, ring: &KeyRing, open: Option<&Ports>) -> anyhow::Result<Setup> {
        let policy = app::policy(&config)?;
        let packets = packets::Plan::new(&config, ring)?;
        let ports = Ports::open(listen(&config), open)?;
        let serving = app::serve_all(&config, ring).await?;
        Ok(Setup {
            prices: prices::Plan::all(&config, ring, &serving.zones).await?,
            policy,
            packets,
            ports,
            serving,
            config,
        })
    }
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
    let told = CancellationToken::new();
    let _untold = told.clone().drop_guard();
    let (current, relays) = tokio::sync::watch::channel(Weak::new());
    tokio::spawn(control::serve(control::listen(&path)?, relays, told));
    let ring = context.keys();
    let mut setup = Some(Setup::new(config, &ring, None).await?);
    let mut finished = 0;
    while let Some(mut now) = setup {
        let serving = std::mem::take(&mut now.serving);
        let relay = app::relay(serving, &path, now.policy.clone())?;
        current.send_replace(Arc::downgrade(&relay));
        let cancel = CancellationToken::new();
        setup = {
            let relaying = relay_all(relay.clone(), &now, cancel.clone());
            tokio::pin!(relaying);
            tokio::select! {
                ended = &mut relaying => {
                    ended?;
                    None
                }
                next = next_setup(context, &ring, (&now, &relay), &mut reloads) => {
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

/// Relays, and shows how it stands, until it is cancelled.
async fn relay_all(
    relay: Arc<Relay>,
    setup: &Setup,
    cancel: CancellationToken,
) -> anyhow::Result<()> {
    // Whoever looks at it is told to the end; what is looked up for them ends with it.
    let (shown, ended) = (CancellationToken::new(), cancel.clone().drop_guard());
    let showing = observe::serve(relay.clone(), &setup.ports, shown.clone());
    let relaying = async {
        let relayed = relay_zones(&relay, setup, cancel).await;
        drop(ended);
        shown.cancel();
        relayed
    };
    tokio::join!(showing, relaying).1
}

async fn relay_zones(
    relay: &Arc<Relay>,
    setup: &Setup,
    cancel: CancellationToken,
) -> anyhow::Result<()> {
    tokio::select! {
        surveyed = relay.survey() => surveyed?,
        () = cancel.cancelled() => return Ok(()),
    }
    service::ready();
    let mut beside = JoinSet::new();
    for zone in relay.zones() {
        let every = setup.config.telemetry.refresh_interval;
        let drift = setup.config.chain(zone.chain.zone().as_str())?.clock_drift;
        let (relay, zone, cancel) = (relay.clone(), zone.clone(), cancel.clone());
        beside.spawn(async move {
            watch::mind_the_clock(&relay, &zone, drift).await;
            observe::look_into_purses(relay, zone, every, cancel).await;
        });
    }
    beside.spawn(service::heartbeat(relay.clone(), cancel.clone()));
    for plan in &setup.prices {
        beside.spawn(prices::serve(relay.clone(), plan.clone(), cancel.clone()));
    }
    let beside = async {
        while let Some(ended) = beside.join_next().await {
            if ended.is_err() {
                cancel.cancel();
                return Err(RelayError::Panicked);
            }
        }
        Ok(())
    };
    let packets = async {
        let Some(plan) = setup.packets.clone() else {
            return Ok(());
        };
        let served = packets::serve(relay, plan, cancel.clone()).await;
        served.inspect_err(|_| cancel.cancel())
    };
    let relaying = relay.clone().run(cancel.clone());
    let (relayed, ended, served) = tokio::join!(relaying, beside, packets);
    relayed?;
    ended?;
    Ok(served?)
}

fn listen(config: &Config) -> Listen {
    let address = |enabled: bool, host, port| enabled.then_some(SocketAddr::new(host, port));
    let (rest, telemetry) = (&config.rest, &config.telemetry);
    Listen {
        rest: address(rest.enabled, rest.host, rest.port),
        telemetry: address(telemetry.enabled, telemetry.host, telemetry.port),
    }
}

/// What to go on with: nothing after an interrupt, and other zones after a changed configuration. One that is refused, or by
/// which a zone would be lost that answers now, changes nothing. Whatever was promised meanwhile is in the journal.
async fn next_setup(
    context: &Context,
    ring: &KeyRing,
    (now, relay): (&Setup, &Relay),
    reloads: &mut Signal,
) -> Option<Setup> {
    let mut config = now.config.clone();
    let interrupted = async {
        interrupted().await;
        tracing::info!("stopping");
        service::stopping();
    };
    tokio::pin!(interrupted);
    loop {
        tokio::select! {
            () = &mut interrupted => return None,
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
        let only_level = |change: &Change| matches!(change, Change::LogLevel(_));
        if changes.iter().all(only_level) {
            announce(&changes);
            config.global = new.global;
            continue;
        }
        // A node that does not answer is waited for, but not by whoever wants this to end.
        let made = tokio::select! {
            () = &mut interrupted => return None,
            made = async { keeping(Setup::new(new, ring, Some(&now.ports)).await?, relay).await } => made,
        };
        match made {
            Ok(next) => {
                announce(&changes);
                return Some(next);
            }
            Err(error) => {
                let reason = super::reason(&error);
                tracing::error!(
                    reason,
                    "the configuration was read again and cannot be used: nothing changes"
                );
            }
        }
    }
}

/// The same, if no zone is away by it that answers now, and no contract is another one: an address may be mistyped.
async fn keeping(mut next: Setup, relay: &Relay) -> anyhow::Result<Setup> {
    let answering = relay.nodes().filter(|nodes| {
        let services = nodes.chain.services();
        services.iter().any(|service| service.serves)
    });
    for nodes in answering {
        if let Some(error) = next.serving.away.remove(nodes.chain.zone()) {
            return Err(error.into());
        }
    }
    for looked in join_all(next.serving.zones.iter().map(watch::look_at)).await {
        if let Err(error) = looked {
            anyhow::ensure!(error.is_absence(), error);
        }
    }
    Ok(next)
}

fn announce(changes: &[Change]) {
    if changes.is_empty() {
        tracing::info!("the configuration was read again; nothing differs");
    }
    for change in changes {
        if let Change::LogLevel(level) = change {
            telemetry::set_level(*level);
        }
        tracing::info!(%change, "changed");
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
