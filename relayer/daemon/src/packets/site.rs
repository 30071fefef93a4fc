//! Where a chain is reached: the library keeps to one node a chain, so one that serves is chosen for it.

use std::{collections::BTreeMap, future::Future};

use tessera_primitives::ZoneId;

use super::PacketsError;
use crate::{
    app,
    chain::{grpc, wasmd},
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

/// The first configured address of each kind that serves this chain; one that is used now goes before all others.
///
/// # Errors
/// [`PacketsError::Unserved`] with what is wrong with each.
pub async fn site(chain: &ChainConfig, now: Option<&Site>) -> Result<Site, PacketsError> {
    let rpc = first(
        &chain.rpc_addrs,
        now.map(|now| &now.rpc),
        |address| async move {
            let node = app::connect(chain, &address, None).await;
            node.map(drop).map_err(|error| error.to_string())
        },
    );
    let grpc = first(
        &chain.grpc_addrs,
        now.map(|now| &now.grpc),
        |address| async move {
            let answer = grpc::network(&address, chain.rpc_timeout).await;
            let shown = wasmd::shown(&address);
            match answer {
                Ok(network) if network == chain.id.as_str() => Ok(()),
                Ok(network) => Err(format!("{shown} serves chain {network}")),
                Err(reason) => Err(format!("{shown}: {reason}")),
            }
        },
    );
    let (rpc, grpc) = tokio::join!(rpc, grpc);
    let unserved = |what| {
        move |reason| PacketsError::Unserved {
            chain: chain.id.to_string(),
            what,
            reason,
        }
    };
    Ok(Site {
        rpc: rpc.map_err(unserved("rpc_addr"))?,
        grpc: grpc.map_err(unserved("grpc_addr"))?,
    })
}

/// The first address of which asking finds nothing wrong.
async fn first<F: Future<Output = Result<(), String>>>(
    addresses: &[String],
    now: Option<&String>,
    ask: impl Fn(String) -> F,
) -> Result<String, String> {
    let used = now.filter(|now| addresses.contains(now));
    let others = addresses.iter().filter(|address| Some(*address) != used);
    let mut wrong = Vec::new();
    for address in used.into_iter().chain(others) {
        match ask(address.clone()).await {
            Ok(()) => return Ok(address.clone()),
            Err(reason) => wrong.push(reason),
        }
    }
    Err(wrong.join("; "))
}
