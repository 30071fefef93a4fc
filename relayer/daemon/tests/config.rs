//! The configuration file, whole and broken.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::{path::Path, time::Duration};

use tessera::config::{parse_duration, Config};

const SAMPLE: &str = include_str!("../config.sample.toml");

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(Path::new("config.toml"), text).map_err(|error| error.to_string())
}

fn broken(from: &str, to: &str) -> String {
    assert!(SAMPLE.contains(from), "{from:?} is in the sample");
    parse(&SAMPLE.replace(from, to)).unwrap_err()
}

#[test]
fn the_sample_is_valid_and_says_every_key() {
    let config = parse(SAMPLE).unwrap();
    let chain = config.chain("tessera-a").unwrap();
    assert_eq!(chain.poll_interval, Duration::from_millis(500));
    assert_eq!(chain.gas_price.denom, "stake");
    assert_eq!(chain.locks.as_ref().unwrap().start_height.0, 1);
}

#[test]
fn every_key_of_the_sample_is_documented() {
    let mut documented = false;
    for line in SAMPLE.lines() {
        if line.starts_with('#') {
            documented = true;
        } else if line.is_empty() {
            documented = false;
        } else if line.contains(" = ") {
            assert!(documented, "{line:?} has no comment above it");
            documented = false;
        }
    }
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    assert_eq!(
        broken("rpc_addr =", "rpc_adr ="),
        "config.toml: unknown key \"rpc_adr\" in chains; did you mean \"rpc_addr\"?"
    );
    assert_eq!(
        broken("[mode.clients]", "[mode.client]"),
        "config.toml: unknown key \"client\" in mode; did you mean \"clients\"?"
    );
    assert_eq!(
        broken("price = 0.025", "prize = 0.025"),
        "config.toml: unknown key \"prize\" in chains.gas_price; did you mean \"price\"?"
    );
}

#[test]
fn values_out_of_range_say_what_is_expected() {
    let cases = [
        (
            "gas_multiplier = 1.3",
            "gas_multiplier = 0.5",
            "gas_multiplier must be from 1 to 10, not 0.5",
        ),
        (
            "max_msg_num = 30",
            "max_msg_num = 0",
            "max_msg_num must be from 1 to 1000, not 0",
        ),
        (
            "price = 0.025",
            "price = -1",
            "gas_price must be 0 or more, not -1",
        ),
        (
            "poll_interval = \"500ms\"",
            "poll_interval = \"1ms\"",
            "poll_interval must be 50ms or more, not 1ms",
        ),
        (
            "rpc_timeout = \"10s\"",
            "rpc_timeout = \"soon\"",
            "\"soon\" is no duration",
        ),
        ("id = \"tessera-a\"", "id = \"\"", "chain id"),
        (
            "log_level = \"info\"",
            "log_level = \"loud\"",
            "unknown variant `loud`",
        ),
    ];
    for (from, to, expected) in cases {
        let refused = broken(from, to);
        assert!(refused.contains(expected), "{refused}");
    }
}

#[test]
fn a_chain_is_configured_once_and_an_unknown_one_is_told_from_the_others() {
    let section = SAMPLE.split_once("[[chains]]").unwrap().1;
    let twice = parse(&format!("{SAMPLE}\n[[chains]]{section}")).unwrap_err();
    assert_eq!(twice, "config.toml: chain tessera-a is configured twice");
    let unknown = parse(SAMPLE).unwrap().chain("tessera-z").unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "config.toml: there is no chain tessera-z; it has [\"tessera-a\"]"
    );
}

#[test]
fn durations_are_written_as_in_hermes() {
    for (text, expected) in [
        ("500ms", Some(Duration::from_millis(500))),
        ("10s", Some(Duration::from_secs(10))),
        ("5m", Some(Duration::from_secs(300))),
        ("2h", Some(Duration::from_secs(7_200))),
        ("14days", Some(Duration::from_secs(1_209_600))),
        ("10", None),
        ("s", None),
        ("-1s", None),
        ("1.5s", None),
        ("99999999999999999999s", None),
        ("18446744073709551615h", None),
    ] {
        assert_eq!(parse_duration(text), expected, "{text}");
    }
}
