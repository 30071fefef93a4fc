use std::{collections::BTreeMap, path::PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use tessera_contract_api::transaction_lock::{ConfigResponse, ExecuteMsg, QueryMsg};
use tessera_lock::Effect;
use tessera_primitives::{Address, Amount, Asset};

use super::draft::Draft;
use crate::{
    app,
    chain::Call,
    command::{Context, Outcome},
    duties,
};

/// Which leg.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The chain whose leg is brought.
    #[arg(long)]
    chain: String,
    /// The task, in TOML or JSON.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// The registrant's key; that of the configuration unless told.
    #[arg(long)]
    key_name: Option<String>,
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let chain = config.chain(&arguments.chain)?;
    let ring = context.keys();
    let key = arguments.key_name.as_deref().unwrap_or(&chain.key_name);
    let zone = app::serve(chain, Some((&ring, key))).await?;
    let draft = Draft::load(&arguments.file)?;
    let task = draft.task()?;
    let leg = draft.leg(&chain.id)?;
    let terms: ConfigResponse = duties::ask(&zone, &zone.lock, &QueryMsg::Config {}).await?;

    let mut totals = totals(&leg.tx)?;
    let fee = Asset::Native(terms.parameters.fee_denom.clone());
    for amount in [terms.parameters.fee, leg.tip] {
        let total = totals.entry(fee.clone()).or_default();
        *total = total.plus(amount)?;
    }
    let message = ExecuteMsg::Register {
        task: task.clone(),
        tx: leg.tx.clone(),
        reversal: leg.reversal.clone(),
        tip: leg.tip,
    };
    let mut calls = Vec::new();
    let mut register = duties::call(&zone.lock, &message)?;
    for (asset, amount) in totals.into_iter().filter(|(_, amount)| !amount.is_zero()) {
        match asset {
            Asset::Native(denom) => register.funds.push((denom.to_string(), amount)),
            Asset::Cw20(token) => calls.push(allowance(&token, &zone.lock, amount)?),
        }
    }
    calls.push(register);
    let prepared = zone.chain.prepare(&calls).await?;
    let fee = prepared.fee;
    let included = zone.chain.send(prepared).await?;
    let id = task.id();
    let text = format!(
        "registered task {id} on {} at height {}",
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

/// What a leg brings, by asset.
fn totals(tx: &[Effect]) -> anyhow::Result<BTreeMap<Asset, Amount>> {
    let mut totals: BTreeMap<Asset, Amount> = BTreeMap::new();
    let moved = tx.iter().flat_map(|effect| match effect {
        Effect::Transfer { asset, amount, .. } => vec![(asset.clone(), *amount)],
        Effect::Call { funds, .. } => funds
            .iter()
            .map(|coin| (coin.asset.clone(), coin.amount))
            .collect(),
    });
    for (asset, amount) in moved {
        let total = totals.entry(asset).or_default();
        *total = total.plus(amount).context("the leg's funds")?;
    }
    Ok(totals)
}

/// Lets the lock fetch tokens in the same transaction.
fn allowance(token: &Address, lock: &Address, amount: Amount) -> anyhow::Result<Call> {
    let message = json!({ "increase_allowance": { "spender": lock, "amount": amount } });
    Ok(duties::call(token, &message)?)
}
