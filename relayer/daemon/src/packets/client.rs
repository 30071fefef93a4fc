//! Clients of ordinary IBC as their own chain knows them: which follow a zone, from what they verify, and how they are
//! frozen. Only that chain is asked: nodes of a forked one may be gone. All of this blocks, but [`convince`].

use std::{collections::BTreeSet, time::Duration};

use ibc_proto::google::protobuf::Any;
use ibc_relayer::{
    chain::{
        handle::{BaseChainHandle, ChainHandle},
        requests::{
            IncludeProof, PageRequest, QueryClientConnectionsRequest, QueryClientStateRequest,
            QueryClientStatesRequest, QueryConnectionChannelsRequest, QueryConnectionRequest,
            QueryConsensusStateHeightsRequest, QueryConsensusStateRequest, QueryHeight,
        },
        tracking::TrackedMsgs,
    },
    client_state::AnyClientState,
    config::Config as HermesConfig,
    consensus_state::AnyConsensusState,
};
use ibc_relayer_types::{
    clients::ics07_tendermint::consensus_state::ConsensusState,
    core::{
        ics02_client::client_state::ClientState,
        ics04_channel::channel::IdentifiedChannelEnd,
        ics24_host::identifier::{ChainId, ClientId},
    },
    events::IbcEvent,
    Height,
};
use tessera_primitives::{Timestamp, ZoneId};

use super::{aside, failed, update, PacketsError, Trusted};
use crate::observe::Client;

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
) -> Result<Vec<Follower>, PacketsError> {
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
            let trusted = trusted.collect::<Result<_, PacketsError>>()?;
            followers.push(Follower { client, trusted });
        }
    }
    Ok(followers)
}

/// All clients that a chain has.
pub(super) fn clients(
    host: &BaseChainHandle,
) -> Result<Vec<(ClientId, AnyClientState)>, PacketsError> {
    let all = host.query_clients(QueryClientStatesRequest {
        pagination: Some(PageRequest::all()),
    });
    let all = all.map_err(asking(host, "its clients"))?;
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
) -> Result<bool, PacketsError> {
    let channels = channels(host, client, config)?;
    Ok(channels
        .iter()
        .any(|(channel, _)| channel.channel_end.is_open()))
}

/// Ends of channels, in whatever state, that go through a client and that packets are relayed on; and how long each one's
/// connection lets packets wait.
pub(super) fn channels(
    host: &BaseChainHandle,
    client: &ClientId,
    config: &HermesConfig,
) -> Result<Vec<(IdentifiedChannelEnd, Duration)>, PacketsError> {
    let client_id = client.clone();
    let connections = host.query_client_connections(QueryClientConnectionsRequest { client_id });
    let mut ours = Vec::new();
    for connection_id in connections.map_err(asking(host, "connections"))? {
        let channels = host.query_connection_channels(QueryConnectionChannelsRequest {
            connection_id: connection_id.clone(),
            pagination: Some(PageRequest::all()),
        });
        let mut channels = channels.map_err(asking(host, "channels"))?;
        channels.retain(|channel| {
            let (port, id) = (&channel.port_id, &channel.channel_id);
            config.packets_on_channel_allowed(&host.id(), port, id)
        });
        if channels.is_empty() {
            continue;
        }
        let request = QueryConnectionRequest {
            connection_id,
            height: QueryHeight::Latest,
        };
        let connection = host.query_connection(request, IncludeProof::No);
        let (connection, _) = connection.map_err(asking(host, "a connection"))?;
        let delay = connection.delay_period();
        ours.extend(channels.into_iter().map(|channel| (channel, delay)));
    }
    Ok(ours)
}

/// Heights of the headers that a client has, ascending.
pub(super) fn heights(
    host: &BaseChainHandle,
    client: &ClientId,
) -> Result<Vec<Height>, PacketsError> {
    let heights = host.query_consensus_state_heights(QueryConsensusStateHeightsRequest {
        client_id: client.clone(),
        pagination: Some(PageRequest::all()),
    });
    let mut heights = heights.map_err(asking(host, "a client's headers"))?;
    heights.sort_unstable();
    Ok(heights)
}

/// The highest headers that a client has below a height, the highest first.
pub(super) fn trusted_below(
    host: &BaseChainHandle,
    client: &ClientId,
    above: u64,
) -> Result<Vec<Trusted>, PacketsError> {
    let heights = heights(host, client)?;
    let below = heights.into_iter().rev();
    let below = below.filter(|height| height.revision_height() < above);
    let trusted = below.map(|height| trusted(host, client, height));
    trusted.take(MOST_TRUSTED).collect()
}

fn trusted(host: &BaseChainHandle, client: &ClientId, at: Height) -> Result<Trusted, PacketsError> {
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
) -> Result<ConsensusState, PacketsError> {
    let request = QueryConsensusStateRequest {
        client_id: client.clone(),
        consensus_height: at,
        query_height: QueryHeight::Latest,
    };
    let state = host.query_consensus_state(request, IncludeProof::No);
    let (AnyConsensusState::Tendermint(state), _) =
        state.map_err(asking(host, "a client's header"))?;
    Ok(state)
}

/// How a client stands, and until when it holds.
pub(super) fn standing(host: &BaseChainHandle, client: &ClientId) -> Result<Client, PacketsError> {
    let state = state(host, client)?;
    let of = state.chain_id();
    let of = of.as_str().parse::<ZoneId>();
    let newest = state.latest_height();
    let shown = header(host, client, newest)?.timestamp;
    let shown = u64::try_from(shown.unix_timestamp_nanos()).unwrap_or_default();
    let trusted = u64::try_from(state.trusting_period().as_nanos()).unwrap_or(u64::MAX);
    Ok(Client {
        id: client.to_string(),
        of: of.map_err(asking(host, "a client's chain"))?,
        height: tessera_primitives::Height(newest.revision_height()),
        expires: Timestamp(shown.saturating_add(trusted)),
        frozen: state.is_frozen(),
    })
}

/// What a chain says of a client.
pub(super) fn state(
    host: &BaseChainHandle,
    client: &ClientId,
) -> Result<AnyClientState, PacketsError> {
    let request = QueryClientStateRequest {
        client_id: client.clone(),
        height: QueryHeight::Latest,
    };
    let state = host.query_client_state(request, IncludeProof::No);
    Ok(state.map_err(asking(host, "a client"))?.0)
}

fn asking<E: std::fmt::Display>(
    host: &BaseChainHandle,
    what: &str,
) -> impl FnOnce(E) -> PacketsError {
    failed(format!("asking {} for {what}", host.id()))
}

/// Shows a client what `evidence` makes of one header after another that it has, until its chain freezes it; answers whether
/// that was needed: somebody else may have been faster. Nothing where no header makes any.
///
/// # Errors
/// With why each was not made, or what the chain says of it.
pub(super) async fn convince(
    host: &BaseChainHandle,
    client: &ClientId,
    trusted: Vec<Trusted>,
    evidence: impl AsyncFn(Trusted) -> Result<Option<Any>, String>,
) -> Result<Option<bool>, String> {
    let mut refused = Vec::new();
    for trusted in trusted {
        let evidence = match evidence(trusted).await {
            Ok(Some(evidence)) => evidence,
            Ok(None) => continue,
            Err(reason) => {
                refused.push(reason);
                continue;
            }
        };
        let (host, client) = (host.clone(), client.clone());
        match aside(move || freeze(&host, &client, evidence)).await {
            Ok(Ok(needed)) => return Ok(Some(needed)),
            Ok(Err(error)) | Err(error) => refused.push(error.to_string()),
        }
    }
    if refused.is_empty() {
        return Ok(None);
    }
    Err(refused.join("; "))
}

/// Sends evidence and waits for its block; answers whether it was needed.
///
/// # Errors
/// With what the chain says of it: nothing is paid for evidence that it refuses when it is tried out.
fn freeze(host: &BaseChainHandle, client: &ClientId, evidence: Any) -> Result<bool, PacketsError> {
    let doing = || format!("freezing {client} on {}", host.id());
    let frozen = || state(host, client).map(|state| state.is_frozen());
    if frozen()? {
        return Ok(false);
    }
    let signer = host.get_signer().map_err(failed(doing()))?;
    let message = update(client, evidence, signer);
    let sent = host.send_messages_and_wait_commit(TrackedMsgs::new_single(message, "evidence"));
    if frozen()? {
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
