//! `tessera channel open`: clients, a connection and a channel between two chains, each made where it is not named.

use std::time::Duration;

use ibc_relayer::{
    chain::handle::BaseChainHandle, channel::Channel, config::Config as HermesConfig,
    connection::Connection, foreign_client::ForeignClient,
};
use ibc_relayer_types::core::{
    ics04_channel::{channel::Ordering, version::Version},
    ics24_host::identifier::{ChainId, PortId},
};
use serde::Serialize;

use super::{failed, registry, shut_down, PacketKey, PacketsError};

/// Between which ports of which chains.
#[derive(Clone, Debug)]
pub struct Route {
    /// One chain.
    pub a_chain: ChainId,
    /// The other.
    pub b_chain: ChainId,
    /// The port on the one.
    pub a_port: PortId,
    /// The port on the other.
    pub b_port: PortId,
    /// Whether packets keep their order.
    pub ordered: bool,
    /// The version of the application, `ics20-1` for transfers.
    pub version: String,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// The end on the one chain.
    pub a: End,
    /// The end on the other.
    pub b: End,
}

/// One end of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    /// The chain id.
    pub chain: String,
    /// The client of the other chain.
    pub client: String,
    /// The connection.
    pub connection: String,
    /// The port.
    pub port: String,
    /// The channel.
    pub channel: String,
}

/// Opens a channel over new clients and a new connection. It waits for blocks: call it where that holds nobody up.
///
/// # Errors
/// [`PacketsError`]; what was made before is on the chains and does no harm.
pub fn open(
    config: HermesConfig,
    keys: Vec<PacketKey>,
    route: &Route,
) -> Result<Opened, PacketsError> {
    let registry = registry(config, keys)?;
    let chain = |id: &ChainId| {
        let handle = registry.get_or_spawn(id);
        handle.map_err(failed(format!("connecting to {id}")))
    };
    let (a, b) = (chain(&route.a_chain)?, chain(&route.b_chain)?);
    let opened = open_between(a, b, route);
    shut_down(&registry);
    opened
}

fn open_between(
    a: BaseChainHandle,
    b: BaseChainHandle,
    route: &Route,
) -> Result<Opened, PacketsError> {
    let (a_id, b_id) = (&route.a_chain, &route.b_chain);
    let client = |on: &ChainId, of: &ChainId| failed(format!("making a client of {of} on {on}"));
    let on_a = ForeignClient::new(a.clone(), b.clone()).map_err(client(a_id, b_id))?;
    let on_b = ForeignClient::new(b, a).map_err(client(b_id, a_id))?;
    let (a_client, b_client) = (on_a.id().to_string(), on_b.id().to_string());
    let connection = Connection::new(on_a, on_b, Duration::ZERO)
        .map_err(failed("the handshake of the connection"))?;
    let ordering = if route.ordered {
        Ordering::Ordered
    } else {
        Ordering::Unordered
    };
    let (a_connection, b_connection) = (
        connection.a_connection_id().map(ToString::to_string),
        connection.b_connection_id().map(ToString::to_string),
    );
    let channel = Channel::new(
        connection,
        ordering,
        route.a_port.clone(),
        route.b_port.clone(),
        Some(Version::new(route.version.clone())),
    )
    .map_err(failed("the handshake of the channel"))?;
    Ok(Opened {
        a: End {
            chain: a_id.to_string(),
            client: a_client,
            connection: a_connection.unwrap_or_default(),
            port: route.a_port.to_string(),
            channel: channel
                .a_channel_id()
                .map(ToString::to_string)
                .unwrap_or_default(),
        },
        b: End {
            chain: b_id.to_string(),
            client: b_client,
            connection: b_connection.unwrap_or_default(),
            port: route.b_port.to_string(),
            channel: channel
                .b_channel_id()
                .map(ToString::to_string)
                .unwrap_or_default(),
        },
    })
}
