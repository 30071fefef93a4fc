//! Ordinary IBC beside the locks: clients, connections, channels and the packets of ICS-20 and others, relayed by the
//! library that Hermes is made of, inside `tessera start`.
//!
//! It signs with a key of its own on each chain (`[chains] packet_key_name`): two programs that count one account's
//! sequence take each other's places. It has threads and a runtime of its own, so nothing of it waits for us, nor we for
//! it. Its watch for misbehaviour sees nothing on ibc-go 10, where events no longer carry headers: forks are watched for
//! by ours.

mod channel;
mod hermes;
mod key;

use std::{fmt, thread::JoinHandle};

use ibc_relayer::{
    chain::handle::{BaseChainHandle, ChainHandle},
    config::Config as HermesConfig,
    keyring::AnySigningKeyPair,
    registry::SharedRegistry,
    supervisor::{spawn_supervisor, SupervisorHandle, SupervisorOptions},
};
use ibc_relayer_types::core::ics24_host::identifier::ChainId;

pub use channel::{open, End, Opened, Route};
pub use hermes::hermes_config;
pub use key::keys;

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
    /// Hermes' library failed.
    #[error("ordinary IBC: {what}: {reason}")]
    Relayer {
        /// What it was doing.
        what: String,
        /// What it says.
        reason: String,
    },
    /// Its thread ended by a panic.
    #[error("ordinary IBC: its thread panicked")]
    Panicked,
}

/// A chain's own key for packets.
pub struct PacketKey {
    /// The chain id.
    pub chain: ChainId,
    /// The key's name.
    pub name: String,
    /// The key.
    pub key: AnySigningKeyPair,
}

impl fmt::Debug for PacketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PacketKey({}, {})", self.chain, self.name)
    }
}

/// Packets that are being relayed.
pub struct Packets {
    stop: std::sync::mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

type Registry = SharedRegistry<BaseChainHandle>;

impl Packets {
    /// Starts relaying on a thread of its own, and answers once it does.
    ///
    /// # Errors
    /// [`PacketsError`] with what keeps it from starting.
    pub fn start(config: HermesConfig, keys: Vec<PacketKey>) -> Result<Packets, PacketsError> {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let (said, started) = std::sync::mpsc::sync_channel(1);
        let work = move || match supervise(config, keys) {
            Ok((registry, supervisor)) => {
                let heard = said.send(Ok(())).is_ok();
                // Whoever started it has dropped its end, which is a word too.
                let _ = !heard || stopped.recv().is_ok();
                supervisor.shutdown();
                shut_down(&registry);
            }
            Err(error) => _ = said.send(Err(error)),
        };
        let spawned = std::thread::Builder::new().name("packets".into());
        let thread = spawned.spawn(work).map_err(failed("starting a thread"))?;
        started.recv().map_err(|_| PacketsError::Panicked)??;
        Ok(Packets { stop, thread })
    }

    /// Stops, after what is being sent.
    ///
    /// # Errors
    /// [`PacketsError::Panicked`].
    pub fn stop(self) -> Result<(), PacketsError> {
        drop(self.stop);
        self.thread.join().map_err(|_| PacketsError::Panicked)
    }
}

fn supervise(
    config: HermesConfig,
    keys: Vec<PacketKey>,
) -> Result<(Registry, SupervisorHandle), PacketsError> {
    let registry = registry(config.clone(), keys)?;
    let options = SupervisorOptions {
        health_check: true,
        force_full_scan: false,
    };
    let supervisor = spawn_supervisor(config, registry.clone(), None, options)
        .map_err(failed("starting the supervisor"))?;
    Ok((registry, supervisor))
}

/// Connections to all chains, each with its key in memory alone.
fn registry(config: HermesConfig, keys: Vec<PacketKey>) -> Result<Registry, PacketsError> {
    let registry = Registry::new(config);
    for PacketKey { chain, name, key } in keys {
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

/// An error of Hermes' library in one line, without the trace that it appends.
fn failed<E: fmt::Display>(what: impl Into<String>) -> impl FnOnce(E) -> PacketsError {
    let what = what.into();
    move |error| PacketsError::Relayer {
        what,
        reason: error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_string(),
    }
}
