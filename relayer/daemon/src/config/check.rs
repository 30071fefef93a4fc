use std::{collections::BTreeSet, time::Duration};

use super::{duration::format_duration, ChainConfig, Config, ConfigError};

/// Refuses what is in no range, and two sections that are about one chain.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let mut seen = BTreeSet::new();
    for chain in &config.chains {
        if !seen.insert(&chain.id) {
            return Err(ConfigError::Twice {
                path: config.path.clone(),
                zone: chain.id.clone(),
            });
        }
        let objection = addresses(chain)
            .or_else(|| gas(chain))
            .or_else(|| sizes(chain))
            .or_else(|| times(chain));
        if let Some((key, expected, actual)) = objection {
            return Err(ConfigError::Value {
                path: config.path.clone(),
                zone: chain.id.clone(),
                key,
                expected,
                actual,
            });
        }
    }
    Ok(())
}

/// The key, what it may be, and what it is.
type Objection = Option<(&'static str, &'static str, String)>;

fn refuse(
    sound: bool,
    key: &'static str,
    expected: &'static str,
    actual: impl ToString,
) -> Objection {
    (!sound).then(|| (key, expected, actual.to_string()))
}

fn addresses(chain: &ChainConfig) -> Objection {
    let named = |names: &[String]| !names.is_empty() && names.iter().all(|name| !name.is_empty());
    let distinct: BTreeSet<&String> = chain.key_names.iter().collect();
    let keys = chain.key_names.len();
    let listed = chain.key_names.join(", ");
    let prefix = &chain.account_prefix;
    refuse(
        named(&chain.rpc_addrs),
        "rpc_addrs",
        "one address or more",
        "none",
    )
    .or_else(|| {
        refuse(
            named(&chain.key_names),
            "key_names",
            "one name or more",
            "none",
        )
    })
    .or_else(|| {
        refuse(
            distinct.len() == keys,
            "key_names",
            "distinct names",
            listed,
        )
    })
    .or_else(|| {
        refuse(
            is_prefix(prefix),
            "account_prefix",
            "lower-case letters and digits",
            prefix,
        )
    })
    .or_else(|| signer(chain))
}

fn signer(chain: &ChainConfig) -> Objection {
    let signer = chain.signer.as_ref()?;
    let mutual = signer.ca.is_some() && signer.cert.is_some() && signer.key.is_some();
    let plain = signer.ca.is_none() && signer.cert.is_none() && signer.key.is_none();
    let host = signer.addr.strip_prefix("http://");
    let loopback = host.is_some_and(is_loopback);
    let sound = (mutual && signer.addr.starts_with("https://")) || (plain && loopback);
    let expected = "an https address with ca, cert and key, or http on loopback without them";
    refuse(sound, "signer", expected, &signer.addr).or_else(|| {
        refuse(
            chain.key_names.len() == 1,
            "key_names",
            "one name with a signer",
            chain.key_names.join(", "),
        )
    })
}

/// Whether the authority of an address, `host:port` and what follows, is this machine.
pub(crate) fn is_loopback(authority: &str) -> bool {
    let authority = authority.split('/').next().unwrap_or_default();
    match authority.parse::<std::net::SocketAddr>() {
        Ok(address) => address.ip().is_loopback(),
        Err(_) => authority.split(':').next() == Some("localhost"),
    }
}

fn is_prefix(prefix: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (1..=20).contains(&prefix.len()) && prefix.chars().all(plain)
}

fn gas(chain: &ChainConfig) -> Objection {
    let (price, dynamic) = (chain.gas_price.price, &chain.dynamic_gas_price);
    let amount = |price: f64| price.is_finite() && price >= 0.0;
    let factor = |factor: f64| (1.0..=10.0).contains(&factor);
    let default = chain.default_gas;
    refuse(amount(price), "gas_price", "0 or more", price)
        .or_else(|| {
            refuse(
                !chain.gas_price.denom.is_empty(),
                "gas_price.denom",
                "a denom",
                "\"\"",
            )
        })
        .or_else(|| {
            refuse(
                factor(chain.gas_multiplier),
                "gas_multiplier",
                "from 1 to 10",
                chain.gas_multiplier,
            )
        })
        .or_else(|| {
            refuse(
                factor(dynamic.multiplier),
                "dynamic_gas_price.multiplier",
                "from 1 to 10",
                dynamic.multiplier,
            )
        })
        .or_else(|| {
            refuse(
                amount(dynamic.max),
                "dynamic_gas_price.max",
                "0 or more",
                dynamic.max,
            )
        })
        .or_else(|| refuse(chain.max_gas > 0, "max_gas", "1 or more", chain.max_gas))
        .or_else(|| {
            refuse(
                default.is_none_or(|gas| gas <= chain.max_gas),
                "default_gas",
                "max_gas or less",
                default.unwrap_or_default(),
            )
        })
}

fn sizes(chain: &ChainConfig) -> Objection {
    let memo = chain.memo_prefix.len();
    refuse(
        (1..=1_000).contains(&chain.max_msg_num),
        "max_msg_num",
        "from 1 to 1000",
        chain.max_msg_num,
    )
    .or_else(|| {
        refuse(
            (2_000..=8_000_000).contains(&chain.max_tx_size),
            "max_tx_size",
            "from 2000 to 8000000",
            chain.max_tx_size,
        )
    })
    .or_else(|| {
        refuse(
            memo <= 150,
            "memo_prefix",
            "150 bytes or less",
            format!("{memo} bytes"),
        )
    })
}

fn times(chain: &ChainConfig) -> Objection {
    let (poll, timeout) = (chain.poll_interval, chain.rpc_timeout);
    let (drift, block) = (chain.clock_drift, chain.max_block_time);
    let trusting = chain.trusting_period;
    let within = |time: Duration, least, most| {
        time >= Duration::from_millis(least) && time <= Duration::from_millis(most)
    };
    refuse(
        within(poll, 50, 60_000),
        "poll_interval",
        "from 50ms to 1m",
        format_duration(poll),
    )
    .or_else(|| {
        refuse(
            within(timeout, 100, 600_000),
            "rpc_timeout",
            "from 100ms to 10m",
            format_duration(timeout),
        )
    })
    .or_else(|| {
        refuse(
            within(drift, 1, 3_600_000),
            "clock_drift",
            "from 1ms to 1h",
            format_duration(drift),
        )
    })
    .or_else(|| {
        refuse(
            within(block, 1, 3_600_000),
            "max_block_time",
            "from 1ms to 1h",
            format_duration(block),
        )
    })
    .or_else(|| {
        refuse(
            trusting.is_none_or(|time| !time.is_zero()),
            "trusting_period",
            "more than 0",
            "0",
        )
    })
}
