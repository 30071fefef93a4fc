//! A stake pool with its price oracle on a zone: real contracts, reporters who say what they are told, and tokens of every
//! kind.
//!
//! ```
//! use tessera_contract_api::stake_pool::{ExecuteMsg, PoolResponse, QueryMsg};
//! use tessera_testing::{pool::{Pool, PoolConfig, HUB}, Zone};
//!
//! # fn main() -> anyhow::Result<()> {
//! let mut zone = Zone::new("hub-1", "hub")?;
//! let config = PoolConfig::new(&zone)?;
//! let pool = Pool::deploy(&mut zone, config)?;
//! let validator = pool.create_validator(&mut zone, "alice", 100_000_000)?;
//! pool.bond(&mut zone, "bob", validator, HUB, 1_000_000)?;
//! pool.pass_epochs(&mut zone, 1)?;
//! pool.execute(&mut zone, "anyone", &ExecuteMsg::Turn {})?;
//! let state: PoolResponse = pool.ask(&zone, &QueryMsg::Pool {})?;
//! assert_eq!(state.pool.turned, 2);
//! # Ok(())
//! # }
//! ```

mod deploy;
mod secret;

use anyhow::Context;
use cosmwasm_std::{to_json_binary, Addr, Coin, CosmosMsg, WasmMsg};
use cw_multi_test::AppResponse;
use serde::de::DeserializeOwned;
use tessera_contract_api::{
    price_oracle::{self, FeedName, FeedSettings, Quote},
    stake_pool::{Candidacy, Entry, ExecuteMsg, FirstSlasher, PoolResponse, QueryMsg, Settings},
};
use tessera_primitives::{Address, Amount, Asset, Price, Seconds};
use tessera_stake::{key, Share};

pub use deploy::Codes;
pub use secret::VoteSecret;

use crate::Zone;

/// The number of the hub's own coin: 6 decimals.
pub const HUB: u16 = 0;
/// A voucher of another zone's coin: 6 decimals.
pub const VOUCHER: u16 = 1;
/// A cw20 token: 18 decimals.
pub const TOKEN: u16 = 2;
/// A coin without decimals.
pub const WHOLE: u16 = 3;

/// One unit of the reference currency: where all prices begin.
pub const UNIT: Price = Price(1_000_000_000_000_000_000);

/// Who reports prices.
const REPORTERS: [&str; 3] = ["reporter0", "reporter1", "reporter2"];

/// A token that a pool begins with.
#[derive(Clone, Debug)]
pub enum Stakable {
    /// A native coin.
    Coin {
        /// Its denom.
        denom: String,
        /// Its decimals.
        decimals: u8,
    },
    /// A cw20 token that is made for the pool, of the code `token`.
    Token {
        /// Its decimals.
        decimals: u8,
    },
}

/// What a pool is made with. The defaults are small: tests should not wait.
#[derive(Clone, Debug)]
pub struct PoolConfig {
    /// An epoch: 100 s.
    pub epoch: Seconds,
    /// How long unbonded stake waits: 1,000 s.
    pub unbonding: Seconds,
    /// The parameters.
    pub settings: Settings,
    /// The tokens, the hub's first: [`HUB`], [`VOUCHER`], [`TOKEN`] and [`WHOLE`]. Feed n is `Tn/USD`.
    pub tokens: Vec<Stakable>,
    /// How each feed is guarded: prices stay Fresh for 600 s and weigh for 1,200 s; one that more than doubles is Suspect.
    pub feed: FeedSettings,
    /// Who may slash from the beginning: `core` and `league`.
    pub slashers: Vec<FirstSlasher>,
    /// Who holds cw20 tokens at first, and how many.
    pub purse: u128,
}

/// A pool with its oracle. The zone is not in it: several things may happen on one.
#[derive(Clone, Debug)]
pub struct Pool {
    /// The pool.
    pub address: Addr,
    /// Its oracle.
    pub oracle: Addr,
    /// The tokens that it began with, by number.
    pub assets: Vec<Asset>,
    /// Two contracts that may slash.
    pub slashers: Vec<Addr>,
}

impl Pool {
    /// Does what somebody says, without coins.
    ///
    /// # Errors
    /// What the pool refused.
    pub fn execute(
        &self,
        zone: &mut Zone,
        sender: &str,
        message: &ExecuteMsg,
    ) -> anyhow::Result<AppResponse> {
        let sender = zone.account(sender)?;
        zone.execute(&sender, &self.address, message, &[])
    }

    /// Does what a contract says that may slash.
    ///
    /// # Errors
    /// What the pool refused.
    pub fn order(
        &self,
        zone: &mut Zone,
        slasher: usize,
        message: &ExecuteMsg,
    ) -> anyhow::Result<AppResponse> {
        let sender = self.slashers.get(slasher).context("no such slasher")?;
        zone.execute(sender, &self.address, message, &[])
    }

    /// An entry with so much of a token, which is minted for it if it is native.
    ///
    /// # Errors
    /// What the pool or the token refused.
    pub fn enter(
        &self,
        zone: &mut Zone,
        sender: &str,
        token: u16,
        amount: u128,
        entry: &Entry,
    ) -> anyhow::Result<AppResponse> {
        let asset = self.asset(token)?.clone();
        self.enter_with(zone, sender, &asset, amount, entry)
    }

    /// The same with any asset.
    ///
    /// # Errors
    /// What the pool or the token refused.
    pub fn enter_with(
        &self,
        zone: &mut Zone,
        sender: &str,
        asset: &Asset,
        amount: u128,
        entry: &Entry,
    ) -> anyhow::Result<AppResponse> {
        let sender = zone.account(sender)?;
        if let Asset::Native(denom) = asset {
            zone.mint(&sender, amount, denom.as_str())?;
        }
        let message = self.entry(asset, amount, entry)?;
        let responses = zone.transact(&sender, vec![message])?;
        responses.into_iter().next().context("no response")
    }

    /// The message of an entry with so much of an asset.
    ///
    /// # Errors
    /// When it cannot be written as JSON; none can fail to.
    pub fn entry(&self, asset: &Asset, amount: u128, entry: &Entry) -> anyhow::Result<CosmosMsg> {
        let call = match asset {
            Asset::Native(denom) => WasmMsg::Execute {
                contract_addr: self.address.to_string(),
                // The messages of these names read the same.
                msg: to_json_binary(entry)?,
                funds: vec![Coin::new(amount, denom.as_str())],
            },
            Asset::Cw20(token) => WasmMsg::Execute {
                contract_addr: token.to_string(),
                msg: to_json_binary(&cw20::Cw20ExecuteMsg::Send {
                    contract: self.address.to_string(),
                    amount: amount.into(),
                    msg: entry.to_bytes()?.0.into(),
                })?,
                funds: Vec::new(),
            },
        };
        Ok(call.into())
    }

    /// Bonds so much of a token.
    ///
    /// # Errors
    /// As [`Pool::enter`].
    pub fn bond(
        &self,
        zone: &mut Zone,
        who: &str,
        validator: u32,
        token: u16,
        amount: u128,
    ) -> anyhow::Result<AppResponse> {
        self.enter(zone, who, token, amount, &Entry::Bond { validator })
    }

    /// What somebody says who wants to be a validator with so good a secret.
    ///
    /// # Errors
    /// When the account is none.
    pub fn candidacy(
        &self,
        zone: &Zone,
        operator: &str,
        secret: &VoteSecret,
    ) -> anyhow::Result<Candidacy> {
        let operator_address = zone.address(&zone.account(operator)?)?;
        let pool = zone.address(&self.address)?;
        let vote_key = secret.key()?;
        let message = key::possession(zone.id(), &pool, &operator_address, &vote_key);
        Ok(Candidacy {
            name: operator.into(),
            vote_key: vote_key.to_vec().into(),
            possession: secret.sign(&message)?.to_vec().into(),
            commission: Share::percent(10),
            max_commission: Share::percent(50),
            max_change: Share::percent(5),
        })
    }

    /// Makes somebody a validator with so much of the hub's coin; gives its number. Its secret is one more than that.
    ///
    /// # Errors
    /// What the pool refused.
    pub fn create_validator(
        &self,
        zone: &mut Zone,
        operator: &str,
        amount: u128,
    ) -> anyhow::Result<u32> {
        let pool: PoolResponse = self.ask(zone, &QueryMsg::Pool {})?;
        let number = pool.pool.next_validator;
        let secret = VoteSecret::new(number.saturating_add(1));
        let candidacy = self.candidacy(zone, operator, &secret)?;
        let entry = Entry::CreateValidator(candidacy);
        self.enter(zone, operator, HUB, amount, &entry)?;
        Ok(number)
    }

    /// A number of whole epochs pass, a block each, with all prices told again in the last one.
    ///
    /// # Errors
    /// As [`Zone::next_block`].
    pub fn pass_epochs(&self, zone: &mut Zone, epochs: u64) -> anyhow::Result<()> {
        let config: tessera_contract_api::stake_pool::ConfigResponse =
            self.ask(zone, &QueryMsg::Config {})?;
        let length = config.place.epoch.0;
        for _ in 0..epochs {
            zone.next_block_after(Seconds(length))?;
        }
        self.refresh(zone)
    }

    /// All reporters say again what each token's last price was.
    ///
    /// # Errors
    /// What the oracle refused.
    pub fn refresh(&self, zone: &mut Zone) -> anyhow::Result<()> {
        for token in 0..u16::try_from(self.assets.len())? {
            if let Some(quote) = self.quote(zone, &feed(token)?)? {
                self.report(zone, &feed(token)?, quote.price)?;
            }
        }
        Ok(())
    }

    /// A token has another price, and a Fresh one, some blocks from now: it at most doubles at a time.
    ///
    /// # Errors
    /// What the oracle refused.
    pub fn price(&self, zone: &mut Zone, token: u16, price: Price) -> anyhow::Result<()> {
        let feed = feed(token)?;
        loop {
            let last = self.quote(zone, &feed)?.map(|quote| quote.price);
            let next = last.map_or(price, |last| price.min(Price(last.0.saturating_mul(2))));
            // The first report of a block closes the interval before it, by the old median.
            for _ in 0..2 {
                zone.next_block_after(Seconds(1))?;
                self.report(zone, &feed, next)?;
            }
            if next == price {
                return Ok(());
            }
        }
    }

    /// All reporters say that a feed has a price.
    ///
    /// # Errors
    /// What the oracle refused.
    pub fn report(&self, zone: &mut Zone, feed: &FeedName, price: Price) -> anyhow::Result<()> {
        let message = price_oracle::ExecuteMsg::Report {
            feed: feed.clone(),
            price,
            time: zone.time(),
        };
        for reporter in REPORTERS {
            let reporter = zone.account(reporter)?;
            zone.execute(&reporter, &self.oracle, &message, &[])?;
        }
        Ok(())
    }

    /// A feed's last price, and whether it may be relied on.
    ///
    /// # Errors
    /// What the oracle refused.
    pub fn quote(&self, zone: &Zone, feed: &FeedName) -> anyhow::Result<Option<Quote>> {
        let feed = feed.clone();
        zone.query(&self.oracle, &price_oracle::QueryMsg::Quote { feed })
    }

    /// The pool's answer.
    ///
    /// # Errors
    /// What the pool refused.
    pub fn ask<T: DeserializeOwned>(&self, zone: &Zone, question: &QueryMsg) -> anyhow::Result<T> {
        zone.query(&self.address, question)
    }

    /// How much of a token somebody holds.
    ///
    /// # Errors
    /// What the bank or the token says.
    pub fn holding(&self, zone: &Zone, who: &Addr, asset: &Asset) -> anyhow::Result<Amount> {
        match asset {
            Asset::Native(denom) => zone.balance(who, denom.as_str()),
            Asset::Cw20(token) => zone.balance_cw20(who, &Addr::unchecked(token.as_str())),
        }
    }

    /// A token that it began with.
    ///
    /// # Errors
    /// None has this number.
    pub fn asset(&self, token: u16) -> anyhow::Result<&Asset> {
        let asset = self.assets.get(usize::from(token));
        asset.with_context(|| format!("the pool did not begin with a token {token}"))
    }
}

/// The feed of a token that a pool began with.
///
/// # Errors
/// None: the name is well-formed.
pub fn feed(token: u16) -> anyhow::Result<FeedName> {
    Ok(FeedName::new(format!("T{token}/USD"))?)
}

/// Somebody's address, as messages write it.
///
/// # Errors
/// When the zone has no such addresses.
pub fn address(zone: &Zone, name: &str) -> anyhow::Result<Address> {
    Ok(zone.address(&zone.account(name)?)?)
}
