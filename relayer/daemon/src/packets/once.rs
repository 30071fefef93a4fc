//! What is done once between some chains, without relaying on.

use ibc_relayer::config::Config as HermesConfig;
use ibc_relayer_types::core::ics24_host::identifier::ChainId;

use super::{
    aside, connect, failed, hermes_config,
    key::{can_pay, payer, purse},
    keys, pool, shut_down, site, Chains, PacketKey, PacketsError, Site, Sites,
};
use crate::{config::Config, keys::KeyRing};

/// Chains that answer by both protocols, with keys that can pay.
pub(super) struct Once {
    config: HermesConfig,
    keys: Vec<PacketKey>,
}

impl Once {
    /// Makes sure of these chains, and of no other.
    ///
    /// # Errors
    /// [`PacketsError`] with what is missing of a chain's configuration, its key, its money or its nodes.
    pub(super) async fn new(
        config: &Config,
        ring: &KeyRing,
        chains: &[&ChainId],
    ) -> Result<Once, PacketsError> {
        let mut config = config.clone();
        let named = |id: &str| chains.iter().any(|chain| chain.as_str() == id);
        config.chains.retain(|chain| named(chain.id.as_str()));
        let keys = keys(&config, ring)?;
        let mut sites = Sites::new();
        for (chain, key) in config.chains.iter().zip(&keys) {
            Site::preferred(chain)?;
            let pool = pool(chain)?;
            let site = site(chain, &pool, None).await?;
            if let Some(payer) = payer(chain, key) {
                let held = purse(chain, &pool, payer).await;
                let held = held.map_err(failed(format!("asking {} for a balance", chain.id)))?;
                can_pay(chain, payer, held)?;
            }
            sites.insert(chain.id.clone(), site);
        }
        let config = hermes_config(&config, &sites)?;
        Ok(Once { config, keys })
    }

    /// Does work with connections to them, which end after it.
    ///
    /// # Errors
    /// Those of the work, and [`PacketsError::Relayer`] where the library cannot begin.
    pub(super) async fn work<T: Send + 'static>(
        self,
        work: impl FnOnce(&Chains) -> Result<T, PacketsError> + Send + 'static,
    ) -> Result<T, PacketsError> {
        let Once { config, keys } = self;
        aside(move || {
            let chains = connect(config, keys)?;
            let done = work(&chains);
            shut_down(&chains.handles);
            done
        })
        .await?
    }
}
