//! `task_gas`, `task_transactions`: tasks from their registration to their end, views included, relayed as `tessera start`
//! relays them. What was sent is read off the zones' blocks, in which nobody else does anything.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use serde_json::json;
use tendermint_rpc::{Client, HttpClient};
use tessera::{
    chain::{block_height, Chain},
    duties::{ask, call, light_block},
    journal::Journal,
    ledger::Ledger,
    relay::{Relay, Zone},
    watch,
};
use tessera_contract_api::{
    chain_view,
    transaction_lock::{ExecuteMsg, LegResponse, OwnLeg, QueryMsg},
};
use tessera_lock::{reversal_hash, state::LegState, tx_hash, Effect, Leg, Settlement, Task};
use tessera_planner::Policy;
use tessera_primitives::{Amount, Asset, Hash, Height};
use tokio_util::sync::CancellationToken;

use crate::{
    figure::Figures,
    site::{send, viewed, Site, FEE},
    trace::Gas,
};

/// Most transactions of one task of two legs.
const TRANSACTIONS_GOAL: u64 = 6;
/// Most gas of one of 30 tasks of two legs: 1.5 ICS-20 transfers in such a batch.
const GAS_GOAL: u64 = 255_000;
/// How long a batch may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures all cases, one after another: a zone has one relayer.
pub async fn measure(sites: &[Site], sample: bool, figures: &mut Figures) -> anyhow::Result<()> {
    for site in sites {
        for other in sites.iter().filter(|other| other.zone() != site.zone()) {
            link(site, other).await?;
        }
    }
    let mut nonce = 0;
    let cases: &[usize] = if sample { &[2] } else { &[2, 3] };
    for legs in cases.iter().copied() {
        let sites = sites.get(..legs).context("zones")?;
        // What is done once in a view's life is not a task's: the first headers are shown in a batch that is not counted.
        run(sites, 1, &mut nonce).await?;
        for batch in [1, 10, 30] {
            let (transactions, gas) = run(sites, batch, &mut nonce).await?;
            let case = json!({ "legs": legs, "batch": batch });
            let two = legs == 2;
            let goal = (two && batch == 30).then_some(GAS_GOAL);
            figures.add_gas("task_gas", &case, gas.per(batch), goal);
            let goal = (two && batch == 1).then_some(TRANSACTIONS_GOAL);
            figures.add(
                "task_transactions",
                &case,
                transactions,
                "transactions",
                goal,
            );
        }
    }
    Ok(())
}

/// Has a zone view another, and its lock believe the other's.
async fn link(on: &Site, of: &Site) -> anyhow::Result<()> {
    let tip = of.owner.tip().await?.minus(1)?;
    let shown = light_block(of.owner.as_ref(), tip).await?;
    let register = chain_view::ExecuteMsg::RegisterZone {
        zone: of.zone().clone(),
        header: shown.standard(of.zone(), None)?,
        params: viewed()?,
    };
    let calls = [call(&on.view, &register)?];
    send(&on.owner, &calls).await?;
    let calls = peer(on, of.zone(), of.owner.canonical(&of.lock)?)?;
    send(&on.owner, &calls).await.map(drop)
}

/// Has a lock believe another.
pub fn peer(
    on: &Site,
    zone: &tessera_primitives::ZoneId,
    contract: tessera_primitives::CanonicalAddress,
) -> anyhow::Result<[tessera::chain::Call; 2]> {
    let link = ExecuteMsg::LinkPeer {
        zone: zone.clone(),
        contract,
        roots: on.view.clone(),
    };
    let cap = ExecuteMsg::SetCap {
        zone: zone.clone(),
        asset: Asset::Native(on.denom.clone()),
        max: Amount(1_000_000_000),
    };
    Ok([call(&on.lock, &link)?, call(&on.lock, &cap)?])
}

/// A batch from registers to the last settle: its transactions, and their gas.
async fn run(sites: &[Site], batch: u64, nonce: &mut u64) -> anyhow::Result<(u64, Gas)> {
    let mut before = Vec::new();
    for site in sites {
        before.push(site.owner.tip().await?);
    }
    let tasks = tasks(sites, batch, nonce).await?;
    for (index, site) in sites.iter().enumerate() {
        send(&site.user, &[register(site, &tasks, index)?]).await?;
    }
    let ids: Vec<Hash> = tasks.iter().map(Task::id).collect();
    relay(sites, &ids).await?;
    let mut transactions = 0;
    let mut gas = Gas::none();
    for (site, before) in sites.iter().zip(before) {
        for used in spent(site, before).await? {
            transactions += 1;
            gas.add(site.spent(used)?);
        }
    }
    Ok((transactions, gas))
}

/// Tasks in which the user pays on every zone, alike but for their number.
async fn tasks(sites: &[Site], count: u64, nonce: &mut u64) -> anyhow::Result<Vec<Task>> {
    let mut legs = Vec::new();
    for site in sites {
        let tx = payment(site)?;
        let registrant = site.user.account().context("an account")?;
        legs.push(Leg {
            zone: site.zone().clone(),
            lock: site.owner.canonical(&site.lock)?,
            registrant: site.user.canonical(registrant)?,
            tx_hash: tx_hash(&tx),
            reversal_hash: reversal_hash(&reversal(site)?),
            deadline: site.owner.tip().await?.plus(400)?,
            retention: 20_000,
        });
    }
    let tasks = (0..count).map(|_| {
        *nonce += 1;
        Task {
            legs: legs.clone(),
            settlement: Settlement::OnProof,
            nonce: *nonce,
        }
    });
    Ok(tasks.collect())
}

/// What a leg does.
pub fn payment(site: &Site) -> anyhow::Result<Vec<Effect>> {
    transfer(site, site.relayer.account())
}

/// And what it does instead.
pub fn reversal(site: &Site) -> anyhow::Result<Vec<Effect>> {
    transfer(site, site.user.account())
}

fn transfer(site: &Site, to: Option<&tessera_primitives::Address>) -> anyhow::Result<Vec<Effect>> {
    Ok(vec![Effect::Transfer {
        asset: Asset::Native(site.denom.clone()),
        amount: Amount(1_000),
        to: to.context("an account")?.clone(),
    }])
}

/// The register of these tasks.
pub fn register(site: &Site, tasks: &[Task], index: usize) -> anyhow::Result<tessera::chain::Call> {
    let tip = Amount(20);
    let mut due = Amount(0);
    let mut legs = Vec::new();
    for task in tasks {
        anyhow::ensure!(
            task.legs
                .get(index)
                .is_some_and(|leg| leg.zone == *site.zone()),
            "legs are in the order of the zones"
        );
        due = due.plus(Amount(1_000 + FEE))?.plus(tip)?;
        legs.push(OwnLeg {
            task: task.clone(),
            tx: payment(site)?,
            reversal: reversal(site)?,
            tip,
        });
    }
    let mut call = match <[OwnLeg; 1]>::try_from(legs) {
        Ok(
            [OwnLeg {
                task,
                tx,
                reversal,
                tip,
            }],
        ) => {
            let message = ExecuteMsg::Register {
                task,
                tx,
                reversal,
                tip,
            };
            call(&site.lock, &message)?
        }
        Err(legs) => call(&site.lock, &ExecuteMsg::RegisterBatch { legs })?,
    };
    call.funds = vec![(site.denom.to_string(), due)];
    Ok(call)
}

/// Relays until all are kept.
async fn relay(sites: &[Site], tasks: &[Hash]) -> anyhow::Result<()> {
    let ledger = Ledger::open(Journal::in_memory()?, Policy::default())?;
    let zones = sites.iter().map(|site| Zone {
        chain: site.relayer.clone(),
        lanes: vec![site.relayer.clone()],
        witnesses: Vec::new(),
        lock: site.lock.clone(),
        view: site.view.clone(),
        start: site.start,
        poll: Duration::from_millis(200),
        wake: None,
        pool: None,
        max_messages: 30,
    });
    let relay = Arc::new(Relay::new(zones.collect(), ledger));
    for zone in relay.zones() {
        watch::survey(&relay, zone).await?;
        watch::catch_up(&relay, zone).await?;
    }
    let cancel = CancellationToken::new();
    let running = tokio::spawn(relay.clone().run(cancel.clone()));
    let settled = tokio::time::timeout(PATIENCE, settled(sites, tasks)).await;
    cancel.cancel();
    running.await??;
    settled.context("not settled in time")?
}

async fn settled(sites: &[Site], tasks: &[Hash]) -> anyhow::Result<()> {
    for site in sites {
        for task in tasks {
            let question = QueryMsg::Leg { task_id: *task };
            loop {
                let leg: Option<LegResponse> =
                    ask(site.owner.as_ref(), &site.lock, &question).await?;
                match leg.map(|leg| leg.state) {
                    Some(LegState::Kept) => break,
                    Some(LegState::Registered | LegState::Committed) => {
                        tokio::time::sleep(Duration::from_millis(300)).await;
                    }
                    other => anyhow::bail!("{task} on {} is {other:?}", site.zone()),
                }
            }
        }
    }
    Ok(())
}

/// The gas of every transaction of a zone above a height.
async fn spent(site: &Site, after: Height) -> anyhow::Result<Vec<u64>> {
    let client = HttpClient::new(site.rpc.as_str())?;
    let tip = site.owner.tip().await?;
    let mut spent = Vec::new();
    for height in after.0 + 1..=tip.0 {
        let results = client.block_results(block_height(Height(height))?).await?;
        for result in results.txs_results.unwrap_or_default() {
            anyhow::ensure!(result.code.is_ok(), "a transaction failed: {}", result.log);
            spent.push(u64::try_from(result.gas_used)?);
        }
    }
    Ok(spent)
}
