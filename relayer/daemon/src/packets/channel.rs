//! `tessera channel open`: clients, a connection and a channel between two chains, each made where it is not named.

use std::time::Duration;

use ibc_relayer::{
    chain::handle::{BaseChainHandle, ChainHandle},
    channel::Channel,
    connection::Connection,
    foreign_client::{ForeignClient, ForeignClientError},
};
use ibc_relayer_types::core::{
    ics04_channel::{channel::Ordering, version::Version},
    ics24_host::identifier::{ChainId, PortId},
};
use serde::Serialize;

use super::{failed, once::Once, PacketsError};
use crate::{config::Config, keys::KeyRing};

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

/// Opens a channel over new clients and a new connection. Before anything is made, both chains must answer and both keys
/// be able to pay. It waits for blocks and for the library's pauses, a quarter of `max_block_time` a step.
///
/// # Errors
/// [`PacketsError`]; what was made before is on the chains and does no harm.
pub async fn open(config: &Config, ring: &KeyRing, route: Route) -> Result<Opened, PacketsError> {
    if route.a_chain == route.b_chain {
        return Err(PacketsError::SameChain {
            chain: route.a_chain.to_string(),
        });
    }
    let once = Once::new(config, ring, &[&route.a_chain, &route.b_chain]).await?;
    once.work(move |chains| {
        let (a, b) = (chains.to(&route.a_chain)?, chains.to(&route.b_chain)?);
        open_between(a, b, &route)
    })
    .await
}

fn open_between(
    a: BaseChainHandle,
    b: BaseChainHandle,
    route: &Route,
) -> Result<Opened, PacketsError> {
    let (a_id, b_id) = (&route.a_chain, &route.b_chain);
    let on_a = client(&a, &b)?;
    let on_b = client(&b, &a)?;
    let (a_client, b_client) = (on_a.id().to_string(), on_b.id().to_string());
    tracing::info!(%a_id, a_client, %b_id, b_client, "clients made");
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
    tracing::info!(%a_id, a_connection, %b_id, b_connection, "connection open");
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

/// Makes a client on a chain of another. A relayer that runs may use the same key, and its transaction be under way: then
/// ours is tried again, as the library does by itself with all that follows.
fn client(
    on: &BaseChainHandle,
    of: &BaseChainHandle,
) -> Result<ForeignClient<BaseChainHandle, BaseChainHandle>, PacketsError> {
    const TRIES: u32 = 10;
    const PAUSE: Duration = Duration::from_secs(1);
    let what = format!("making a client of {} on {}", of.id(), on.id());
    let mut tries = 1;
    loop {
        match ForeignClient::new(on.clone(), of.clone()) {
            Ok(client) => return Ok(client),
            Err(error) if tries < TRIES && is_out_of_line(&error) => {
                tries = tries.saturating_add(1);
                std::thread::sleep(PAUSE);
            }
            Err(error) => return Err(failed(what)(error)),
        }
    }
}

/// Whether another transaction took the account's place in line. The library has no other word for it than the chain's.
fn is_out_of_line(error: &ForeignClientError) -> bool {
    error.to_string().contains("account sequence mismatch")
}
