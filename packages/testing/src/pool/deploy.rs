use cosmwasm_std::{Addr, Empty};
use cw20::Cw20Coin;
use tessera_contract_api::{
    price_oracle::{self, FeedSettings, NamedFeed},
    roles::Appointment,
    stake_pool::{self, FirstSlasher, FirstToken, Settings},
};
use tessera_price::state::Source;
use tessera_primitives::{Amount, Asset, Denom, Ratio, Seconds, Value};
use tessera_stake::Share;

use super::{address, feed, Pool, PoolConfig, Stakable, REPORTERS, UNIT};
use crate::{contracts, Zone};

/// People who hold cw20 tokens from the beginning. Native coins are minted as they are needed.
const HOLDERS: [&str; 12] = [
    "ann", "ben", "cat", "dan", "eve", "alice", "bob", "carol", "dave", "pat", "thief", "owner",
];

/// Codes to make a pool of: [`Codes::store`] stores the native ones.
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    /// `price-oracle`.
    pub oracle: u64,
    /// `stake-pool`.
    pub pool: u64,
    /// A cw20 token.
    pub token: u64,
    /// What stands where a core will.
    pub slasher: u64,
}

impl Codes {
    /// Stores them on a zone.
    pub fn store(zone: &mut Zone) -> Codes {
        Codes {
            oracle: zone.store_code(contracts::price_oracle),
            pool: zone.store_code(contracts::stake_pool),
            token: zone.store_code(contracts::cw20),
            slasher: zone.store_code(contracts::notes::code),
        }
    }
}

impl PoolConfig {
    /// The defaults, on a zone.
    ///
    /// # Errors
    /// When the zone has no addresses.
    pub fn new(zone: &Zone) -> anyhow::Result<PoolConfig> {
        let coin = |denom: &str, decimals| Stakable::Coin {
            denom: denom.into(),
            decimals,
        };
        let treasury = address(zone, "treasury")?;
        let feed = FeedSettings {
            max_age: Some(Seconds(600)),
            interval: Some(Seconds(1)),
            max_deviation: Some(Ratio::new(1, 1)?),
            count: Some(1),
            confirm: Some(Seconds(600)),
            max_gap: Some(Seconds(600)),
            recovery: Some(Seconds(0)),
            grace: Some(Seconds(1_200)),
            weight_window: Some(Seconds(1)),
            history: Some(Seconds(2_000)),
            ..FeedSettings::new(Source::Reporters)
        };
        Ok(PoolConfig {
            epoch: Seconds(100),
            unbonding: Seconds(1_000),
            settings: Settings {
                max_validators: Some(4),
                emission: Some(Amount(1_000)),
                deposit_period: Some(Seconds(500)),
                voting_period: Some(Seconds(500)),
                enact_delay: Some(Seconds(200)),
                leaving_period: Some(Seconds(400)),
                jail: Some(Seconds(150)),
                rotation: Some(7),
                throttle_fraction: Some(Share::ONE),
                pay: Some(Amount(1)),
                ..Settings::new(treasury, Value(1_000_000), Value(100_000_000))
            },
            tokens: vec![
                coin(&format!("u{}", zone.prefix()), 6),
                coin(
                    "ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2",
                    6,
                ),
                Stakable::Token { decimals: 18 },
                coin("whole", 0),
            ],
            feed,
            slashers: Vec::new(),
            purse: 1_000_000_000_000_000_000_000_000,
        })
    }
}

impl Pool {
    /// Makes an oracle and a pool on a zone, with all prices at one unit.
    ///
    /// # Errors
    /// What a contract refused of the configuration.
    pub fn deploy(zone: &mut Zone, config: PoolConfig) -> anyhow::Result<Pool> {
        let codes = Codes::store(zone);
        Pool::deploy_with(zone, config, codes)
    }

    /// The same, of other codes.
    ///
    /// # Errors
    /// What a contract refused of the configuration.
    pub fn deploy_with(zone: &mut Zone, config: PoolConfig, codes: Codes) -> anyhow::Result<Pool> {
        let owner = zone.account("owner")?;
        let roles = Appointment {
            owner: Some(address(zone, "owner")?),
            guardian: Some(address(zone, "guardian")?),
        };
        let mut tokens = Vec::new();
        for (number, token) in (0u16..).zip(&config.tokens) {
            let (asset, decimals) = make(zone, token, codes.token, config.purse)?;
            tokens.push(FirstToken {
                asset,
                decimals,
                feed: feed(number)?.to_string(),
                max_share: None,
            });
        }
        let mut feeds = Vec::new();
        for number in 0..u16::try_from(tokens.len())? {
            feeds.push(NamedFeed {
                feed: feed(number)?,
                settings: config.feed.clone(),
            });
        }
        let mut reporters = Vec::new();
        for reporter in REPORTERS {
            reporters.push(address(zone, reporter)?);
        }
        let message = price_oracle::InstantiateMsg {
            roles: roles.clone(),
            reporters,
            quorum: 3,
            feeds,
        };
        let oracle = zone.instantiate(&owner, codes.oracle, &message, "price-oracle")?;
        let mut slashers = Vec::new();
        let mut first = config.slashers.clone();
        for name in ["core", "league"] {
            let slasher = zone.instantiate(&owner, codes.slasher, &Empty {}, name)?;
            first.push(FirstSlasher {
                address: zone.address(&slasher)?,
                max_fraction: Share::percent(60),
            });
            slashers.push(slasher);
        }
        let message = stake_pool::InstantiateMsg {
            roles,
            oracle: zone.address(&oracle)?,
            epoch: config.epoch,
            unbonding: config.unbonding,
            settings: config.settings,
            tokens: tokens.clone(),
            slashers: first,
        };
        let address = zone.instantiate(&owner, codes.pool, &message, "stake-pool")?;
        let pool = Pool {
            address,
            oracle,
            assets: tokens.into_iter().map(|token| token.asset).collect(),
            slashers,
        };
        for token in 0..u16::try_from(pool.assets.len())? {
            pool.report(zone, &feed(token)?, UNIT)?;
        }
        Ok(pool)
    }
}

fn make(zone: &mut Zone, token: &Stakable, code: u64, purse: u128) -> anyhow::Result<(Asset, u8)> {
    Ok(match token {
        Stakable::Coin { denom, decimals } => {
            (Asset::Native(Denom::new(denom.as_str())?), *decimals)
        }
        Stakable::Token { decimals } => {
            let token = token_of(zone, code, *decimals, purse)?;
            (Asset::Cw20(zone.address(&token)?), *decimals)
        }
    })
}

fn token_of(zone: &mut Zone, code: u64, decimals: u8, purse: u128) -> anyhow::Result<Addr> {
    let owner = zone.account("owner")?;
    let mut initial_balances = Vec::new();
    for holder in HOLDERS {
        initial_balances.push(Cw20Coin {
            address: zone.account(holder)?.into_string(),
            amount: purse.into(),
        });
    }
    let message = cw20_base::msg::InstantiateMsg {
        name: "token".into(),
        symbol: "TOK".into(),
        decimals,
        initial_balances,
        mint: None,
        marketing: None,
    };
    zone.instantiate(&owner, code, &message, "token")
}
