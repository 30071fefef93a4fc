//! Relaying for months: packets are relayed between the chains that can be reached, whichever these are.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{future::LocalBoxFuture, FutureExt};
use ibc_relayer::{
    chain::handle::{BaseChainHandle, ChainHandle},
    error::ErrorDetail,
};
use ibc_relayer_types::core::ics24_host::identifier::ChainId;
use tessera_primitives::ZoneId;
use tokio::{sync::Mutex, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    guard::Guard,
    hermes_config,
    key::{can_pay, payer, purse},
    keys, pool,
    pulse::Pulse,
    site, PacketKey, Packets, PacketsError, Site, Sites,
};
use crate::{
    chain::wasmd::Wasmd,
    config::{ChainConfig, Config},
    keys::KeyRing,
    relay::{Relay, RelayError},
};

/// How often all chains are looked after; while one of them is away, more often.
const LOOK: Duration = Duration::from_secs(30);
/// See [`LOOK`].
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How often it is looked for what was found of clients.
const TICK: Duration = Duration::from_secs(2);
/// How long a thread of the library may be busy before it answers: many transactions, each waits for its block; nodes that
/// take half a minute to find an old one.
const PATIENCE: Duration = Duration::from_secs(600);
/// The longest time that is waited where one hung before.
const LONGEST_PATIENCE: Duration = Duration::from_secs(3_600);

/// What to relay, and with which keys: nothing of the configuration that could be refused is left to refuse.
#[derive(Clone, Debug)]
pub struct Plan {
    config: Config,
    keys: Vec<PacketKey>,
}

impl Plan {
    /// What the configuration asks for; nothing without `[mode.packets] enabled`, or where no chain has a key for packets.
    ///
    /// # Errors
    /// [`PacketsError`] with what is wrong with the configuration or a key.
    pub fn new(config: &Config, ring: &KeyRing) -> Result<Option<Plan>, PacketsError> {
        if !config.mode.packets.enabled {
            return Ok(None);
        }
        let mut config = config.clone();
        config
            .chains
            .retain(|chain| chain.packet_key_name.is_some());
        if config.chains.is_empty() {
            tracing::warn!("[mode.packets] is enabled, and no chain has a packet_key_name");
            return Ok(None);
        }
        let keys = keys(&config, ring)?;
        let sites = config.chains.iter().map(|chain| {
            let site = Site::preferred(chain)?;
            Ok((chain.id.clone(), site))
        });
        let sites: Result<Sites, PacketsError> = sites.collect();
        hermes_config(&config, &sites?)?;
        Ok(Some(Plan { config, keys }))
    }
}

/// Relays packets, and shows clients the forks that the relay finds, until it is cancelled.
///
/// # Errors
/// [`RelayError::Panicked`].
pub async fn serve(relay: &Relay, plan: Plan, cancel: CancellationToken) -> Result<(), RelayError> {
    let guards = {
        let clients = &plan.config.mode.clients;
        clients.enabled && clients.misbehaviour
    };
    let chains = plan.config.chains.iter();
    let pools = chains.map(|chain| Ok((chain.id.clone(), pool(chain)?)));
    let pools = match pools.collect::<Result<_, PacketsError>>() {
        Ok(pools) => pools,
        Err(error) => {
            tracing::error!(%error, "packets are not relayed");
            return Ok(());
        }
    };
    let mut service = Service {
        relay,
        plan,
        pools,
        running: None,
        has_begun: false,
        told: BTreeMap::new(),
        guards,
        guard: Arc::default(),
        patience: PATIENCE,
    };
    let ended = tokio::select! {
        error = service.run() => Err(error),
        () = cancel.cancelled() => Ok(()),
    };
    if let Some(Running { packets, guard, .. }) = service.running.take() {
        drop(guard);
        packets.stop().await;
    }
    ended
}

struct Service<'a> {
    relay: &'a Relay,
    plan: Plan,
    pools: BTreeMap<ZoneId, Wasmd>,
    running: Option<Running<'a>>,
    /// Whether packets were relayed before.
    has_begun: bool,
    /// What was last wrong with each chain: that is said once.
    told: BTreeMap<ZoneId, String>,
    guards: bool,
    guard: Arc<Mutex<Guard>>,
    /// How long a thread of the library may hang: longer after each that did, since what is left behind is not freed.
    patience: Duration,
}

struct Running<'a> {
    packets: Packets,
    /// Ends by a panic alone.
    guard: Option<LocalBoxFuture<'a, ()>>,
    sites: Sites,
    pulse: Pulse<ChainId>,
    since: Instant,
}

impl<'a> Service<'a> {
    /// Until its guard panics.
    async fn run(&mut self) -> RelayError {
        let mut due = Instant::now();
        loop {
            if Instant::now() >= due {
                let pause = if self.keep_up().await {
                    LOOK
                } else {
                    LOOK_AGAIN
                };
                due = Instant::now().checked_add(pause).unwrap_or(due);
            }
            self.tell_of_clients();
            // What it waits for holds up nothing else.
            let guarding = async {
                match self
                    .running
                    .as_mut()
                    .and_then(|running| running.guard.as_mut())
                {
                    Some(guard) => guard.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = guarding => return RelayError::Panicked,
            }
        }
    }

    /// How clients stand, for whoever watches them, where that is known anew.
    fn tell_of_clients(&mut self) {
        let Some(Running { packets, .. }) = &mut self.running else {
            return;
        };
        if !packets.clients.has_changed().unwrap_or(false) {
            return;
        }
        let clients = packets.clients.borrow_and_update();
        for chain in &self.plan.config.chains {
            let here = clients
                .iter()
                .filter(|((on, _), _)| on.as_str() == chain.id.as_str());
            let here = here.map(|(_, client)| client.clone()).collect();
            self.relay.activity().clients(&chain.id, here);
        }
    }

    /// Relays between all chains that serve, each by a node that does, and answers whether these are all.
    async fn keep_up(&mut self) -> bool {
        let mut sites = Sites::new();
        let chains = self.plan.config.chains.clone();
        for chain in &chains {
            let Some(pool) = self.pools.get(&chain.id) else {
                continue;
            };
            let now = self.running.as_ref();
            let now = now.and_then(|running| running.sites.get(&chain.id));
            let found = match site(chain, pool, now).await {
                Ok(site) => {
                    let purse = self.look_into_purse(chain, pool).await;
                    sites.insert(chain.id.clone(), site);
                    purse
                }
                Err(error) => Err(error),
            };
            match found {
                Ok(()) => _ = self.told.remove(&chain.id),
                Err(error) => self.mishap(&chain.id, &error),
            }
        }
        let all = sites.len() == chains.len();
        // One that is away for a while may come back as it was: that is the library's to notice.
        let same = self.running.as_ref().is_some_and(|running| {
            let mut sites = sites.iter();
            sites.all(|(id, site)| running.sites.get(id) == Some(site))
        });
        let hangs = self.hangs();
        if (same && !hangs) || sites.is_empty() {
            return all;
        }
        match self.restart(&sites).await {
            Ok(mut packets) => {
                let chains: Vec<&str> = sites.keys().map(ZoneId::as_str).collect();
                tracing::info!(?chains, "relaying packets of ordinary IBC");
                let guard = packets.claims.take().map(|claims| {
                    let (relay, guard) = (self.relay, self.guard.clone());
                    let chains = packets.chains.clone();
                    let guarding =
                        async move { guard.lock().await.watch(relay, chains, claims).await };
                    let guarding = AssertUnwindSafe(guarding).catch_unwind();
                    guarding.map(|_panicked| ()).boxed_local()
                });
                self.running = Some(Running {
                    packets,
                    guard,
                    sites,
                    pulse: Pulse::default(),
                    since: Instant::now(),
                });
                all
            }
            Err(error) => {
                for id in sites.keys() {
                    self.mishap(id, &error);
                }
                if let PacketsError::Silent(_) = error {
                    self.be_more_patient();
                }
                false
            }
        }
    }

    /// Whether a thread of the library has not answered for long, or has ended.
    fn hangs(&mut self) -> bool {
        let Some(running) = &mut self.running else {
            return false;
        };
        let handles = running.packets.chains.handles.iter();
        let threads = handles.map(|chain| (chain.id(), question(chain.clone())));
        let silent = running.pulse.without(threads, self.patience);
        let age = running.since.elapsed();
        if age > LONGEST_PATIENCE.saturating_mul(2) {
            self.patience = PATIENCE;
        }
        if silent.is_empty() || age < self.patience {
            return false;
        }
        for chain in &silent {
            tracing::warn!(zone = %chain, after = ?self.patience, "its node took a question and does not answer: packets begin anew");
        }
        self.be_more_patient();
        true
    }

    fn be_more_patient(&mut self) {
        self.patience = self.patience.saturating_mul(2).min(LONGEST_PATIENCE);
    }

    async fn restart(&mut self, sites: &Sites) -> Result<Packets, PacketsError> {
        let mut config = self.plan.config.clone();
        if let Some(Running { packets, guard, .. }) = self.running.take() {
            drop(guard);
            packets.stop().await;
            self.has_begun = true;
        }
        // What was sent meanwhile was not seen.
        config.mode.packets.clear_on_start |= self.has_begun;
        let serves = |key: &&PacketKey| sites.keys().any(|id| id.as_str() == key.chain.as_str());
        let keys = self.plan.keys.iter().filter(serves).cloned().collect();
        Packets::start(
            hermes_config(&config, sites)?,
            keys,
            self.guards,
            self.patience,
        )
        .await
    }

    /// What is left to pay for packets, for whoever watches wallets.
    ///
    /// # Errors
    /// [`PacketsError::NoMoney`] where that is nothing.
    async fn look_into_purse(&self, chain: &ChainConfig, pool: &Wasmd) -> Result<(), PacketsError> {
        let keys = self.plan.keys.iter();
        let mut keys = keys.filter(|key| key.chain.as_str() == chain.id.as_str());
        let Some(key) = keys.next() else {
            return Ok(());
        };
        let Some(payer) = payer(chain, key) else {
            return Ok(());
        };
        match purse(chain, pool, payer).await {
            Ok(balance) => {
                let activity = self.relay.activity();
                let denom = &chain.gas_price.denom;
                // Nobody else signs with the key; a granter pays for others, too.
                if *payer == key.account {
                    activity.holds_less(&chain.id, payer, denom, balance);
                } else {
                    activity.holds(&chain.id, payer, denom, balance);
                }
                can_pay(chain, payer, balance)
            }
            Err(error) => {
                tracing::debug!(zone = %chain.id, %error, "a balance is not known");
                Ok(())
            }
        }
    }

    fn mishap(&mut self, zone: &ZoneId, error: &PacketsError) {
        let said = error.to_string();
        if self.told.get(zone) == Some(&said) {
            tracing::debug!(%zone, error = said, "ordinary IBC");
        } else {
            tracing::warn!(%zone, error = said, "ordinary IBC");
            self.told.insert(zone.clone(), said.clone());
        }
        let activity = self.relay.activity();
        activity.mishap(zone, said, self.relay.now());
    }
}

/// What a chain's thread is asked. Whatever it says, it moves, unless it has ended.
fn question(chain: BaseChainHandle) -> impl FnOnce() -> bool + Send + 'static {
    move || {
        let said = chain.query_application_status();
        !said.is_err_and(|error| {
            let detail = error.detail();
            matches!(
                detail,
                ErrorDetail::ChannelSend(_) | ErrorDetail::ChannelReceive(_)
            )
        })
    }
}
