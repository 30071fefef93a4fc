//! Which channels packets are relayed on, and the clients that these go through. All of this blocks.

use std::time::Duration;

use ibc_relayer::{
    chain::{
        counterparty::channel_connection_client,
        handle::{BaseChainHandle, ChainHandle},
    },
    config::{filter::ChannelPolicy, Config as HermesConfig},
};
use ibc_relayer_types::core::{
    ics04_channel::channel::{IdentifiedChannelEnd, State},
    ics24_host::identifier::{ChainId, ChannelId, ClientId, PortId},
};

use super::{
    client::{channels, clients},
    PacketsError,
};

/// A chain, and a port and a channel on it.
pub(super) type Place = (ChainId, PortId, ChannelId);

/// An end of a channel that packets are relayed on. A channel that is closed may have packets that come back. Where a
/// connection lets packets wait, that is the library's alone: whoever carries them waits with them, and anybody may make one
/// that lets them wait for centuries.
pub(super) struct End {
    /// The chain that it is on.
    pub host: BaseChainHandle,
    /// The client there that it goes through.
    pub client: ClientId,
    /// What that chain says of it.
    pub channel: IdentifiedChannelEnd,
    /// The chain that it leads to.
    pub counterparty: BaseChainHandle,
}

impl End {
    pub(super) fn place(&self) -> Place {
        let IdentifiedChannelEnd {
            port_id,
            channel_id,
            ..
        } = &self.channel;
        (self.host.id(), port_id.clone(), channel_id.clone())
    }

    /// The chain that it is on, and the one that it leads to.
    pub(super) fn pair(&self) -> (ChainId, ChainId) {
        (self.host.id(), self.counterparty.id())
    }

    pub(super) fn is_open(&self) -> bool {
        self.channel.channel_end.is_open()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.channel.channel_end.state().is_closed()
    }
}

/// Whether there can be packets on an end.
fn is_made(end: &IdentifiedChannelEnd) -> bool {
    let state = end.channel_end.state();
    !matches!(state, State::Uninitialized | State::Init | State::TryOpen)
}

/// The ends on a chain, of channels that lead to one of `chains`.
pub(super) fn ends(
    host: &BaseChainHandle,
    chains: &[BaseChainHandle],
    config: &HermesConfig,
) -> Result<Vec<End>, PacketsError> {
    let mut all = Vec::new();
    let mut add = |client: &ClientId, channel: IdentifiedChannelEnd, delay, leads_to: &ChainId| {
        if delay > Duration::ZERO || !is_made(&channel) {
            tracing::debug!(zone = %host.id(), channel = %channel.channel_id, ?delay, "what stays on it is not looked for");
            return;
        }
        let counterparty = chains.iter().find(|chain| chain.id() == *leads_to);
        all.extend(counterparty.map(|counterparty| End {
            host: host.clone(),
            client: client.clone(),
            channel,
            counterparty: counterparty.clone(),
        }));
    };
    let chain = config.find_chain(&host.id());
    // Whoever names each channel need not be told of every client that the chain has.
    if let Some(ChannelPolicy::Allow(named)) =
        chain.map(|chain| &chain.packet_filter().channel_policy)
    {
        if named.is_exact() {
            for (port, channel) in named.iter_exact() {
                match channel_connection_client(host, port, channel) {
                    Ok(found) => {
                        let client = found.client;
                        let leads_to = client.client_state.chain_id();
                        let delay = found.connection.connection_end.delay_period();
                        add(&client.client_id, found.channel, delay, &leads_to);
                    }
                    Err(error) => {
                        tracing::warn!(zone = %host.id(), %port, %channel, %error, "a channel of packet_filter");
                    }
                }
            }
            return Ok(all);
        }
    }
    for (client, state) in clients(host)? {
        let leads_to = state.chain_id();
        if config.has_chain(&leads_to) {
            for (channel, delay) in channels(host, &client, config)? {
                add(&client, channel, delay, &leads_to);
            }
        }
    }
    Ok(all)
}
