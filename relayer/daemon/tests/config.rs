//! The configuration file, whole and broken.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::{collections::BTreeSet, path::Path, time::Duration};

use tessera::config::{format_duration, parse_duration, Config, EventSource};

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
    // What the structs hold, none left out, is what the sample says, and nothing else is known.
    let held = keys(&serde_json::to_value(&config).unwrap());
    let said: toml::Table = toml::from_str(SAMPLE).unwrap();
    assert_eq!(held, keys(&serde_json::to_value(&said).unwrap()));
    assert!(held.contains("chains.views.zones"), "{held:?}");
}

/// The paths of all values that are there; a field that nobody gave is not.
fn keys(value: &serde_json::Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut left = vec![(String::new(), value)];
    while let Some((path, value)) = left.pop() {
        match value {
            serde_json::Value::Object(fields) => {
                left.extend(fields.iter().map(|(key, value)| {
                    let inner = if path.is_empty() {
                        key.clone()
                    } else {
                        format!("{path}.{key}")
                    };
                    (inner, value)
                }));
            }
            serde_json::Value::Array(items) if items.iter().any(|item| item.is_object()) => {
                left.extend(items.iter().map(|item| (path.clone(), item)));
            }
            serde_json::Value::Null => panic!("the sample does not give {path}"),
            _ => drop(found.insert(path)),
        }
    }
    found
}

#[test]
fn a_configuration_is_written_as_it_is_read() {
    let config = parse(SAMPLE).unwrap();
    let written = toml::to_string(&config).unwrap();
    assert_eq!(parse(&written).unwrap(), config);
    let bare = parse(BARE).unwrap();
    assert_eq!(parse(&toml::to_string(&bare).unwrap()).unwrap(), bare);
}

#[test]
fn little_must_be_said_and_one_node_and_one_key_may_be_said_alone() {
    let config = parse(BARE).unwrap();
    let chain = config.chain("a-1").unwrap();
    assert_eq!(chain.rpc_addr(), "http://127.0.0.1:26657");
    assert_eq!(chain.key_names, ["relayer"]);
    assert_eq!((chain.max_tx_size, chain.max_msg_num), (180_000, 30));
    assert_eq!(chain.event_source, EventSource::Pull);
    assert!(!chain.dynamic_gas_price.enabled && chain.fee_granter.is_none());
    assert_eq!((config.rest.port, config.telemetry.port), (3000, 3001));
    let empty = parse("").unwrap_err();
    assert!(empty.contains("add a [[chains]] section"), "{empty}");
    let both = BARE.replace("rpc_addr =", "rpc_addrs = []\nrpc_addr =");
    assert!(parse(&both).unwrap_err().contains("duplicate field"));
}

const BARE: &str = "[[chains]]\nid = \"a-1\"\nrpc_addr = \"http://127.0.0.1:26657\"\n\
    account_prefix = \"wasm\"\nkey_name = \"relayer\"\ngas_price = { price = 0, denom = \"stake\" }\n";

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
        broken("\nrpc_addrs =", "\nrpc_adrs ="),
        "config.toml: unknown key \"rpc_adrs\" in chains; did you mean \"rpc_addrs\"?"
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
            "poll_interval must be from 50ms to 1m, not 1ms",
        ),
        (
            "rpc_timeout = \"10s\"",
            "rpc_timeout = \"soon\"",
            "\"soon\" is no duration",
        ),
        ("id = \"tessera-a\"", "id = \"\"", "chain id"),
        (
            "rpc_addrs = [\"http://127.0.0.1:26657\"]",
            "rpc_addrs = []",
            "rpc_addrs must be one address or more",
        ),
        (
            "key_names = [\"relayer\"]",
            "key_names = [\"a\", \"a\"]",
            "key_names must be distinct names, not a, a",
        ),
        (
            "packet_key_name = \"packets\"",
            "packet_key_name = \"relayer\"",
            "packet_key_name must be a name that is none of key_names, not relayer",
        ),
        (
            "key_names = [\"relayer\"]",
            "key_names = []",
            "key_names must be one name or more, unless there is a packet_key_name and no contract, not none",
        ),
        (
            "key_names = [\"relayer\"]",
            "key_names = 3",
            "a text or a list of texts",
        ),
        (
            "account_prefix = \"wasm\"",
            "account_prefix = \"Wasm\"",
            "account_prefix must be lower-case",
        ),
        (
            "\"cosmos\" }",
            "\"ethermint\" }",
            "unknown variant `ethermint`, expected `cosmos`",
        ),
        (
            "multiplier = 1.1",
            "multiplier = 0.1",
            "dynamic_gas_price.multiplier must be from 1 to 10",
        ),
        (
            "price = 0.025",
            "price = nan",
            "gas_price must be 0 or more, not NaN",
        ),
        (
            "default_gas = 1000000",
            "default_gas = 30000001",
            "default_gas must be max_gas or less",
        ),
        (
            "max_tx_size = 180000",
            "max_tx_size = 10",
            "max_tx_size must be from 2000 to 8000000",
        ),
        (
            "trusting_period = \"14days\"",
            "trusting_period = \"0s\"",
            "trusting_period must be more than 0",
        ),
        (
            "trust_threshold = \"2/3\"",
            "trust_threshold = \"1/4\"",
            "1/4 is not from 1/3 to 1",
        ),
        (
            "trust_threshold = \"2/3\"",
            "trust_threshold = \"2/1\"",
            "2/1 is not from 1/3 to 1",
        ),
        (
            "\"https://signer.example",
            "\"http://signer.example",
            "signer must be an https address",
        ),
        (
            "\"https://signer.example:3100\"",
            "\"http://localhost:pw@signer.example\"",
            "signer must be an https address",
        ),
        (
            "[\"http://127.0.0.1:26657\"]",
            "[\"http://a\", \"key:secret\"]",
            "rpc_addrs must be http or https addresses, not number 2",
        ),
        (
            "ws://127.0.0.1:26657/websocket",
            "http://127.0.0.1",
            "event_source.url must be a ws or wss address",
        ),
        (
            "account = \"wasm1",
            "account = \"osmo1",
            "signer.account must be an address with this chain's account_prefix",
        ),
        (
            "account = \"wasm1tqt",
            "account = \"wasm1tqq",
            "signer.account must be a bech32 address, not wasm1tqq",
        ),
        (
            "chain-view.\ncontract = \"wasm1nc5tatafv6eyq7llkr2gv50ff9e22mnf70qgjlv737ktmt4eswrqr5j2ht\"",
            "chain-view.\ncontract = \"wasm1xyz\"",
            "views.contract must be a bech32 address, not wasm1xyz: it is mistyped or cut off",
        ),
        (
            "\"wasm1qg5ega6",
            "\"osmo1qg5ega6",
            "prices.contract must be an address with this chain's account_prefix",
        ),
        (
            "registrants = []\n\n[policy.deny]",
            "registrants = [\"foo1bar\"]\n\n[policy.deny]",
            "policy.allow.registrants must be a bech32 address, not foo1bar",
        ),
        (
            "packet_key_name = \"packets\"",
            "packet_key_name = \"../../etc/x\"",
            "packet_key_name must be letters, digits, '-' and '_', 64 of them at most, not \"../../etc/x\"",
        ),
        (
            "key_names = [\"relayer\"]",
            "key_names = [\"\"]",
            "key_names must be letters, digits, '-' and '_', 64 of them at most, not \"\"",
        ),
        (
            "zones = [\"tessera-b\"]",
            "zones = [\"tessera-a\"]",
            "views.zones must be other zones than the chain itself, not tessera-a",
        ),
        (
            "port = 3001",
            "port = 3000",
            "telemetry.port must be another port than that of [rest], not 3000",
        ),
        (
            "refresh_interval = \"30s\"",
            "refresh_interval = \"0s\"",
            "telemetry.refresh_interval must be from 1s to 1day, not 0ms",
        ),
        (
            "clear_limit = 50",
            "clear_limit = 0",
            "mode.packets.clear_limit must be 1 or more, not 0",
        ),
        ("port = 3000", "port = 70000", "70000"),
        (
            "host = \"127.0.0.1\"",
            "host = \"here\"",
            "invalid IP address",
        ),
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
fn zones_that_no_section_is_about_are_noted() {
    let noted = parse(&SAMPLE.replacen("zones = []", "zones = [\"tessera-z\"]", 1)).unwrap();
    let expected = [
        "policy.allow.zones names tessera-z",
        "views.zones names tessera-b",
    ];
    for (note, expected) in noted.notes.iter().zip(expected) {
        assert!(note.contains(expected), "{note}");
    }
    assert_eq!(noted.notes.len(), 2);
}

#[test]
fn a_chain_is_configured_once_and_an_unknown_one_is_told_from_the_others() {
    let twice = parse(&format!("{SAMPLE}{}", BARE.replace("a-1", "tessera-a"))).unwrap_err();
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
        ("1h 30m", Some(Duration::from_secs(5_400))),
        ("10", None),
        ("s", None),
        ("-1s", None),
        ("1.5s", None),
        ("99999999999999999999s", None),
        ("18446744073709551615h", None),
    ] {
        let parsed = parse_duration(text);
        assert_eq!(parsed, expected, "{text}");
        if let Some(parsed) = parsed {
            assert_eq!(parse_duration(&format_duration(parsed)), Some(parsed));
        }
    }
}
