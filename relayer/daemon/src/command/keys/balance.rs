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

/// Names and addresses: no passphrase is needed to ask.
fn accounts(
    context: &Context,
    chain: &ChainConfig,
    name: Option<&str>,
) -> anyhow::Result<Vec<(String, String)>> {
    if let Some(signer) = &chain.signer {
        return Ok(vec![(chain.key_name().into(), signer.account.to_string())]);
    }
    let listed = context.keys().list(&chain.id)?;
    let names = name.map_or_else(|| chain.key_names.clone(), |name| vec![name.into()]);
    let account = |name: String| {
        let Some(key) = listed.iter().find(|key| key.name == name) else {
            let known: Vec<&str> = listed.iter().map(|key| key.name.as_str()).collect();
            bail!("{} has no key called {name:?}; it has {known:?}", chain.id);
        };
        Ok((name, key.account.clone()))
    };
    names.into_iter().map(account).collect()
}
