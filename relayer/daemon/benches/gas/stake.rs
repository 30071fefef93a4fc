//! `stake_gas`: what stakers, validators and reporters send, to pools of several sizes.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use futures::{stream, StreamExt, TryStreamExt};
use serde_json::json;
use tessera::{
    chain::{wasmd::Wasmd, Call, Chain, Included},
    duties::{ask, call},
    keys::{new_mnemonic, vote::VoteSecret, SigningKey, DEFAULT_PATH},
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
use tessera_primitives::{Address, Amount, Asset, Bytes, Hash, Price, Seconds, Timestamp, Value};
use tessera_stake::{
    key,
    state::{Kind, HUB},
    Share,
};

use crate::{
    figure::Figures,
    site::{instantiate, pin, send, store, Site, ZonesFile},
};

/// How much there is of what verbs could grow with.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Size {
    tokens: u16,
    validators: u32,
    delegators: u32,
}

/// The first is the one that goals are for. Beside it fewer of everything but tokens, of which there are few and as many as
/// may be.
const SIZES: [Size; 3] = [
    Size {
        tokens: 4,
        validators: 100,
        delegators: 1_000,
    },
    Size {
        tokens: 1,
        validators: 10,
        delegators: 10,
    },
    Size {
        tokens: 16,
        validators: 10,
        delegators: 10,
    },
];

/// Transactions that are under way at once.
const AT_ONCE: usize = 50;
/// Addresses of one transfer of coins.
const FUNDED: usize = 200;
/// An epoch: short enough to see two.
const EPOCH: Seconds = Seconds(30);
const ONE: Price = Price(1_000_000_000_000_000_000);

/// Goals: all in, where an empty call of a pinned contract costs 57,000.
const GOALS: [(&str, u64); 3] = [
    ("bond", 150_000),
    ("withdraw_rewards", 160_000),
    ("price_report", 95_000),
];

impl Size {
    /// How a figure is named, and its goal: those of the usual size by the verb alone.
    fn case(self, verb: &str) -> (serde_json::Value, Option<u64>) {
        if Some(&self) == SIZES.first() {
            let goal = GOALS.iter().find(|(known, _)| *known == verb);
            return (json!({ "verb": verb }), goal.map(|(_, gas)| *gas));
        }
        let Size {
            tokens,
            validators,
            delegators,
        } = self;
        let case = json!({ "verb": verb, "delegators": delegators, "tokens": tokens, "validators": validators });
        (case, None)
    }
}

/// Where zones and contracts are.
pub struct Place<'a> {
    pub file: &'a ZonesFile,
    pub zones: &'a Path,
    pub artifacts: &'a Path,
}

/// The pool and its oracle.
struct Pool<'a> {
    site: &'a Site,
    size: Size,
    address: Address,
    oracle: Address,
    tokens: Vec<Address>,
    slasher: Address,
    config: ConfigResponse,
}

pub async fn measure(place: &Place<'_>, site: &Site, figures: &mut Figures) -> anyhow::Result<()> {
    let codes = codes(place, site).await?;
    for size in SIZES {
        measure_size(place, site, &codes, size, figures).await?;
    }
    Ok(())
}

/// Stores and pins what pools need.
async fn codes(place: &Place<'_>, site: &Site) -> anyhow::Result<Vec<u64>> {
    let mut codes = Vec::new();
    for name in [
        "price_oracle.wasm",
        "stake_pool.wasm",
        "tests/cw20_base.wasm",
        "tests/cw1_whitelist.wasm",
    ] {
        codes.push(store(&site.owner, &place.artifacts.join(name)).await?);
    }
    pin(place.zones, site.zone().as_str(), &codes)?;
    Ok(codes)
}

async fn measure_size(
    place: &Place<'_>,
    site: &Site,
    codes: &[u64],
    size: Size,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let pool = Pool::deploy(site, codes, size).await?;
    let people = people(place, site, size.validators.saturating_add(size.delegators))?;
    let (operators, delegators) = people.split_at(size.validators as usize);
    let created = operators.iter().map(|operator| pool.create(operator));
    at_once(created).await?;
    pool.bond_tokens().await?;
    let bonds = delegators.iter().zip((0..size.validators).cycle());
    let bonds = bonds.map(|(delegator, validator)| pool.bond(delegator, validator, 2_000));
    at_once(bonds).await?;

    pool.next_epoch().await?;
    let mut add = |verb: &str, included: Included| -> anyhow::Result<()> {
        let gas = site.spent(included.gas_used)?;
        let (case, goal) = size.case(verb);
        figures.add_gas("stake_gas", &case, gas, goal);
        Ok(())
    };
    add("price_report", pool.report(ONE).await?)?;
    add("turn", pool.say(&site.relayer, &ExecuteMsg::Turn {}).await?)?;
    add("bond", pool.bond(&site.user, 0, 5_000).await?)?;
    add("bond_again", pool.bond(&site.user, 0, 5_000).await?)?;
    let first = delegators.first().context("a delegator")?;
    pool.next_epoch().await?;
    pool.say(&site.relayer, &ExecuteMsg::Turn {}).await?;
    let claim = ExecuteMsg::WithdrawRewards { validator: 0 };
    add("withdraw_rewards", pool.say(first, &claim).await?)?;
    let (validator, token) = (0, HUB);
    let redelegate = ExecuteMsg::Redelegate {
        validator,
        to: 1,
        token,
        amount: Amount(500),
    };
    add("redelegate", pool.say(first, &redelegate).await?)?;
    let unbond = ExecuteMsg::Unbond {
        validator,
        token,
        amount: Amount(500),
    };
    add("unbond", pool.say(first, &unbond).await?)?;
    let operator = operators.first().context("an operator")?;
    let commission = ExecuteMsg::WithdrawCommission {};
    add(
        "withdraw_commission",
        pool.say(operator, &commission).await?,
    )?;
    let slash = ExecuteMsg::Slash(stake_pool::SlashOrder {
        validator: 2,
        kind: Kind::Leak,
        from: 1,
        to: pool.now().await?.pool.snapshot,
        fraction: Share::percent(5),
        evidence: Hash([9; 32]),
        reward_to: account(&site.owner)?,
    });
    pool.order(&slash).await?;
    let drain = ExecuteMsg::Drain { limit: 100 };
    add("drain", pool.say(&site.relayer, &drain).await?)
}

impl<'a> Pool<'a> {
    async fn deploy(site: &'a Site, codes: &[u64], size: Size) -> anyhow::Result<Pool<'a>> {
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

    async fn say(&self, by: &Wasmd, message: &ExecuteMsg) -> anyhow::Result<Included> {
        send(by, &[call(&self.address, message)?]).await
    }

    /// What the registered contract says.
    async fn order(&self, message: &ExecuteMsg) -> anyhow::Result<Included> {
        let msg = Bytes(serde_json::to_vec(message)?);
        let said = json!({ "wasm": { "execute": { "contract_addr": self.address, "msg": msg, "funds": [] } } });
        let say = json!({ "execute": { "msgs": [said] } });
        send(&self.site.owner, &[call(&self.slasher, &say)?]).await
    }

    async fn create(&self, operator: &Wasmd) -> anyhow::Result<Included> {
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
    async fn bond_tokens(&self) -> anyhow::Result<()> {
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

    async fn bond(&self, by: &Wasmd, validator: u32, amount: u128) -> anyhow::Result<Included> {
        let mut bond = call(&self.address, &ExecuteMsg::Bond { validator })?;
        bond.funds.push(self.coins(amount));
        send(by, &[bond]).await
    }

    fn coins(&self, amount: u128) -> (String, Amount) {
        (self.site.denom.to_string(), Amount(amount))
    }

    async fn now(&self) -> anyhow::Result<PoolResponse> {
        Ok(ask(self.site.owner.as_ref(), &self.address, &QueryMsg::Pool {}).await?)
    }

    async fn next_epoch(&self) -> anyhow::Result<()> {
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
    async fn report(&self, price: Price) -> anyhow::Result<Included> {
        self.price(&self.site.owner, HUB, price).await?;
        self.price(&self.site.user, HUB, price).await?;
        self.price(&self.site.relayer, HUB, price).await
    }
}

fn feed(token: u16) -> anyhow::Result<FeedName> {
    Ok(FeedName::new(format!("T{token}/USD"))?)
}

fn account(of: &Wasmd) -> anyhow::Result<Address> {
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

/// New accounts with some coins.
fn people(place: &Place<'_>, site: &Site, count: u32) -> anyhow::Result<Vec<Arc<Wasmd>>> {
    let mut people = Vec::new();
    for _ in 0..count {
        let key = SigningKey::derive(&new_mnemonic()?, DEFAULT_PATH)?;
        people.push(Arc::new(site.owner.with_key(key)?));
    }
    let addresses: Vec<Address> = people
        .iter()
        .map(|person| account(person))
        .collect::<anyhow::Result<_>>()?;
    let zone = place.file.zones.first().context("a zone")?;
    for addresses in addresses.chunks(FUNDED) {
        place.file.fund(zone, addresses, 5_000_000)?;
        // The next one would use the same sequence before a block has this one.
        std::thread::sleep(Duration::from_secs(2));
    }
    Ok(people)
}

async fn at_once<'a>(
    sent: impl Iterator<Item = impl std::future::Future<Output = anyhow::Result<Included>> + 'a>,
) -> anyhow::Result<()> {
    let sent = stream::iter(sent).buffer_unordered(AT_ONCE);
    sent.try_for_each(|_| async { Ok(()) }).await
}
