use anyhow::bail;
use clap::Args;
use serde::Serialize;
use tessera_primitives::{Amount, Asset, Denom};

use crate::{
    app,
    chain::Chain,
    command::{Context, Outcome},
    config::ChainConfig,
};

/// Whose balance of what.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The chain id.
    #[arg(long)]
    chain: String,
    /// The key's name; those of the configuration unless told.
    #[arg(long)]
    key_name: Option<String>,
    /// The denom; the one that gas is paid in unless told.
    #[arg(long, conflicts_with = "all")]
    denom: Option<String>,
    /// All denoms.
    #[arg(long)]
    all: bool,
}

#[derive(Serialize)]
struct Held {
    name: String,
    account: String,
    coins: Vec<Coin>,
}

#[derive(Serialize)]
struct Coin {
    denom: String,
    amount: Amount,
}

pub(super) async fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    let chain = config.chain(&arguments.chain)?;
    let node = app::reach(chain, None).await?;
    let mut held = Vec::new();
    for (name, account) in accounts(context, chain, arguments.key_name.as_deref())? {
        let coins = if arguments.all {
            node.balances(&account.parse()?).await?
        } else {
            let denom = arguments.denom.as_deref().unwrap_or(&chain.gas_price.denom);
            let asset = Asset::Native(Denom::new(denom)?);
            let amount = node.balance(&account.parse()?, &asset).await?;
            vec![(denom.to_string(), amount)]
        };
        let coins = coins
            .into_iter()
            .map(|(denom, amount)| Coin { denom, amount })
            .collect();
        held.push(Held {
            name,
            account,
            coins,
        });
    }
    let lines: Vec<String> = held
        .iter()
        .map(|key| {
            let coins: Vec<String> = key
                .coins
                .iter()
                .map(|coin| format!("{} {}", coin.amount, coin.denom))
                .collect();
            let coins = if coins.is_empty() {
                "nothing".into()
            } else {
                coins.join(", ")
            };
            format!("{}  {}  {coins}", key.name, key.account)
        })
        .collect();
    Outcome::new(lines.join("\n"), &held)
}

/// Names and addresses, those of packets and prices among them: no passphrase is needed to ask.
fn accounts(
    context: &Context,
    chain: &ChainConfig,
    name: Option<&str>,
) -> anyhow::Result<Vec<(String, String)>> {
    let listed = context.keys().list(&chain.id)?;
    let signed = |name: &str| {
        let signer = chain.signer.as_ref().filter(|_| name == chain.key_name())?;
        Some(signer.account.to_string())
    };
    let account = |name: &str| {
        let stored = listed.iter().find(|key| key.name == name);
        let account = signed(name).or_else(|| Some(stored?.account.clone()));
        let Some(account) = account else {
            let known: Vec<&str> = listed.iter().map(|key| key.name.as_str()).collect();
            bail!("{} has no key called {name:?}; it has {known:?}", chain.id);
        };
        Ok((name.to_string(), account))
    };
    if let Some(name) = name {
        return Ok(vec![account(name)?]);
    }
    let needed = chain.key_names.iter().map(|name| account(name));
    let mut accounts = needed.collect::<anyhow::Result<Vec<_>>>()?;
    let prices = chain.prices.as_ref();
    let others = [
        &chain.packet_key_name,
        &prices.and_then(|prices| prices.key_name.clone()),
    ];
    for name in others.into_iter().flatten() {
        if accounts.iter().all(|(known, _)| known != name) {
            // One may not be there yet.
            match account(name) {
                Ok(found) => accounts.push(found),
                Err(error) => tracing::warn!(%error, "a key is left out"),
            }
        }
    }
    Ok(accounts)
}
