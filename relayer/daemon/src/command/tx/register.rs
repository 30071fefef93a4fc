use serde_json::json;
use tessera_contract_api::transaction_lock::{ConfigResponse, ExecuteMsg, QueryMsg};
use tessera_lock::{due, totals};
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
    let terms: ConfigResponse =
        duties::ask(zone.chain.as_ref(), &zone.lock, &QueryMsg::Config {}).await?;

    let message = ExecuteMsg::Register {
        task: own.task.clone(),
        tx: leg.tx.clone(),
        reversal: leg.reversal.clone(),
        tip: leg.tip,
    };
    let mut register = duties::call(&zone.lock, &message)?;
    for coin in due(&terms.parameters, &leg.tx, leg.tip)? {
        if let (Asset::Native(denom), false) = (coin.asset, coin.amount.is_zero()) {
            register.funds.push((denom.to_string(), coin.amount));
        }
    }
    let mut calls = Vec::new();
    for coin in totals(&leg.tx)? {
        if let (Asset::Cw20(token), false) = (coin.asset, coin.amount.is_zero()) {
            calls.push(allowance(&token, &zone.lock, coin.amount)?);
        }
    }
    calls.push(register);
    own.send("registered", &calls).await
}

/// Lets the lock fetch tokens in the same transaction.
fn allowance(token: &Address, lock: &Address, amount: Amount) -> anyhow::Result<Call> {
    let message = json!({ "increase_allowance": { "spender": lock, "amount": amount } });
    Ok(duties::call(token, &message)?)
}
