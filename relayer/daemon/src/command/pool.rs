//! A chain's stake-pool, as verbs use it.

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use tessera_contract_api::stake_pool::{
    ConfigResponse, Entry, ExecuteMsg, PoolResponse, QueryMsg, TokenResponse,
};
use tessera_primitives::{Address, Amount, Asset};
use tessera_stake::Share;

use super::{sent, Context, Outcome};
use crate::{
    app,
    chain::{wasmd::Wasmd, Call, Chain},
    config::{ChainConfig, Config},
    duties::{ask, ask_all, call},
};

const NO_KEY: &str = "no key was given";

/// Which chain's pool, and who speaks.
#[derive(Debug, Args)]
pub struct Signer {
    /// The chain id.
    #[arg(long)]
    chain: String,
    /// The key that signs; that of the configuration unless told.
    #[arg(long)]
    key_name: Option<String>,
}

/// An amount of a whitelisted token.
#[derive(Debug, Args)]
pub struct Coins {
    /// The token: its number in the pool, its denom, or its cw20 contract.
    #[arg(long)]
    pub(super) token: String,
    /// How much, in the token's base units.
    #[arg(long)]
    pub(super) amount: Amount,
}

/// A pool on a chain.
pub(super) struct Pool {
    pub(super) chain: Wasmd,
    pub(super) address: Address,
    key: Option<String>,
}

impl Signer {
    pub(super) async fn open(&self, context: &Context) -> anyhow::Result<Pool> {
        let config = context.config()?;
        let chain = config.chain(&self.chain)?;
        let ring = context.keys();
        let key = self.key_name.as_deref().unwrap_or(chain.key_name());
        Ok(Pool {
            address: address(chain)?,
            chain: app::reach(chain, Some((&ring, key))).await?,
            key: Some(key.into()),
        })
    }
}

/// A pool to ask.
pub(super) async fn open(config: &Config, chain: &str) -> anyhow::Result<Pool> {
    let chain = config.chain(chain)?;
    Ok(Pool {
        address: address(chain)?,
        chain: app::reach(chain, None).await?,
        key: None,
    })
}

fn address(chain: &ChainConfig) -> anyhow::Result<Address> {
    let stake = chain.stake.as_ref();
    let stake = stake.with_context(|| {
        let id = &chain.id;
        format!("chain {id} has no [chains.stake]: name the stake-pool that is there")
    })?;
    Ok(stake.contract.clone())
}

impl Pool {
    pub(super) async fn ask<A: serde::de::DeserializeOwned>(
        &self,
        question: &QueryMsg,
    ) -> anyhow::Result<A> {
        Ok(ask(&self.chain, &self.address, question).await?)
    }

    pub(super) async fn config(&self) -> anyhow::Result<ConfigResponse> {
        self.ask(&QueryMsg::Config {}).await
    }

    /// What it knows of itself, and which epoch it is.
    pub(super) async fn now(&self) -> anyhow::Result<PoolResponse> {
        self.ask(&QueryMsg::Pool {}).await
    }

    pub(super) async fn tokens(&self) -> anyhow::Result<Vec<TokenResponse>> {
        let page = |last: Option<&TokenResponse>, limit| QueryMsg::Tokens {
            start_after: last.map(|last| last.number),
            limit,
        };
        Ok(ask_all(&self.chain, &self.address, page).await?)
    }

    /// A whitelisted token, by its number, its denom or its contract.
    pub(super) async fn token(&self, name: &str) -> anyhow::Result<TokenResponse> {
        let tokens = self.tokens().await?;
        let number = name.parse().ok();
        let found = tokens
            .iter()
            .find(|token| Some(token.number) == number || asset_name(&token.token.asset) == name);
        found.cloned().with_context(|| {
            let known = tokens
                .iter()
                .map(|token| format!("{} ({})", token.number, asset_name(&token.token.asset)));
            let known = known.collect::<Vec<_>>().join(", ");
            format!("{name:?} is no token of the pool; it has {known}")
        })
    }

    pub(super) fn signer(&self) -> anyhow::Result<&Address> {
        self.chain.account().context(NO_KEY)
    }

    /// The name of the key that signs.
    pub(super) fn key(&self) -> anyhow::Result<&str> {
        self.key.as_deref().context(NO_KEY)
    }

    /// The message that does something with coins that come along: by funds, or by the token's own `send`.
    pub(super) async fn entry(&self, coins: &Coins, entry: Entry) -> anyhow::Result<Call> {
        anyhow::ensure!(!coins.amount.is_zero(), "--amount is zero");
        let token = self.token(&coins.token).await?;
        match token.token.asset {
            Asset::Native(denom) => {
                let message = match entry {
                    Entry::CreateValidator(candidacy) => ExecuteMsg::CreateValidator(candidacy),
                    Entry::Bond { validator } => ExecuteMsg::Bond { validator },
                    Entry::Propose(draft) => ExecuteMsg::Propose(draft),
                    Entry::Deposit { proposal } => ExecuteMsg::Deposit { proposal },
                };
                let mut call = call(&self.address, &message)?;
                call.funds.push((denom.to_string(), coins.amount));
                Ok(call)
            }
            Asset::Cw20(contract) => {
                let msg = entry.to_bytes()?;
                let send = json!({ "send": { "contract": self.address, "amount": coins.amount, "msg": msg } });
                Ok(call(&contract, &send)?)
            }
        }
    }

    pub(super) async fn say(&self, did: String, message: &ExecuteMsg) -> anyhow::Result<Outcome> {
        self.send(did, call(&self.address, message)?).await
    }

    /// Sends a message, and says what it did and what it cost.
    pub(super) async fn send(&self, did: String, call: Call) -> anyhow::Result<Outcome> {
        let sent = sent::send(&self.chain, &[call]).await?;
        let zone = self.chain.zone();
        Outcome::new(format!("{did} on {zone} at height {}", sent.height), &sent)
    }
}

/// What an asset is called where it is at home: a denom, or a contract.
pub(super) fn asset_name(asset: &Asset) -> String {
    match asset {
        Asset::Native(denom) => denom.to_string(),
        Asset::Cw20(contract) => contract.to_string(),
    }
}

/// A fraction as people write it: `0.05`, or `5%`.
pub(super) fn share(text: &str) -> Result<Share, String> {
    let wrong =
        || format!("{text:?} is no share from 0 to 1: 0.05 and 5% are, with at most 9 digits");
    let (digits, shift) = match text.strip_suffix('%') {
        Some(percent) => (percent, 7),
        None => (text, 9),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if part.len() > shift || !plain(whole) || !plain(part) || whole.is_empty() {
        return Err(wrong());
    }
    let billionths = format!("{whole}{part:0<shift$}").parse::<u32>();
    let share = billionths.map_err(|_| wrong())?;
    Share::try_from(share).map_err(|_| wrong())
}
