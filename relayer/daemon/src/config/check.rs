//! Whether every value is in its range, and fits the others: what `start` would refuse is refused before.

mod accounts;
mod whole;

use std::{collections::BTreeSet, time::Duration};

use tendermint_rpc::{HttpClientUrl, WebSocketClientUrl};
use tessera_primitives::Denom;
use tonic::codegen::http::Uri;

use super::{
    duration::format_duration, ChainConfig, Config, ConfigError, EventSource, PriceFeed,
    PriceSource,
};
use accounts::accounts;

pub(super) use whole::notes;

/// Refuses what is in no range, and two sections that are about one chain, or none.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    if config.chains.is_empty() {
        return Err(ConfigError::NoChains {
            path: config.path.clone(),
        });
    }
    if let Some(claim) = broken(whole::claims(config)) {
        return Err(ConfigError::Whole {
            path: config.path.clone(),
            key: claim.key,
            expected: claim.expected,
            actual: claim.actual,
        });
    }
    let mut seen = BTreeSet::new();
    for chain in &config.chains {
        if !seen.insert(&chain.id) {
            return Err(ConfigError::Twice {
                path: config.path.clone(),
                zone: chain.id.clone(),
            });
        }
        let claims = [
            nodes(chain),
            accounts(chain),
            gas(chain),
            sizes(chain),
            times(chain),
            prices(chain),
        ];
        if let Some(claim) = broken(claims.into_iter().flatten()) {
            return Err(ConfigError::Value {
                path: config.path.clone(),
                zone: chain.id.clone(),
                key: claim.key,
                expected: claim.expected,
                actual: claim.actual,
            });
        }
    }
    Ok(())
}

fn broken(claims: impl IntoIterator<Item = Claim>) -> Option<Claim> {
    claims.into_iter().find(|claim| !claim.holds)
}

/// What a key must be, and what it is.
struct Claim {
    holds: bool,
    key: &'static str,
    expected: &'static str,
    actual: String,
}

fn claim(holds: bool, key: &'static str, expected: &'static str, actual: impl ToString) -> Claim {
    Claim {
        holds,
        key,
        expected,
        actual: actual.to_string(),
    }
}

/// What is reported to an oracle; addresses of sources may hold a password, too.
fn prices(chain: &ChainConfig) -> Vec<Claim> {
    let Some(prices) = &chain.prices else {
        return Vec::new();
    };
    let within = |time: Duration, key| {
        let holds = (100..=3_600_000).contains(&time.as_millis());
        claim(holds, key, "from 100ms to 1h", format_duration(time))
    };
    let feeds = &prices.feeds;
    let distinct: BTreeSet<_> = feeds.iter().map(|feed| &feed.feed).collect();
    let sound = |feed: &PriceFeed| match feed.source {
        PriceSource::Http => feed.at.parse::<HttpClientUrl>().is_ok(),
        PriceSource::File | PriceSource::Command => !feed.at.is_empty(),
    };
    let pointers = |feed: &PriceFeed| {
        let mut given = [&feed.price, &feed.time].into_iter().flatten();
        given.all(|place| place.is_empty() || place.starts_with('/'))
            && (feed.price.is_some() || feed.time.is_none())
    };
    let bare = |feed: &PriceFeed| feed.source == PriceSource::Command || feed.arguments.is_empty();
    let every = |holds: &dyn Fn(&PriceFeed) -> bool, key, expected| {
        let wrong = feeds.iter().find(|feed| !holds(feed));
        let name = wrong.map_or_else(String::new, |feed| {
            format!("something else for {}", feed.feed)
        });
        claim(wrong.is_none(), key, expected, name)
    };
    vec![
        within(prices.interval, "prices.interval"),
        within(prices.timeout, "prices.timeout"),
        claim(
            !feeds.is_empty(),
            "prices.feeds",
            "one feed or more",
            "none",
        ),
        claim(
            distinct.len() == feeds.len(),
            "prices.feeds",
            "distinct feeds",
            "one twice",
        ),
        every(
            &sound,
            "prices.feeds.at",
            "an http or https address, a path or a program",
        ),
        every(&bare, "prices.feeds.arguments", "none but of a command"),
        every(
            &pointers,
            "prices.feeds.price",
            "a JSON pointer such as \"/data/price\", with a time beside it or without",
        ),
    ]
}

/// An address may hold a password, so only its place in the list is told.
fn nodes(chain: &ChainConfig) -> Vec<Claim> {
    let http = "http or https addresses";
    let is_http = |address: &String| address.parse::<HttpClientUrl>().is_ok();
    let is_uri = |address: &String| {
        let uri = address.parse::<Uri>().ok();
        let scheme = uri.as_ref().and_then(Uri::scheme_str);
        matches!(scheme, Some("http" | "https"))
    };
    let wakes = match &chain.event_source {
        EventSource::Push { url } => url.parse::<WebSocketClientUrl>().is_ok(),
        EventSource::Pull => true,
    };
    vec![
        claim(
            !chain.rpc_addrs.is_empty(),
            "rpc_addrs",
            "one address or more",
            "none",
        ),
        all(&chain.rpc_addrs, is_http, "rpc_addrs", http),
        all(&chain.grpc_addrs, is_uri, "grpc_addrs", http),
        all(&chain.witness_addrs, is_http, "witness_addrs", http),
        claim(
            wakes,
            "event_source.url",
            "a ws or wss address",
            "something else",
        ),
    ]
}

fn all(
    addresses: &[String],
    sound: impl Fn(&String) -> bool,
    key: &'static str,
    expected: &'static str,
) -> Claim {
    let wrong = addresses.iter().position(|address| !sound(address));
    let place = wrong.map_or(0, |place| place.saturating_add(1));
    claim(
        wrong.is_none(),
        key,
        expected,
        format!("number {place}, which is none"),
    )
}

fn gas(chain: &ChainConfig) -> Vec<Claim> {
    let (price, dynamic) = (&chain.gas_price, &chain.dynamic_gas_price);
    let amount = |price: f64| price.is_finite() && price >= 0.0;
    let factor = |factor: f64| (1.0..=10.0).contains(&factor);
    let denom = Denom::new(price.denom.as_str()).is_ok();
    let default = chain.default_gas.unwrap_or(chain.max_gas);
    let (multiplier, dynamic_multiplier) = (chain.gas_multiplier, dynamic.multiplier);
    let dynamic_key = "dynamic_gas_price.multiplier";
    vec![
        claim(amount(price.price), "gas_price", "0 or more", price.price),
        claim(
            denom,
            "gas_price.denom",
            "a denom",
            format!("{:?}", price.denom),
        ),
        claim(
            factor(multiplier),
            "gas_multiplier",
            "from 1 to 10",
            multiplier,
        ),
        claim(
            factor(dynamic_multiplier),
            dynamic_key,
            "from 1 to 10",
            dynamic_multiplier,
        ),
        claim(
            amount(dynamic.max),
            "dynamic_gas_price.max",
            "0 or more",
            dynamic.max,
        ),
        claim(chain.max_gas > 0, "max_gas", "1 or more", chain.max_gas),
        claim(
            default <= chain.max_gas,
            "default_gas",
            "max_gas or less",
            default,
        ),
    ]
}

fn sizes(chain: &ChainConfig) -> Vec<Claim> {
    let (messages, size) = (chain.max_msg_num, chain.max_tx_size);
    let memo = chain.memo_prefix.len();
    let held = format!("{memo} bytes");
    vec![
        claim(
            (1..=1_000).contains(&messages),
            "max_msg_num",
            "from 1 to 1000",
            messages,
        ),
        claim(
            (2_000..=8_000_000).contains(&size),
            "max_tx_size",
            "from 2000 to 8000000",
            size,
        ),
        claim(memo <= 150, "memo_prefix", "150 bytes or less", held),
    ]
}

fn times(chain: &ChainConfig) -> Vec<Claim> {
    let trusting = chain.trusting_period.is_none_or(|time| !time.is_zero());
    let within = |time: Duration, least, most, key, expected| {
        let holds = (least..=most).contains(&time.as_millis());
        claim(holds, key, expected, format_duration(time))
    };
    vec![
        within(
            chain.poll_interval,
            50,
            60_000,
            "poll_interval",
            "from 50ms to 1m",
        ),
        within(
            chain.rpc_timeout,
            100,
            600_000,
            "rpc_timeout",
            "from 100ms to 10m",
        ),
        within(
            chain.clock_drift,
            1,
            3_600_000,
            "clock_drift",
            "from 1ms to 1h",
        ),
        within(
            chain.max_block_time,
            1,
            3_600_000,
            "max_block_time",
            "from 1ms to 1h",
        ),
        claim(trusting, "trusting_period", "more than 0", "0"),
    ]
}
