use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use tessera_contract_api::transaction_lock::ExecuteMsg;
use tessera_lock::{evidence::ZoneProof, key, Batch, TaskBody};
use tessera_primitives::{Height, ZoneStatus};
use tessera_proof::Proof;

use super::leg::Which;
use crate::{
    app,
    chain::{wasmd::Wasmd, Chain},
    command::{Context, Outcome},
    duties,
    relay::Zone,
};

/// Which leg, and by whose absence.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    which: Which,
    /// The chain on which another leg is not there.
    #[arg(long)]
    missing: String,
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let own = arguments.which.open(context).await?;
    let (zone, task) = (&own.zone, &own.task);
    let other = own.config.chain(&arguments.missing)?;
    let leg = task.legs.iter().find(|leg| leg.zone == other.id);
    let leg = leg.with_context(|| format!("the task has no leg on {}", other.id))?;
    let source = app::reach(other, None).await?;

    let of = other.id.clone();
    let view = duties::ask_view(zone, &of).await?;
    let header = match view.status {
        // Its last root stands for every later height, and there will be no other.
        ZoneStatus::Closed => view.latest.height,
        _ => later(zone, &source).await?.max(view.latest.height),
    };
    let state = header.minus(1)?;
    let mut calls = Vec::new();
    if header > view.latest.height {
        for message in duties::advances(&source, &view, header).await? {
            calls.push(duties::call(&zone.view, &message)?);
        }
    }
    let proven = source
        .prove(&leg.lock, &key::leg(&task.id()), state)
        .await?;
    let body = TaskBody {
        task: task.clone(),
        tx: None,
        reversal: None,
    };
    let proof = ZoneProof {
        zone: of,
        height: header,
        tasks: Vec::new(),
        proof: Proof::Single {
            item: proven.item,
            store: proven.store,
        },
    };
    let batch = Batch {
        tasks: vec![body],
        proofs: vec![proof],
    };
    let reject = ExecuteMsg::Reject {
        batch: batch.to_bytes(),
    };
    calls.push(duties::call(&zone.lock, &reject)?);
    own.send("rejected", &calls).await
}

/// How long the other zone's next blocks are waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A header of the other zone that is later than anything here: what it showed before the leg was registered does not
/// count. One that makes no blocks any more has what it has.
async fn later(zone: &Zone, source: &Wasmd) -> anyhow::Result<Height> {
    let own = zone.chain.tip().await?;
    let since = zone.chain.block(own).await?.time;
    let began = Instant::now();
    loop {
        // The newest header has a commit that may still grow; the one below is final.
        let tip = Height(source.tip().await?.0.saturating_sub(1));
        if source.block(tip).await?.time > since || began.elapsed() > PATIENCE {
            return Ok(tip);
        }
        tokio::time::sleep(zone.poll).await;
    }
}
