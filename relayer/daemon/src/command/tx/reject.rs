use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use tessera_contract_api::{
    chain_view::{QueryMsg, ViewResponse},
    transaction_lock::ExecuteMsg,
};
use tessera_lock::{evidence::ZoneProof, key, TaskBody};
use tessera_primitives::{Bytes, Height};
use tessera_proof::Proof;

use super::draft::Draft;
use crate::{
    app,
    command::{Context, Outcome},
    duties,
};

/// Which leg, and by whose absence.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The chain whose leg is taken back.
    #[arg(long)]
    chain: String,
    /// The chain on which another leg is not there.
    #[arg(long)]
    missing: String,
    /// The task, in TOML or JSON, as it was registered.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// The registrant's key; that of the configuration unless told.
    #[arg(long)]
    key_name: Option<String>,
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let chain = config.chain(&arguments.chain)?;
    let other = config.chain(&arguments.missing)?;
    let ring = context.keys();
    let name = arguments.key_name.as_deref().unwrap_or(&chain.key_name);
    let zone = app::serve(chain, Some((&ring, name))).await?;
    let source = app::connect(other, &other.rpc_addr, None).await?;
    let source: &dyn crate::chain::Chain = &source;
    let task = Draft::load(&arguments.file)?.task()?;
    let leg = task.legs.iter().find(|leg| leg.zone == other.id);
    let leg = leg.with_context(|| format!("the task has no leg on {}", other.id))?;

    let of = other.id.clone();
    let view: ViewResponse =
        duties::ask(&zone, &zone.view, &QueryMsg::View { zone: of.clone() }).await?;
    // The newest header has a commit that may still grow; the one below is final.
    let tip = Height(source.tip().await?.0.saturating_sub(1));
    let header = tip.max(view.latest.height);
    let state = header.minus(1)?;
    let mut calls = Vec::new();
    if header > view.latest.height {
        for message in duties::advances(source, &view, header).await? {
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
    let reject = ExecuteMsg::Reject {
        task: Bytes(body.to_bytes()),
        proofs: vec![ZoneProof {
            zone: of,
            height: header,
            tasks: Vec::new(),
            proof: Proof::Single {
                item: proven.item,
                store: proven.store,
            },
        }],
    };
    calls.push(duties::call(&zone.lock, &reject)?);
    let prepared = zone.chain.prepare(&calls).await?;
    let fee = prepared.fee;
    let included = zone.chain.send(prepared).await?;
    let id = task.id();
    let text = format!(
        "rejected task {id} on {} at height {}",
        chain.id, included.height
    );
    let result = json!({
        "task": id,
        "height": included.height,
        "transaction": included.hash,
        "gas_used": included.gas_used,
        "fee": fee,
    });
    Outcome::new(text, &result)
}
