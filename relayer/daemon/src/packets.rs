//! Ordinary IBC beside the locks: clients, connections, channels and the packets of ICS-20 and others, relayed by the
//! library that Hermes is made of, inside `tessera start`.
//!
//! ```text
//!   configuration, keys ─► Plan ─► serve ─┬─► site (a node of each chain that serves) ─► Packets: the library's threads
//!                                         ├─► sweep: what stays on the chains is carried
//!                                         └─► guard ◄─ fork: a witness shows another history than our node
//!                                               │   ◄─ claim: a client was shown another header than our node has
//!                                               └─► evidence ─► the client is frozen
//! ```
//!
//! Invariants:
//! - packets are signed with a key of their own on each chain (`[chains] packet_key_name`): two programs that count one
//!   account's sequence take each other's places;
//! - nothing of the library waits for us, nor we for it: it has threads and a runtime of its own, and one that hangs ends
//!   with the process. A chain that is away keeps no other from being served, and a node that is gone is left for another;
//! - nothing is written down here: what is pending is on the chains, and is looked for after each start, so that a kill at
//!   any moment loses nothing.
//!
//! The library's watch for misbehaviour sees nothing on ibc-go 10, whose events no longer carry headers, so it is off:
//! ours compares our nodes with witnesses ([`crate::watch`]) and with what clients were shown.

mod channel;
mod claim;
mod clear;
mod client;
mod evidence;
mod fork;
mod guard;
mod hermes;
mod key;
mod once;
mod serve;
mod site;
mod sweep;

use std::{fmt, sync::mpsc, thread, time::Duration};

use ibc_relayer::{
    chain::handle::{BaseChainHandle, ChainHandle},
    config::Config as HermesConfig,
    registry::SharedRegistry,
    supervisor::{spawn_supervisor, SupervisorHandle, SupervisorOptions},
};
use ibc_relayer_types::core::ics24_host::identifier::ChainId;
use tokio::{
    sync::{mpsc as asynchronous, oneshot},
    task::JoinSet,
};

use claim::Claim;

pub use channel::{open, End, Opened, Route};
pub use clear::{clear, Cleared, Pending};
pub use evidence::{header, misbehaviour, update, Trusted};
pub use hermes::hermes_config;
pub use key::{keys, PacketKey};
pub use serve::{serve, Plan};
pub use site::{pool, site, Site, Sites};
pub use sweep::Waiting;

/// How long an end is waited for; what has not ended then ends with the process.
const FAREWELL: Duration = Duration::from_secs(10);

/// Why ordinary IBC does not work.
#[derive(Debug, thiserror::Error)]
pub enum PacketsError {
    /// The configuration lacks what ordinary IBC needs.
    #[error("chain {chain}: {what} is missing: {remedy}")]
    Missing {
        /// The chain id.
        chain: String,
        /// The key of the configuration.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A value that Hermes' types do not take.
    #[error("chain {chain}: not fit for ordinary IBC: {reason}")]
    Config {
        /// The chain id.
        chain: String,
        /// What Hermes says.
        reason: String,
    },
    /// The key cannot sign packets.
    #[error("chain {chain}: {reason}")]
    Key {
        /// The chain id.
        chain: String,
        /// Why.
        reason: String,
    },
    /// Nobody can pay for what the key signs.
    #[error("chain {chain}: {account}, which pays for packets, holds no {denom}: send it some")]
    NoMoney {
        /// The chain id.
        chain: String,
        /// The account that pays.
        account: String,
        /// What gas is paid in.
        denom: String,
    },
    /// None of the configured addresses serves the chain.
    #[error("chain {chain}: no {what} can be used: {reason}")]
    Unserved {
        /// The chain id.
        chain: String,
        /// The key of the configuration.
        what: &'static str,
        /// What is wrong with each.
        reason: String,
    },
    /// A channel from a chain to itself.
    #[error("{chain} is named on both sides: a channel has two chains")]
    SameChain {
        /// The chain id.
        chain: String,
    },
    /// Hermes' library failed.
    #[error("ordinary IBC: {what}: {reason}")]
    Relayer {
        /// What it was doing.
        what: String,
        /// What it says.
        reason: String,
    },
    /// A thread of it ended by a panic.
    #[error("ordinary IBC: its thread panicked")]
    Panicked,
}

type Registry = SharedRegistry<BaseChainHandle>;

/// Packets that are being relayed.
struct Packets {
    registry: Registry,
    config: HermesConfig,
    /// What clients were shown.
    claims: asynchronous::Receiver<Claim>,
    stop: mpsc::Sender<()>,
    ended: oneshot::Receiver<()>,
    /// Looks for what stays, until it is dropped.
    sweep: JoinSet<()>,
}

impl Packets {
    /// Starts relaying on threads of its own, and answers once it does. Dropped, it ends by itself. What clients are shown
    /// is told where that is `watched`.
    async fn start(
        config: HermesConfig,
        keys: Vec<PacketKey>,
        watched: bool,
    ) -> Result<Packets, PacketsError> {
        let (stop, stopped) = mpsc::channel::<()>();
        let (said, started) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let served = config.clone();
        let work = move || match supervise(served, keys) {
            Ok((registry, supervisor)) => {
                let heard = said.send(Ok(registry.clone())).is_ok();
                // Whoever started it has dropped its end, which is a word too.
                let _ = !heard || stopped.recv().is_ok();
                end_all(&registry, supervisor);
                let _nobody_waits = end.send(());
            }
            Err(error) => _ = said.send(Err(error)),
        };
        spawn(work)?;
        let registry = started.await.map_err(|_| PacketsError::Panicked)??;
        let claims = listen(&registry, &config, watched)?;
        let mut sweep = JoinSet::new();
        sweep.spawn(sweep::sweep(registry.clone(), config.clone()));
        Ok(Packets {
            registry,
            config,
            claims,
            stop,
            ended,
            sweep,
        })
    }

    /// Stops, after what is being sent: from then on nothing is signed.
    async fn stop(self) {
        drop(self.sweep);
        drop(self.stop);
        if tokio::time::timeout(FAREWELL, self.ended).await.is_err() {
            tracing::warn!("ordinary IBC has not ended in {FAREWELL:?}: it is left behind");
        }
    }
}

/// Listens to what clients on all chains are shown, a thread a chain.
fn listen(
    registry: &Registry,
    config: &HermesConfig,
    watched: bool,
) -> Result<asynchronous::Receiver<Claim>, PacketsError> {
    const UNREAD: usize = 100;
    const AGAIN: Duration = Duration::from_secs(30);
    let (tell, told) = asynchronous::channel(UNREAD);
    let hosts: Vec<BaseChainHandle> = registry.read().chains().cloned().collect();
    for host in hosts.into_iter().filter(|_| watched) {
        let (config, tell) = (config.clone(), tell.clone());
        spawn(move || {
            while let Err(error) = claim::listen(&host, &config, &tell) {
                tracing::warn!(zone = %host.id(), %error, "what its clients are shown is not watched for a while");
                thread::sleep(AGAIN);
                if tell.is_closed() {
                    break;
                }
            }
        })?;
    }
    Ok(told)
}

fn supervise(
    config: HermesConfig,
    keys: Vec<PacketKey>,
) -> Result<(Registry, SupervisorHandle), PacketsError> {
    let registry = registry(config.clone(), keys)?;
    let options = SupervisorOptions {
        // It knows no SDK above 0.50 and warns of each; what has to be well is asked before ([`site`]).
        health_check: false,
        force_full_scan: false,
    };
    let supervisor = spawn_supervisor(config, registry.clone(), None, options)
        .map_err(failed("starting the supervisor"))?;
    Ok((registry, supervisor))
}

/// Tells the workers to end and takes the chains, and with them the keys, away from them. Some workers sleep for half a
/// minute before they listen: nobody waits for them.
fn end_all(registry: &Registry, supervisor: SupervisorHandle) {
    const TO_BE_HEARD: Duration = Duration::from_millis(50);
    if let Err(error) = spawn(move || supervisor.shutdown()) {
        tracing::warn!(%error, "the workers of ordinary IBC were not told to end");
    }
    thread::sleep(TO_BE_HEARD);
    shut_down(registry);
}

/// Connections to all chains, each with its key in memory alone.
fn registry(config: HermesConfig, keys: Vec<PacketKey>) -> Result<Registry, PacketsError> {
    let registry = Registry::new(config);
    for PacketKey {
        chain, name, key, ..
    } in keys
    {
        let handle = registry.get_or_spawn(&chain);
        let handle = handle.map_err(failed(format!("connecting to {chain}")))?;
        let added = handle.add_key(name, key);
        added.map_err(failed(format!("handing {chain} its key")))?;
    }
    Ok(registry)
}

fn shut_down(registry: &Registry) {
    let chains: Vec<ChainId> = registry.read().chains().map(ChainHandle::id).collect();
    for chain in chains {
        registry.shutdown(&chain);
    }
}

/// Does work of the library, which blocks, on a thread of its own, which ends with the process if it hangs.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PacketsError> {
    let (said, heard) = oneshot::channel();
    spawn(move || _ = said.send(work()))?;
    heard.await.map_err(|_| PacketsError::Panicked)
}

fn spawn(work: impl FnOnce() + Send + 'static) -> Result<(), PacketsError> {
    let spawned = thread::Builder::new().name("packets".into()).spawn(work);
    spawned.map(drop).map_err(failed("starting a thread"))
}

/// An error of Hermes' library.
fn failed<E: fmt::Display>(what: impl Into<String>) -> impl FnOnce(E) -> PacketsError {
    let what = what.into();
    move |error| PacketsError::Relayer {
        what,
        reason: in_one_line(&error.to_string()),
    }
}

/// An error of the library as one line: what happened and what caused it, without the places in its code that it appends.
pub fn in_one_line(text: &str) -> String {
    let told = text.lines().map(str::trim);
    let told = told.take_while(|line| !["Location:", "Stack backtrace:"].contains(line));
    let causes = told
        .filter(|line| !line.is_empty() && *line != "Caused by:")
        .map(|line| match line.split_once(": ") {
            Some((number, cause)) if number.parse::<u32>().is_ok() => cause,
            _ => line,
        });
    let causes: Vec<&str> = causes.collect();
    causes.join(": ")
}
