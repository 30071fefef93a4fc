use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::json;
use tessera_contract_api::transaction_lock::{ConfigResponse, ExecuteMsg, QueryMsg};
use tessera_lock::Effect;
use tessera_primitives::{Address, Amount, Asset};

use super::leg::Which;
use crate::{
    chain::Call,
    command::{Context, Outcome},
    duties,
};

pub(super) async fn run(context: &Context, which: Which) -> anyhow::Result<Outcome> {
    let own = which.open(context).await?;
    let zone = &own.zone;
    let leg = own.draft.leg(zone.chain.zone())?;
    let terms: ConfigResponse = duties::ask(zone, &zone.lock, &QueryMsg::Config {}).await?;

    let mut totals = totals(&leg.tx)?;
    let fee = Asset::Native(terms.parameters.fee_denom.clone());
    for amount in [terms.parameters.fee, leg.tip] {
        let total = totals.entry(fee.clone()).or_default();
        *total = total.plus(amount)?;
    }
    let message = ExecuteMsg::Register {
        task: own.task.clone(),
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
    own.send("registered", &calls).await
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
