//! Clients of ordinary IBC as their own chain knows them: which follow a zone, from what they verify, and how they are
//! frozen. Only that chain is asked: nodes of a forked one may be gone. All of this blocks.

use std::collections::BTreeSet;

use ibc_proto::google::protobuf::Any;
use ibc_relayer::{
    chain::{
        handle::{BaseChainHandle, ChainHandle},
        requests::{
            IncludeProof, PageRequest, QueryClientConnectionsRequest, QueryClientStateRequest,
            QueryClientStatesRequest, QueryConnectionChannelsRequest,
            QueryConsensusStateHeightsRequest, QueryConsensusStateRequest, QueryHeight,
        },
        tracking::TrackedMsgs,
    },
    client_state::AnyClientState,
    config::Config as HermesConfig,
    consensus_state::AnyConsensusState,
    error::Error,
};
use ibc_relayer_types::{
    clients::ics07_tendermint::consensus_state::ConsensusState,
    core::{
        ics02_client::client_state::ClientState,
        ics24_host::identifier::{ChainId, ClientId},
    },
    events::IbcEvent,
    Height,
};

use super::{failed, update, PacketsError, Trusted};

/// Headers of a client that evidence is verified from, at most: each is asked for.
const MOST_TRUSTED: usize = 5;

/// A client that does not know of a fork.
pub(super) struct Follower {
    /// Its id.
    pub client: ClientId,
    /// Headers that it has: the highest below the fork, and its highest.
    pub trusted: Vec<Trusted>,
}

/// Clients of a chain on another that are not frozen and that open channels of ours go through.
pub(super) fn followers(
    host: &BaseChainHandle,
    of: &ChainId,
    config: &HermesConfig,
    fork: u64,
) -> Result<Vec<Follower>, Error> {
    let mut followers = Vec::new();
    for (client, state) in clients(host)? {
        if state.chain_id() == *of && !state.is_frozen() && carries(host, &client, config)? {
            let heights = heights(host, &client)?;
            let below = heights
                .iter()
                .rev()
                .find(|height| height.revision_height() < fork);
            let chosen: BTreeSet<Height> =
                below.into_iter().chain(heights.last()).copied().collect();
            let trusted = chosen
                .into_iter()
                .map(|height| trusted(host, &client, height));
            let trusted = trusted.collect::<Result<_, Error>>()?;
            followers.push(Follower { client, trusted });
        }
    }
    Ok(followers)
}

/// All clients that a chain has.
pub(super) fn clients(host: &BaseChainHandle) -> Result<Vec<(ClientId, AnyClientState)>, Error> {
    let all = host.query_clients(QueryClientStatesRequest {
        pagination: Some(PageRequest::all()),
    })?;
    let both = all
        .into_iter()
        .map(|found| (found.client_id, found.client_state));
    Ok(both.collect())
}

/// Whether an open channel of ours goes through a client: anybody may make more, and would have us pay for them.
pub(super) fn carries(
    host: &BaseChainHandle,
    client: &ClientId,
    config: &HermesConfig,
) -> Result<bool, Error> {
    let client_id = client.clone();
    let connections = host.query_client_connections(QueryClientConnectionsRequest { client_id })?;
    for connection_id in connections {
        let channels = host.query_connection_channels(QueryConnectionChannelsRequest {
            connection_id,
            pagination: Some(PageRequest::all()),
        })?;
        let ours = channels.iter().any(|channel| {
            let (port, id) = (&channel.port_id, &channel.channel_id);
            channel.channel_end.is_open() && config.packets_on_channel_allowed(&host.id(), port, id)
        });
        if ours {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Heights of the headers that a client has, ascending.
pub(super) fn heights(host: &BaseChainHandle, client: &ClientId) -> Result<Vec<Height>, Error> {
    let mut heights = host.query_consensus_state_heights(QueryConsensusStateHeightsRequest {
        client_id: client.clone(),
        pagination: Some(PageRequest::all()),
    })?;
    heights.sort_unstable();
    Ok(heights)
}

/// The highest headers that a client has below a height, the highest first.
pub(super) fn trusted_below(
    host: &BaseChainHandle,
    client: &ClientId,
    above: u64,
) -> Result<Vec<Trusted>, Error> {
    let heights = heights(host, client)?;
    let below = heights.into_iter().rev();
    let below = below.filter(|height| height.revision_height() < above);
    let trusted = below.map(|height| trusted(host, client, height));
    trusted.take(MOST_TRUSTED).collect()
}

fn trusted(host: &BaseChainHandle, client: &ClientId, at: Height) -> Result<Trusted, Error> {
    Ok(Trusted {
        height: at.revision_height(),
        next_validators: header(host, client, at)?.next_validators_hash,
    })
}

/// What a client keeps of a header that it was shown.
pub(super) fn header(
    host: &BaseChainHandle,
    client: &ClientId,
    at: Height,
) -> Result<ConsensusState, Error> {
    let request = QueryConsensusStateRequest {
        client_id: client.clone(),
        consensus_height: at,
        query_height: QueryHeight::Latest,
    };
    let (AnyConsensusState::Tendermint(state), _) =
        host.query_consensus_state(request, IncludeProof::No)?;
    Ok(state)
}

/// How a client stands.
pub(super) fn state(host: &BaseChainHandle, client: &ClientId) -> Result<AnyClientState, Error> {
    let request = QueryClientStateRequest {
        client_id: client.clone(),
        height: QueryHeight::Latest,
    };
    let (state, _) = host.query_client_state(request, IncludeProof::No)?;
    Ok(state)
}

/// Sends evidence and waits for its block; answers whether it was needed: somebody else may have been faster.
///
/// # Errors
/// With what the chain says of it: nothing is paid for evidence that it refuses when it is tried out.
pub(super) fn freeze(
    host: &BaseChainHandle,
    client: &ClientId,
    evidence: Any,
) -> Result<bool, PacketsError> {
    let doing = || format!("freezing {client} on {}", host.id());
    let frozen = || state(host, client).map(|state| state.is_frozen());
    if frozen().map_err(failed(doing()))? {
        return Ok(false);
    }
    let signer = host.get_signer().map_err(failed(doing()))?;
    let message = update(client, evidence, signer);
    let sent = host.send_messages_and_wait_commit(TrackedMsgs::new_single(message, "evidence"));
    if frozen().map_err(failed(doing()))? {
        return Ok(true);
    }
    let events = sent.map_err(failed(doing()))?;
    let said = events.into_iter().find_map(|event| match event.event {
        IbcEvent::ChainError(said) => Some(said),
        _ => None,
    });
    Err(failed(doing())(said.unwrap_or_else(|| {
        "the evidence is in a block, and the client is not frozen".into()
    })))
}
