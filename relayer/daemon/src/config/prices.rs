//! `[chains.prices]`: what is reported to a price oracle.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tessera_contract_api::price_oracle::FeedName;
use tessera_primitives::Address;

use super::duration::{duration, write_duration};

/// `[chains.prices]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PricesConfig {
    /// Address of the price-oracle.
    pub contract: Address,
    /// The key that reports: one of `key_names`, or another one. The first of `key_names` unless told.
    pub key_name: Option<String>,
    /// How often sources are asked.
    #[serde(
        default = "thirty_seconds",
        deserialize_with = "duration",
        serialize_with = "write_duration"
    )]
    pub interval: Duration,
    /// How long a source may take.
    #[serde(
        default = "ten_seconds",
        deserialize_with = "duration",
        serialize_with = "write_duration"
    )]
    pub timeout: Duration,
    /// How long a price that moved further than the oracle allows must stay before it is reported.
    #[serde(
        default = "ten_minutes",
        deserialize_with = "duration",
        serialize_with = "write_duration"
    )]
    pub confirm: Duration,
    /// What is reported.
    pub feeds: Vec<PriceFeed>,
}

/// `[[chains.prices.feeds]]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceFeed {
    /// The oracle's feed.
    pub feed: FeedName,
    /// Where its price comes from.
    pub source: PriceSource,
    /// The source's address, path or program.
    pub at: String,
    /// A program's arguments.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Where the price is in JSON, as a JSON pointer. Without it the source says it as text.
    pub price: Option<String>,
    /// Where the time is in JSON, in seconds since 1970.
    pub time: Option<String>,
}

/// `source`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PriceSource {
    /// What is at an address.
    Http,
    /// What is in a file.
    File,
    /// What a program writes.
    Command,
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

fn thirty_seconds() -> Duration {
    Duration::from_secs(30)
}

fn ten_minutes() -> Duration {
    Duration::from_secs(600)
}
