//! Relaying for months: packets are relayed between the chains that can be reached, whichever these are.

use std::{collections::BTreeMap, time::Duration};

use tessera_primitives::ZoneId;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    guard::Guard,
    hermes_config,
    key::{can_pay, payer, purse},
    keys, pool, site, PacketKey, Packets, PacketsError, Site, Sites,
};
use crate::{
    chain::wasmd::Wasmd,
    config::{ChainConfig, Config},
    keys::KeyRing,
    relay::Relay,
};

/// How often all chains are looked after; while one of them is away, more often.
const LOOK: Duration = Duration::from_secs(30);
/// See [`LOOK`].
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How often it is looked for forks that were found.
const TICK: Duration = Duration::from_secs(2);

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
pub async fn serve(relay: &Relay, plan: Plan, cancel: CancellationToken) {
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
            return;
        }
    };
    let mut service = Service {
        relay,
        plan,
        pools,
        running: None,
        told: BTreeMap::new(),
        guard: guards.then(Guard::default),
    };
    tokio::select! {
        () = service.run() => {}
        () = cancel.cancelled() => {}
    }
    if let Some((packets, _)) = service.running.take() {
        packets.stop().await;
    }
}

struct Service<'a> {
    relay: &'a Relay,
    plan: Plan,
    pools: BTreeMap<ZoneId, Wasmd>,
    running: Option<(Packets, Sites)>,
    /// What was last wrong with each chain: that is said once.
    told: BTreeMap<ZoneId, String>,
    guard: Option<Guard>,
}

impl Service<'_> {
    async fn run(&mut self) {
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
            if let (Some(guard), Some((packets, _))) = (&mut self.guard, &mut self.running) {
                guard.look(self.relay, packets).await;
            }
            tokio::time::sleep(TICK).await;
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
            let now = now.and_then(|(_, sites)| sites.get(&chain.id));
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
        let same = self.running.as_ref().is_some_and(|(_, running)| {
            sites.iter().all(|(id, site)| running.get(id) == Some(site))
        });
        if same || sites.is_empty() {
            return all;
        }
        match self.restart(&sites).await {
            Ok(packets) => {
                let chains: Vec<&str> = sites.keys().map(ZoneId::as_str).collect();
                tracing::info!(?chains, "relaying packets of ordinary IBC");
                self.running = Some((packets, sites));
                all
            }
            Err(error) => {
                for id in sites.keys() {
                    self.mishap(id, &error);
                }
                false
            }
        }
    }

    async fn restart(&mut self, sites: &Sites) -> Result<Packets, PacketsError> {
        let mut config = self.plan.config.clone();
        if let Some((packets, _)) = self.running.take() {
            packets.stop().await;
            // What was sent meanwhile was not seen.
            config.mode.packets.clear_on_start = true;
        }
        let serves = |key: &&PacketKey| sites.keys().any(|id| id.as_str() == key.chain.as_str());
        let keys = self.plan.keys.iter().filter(serves).cloned().collect();
        Packets::start(hermes_config(&config, sites)?, keys, self.guard.is_some()).await
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
