use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::bail;
use clap::Args;
use serde::{Serialize, Serializer};
use tessera_primitives::{Timestamp, ZoneId};
use tokio::task::JoinSet;

use super::Destination;
use crate::{
    chain::{grpc, wasmd},
    command::{progress::Progress, Context, Outcome},
    config::{ChainConfig, Config, Registered},
    document,
    relay::wall_clock,
};

/// Which chains.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Files of the chain registry: chain.json.
    #[arg(required = true, value_name = "CHAIN.json")]
    chains: Vec<PathBuf>,
    /// The name of the key that signs.
    #[arg(long, default_value = "relayer")]
    key_name: String,
    /// How long a node may take to answer, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    patience: u64,
    #[command(flatten)]
    destination: Destination,
}

/// A block that is older than this is no block of a node that keeps up.
const STALE: Duration = Duration::from_secs(600);

/// A node that was asked.
#[derive(Clone, Debug, Serialize)]
struct Asked {
    chain: String,
    kind: Kind,
    #[serde(serialize_with = "write_shown")]
    address: String,
    /// Why it is left out; none if it is kept.
    left: Option<String>,
    milliseconds: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Rpc,
    Grpc,
}

fn write_shown<S: Serializer>(address: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&wasmd::shown(address))
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    arguments.destination.check()?;
    let patience = Duration::from_secs(arguments.patience);
    let mut config = Config::default();
    let mut asked = Vec::new();
    let mut notes = Vec::new();
    let bar = Progress::new(context, Some(arguments.chains.len()))?;
    for path in &arguments.chains {
        bar.next(path.display().to_string());
        let chain = document::load(path, Registered::parse)?;
        let answers = ask_all(&chain, patience).await;
        config
            .chains
            .push(section(&chain, &answers, &arguments.key_name)?);
        if let Some(path) = chain.unusual_path() {
            notes.push(format!(
                "{}: add its key with --hd-path \"{path}\"",
                chain.chain_id
            ));
        }
        asked.extend(answers);
    }
    drop(bar);
    for node in &asked {
        if let Some(reason) = &node.left {
            notes.push(format!(
                "{}: {} is left out: {reason}",
                node.chain,
                wasmd::shown(&node.address)
            ));
        }
    }
    let text = arguments.destination.write(&config, &notes)?;
    let told = match &arguments.destination.output {
        Some(path) => {
            let mut told = format!(
                "wrote {} with {} chains",
                path.display(),
                config.chains.len()
            );
            for note in &notes {
                told.push_str(&format!("\n{note}"));
            }
            told
        }
        None => text.trim_end().to_string(),
    };
    Outcome::new(
        told,
        &serde_json::json!({ "config": config, "nodes": asked, "notes": notes }),
    )
}

/// The chain's section, its fastest node first.
fn section(chain: &Registered, asked: &[Asked], key: &str) -> anyhow::Result<ChainConfig> {
    let kept = |kind: Kind| {
        let kept = asked
            .iter()
            .filter(|node| node.kind == kind && node.left.is_none());
        kept.map(|node| node.address.clone()).collect::<Vec<_>>()
    };
    let rpc = kept(Kind::Rpc);
    if rpc.is_empty() {
        let reasons: Vec<String> = asked
            .iter()
            .filter(|node| node.kind == Kind::Rpc)
            .map(|node| {
                let left = node.left.as_deref().unwrap_or_default();
                format!("{}: {left}", wasmd::shown(&node.address))
            })
            .collect();
        bail!(
            "{}: no RPC node can be used: {}",
            chain.chain_id,
            reasons.join("; ")
        );
    }
    let witnesses: Vec<&String> = rpc.iter().skip(1).collect();
    let section = serde_json::json!({
        "id": chain.chain_id,
        "rpc_addrs": rpc,
        "grpc_addrs": kept(Kind::Grpc),
        "witness_addrs": witnesses,
        "account_prefix": chain.bech32_prefix,
        "key_names": [key],
        "gas_price": chain.gas_price().map_err(anyhow::Error::msg)?,
    });
    Ok(serde_json::from_value(section)?)
}

/// Asks all nodes of a chain at once; answers them by speed.
async fn ask_all(chain: &Registered, patience: Duration) -> Vec<Asked> {
    let rpc = chain.rpc().into_iter().map(|address| (Kind::Rpc, address));
    let grpc = chain
        .grpc()
        .into_iter()
        .map(|address| (Kind::Grpc, address));
    let mut asking = JoinSet::new();
    for (kind, address) in rpc.chain(grpc) {
        let id = chain.chain_id.clone();
        asking.spawn(async move {
            let began = Instant::now();
            let answer = tokio::time::timeout(patience, async {
                match kind {
                    Kind::Rpc => ask_rpc(&id, &address, patience).await,
                    Kind::Grpc => ask_grpc(&id, &address, patience).await,
                }
            });
            let silent = |_| Err(format!("no answer in {} s", patience.as_secs()));
            let answer = answer.await.unwrap_or_else(silent);
            Asked {
                chain: id.to_string(),
                kind,
                address,
                left: answer.err(),
                milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            }
        });
    }
    let mut asked = asking.join_all().await;
    asked.sort_by(|a, b| (a.milliseconds, &a.address).cmp(&(b.milliseconds, &b.address)));
    asked
}

async fn ask_rpc(chain: &ZoneId, address: &str, patience: Duration) -> Result<(), String> {
    let status = wasmd::sync_info(chain, address, patience).await?;
    if status.catching_up {
        return Err("it is catching up".into());
    }
    let newest = status.latest_block_time.unix_timestamp_nanos();
    let newest = Timestamp(u64::try_from(newest).unwrap_or(0));
    // A clock that is behind the chain's is the health check's to tell.
    let age = wall_clock().since(newest).0;
    if age > STALE.as_secs() {
        return Err(format!("its newest block is {age} s old"));
    }
    Ok(())
}

async fn ask_grpc(chain: &ZoneId, address: &str, patience: Duration) -> Result<(), String> {
    let actual = grpc::network(address, patience).await?;
    if actual == chain.as_str() {
        Ok(())
    } else {
        Err(format!("it serves chain {actual}"))
    }
}
