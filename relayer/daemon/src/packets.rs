//! Ordinary IBC beside the locks: clients, connections, channels and the packets of ICS-20 and others, relayed by the
//! library that Hermes is made of, inside `tessera start`.
//!
//! ```text
//!   configuration, keys ─► Plan ─► serve ─┬─► site (a node of each chain that serves) ─► Packets: the library's threads
//!                                         ├─► sweep: what stays on the chains is carried; until when clients hold
//!                                         ├─► guard ◄─ fork: a witness shows another history than our node
//!                                         │     │   ◄─ claim: a client was shown another header than our node has
//!                                         │     └─► evidence ─► the client is frozen
//!                                         └─► pulse: a thread of the library that hangs is left for a new one
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
mod ends;
mod evidence;
mod fork;
mod guard;
mod hermes;
mod key;
mod once;
mod pulse;
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
    sync::{mpsc as asynchronous, oneshot, watch},
    task::JoinSet,
};

use claim::Claim;
use sweep::Clients;

pub use channel::{open, End, Opened, Route};
pub use clear::{clear, Cleared, Pending};
pub use evidence::{header, misbehaviour, update, Trusted};
pub use hermes::hermes_config;
pub use key::{keys, PacketKey};
pub use pulse::Pulse;
pub use serve::{serve, Plan};
pub use site::{pool, site, Site, Sites};
pub use sweep::Waiting;

/// How long connections are kept after they have ended: nobody asks them for longer.
const LAST: Duration = Duration::from_secs(60);
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
    /// A node took a question and does not answer it.
    #[error("ordinary IBC: it has not connected within {0:?}: a node is silent")]
    Silent(Duration),
    /// A thread of it ended by a panic.
    #[error("ordinary IBC: its thread panicked")]
    Panicked,
}

type Registry = SharedRegistry<BaseChainHandle>;

/// Chains that packets are relayed between, as the library holds them.
#[derive(Clone)]
struct Chains {
    registry: Registry,
    config: HermesConfig,
    /// The same chains. Whoever asks the registry for one waits for the library.
    handles: Vec<BaseChainHandle>,
}

/// Packets that are being relayed.
struct Packets {
    chains: Chains,
    stop: mpsc::Sender<()>,
    ended: oneshot::Receiver<()>,
    /// What clients were shown, where that is watched.
    claims: Option<asynchronous::Receiver<Claim>>,
    /// Looks for what stays, until it is dropped.
    sweep: JoinSet<()>,
    /// What it has seen of clients last.
    clients: watch::Receiver<Clients>,
}

impl Packets {
    /// Starts relaying on threads of its own, and answers once it does. Dropped, it ends by itself. What clients are shown
    /// is told where that is `watched`. Where it takes longer than `patience` to connect, it is left behind.
    async fn start(
        config: HermesConfig,
        keys: Vec<PacketKey>,
        watched: bool,
        patience: Duration,
    ) -> Result<Packets, PacketsError> {
        let (stop, stopped) = mpsc::channel::<()>();
        let (said, started) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let (scan, scanned) = oneshot::channel();
        let work = move || {
            let chains = match connect(config, keys) {
                Ok(chains) => chains,
                Err(error) => {
                    let _nobody_waits = said.send(Err(error));
                    return;
                }
            };
            if said.send(Ok(chains.clone())).is_err() {
                return shut_down(&chains.handles);
            }
            // It looks at all there is first, which may take long.
            match supervise(&chains) {
                Ok(supervisor) => {
                    let _nobody_waits = scan.send(());
                    // Whoever started it drops its end, which is a word too.
                    let _end = stopped.recv();
                    end_all(&chains.handles, supervisor);
                }
                Err(error) => {
                    tracing::error!(%error, "packets are not relayed");
                    shut_down(&chains.handles);
                }
            }
            let _nobody_waits = end.send(());
            // They hold a runtime, which may not end where others run: so the last to let go of them is this thread.
            thread::sleep(LAST);
        };
        spawn(work)?;
        let started = tokio::time::timeout(patience, started).await;
        let started = started.map_err(|_| PacketsError::Silent(patience))?;
        let chains = started.map_err(|_| PacketsError::Panicked)??;
        let claims = watched.then(|| listen(&chains)).transpose()?;
        let mut sweep = JoinSet::new();
        let (tell, clients) = watch::channel(Clients::new());
        sweep.spawn(sweep::sweep(chains.clone(), scanned, tell));
        Ok(Packets {
            chains,
            stop,
            ended,
            claims,
            sweep,
            clients,
        })
    }

    /// Stops, after what is being sent: from then on nothing is signed.
    async fn stop(self) {
        drop((self.sweep, self.stop));
        if tokio::time::timeout(FAREWELL, self.ended).await.is_err() {
            tracing::warn!("ordinary IBC has not ended in {FAREWELL:?}: it is left behind");
        }
    }
}

/// Listens to what clients on all chains are shown, a thread a chain.
fn listen(chains: &Chains) -> Result<asynchronous::Receiver<Claim>, PacketsError> {
    const UNREAD: usize = 100;
    const AGAIN: Duration = Duration::from_secs(30);
    let (tell, told) = asynchronous::channel(UNREAD);
    for host in &chains.handles {
        let (host, config, tell) = (host.clone(), chains.config.clone(), tell.clone());
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

fn supervise(chains: &Chains) -> Result<SupervisorHandle, PacketsError> {
    let (config, registry) = (chains.config.clone(), chains.registry.clone());
    let options = SupervisorOptions {
        // It knows no SDK above 0.50 and warns of each; what has to be well is asked before ([`site`]).
        health_check: false,
        force_full_scan: false,
    };
    spawn_supervisor(config, registry, None, options).map_err(failed("starting the supervisor"))
}

/// Tells the workers to end and takes the chains, and with them the keys, away from them. Some workers sleep for half a
/// minute before they listen: nobody waits for them.
fn end_all(handles: &[BaseChainHandle], supervisor: SupervisorHandle) {
    const TO_BE_HEARD: Duration = Duration::from_millis(50);
    if let Err(error) = spawn(move || supervisor.shutdown()) {
        tracing::warn!(%error, "the workers of ordinary IBC were not told to end");
    }
    thread::sleep(TO_BE_HEARD);
    shut_down(handles);
}

/// Connections to all chains, each with its key in memory alone.
fn connect(config: HermesConfig, keys: Vec<PacketKey>) -> Result<Chains, PacketsError> {
    let mut chains = Chains {
        registry: Registry::new(config.clone()),
        config,
        handles: Vec::new(),
    };
    let connected = keys.into_iter().try_for_each(|key| chains.add(key));
    match connected {
        Ok(()) => Ok(chains),
        Err(error) => {
            shut_down(&chains.handles);
            Err(error)
        }
    }
}

impl Chains {
    fn add(&mut self, key: PacketKey) -> Result<(), PacketsError> {
        let PacketKey {
            chain, name, key, ..
        } = key;
        let handle = self.registry.get_or_spawn(&chain);
        let handle = handle.map_err(failed(format!("connecting to {chain}")))?;
        self.handles.push(handle.clone());
        let added = handle.add_key(name, key);
        added.map_err(failed(format!("handing {chain} its key")))
    }

    /// One of the chains.
    fn to(&self, chain: &ChainId) -> Result<BaseChainHandle, PacketsError> {
        let mut handles = self.handles.iter();
        let found = handles.find(|handle| handle.id() == *chain).cloned();
        found.ok_or_else(|| failed(format!("connecting to {chain}"))("it is not served"))
    }
}

/// Ends connections, and with each the key that it has. Of those that do not hear, nobody but the caller is kept waiting.
fn shut_down(handles: &[BaseChainHandle]) {
    let (ended, all_ended) = mpsc::channel::<()>();
    for handle in handles {
        let (handle, ended) = (handle.clone(), ended.clone());
        let ending = spawn(move || {
            if let Err(error) = handle.shutdown() {
                tracing::debug!(zone = %handle.id(), %error, "a connection of ordinary IBC has ended before");
            }
            drop(ended);
        });
        if let Err(error) = ending {
            tracing::warn!(%error, "a connection of ordinary IBC was not ended");
        }
    }
    drop(ended);
    // Nobody sends: it is the end of the last of them.
    let _all = all_ended.recv();
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
