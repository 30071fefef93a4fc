//! Where a chain is reached: the library keeps to one node a chain, so one that serves is chosen for it.

use std::{collections::BTreeMap, time::Duration};

use futures::future::join_all;
use tessera_primitives::{Height, ZoneId};

use super::PacketsError;
use crate::{
    app,
    chain::{
        grpc::{self, Standing},
        wasmd::{self, health::LAG, Service, Wasmd},
    },
    config::ChainConfig,
};

/// A node of a chain by both of its protocols.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// CometBFT's RPC address.
    pub rpc: String,
    /// The SDK's gRPC address.
    pub grpc: String,
}

/// Blocks by which a node may be ahead of what others have just shown: these are asked at the same time, and one may be slow.
const AHEAD: u64 = 1_000;

/// A site a chain.
pub type Sites = BTreeMap<ZoneId, Site>;

impl Site {
    /// The first of the configured addresses, whether or not they serve.
    ///
    /// # Errors
    /// [`PacketsError::Missing`] without a gRPC address.
    pub fn preferred(chain: &ChainConfig) -> Result<Site, PacketsError> {
        let grpc = chain.grpc_addrs.first().cloned();
        Ok(Site {
            rpc: chain.rpc_addr().into(),
            grpc: grpc.ok_or_else(|| PacketsError::Missing {
                chain: chain.id.to_string(),
                what: "grpc_addr",
                remedy: "ordinary IBC asks the chain over gRPC",
            })?,
        })
    }
}

/// The RPC addresses of a chain; none is asked yet.
///
/// # Errors
/// [`PacketsError::Unserved`] for an address that is none.
pub fn pool(chain: &ChainConfig) -> Result<Wasmd, PacketsError> {
    app::open(chain).map_err(|error| PacketsError::Unserved {
        chain: chain.id.to_string(),
        what: "rpc_addr",
        reason: error.to_string(),
    })
}

/// The configured addresses of each kind that serve this chain best: those that are used now as long as they do, else the
/// quickest. One that is far behind the others does not. `pool` has the chain's RPC addresses.
///
/// # Errors
/// [`PacketsError::Unserved`] with what is wrong with each.
pub async fn site(
    chain: &ChainConfig,
    pool: &Wasmd,
    now: Option<&Site>,
) -> Result<Site, PacketsError> {
    let unserved = |what| {
        move |reason| PacketsError::Unserved {
            chain: chain.id.to_string(),
            what,
            reason,
        }
    };
    let (rpc, grpc) = ("rpc_addr", "grpc_addr");
    let standings = chain.grpc_addrs.iter();
    let standings = standings.map(|address| grpc::standing(address, chain.rpc_timeout));
    let (services, standings) = tokio::join!(pool.probe(), join_all(standings));
    // What a node that serves has shown: anybody may say that there is more.
    let shown = services.iter().filter(|service| service.serves);
    let tip = shown.filter_map(|service| service.tip).max();
    let services = services.into_iter().map(judge_service);
    let standings = chain.grpc_addrs.iter().zip(standings);
    let standings = standings.map(|(address, standing)| {
        let latency = standing.and_then(|standing| judge_standing(chain, standing, tip));
        latency.map_err(|reason| format!("{}: {reason}", wasmd::shown(address)))
    });
    Ok(Site {
        rpc: best(&chain.rpc_addrs, now.map(|now| &now.rpc), services).map_err(unserved(rpc))?,
        grpc: best(&chain.grpc_addrs, now.map(|now| &now.grpc), standings)
            .map_err(unserved(grpc))?,
    })
}

fn judge_service(service: Service) -> Result<Duration, String> {
    match service.fault {
        Some(fault) if !service.serves => Err(format!("{}: {fault}", service.endpoint)),
        _ => Ok(service.latency.unwrap_or_default()),
    }
}

fn judge_standing(
    chain: &ChainConfig,
    found: Standing,
    tip: Option<Height>,
) -> Result<Duration, String> {
    if found.network != chain.id.as_str() {
        return Err(format!("it serves chain {}", found.network));
    }
    let (own, shown) = found.tip.zip(tip).unwrap_or_default();
    let (behind, ahead) = (shown.since(own), own.since(shown));
    if behind > LAG {
        return Err(format!("it is {behind} blocks behind the others"));
    }
    if ahead > AHEAD {
        return Err(format!(
            "it says to be {ahead} blocks ahead of what rpc_addr shows"
        ));
    }
    Ok(found.latency)
}

/// Of addresses with how soon each answers, or why it does not serve.
fn best(
    addresses: &[String],
    used: Option<&String>,
    judged: impl Iterator<Item = Result<Duration, String>>,
) -> Result<String, String> {
    let mut wrong = Vec::new();
    let mut serving = Vec::new();
    for (address, judged) in addresses.iter().zip(judged) {
        match judged {
            Ok(latency) => serving.push((used != Some(address), latency, address)),
            Err(reason) => wrong.push(reason),
        }
    }
    let best = serving
        .into_iter()
        .min_by_key(|(other, latency, _)| (*other, *latency));
    best.map(|(_, _, address)| address.clone())
        .ok_or_else(|| wrong.join("; "))
}
