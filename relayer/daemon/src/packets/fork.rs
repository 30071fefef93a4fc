//! A fork that a witness shows: every client of the zone that our packets go through is shown both headers, and is frozen
//! by its chain.

use ibc_relayer::chain::handle::BaseChainHandle;
use ibc_relayer_types::{
    clients::ics07_tendermint::misbehaviour::Misbehaviour,
    core::ics24_host::identifier::{ChainId, ClientId},
    tx_msg::Msg,
};
use tendermint::{validator, Hash};
use tessera_primitives::{Height, ZoneId};

use super::{
    aside,
    client::{convince, followers, Follower},
    evidence::misbehaviour,
    guard::Mishaps,
    Chains, PacketsError, Trusted,
};
use crate::{
    chain::{Chain, LightBlock},
    relay::Relay,
};

/// Two histories of a zone, both signed.
pub(super) struct Fork<'a> {
    /// Our own node.
    pub ours: &'a dyn Chain,
    /// A node that follows the other one.
    pub theirs: &'a dyn Chain,
    /// The lowest height at which they differ.
    pub height: Height,
}

impl Fork<'_> {
    /// Shows every client on every other chain both histories.
    pub(super) async fn tell_all(&self, relay: &Relay, chains: &Chains) -> Result<(), Mishaps> {
        let of = ChainId::from_string(self.ours.zone().as_str());
        let mut wrong = Vec::new();
        for chain in &chains.config.chains {
            let Ok(on) = chain.id().as_str().parse::<ZoneId>() else {
                continue;
            };
            if *chain.id() == of {
                continue;
            }
            match self.tell(relay, chains, &on, chain.id()).await {
                Ok(()) => {}
                Err(reasons) => {
                    wrong.extend(reasons.into_iter().map(|reason| (on.clone(), reason)))
                }
            }
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong)
        }
    }

    async fn tell(
        &self,
        relay: &Relay,
        chains: &Chains,
        on: &ZoneId,
        chain: &ChainId,
    ) -> Result<(), Vec<String>> {
        let one = |error: PacketsError| vec![error.to_string()];
        let of = ChainId::from_string(self.ours.zone().as_str());
        let (chains, chain, height) = (chains.clone(), chain.clone(), self.height.0);
        let found = aside(move || {
            let host = chains.to(&chain)?;
            let followers = followers(&host, &of, &chains.config, height)?;
            Ok((host, followers))
        });
        let (host, followers) = found.await.and_then(|found| found).map_err(one)?;
        let mut wrong = Vec::new();
        for follower in followers {
            let (client, of) = (follower.client.clone(), self.ours.zone());
            match self.freeze(&host, follower).await {
                Ok(ours) => {
                    tracing::warn!(zone = %on, %of, %client, height = %self.height, ours, "a client is frozen: its zone has forked");
                    if ours {
                        relay.activity().client_frozen(on, of);
                    }
                }
                Err(reason) => wrong.push(format!("{client} of {of}: {reason}")),
            }
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong)
        }
    }

    /// Shows one client evidence until its chain takes some; answers whether it was ours that it took.
    async fn freeze(&self, host: &BaseChainHandle, follower: Follower) -> Result<bool, String> {
        let Follower { client, trusted } = follower;
        let evidence = async |trusted| {
            let both = self.evidence(&client, trusted).await?;
            Ok(Some(both.to_any()))
        };
        let needed = convince(host, &client, trusted, evidence).await?;
        needed.ok_or_else(|| "it has no header to verify from".into())
    }

    /// Two headers that a client verifies from a header that it has: at the fork, or above it where it has none below.
    async fn evidence(&self, client: &ClientId, trusted: Trusted) -> Result<Misbehaviour, String> {
        let above = Height(trusted.height.saturating_add(1));
        let height = self.height.max(above);
        let ours = shown(self.ours, height).await?;
        let theirs = shown(self.theirs, height).await?;
        let announced = match announced(&[&ours, &theirs], trusted.next_validators) {
            Some(set) => set,
            None => {
                let ours = shown(self.ours, above).await?;
                let theirs = shown(self.theirs, above).await?;
                let set = announced(&[&ours, &theirs], trusted.next_validators);
                set.ok_or_else(|| format!("nobody shows the validators of {above}"))?
            }
        };
        misbehaviour(client, trusted, &announced, [&ours, &theirs])
    }
}

async fn shown(chain: &dyn Chain, height: Height) -> Result<LightBlock, String> {
    let block = chain.header(height).await;
    block.map_err(|error| error.to_string())
}

/// The set of this hash, if one of the headers is signed by it. It names a proposer, which ibc-go insists on.
fn announced(blocks: &[&LightBlock], hash: Hash) -> Option<validator::Set> {
    let mut sets = blocks.iter().map(|block| &block.validators);
    sets.find(|set| set.hash() == hash).cloned()
}
