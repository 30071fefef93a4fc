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
    config::{ChainConfig, EventSource, SignerConfig},
    duties::ask_views,
    keys::remote,
    relay::wall_clock,
    watch,
};

/// The part of its trusting period that a view must have left.
const EXPIRING: u64 = 4;

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

/// What was found of one chain.
struct Findings<'a> {
    zone: &'a ZoneId,
    all: &'a mut Vec<Finding>,
}

impl Findings<'_> {
    fn note(&mut self, what: impl Into<String>, outcome: anyhow::Result<String>) {
        let (sound, says) = match outcome {
            Ok(says) => (true, says),
            Err(error) => (false, super::reason(&error)),
        };
        self.all.push(Finding {
            zone: self.zone.clone(),
            what: what.into(),
            sound,
            says,
        });
    }
}

async fn check(
    context: &Context,
    chain: &ChainConfig,
    all: &mut Vec<Finding>,
) -> anyhow::Result<()> {
    let mut findings = Findings {
        zone: &chain.id,
        all,
    };
    let node = app::open(chain)?;
    nodes(&node, "node", &mut findings).await;
    if !chain.witness_addrs.is_empty() {
        let witnesses = ChainConfig {
            rpc_addrs: chain.witness_addrs.clone(),
            ..chain.clone()
        };
        nodes(&app::open(&witnesses)?, "witness", &mut findings).await;
    }
    if let EventSource::Push { url } = &chain.event_source {
        let heard = websocket(url, chain.rpc_timeout).await;
        findings.note(format!("event_source {}", wasmd::shown(url)), heard);
    }
    for address in &chain.grpc_addrs {
        let answer = grpc::network(address, chain.rpc_timeout).await;
        let outcome = match answer {
            Ok(network) if network == chain.id.as_str() => Ok(format!("serves {network}")),
            Ok(network) => Err(anyhow::anyhow!("it serves chain {network:?}")),
            Err(reason) => Err(anyhow::anyhow!(reason)),
        };
        findings.note(format!("grpc {}", wasmd::shown(address)), outcome);
    }
    findings.note("clock", clock(&node, chain.clock_drift).await);
    keys(context, &node, chain, &mut findings).await;
    match views(&node, chain).await {
        Ok(views) => {
            for (of, outcome) in views {
                findings.note(format!("view of {of}"), outcome);
            }
        }
        Err(error) => findings.note("views", Err(error)),
    }
    Ok(())
}

/// Every node that an address stands for, whether we read from it or compare with it.
async fn nodes(reader: &Wasmd, what: &str, findings: &mut Findings<'_>) {
    for service in reader.probe().await {
        let tip = service.tip.map(|tip| format!("newest block {tip}"));
        let fault = service.fault.as_ref().filter(|_| !service.serves);
        let outcome = match fault {
            Some(fault) => Err(anyhow::anyhow!("{fault}")),
            None => Ok(tip.unwrap_or_default()),
        };
        findings.note(format!("{what} {}", service.endpoint), outcome);
    }
}

async fn websocket(url: &str, patience: Duration) -> anyhow::Result<String> {
    let Ok(url) = url.parse() else {
        anyhow::bail!("it is no address of a websocket");
    };
    let heard = watch::takes_subscriptions(&url, patience).await;
    heard.map_err(|reason| {
        anyhow::anyhow!("{reason}: new blocks are seen every poll_interval alone, until it serves")
    })?;
    Ok("tells of new blocks".into())
}

/// Our keys, here or with the signer, and what can be paid with them.
async fn keys(context: &Context, node: &Wasmd, chain: &ChainConfig, findings: &mut Findings<'_>) {
    if let Some(signer) = &chain.signer {
        for name in &chain.key_names {
            let what = format!("signer {}, key {name}", wasmd::shown(&signer.addr));
            findings.note(what, signs(signer, chain, name).await);
        }
    }
    let listed = match context.keys().list(&chain.id) {
        Ok(listed) => listed,
        Err(error) => return findings.note("keys", Err(error.into())),
    };
    let signer = chain.signer.as_ref().map(|s| s.account.to_string());
    let ours = chain.key_names.iter().map(|name| (name, signer.clone()));
    let packets = chain.packet_key_name.iter().map(|name| (name, None));
    for (name, elsewhere) in ours.chain(packets) {
        let known = listed.iter().find(|key| key.name == *name);
        let account = known.map(|key| key.account.clone()).or(elsewhere);
        findings.note(format!("key {name}"), purse(node, chain, account).await);
    }
}

async fn signs(signer: &SignerConfig, chain: &ChainConfig, name: &str) -> anyhow::Result<String> {
    let connecting = remote::connect(signer, chain, name);
    match tokio::time::timeout(chain.rpc_timeout, connecting).await {
        Ok(connected) => connected.map(drop)?,
        Err(_) => anyhow::bail!("it does not answer: is `tessera signer` running?"),
    }
    Ok(format!("signs as {}", signer.account))
}

/// Whether this machine's clock and the chain's agree, as far as the newest block can tell.
async fn clock(node: &Wasmd, drift: Duration) -> anyhow::Result<String> {
    let age = watch::age_of_tip(node, wall_clock(), drift).await?;
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
    let payer = match &chain.fee_granter {
        Some(granter) => granter.clone(),
        None => account.parse()?,
    };
    let held = node.balance(&payer, &asset).await?;
    anyhow::ensure!(
        !(chain.is_gas_paid() && held.is_zero()),
        "{payer} holds no {denom} to pay for gas: send it some"
    );
    Ok(match &chain.fee_granter {
        Some(granter) => format!("{account}, for which {granter} pays, who holds {held} {denom}"),
        None => format!("{account} holds {held} {denom}"),
    })
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
        let trusted = view.params.trusting_period.0;
        let left = trusted.saturating_sub(age.0);
        let outcome = match view.status {
            // A relayer that refreshes does so long before.
            ZoneStatus::Active if left < trusted / EXPIRING => Err(anyhow::anyhow!(
                "at height {height}, expires in {left} s: run a relayer with `refresh` in [mode.clients], or see why it fails"
            )),
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
