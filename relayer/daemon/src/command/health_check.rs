//! `tessera health-check`: asks every node, key and view of the configuration, and says what an operator should look at.

use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tessera_primitives::{Asset, Denom, ZoneId, ZoneStatus};

use super::{table, Context, Outcome};
use crate::{
    app,
    chain::{
        grpc,
        wasmd::{self, Wasmd},
        Chain,
    },
    config::ChainConfig,
    duties::ask_views,
    relay::wall_clock,
};

/// What to ask.
#[derive(Debug, Args)]
pub struct Arguments {
    /// One chain; all unless told.
    #[arg(long, value_name = "ID")]
    chain: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Finding {
    zone: ZoneId,
    what: String,
    sound: bool,
    says: String,
}

/// Asks.
///
/// # Errors
/// With what the configuration says. What is not well is no error: it is in the result, and the exit code says so.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let one = arguments.chain.as_deref().map(|id| config.chain(id));
    let one = one.transpose()?;
    let mut findings = Vec::new();
    for chain in one.map_or_else(|| config.chains.iter().collect(), |one| vec![one]) {
        check(context, chain, &mut findings).await?;
    }
    let mut table = table(&["zone", "what", "", "says"]);
    for finding in &findings {
        let mark = if finding.sound { "well" } else { "not well" };
        table.add_row([finding.zone.as_str(), &finding.what, mark, &finding.says]);
    }
    let sound = findings.iter().all(|finding| finding.sound);
    Ok(Outcome::new(table.to_string(), &findings)?.with_soundness(sound))
}

async fn check(
    context: &Context,
    chain: &ChainConfig,
    findings: &mut Vec<Finding>,
) -> anyhow::Result<()> {
    let mut note = |what: String, outcome: anyhow::Result<String>| {
        let (sound, says) = match outcome {
            Ok(says) => (true, says),
            Err(error) => (false, super::reason(&error)),
        };
        findings.push(Finding {
            zone: chain.id.clone(),
            what,
            sound,
            says,
        });
    };
    let node = app::open(chain)?;
    for service in node.probe().await {
        let tip = service.tip.map(|tip| format!("newest block {tip}"));
        let fault = service.fault.as_ref().filter(|_| !service.serves);
        let outcome = match fault {
            Some(fault) => Err(anyhow::anyhow!("{fault}")),
            None => Ok(tip.unwrap_or_default()),
        };
        note(format!("node {}", service.endpoint), outcome);
    }
    for address in &chain.grpc_addrs {
        let answer = grpc::network(address, chain.rpc_timeout).await;
        let outcome = match answer {
            Ok(network) if network == chain.id.as_str() => Ok(format!("serves {network}")),
            Ok(network) => Err(anyhow::anyhow!("it serves chain {network:?}")),
            Err(reason) => Err(anyhow::anyhow!(reason)),
        };
        note(format!("grpc {}", wasmd::shown(address)), outcome);
    }
    note("clock".into(), clock(&node, chain.clock_drift).await);
    match context.keys().list(&chain.id) {
        Ok(listed) => {
            let signer = chain.signer.as_ref().map(|s| s.account.to_string());
            let ours = chain.key_names.iter().map(|name| (name, signer.clone()));
            let packets = chain.packet_key_name.iter().map(|name| (name, None));
            for (name, elsewhere) in ours.chain(packets) {
                let known = listed.iter().find(|key| key.name == *name);
                let account = known.map(|key| key.account.clone()).or(elsewhere);
                note(format!("key {name}"), purse(&node, chain, account).await);
            }
        }
        Err(error) => note("keys".into(), Err(error.into())),
    }
    match views(&node, chain).await {
        Ok(views) => {
            for (of, outcome) in views {
                note(format!("view of {of}"), outcome);
            }
        }
        Err(error) => note("views".into(), Err(error)),
    }
    Ok(())
}

/// Whether this machine's clock and the chain's agree, as far as the newest block can tell.
async fn clock(node: &Wasmd, drift: Duration) -> anyhow::Result<String> {
    let tip = node.tip().await?;
    let block = node.block(tip).await?;
    let (ours, theirs) = (wall_clock(), block.time);
    let ahead = Duration::from_nanos(theirs.0.saturating_sub(ours.0));
    anyhow::ensure!(
        ahead <= drift,
        "its newest block is {} s ahead of this machine's clock: set one of the two right",
        ahead.as_secs()
    );
    let age = Duration::from_nanos(ours.0.saturating_sub(theirs.0));
    anyhow::ensure!(
        age <= Duration::from_secs(300),
        "its newest block is {} s old: it has halted, its nodes are behind, or this machine's clock is wrong",
        age.as_secs()
    );
    Ok(format!("newest block {} s ago", age.as_secs()))
}

async fn purse(
    node: &Wasmd,
    chain: &ChainConfig,
    account: Option<String>,
) -> anyhow::Result<String> {
    let account = account.ok_or_else(|| anyhow::anyhow!("there is no such key: add it"))?;
    let denom = &chain.gas_price.denom;
    let asset = Asset::Native(Denom::new(denom.as_str())?);
    let held = node.balance(&account.parse()?, &asset).await?;
    let needs = chain.gas_price.price > 0.0 && chain.fee_granter.is_none();
    anyhow::ensure!(
        !(needs && held.is_zero()),
        "{account} holds no {denom} to pay for gas: send it some"
    );
    Ok(format!("{account} holds {held} {denom}"))
}

/// How a zone's views of others stand.
async fn views(
    node: &Wasmd,
    chain: &ChainConfig,
) -> anyhow::Result<Vec<(ZoneId, anyhow::Result<String>)>> {
    let Some(contract) = chain.views.as_ref().map(|views| &views.contract) else {
        return Ok(Vec::new());
    };
    let views = ask_views(node, contract).await?;
    let judged = views.into_iter().map(|view| {
        let (zone, height) = (view.zone.clone(), view.latest.height);
        let age = wall_clock().since(view.latest.time);
        let left = view.params.trusting_period.0.saturating_sub(age.0);
        let outcome = match view.status {
            ZoneStatus::Active => Ok(format!(
                "at height {height}, {} s old, expires in {left} s",
                age.0
            )),
            ZoneStatus::Closed => Ok(format!("closed at height {height}")),
            ZoneStatus::Expired => Err(anyhow::anyhow!("expired: its owner must renew it")),
            ZoneStatus::Forked => Err(anyhow::anyhow!(
                "forked: its owner must admit a branch or close it"
            )),
        };
        (zone, outcome)
    });
    Ok(judged.collect())
}
