//! A pool with its oracle on a real zone, and what is sent to it.

use std::time::Duration;

use anyhow::Context;
use serde_json::json;
use tessera::{
    chain::{wasmd::Wasmd, Call, Chain, Included},
    duties::{ask, call},
    keys::vote::VoteSecret,
};
use tessera_contract_api::{
    price_oracle::{self, FeedName, FeedSettings, NamedFeed},
    roles::Appointment,
    stake_pool::{
        self, Candidacy, ConfigResponse, Entry, ExecuteMsg, FirstSlasher, FirstToken, PoolResponse,
        QueryMsg, Settings,
    },
};
use tessera_price::state::Source;
use tessera_primitives::{Address, Amount, Asset, Bytes, Price, Seconds, Timestamp, Value};
use tessera_stake::{key, state::HUB, Share};

use super::Size;
use crate::site::{instantiate, send, Site};

/// An epoch: short enough to see two.
const EPOCH: Seconds = Seconds(30);
pub(super) const ONE: Price = Price(1_000_000_000_000_000_000);

/// The pool and its oracle.
pub(super) struct Pool<'a> {
    site: &'a Site,
    size: Size,
    address: Address,
    oracle: Address,
    tokens: Vec<Address>,
    slasher: Address,
    config: ConfigResponse,
}

impl<'a> Pool<'a> {
    pub(super) async fn deploy(
        site: &'a Site,
        codes: &[u64],
        size: Size,
    ) -> anyhow::Result<Pool<'a>> {
        let owner = &site.owner;
        let roles = Appointment {
            owner: Some(account(owner)?),
            guardian: None,
        };
        let settings = FeedSettings {
            max_age: Some(Seconds(3_600)),
            interval: Some(Seconds(1)),
            max_gap: Some(Seconds(3_600)),
            recovery: Some(Seconds(0)),
            grace: Some(Seconds(10_800)),
            weight_window: Some(Seconds(300)),
            ..FeedSettings::new(Source::Reporters)
        };
        let mut feeds = Vec::new();
        for token in 0..size.tokens {
            feeds.push(NamedFeed {
                feed: feed(token)?,
                settings: settings.clone(),
            });
        }
        let oracle = price_oracle::InstantiateMsg {
            roles: roles.clone(),
            reporters: vec![
                account(owner)?,
                account(&site.user)?,
                account(&site.relayer)?,
            ],
            quorum: 3,
            feeds,
        };
        let oracle = instantiate(owner, codes.first(), &oracle).await?;
        let mut assets = vec![Asset::Native(site.denom.clone())];
        let mut tokens = Vec::new();
        for _ in 1..size.tokens {
            let token = instantiate(owner, codes.get(2), &token(owner)?).await?;
            tokens.push(token.clone());
            assets.push(Asset::Cw20(token));
        }
        // A core will be a contract: this one says what its owner says.
        let says = json!({ "admins": [account(owner)?], "mutable": false });
        let slasher = instantiate(owner, codes.get(3), &says).await?;
        let first = (0..size.tokens).zip(assets).map(|(number, asset)| {
            Ok(FirstToken {
                asset,
                decimals: 6,
                feed: feed(number)?.to_string(),
                max_share: None,
            })
        });
        let settings = Settings {
            emission: Some(Amount(1_000_000)),
            pay: Some(Amount(1)),
            ..Settings::new(account(owner)?, Value(1_000_000), Value(1_000_000))
        };
        let made = stake_pool::InstantiateMsg {
            roles,
            oracle: oracle.clone(),
            epoch: EPOCH,
            unbonding: Seconds(900),
            settings: Settings {
                voting_period: Some(Seconds(600)),
                ..settings
            },
            tokens: first.collect::<anyhow::Result<_>>()?,
            slashers: vec![FirstSlasher {
                address: slasher.clone(),
                max_fraction: Share::percent(50),
            }],
        };
        let address = instantiate(owner, codes.get(1), &made).await?;
        let config = ask(owner.as_ref(), &address, &QueryMsg::Config {}).await?;
        let pool = Pool {
            site,
            size,
            address,
            oracle,
            tokens,
            slasher,
            config,
        };
        for token in 0..size.tokens {
            for reporter in [&site.owner, &site.user, &site.relayer] {
                pool.price(reporter, token, ONE).await?;
            }
        }
        let fund = ExecuteMsg::Fund { reserve: true };
        let mut fund = call(&pool.address, &fund)?;
        fund.funds
            .push((site.denom.to_string(), Amount(100_000_000)));
        send(owner, &[fund]).await?;
        Ok(pool)
    }

    pub(super) async fn say(&self, by: &Wasmd, message: &ExecuteMsg) -> anyhow::Result<Included> {
        send(by, &[call(&self.address, message)?]).await
    }

    /// What the registered contract says.
    pub(super) async fn order(&self, message: &ExecuteMsg) -> anyhow::Result<Included> {
        let msg = Bytes(serde_json::to_vec(message)?);
        let said = json!({ "wasm": { "execute": { "contract_addr": self.address, "msg": msg, "funds": [] } } });
        let say = json!({ "execute": { "msgs": [said] } });
        send(&self.site.owner, &[call(&self.slasher, &say)?]).await
    }

    pub(super) async fn create(&self, operator: &Wasmd) -> anyhow::Result<Included> {
        let secret = VoteSecret::random()?;
        let vote_key = secret.public().0;
        let place = &self.config.place;
        let message = key::possession(&place.chain, &place.pool, &account(operator)?, &vote_key);
        let create = ExecuteMsg::CreateValidator(Candidacy {
            name: "bench".into(),
            vote_key: Bytes(vote_key.into()),
            possession: Bytes(secret.sign(message.as_bytes()).into()),
            commission: Share::percent(5),
            max_commission: Share::percent(20),
            max_change: Share::percent(1),
        });
        let mut create = call(&self.address, &create)?;
        create.funds.push(self.coins(2_000_000));
        send(operator, &[create]).await
    }

    /// Something of each token at every tenth validator: few enough for one account.
    pub(super) async fn bond_tokens(&self) -> anyhow::Result<()> {
        if self.tokens.is_empty() {
            return Ok(());
        }
        for validator in (0..self.size.validators).step_by(10) {
            let msg = Entry::Bond { validator }.to_bytes()?;
            let bonds = self.tokens.iter().map(|token| {
                let bond =
                    json!({ "send": { "contract": self.address, "amount": "100000", "msg": msg } });
                Ok(call(token, &bond)?)
            });
            let bonds: Vec<Call> = bonds.collect::<anyhow::Result<_>>()?;
            send(&self.site.owner, &bonds).await?;
        }
        Ok(())
    }

    pub(super) async fn bond(
        &self,
        by: &Wasmd,
        validator: u32,
        amount: u128,
    ) -> anyhow::Result<Included> {
        let mut bond = call(&self.address, &ExecuteMsg::Bond { validator })?;
        bond.funds.push(self.coins(amount));
        send(by, &[bond]).await
    }

    fn coins(&self, amount: u128) -> (String, Amount) {
        (self.site.denom.to_string(), Amount(amount))
    }

    pub(super) async fn now(&self) -> anyhow::Result<PoolResponse> {
        Ok(ask(self.site.owner.as_ref(), &self.address, &QueryMsg::Pool {}).await?)
    }

    pub(super) async fn next_epoch(&self) -> anyhow::Result<()> {
        let before = self.now().await?.epoch;
        while self.now().await?.epoch == before {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        Ok(())
    }

    async fn price(&self, by: &Wasmd, token: u16, price: Price) -> anyhow::Result<Included> {
        let tip = by.tip().await?;
        let time: Timestamp = by.block(tip).await?.time;
        let report = price_oracle::ExecuteMsg::Report {
            feed: feed(token)?,
            price,
            time,
        };
        send(by, &[call(&self.oracle, &report)?]).await
    }

    /// One round of all reporters: what the last of them costs, whose report is the median's.
    pub(super) async fn report(&self, price: Price) -> anyhow::Result<Included> {
        self.price(&self.site.owner, HUB, price).await?;
        self.price(&self.site.user, HUB, price).await?;
        self.price(&self.site.relayer, HUB, price).await
    }
}

fn feed(token: u16) -> anyhow::Result<FeedName> {
    Ok(FeedName::new(format!("T{token}/USD"))?)
}

pub(super) fn account(of: &Wasmd) -> anyhow::Result<Address> {
    of.account().cloned().context("an account")
}

fn token(owner: &Wasmd) -> anyhow::Result<serde_json::Value> {
    Ok(json!({
        "name": "Example",
        "symbol": "EXA",
        "decimals": 6,
        "initial_balances": [{ "address": account(owner)?, "amount": "1000000000" }],
    }))
}
