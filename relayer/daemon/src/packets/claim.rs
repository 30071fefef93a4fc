//! A header that a client of ordinary IBC was shown says what its zone is like. It is held against our own node's: where
//! they differ, validators have signed another history, and our header, shown to the client, freezes it.
//!
//! What a client was shown while nobody looked is asked for at the start, as far as it is not long ago.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use ibc_proto::google::protobuf::Any;
use ibc_relayer::{
    chain::handle::{BaseChainHandle, ChainHandle},
    client_state::AnyClientState,
    config::Config as HermesConfig,
};
use ibc_relayer_types::{
    clients::ics07_tendermint::{consensus_state::ConsensusState, header::Header},
    core::{
        ics02_client::client_state::ClientState,
        ics24_host::identifier::{ChainId, ClientId},
    },
    events::IbcEvent,
    Height as IbcHeight,
};
use tessera_primitives::{Height, ZoneId};
use tokio::sync::mpsc;

use super::{
    aside,
    client::{carries, clients, convince, header, heights, state, trusted_below},
    evidence, failed, Chains, PacketsError, Trusted,
};
use crate::{
    chain::{Chain, ChainError, LightBlock},
    relay::Relay,
};

/// Headers that a client was shown before, which are compared at the start: the newest.
const BEFORE: usize = 20;
/// How long a client is taken for nobody's that no channel went through: one may be opened.
const NO_LONGER: Duration = Duration::from_secs(120);
/// Blocks by which one of our nodes may be behind another.
const BEHIND: u64 = 100;

/// That a client was shown a header.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// The zone that the client is on.
    pub on: ZoneId,
    chain: ChainId,
    client: ClientId,
    height: IbcHeight,
}

/// What comparing came to.
pub(super) enum Standing {
    /// It is as our node says; or the client is frozen now, or none of ours.
    Settled,
    /// Our node is not there yet, or does not answer.
    Ahead,
    /// The client's chain does not tell.
    Unknown(String),
    /// It differs, and the client was not frozen.
    Unpunished(String),
}

/// Tells of headers that clients on a chain were and are shown, until the connection to it ends. It blocks.
pub(super) fn listen(
    host: &BaseChainHandle,
    config: &HermesConfig,
    tell: &mpsc::Sender<Claim>,
) -> Result<(), PacketsError> {
    let events = host.subscribe();
    let events = events.map_err(failed(format!("listening to {}", host.id())))?;
    let chain = host.id();
    let Ok(on) = chain.as_str().parse::<ZoneId>() else {
        return Ok(());
    };
    let claim = |client: &ClientId, height: IbcHeight| Claim {
        on: on.clone(),
        chain: chain.clone(),
        client: client.clone(),
        height,
    };
    let mut asked = Asked {
        host,
        config,
        answers: BTreeMap::new(),
    };
    for (client, state) in clients(host)? {
        if state.is_frozen() || !asked.is_ours(&client, || Ok(state))? {
            continue;
        }
        for height in heights(host, &client)?.into_iter().rev().take(BEFORE) {
            if tell.blocking_send(claim(&client, height)).is_err() {
                return Ok(());
            }
        }
    }
    for batch in events {
        let events = batch.as_ref().as_ref().map(|batch| batch.events.as_slice());
        for event in events.unwrap_or_default() {
            let IbcEvent::UpdateClient(update) = &event.event else {
                continue;
            };
            let client = update.client_id();
            if !asked.is_ours(client, || state(host, client))? {
                continue;
            }
            let claim = claim(client, update.consensus_height());
            if tell.blocking_send(claim).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Which clients of a chain open channels of ours go through. Others are not compared: anybody may make them, and show them
/// whatever keeps us busy.
struct Asked<'a> {
    host: &'a BaseChainHandle,
    config: &'a HermesConfig,
    /// When the answer was no; a yes stands.
    answers: BTreeMap<ClientId, Option<Instant>>,
}

impl Asked<'_> {
    fn is_ours(
        &mut self,
        client: &ClientId,
        state: impl FnOnce() -> Result<AnyClientState, PacketsError>,
    ) -> Result<bool, PacketsError> {
        match self.answers.get(client) {
            Some(None) => return Ok(true),
            Some(Some(no)) if no.elapsed() < NO_LONGER => return Ok(false),
            _ => {}
        }
        let is_ours =
            self.config.has_chain(&state()?.chain_id()) && carries(self.host, client, self.config)?;
        let no = (!is_ours).then(Instant::now);
        self.answers.insert(client.clone(), no);
        Ok(is_ours)
    }
}

impl Claim {
    /// Holds it against our own node's header.
    pub(super) async fn compare(&self, relay: &Relay, chains: &Chains) -> Standing {
        let (state, shown, host) = match self.ask(chains).await {
            Ok(asked) => asked,
            Err(error) => return Standing::Unknown(text(error)),
        };
        let of = state.chain_id();
        let mut all = relay.nodes();
        let nodes = all.find(|nodes| nodes.chain.zone().as_str() == of.as_str());
        let Some(nodes) = nodes.filter(|_| !state.is_frozen()) else {
            return Standing::Settled;
        };
        let node = nodes.chain.as_ref();
        let Ok(tip) = node.tip().await else {
            return Standing::Ahead;
        };
        let height = Height(self.height.revision_height());
        let ours = match node.header(height.min(tip)).await {
            Ok(ours) => ours,
            // Forgotten: what is that old is in no packet any more. A node that is a little behind others is not meant.
            Err(ChainError::Missing { .. }) if tip.since(height) > BEHIND => {
                return Standing::Settled
            }
            Err(_) => return Standing::Ahead,
        };
        if height <= tip && is_of(&shown, &ours) {
            return Standing::Settled;
        }
        // Time only grows: a header above ours that is not later contradicts it.
        if height > tip && shown.timestamp > ours.signed_header.header.time {
            return Standing::Ahead;
        }
        let (asked, client, config) = (host.clone(), self.client.clone(), chains.config.clone());
        match aside(move || carries(&asked, &client, &config)).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return Standing::Settled,
            Ok(Err(error)) | Err(error) => return Standing::Unknown(text(error)),
        }
        let (on, client, of) = (&self.on, &self.client, node.zone());
        match self.contradict(&host, node, &ours).await {
            Ok(Some(needed)) => {
                tracing::warn!(zone = %on, %of, %client, %height, ours = needed, "a client is frozen: it was shown a header that our node does not have");
                if needed {
                    relay.activity().client_frozen(on, of);
                }
                Standing::Settled
            }
            Ok(None) => {
                tracing::warn!(zone = %on, %of, %client, %height, "a client knows another chain of this name: whoever made it has invented it");
                Standing::Settled
            }
            Err(reason) => Standing::Unpunished(format!(
                "{client} has a header of {of} at {height} that our node does not have, and is not frozen: {reason}"
            )),
        }
    }

    /// The client as its chain has it.
    async fn ask(
        &self,
        chains: &Chains,
    ) -> Result<(AnyClientState, ConsensusState, BaseChainHandle), PacketsError> {
        let (chains, claim) = (chains.clone(), self.clone());
        let asked = aside(move || {
            let Claim { chain, client, .. } = &claim;
            let host = chains.to(chain)?;
            let shown = header(&host, client, claim.height)?;
            Ok((state(&host, client)?, shown, host))
        });
        asked.await?
    }

    /// Shows the client our header, from one that it has below; answers whether that was needed, and nothing where it has
    /// none of our zone. Anybody may make a client whose first header is invented: that is no fork.
    async fn contradict(
        &self,
        host: &BaseChainHandle,
        node: &dyn Chain,
        ours: &LightBlock,
    ) -> Result<Option<bool>, String> {
        let (asked, client) = (host.clone(), self.client.clone());
        let height = ours.signed_header.header.height.value();
        let trusted = aside(move || trusted_below(&asked, &client, height)).await;
        let trusted = trusted.map_err(text)?.map_err(text)?;
        let header = async |trusted| {
            let header = verifiable(node, trusted, ours).await;
            Ok(header.map_err(text)?.map(Any::from))
        };
        convince(host, &self.client, trusted, header).await
    }
}

/// Our header as the client verifies it, if its trusted header announces validators that our zone had.
async fn verifiable(
    node: &dyn Chain,
    trusted: Trusted,
    ours: &LightBlock,
) -> Result<Option<Header>, ChainError> {
    if ours.validators.hash() == trusted.next_validators {
        return Ok(evidence::header(trusted, &ours.validators, ours).ok());
    }
    let above = Height(trusted.height.saturating_add(1));
    let above = node.header(above).await?;
    Ok(evidence::header(trusted, &above.validators, ours).ok())
}

/// Whether a client keeps of a header what this one says.
fn is_of(kept: &ConsensusState, block: &LightBlock) -> bool {
    let header = &block.signed_header.header;
    kept.timestamp == header.time
        && kept.root.as_bytes() == header.app_hash.as_bytes()
        && kept.next_validators_hash == header.next_validators_hash
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
