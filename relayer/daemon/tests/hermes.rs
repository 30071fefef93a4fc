//! An existing configuration of Hermes, read as it is, and what is said about it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::{path::Path, time::Duration};

use tessera::{
    app,
    config::{environment::Override, Config, EventSource, FilterPolicy, LogLevel, StakeConfig},
    keys::KeyRing,
};

const HERMES: &str = include_str!("data/hermes.toml");

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(Path::new("hermes.toml"), text).map_err(|error| error.to_string())
}

#[test]
fn what_has_a_meaning_here_is_taken_over() {
    let config = parse(HERMES).unwrap();
    assert_eq!(config.global.log_level, LogLevel::Debug);
    assert!(config.mode.clients.refresh && !config.mode.clients.misbehaviour);
    let packets = &config.mode.packets;
    assert!(packets.enabled && !packets.clear_on_start && packets.tx_confirmation);
    assert_eq!((packets.clear_interval, packets.clear_limit), (50, 50));
    assert_eq!(
        (config.rest.host.to_string().as_str(), config.rest.port),
        ("127.0.0.1", 3005)
    );
    assert_eq!(config.telemetry.host.to_string(), "0.0.0.0");
    let hub = config.chain("cosmoshub-4").unwrap();
    assert_eq!(hub.rpc_addrs, ["https://rpc.hub.example"]);
    assert_eq!(hub.grpc_addrs, ["https://grpc.hub.example"]);
    assert_eq!(hub.poll_interval, Duration::from_secs(2));
    assert_eq!(
        (hub.packet_key_name.as_deref(), hub.account_prefix.as_str()),
        (Some("hub"), "cosmos")
    );
    assert_eq!((hub.key_names.len(), hub.key_name()), (0, "hub"));
    assert_eq!(
        (hub.gas_price.price, hub.gas_multiplier, hub.max_gas),
        (0.005, 1.2, 4_000_000)
    );
    assert!(hub.dynamic_gas_price.enabled && hub.fee_granter.is_none());
    assert_eq!((hub.max_msg_num, hub.max_tx_size), (20, 209_715));
    assert_eq!(hub.trusting_period, Some(Duration::from_secs(14 * 86_400)));
    assert_eq!(hub.trust_threshold.to_string(), "2/3");
    assert_eq!(hub.memo_prefix, "relayed");
    assert_eq!(hub.packet_filter.policy, FilterPolicy::Allow);
    assert_eq!(hub.packet_filter.list[1], ("ica*".into(), "*".into()));
    let osmosis = config.chain("osmosis-1").unwrap();
    let url = "ws://127.0.0.1:26657/websocket".into();
    assert_eq!(osmosis.event_source, EventSource::Push { url });
    assert_eq!(osmosis.gas_multiplier, 1.3);
}

#[test]
fn what_has_none_is_named_and_nothing_else() {
    let config = parse(HERMES).unwrap();
    insta::assert_snapshot!("hermes_notes", config.notes.join("\n"));
    // Saying nothing that matters gives no notes.
    let (_, osmosis) = HERMES.rsplit_once("[[chains]]").unwrap();
    let plain = format!("[[chains]]{osmosis}").replace(", batch_delay = '500ms'", "");
    assert_eq!(parse(&plain).unwrap().notes, Vec::<String>::new());
}

#[test]
fn the_environment_overrides_it_and_it_can_be_written_as_ours() {
    let given = Override {
        name: "TESSERA_CHAINS__OSMOSIS_1__RPC_ADDR".into(),
        value: "http://127.0.0.1:2".into(),
    };
    let config = Config::parse_with(Path::new("hermes.toml"), HERMES, &[given]).unwrap();
    assert_eq!(
        config.chain("osmosis-1").unwrap().rpc_addr(),
        "http://127.0.0.1:2"
    );
    assert!(!config.notes.is_empty());
    let ours = parse(&toml::to_string(&config).unwrap()).unwrap();
    assert_eq!(ours.chains, config.chains);
}

/// Nothing but the program changes: chains without contracts are followed, whether or not they answer yet.
#[tokio::test]
async fn its_chains_are_served_as_they_are() {
    let away = HERMES.replace("https://rpc.hub.example:443", "http://127.0.0.1:9");
    let home = tempfile::tempdir().unwrap();
    let ring = KeyRing::new(home.path());
    let serving = app::serve_all(&parse(&away).unwrap(), &ring).await.unwrap();
    assert_eq!((serving.zones.len(), serving.followed.len()), (0, 2));
    assert!(serving
        .away
        .values()
        .any(|error| error.to_string().contains("http://127.0.0.1:9")));

    let idle = away.replace(
        "[mode.packets]\nenabled = true",
        "[mode.packets]\nenabled = false",
    );
    assert_ne!(idle, away);
    // A pool is turned by whoever serves a zone, not by whoever follows a chain.
    let mut staked = parse(&away).unwrap();
    let contract = "cosmos1pool".parse().unwrap();
    let enabled = true;
    staked.chains[0].stake = Some(StakeConfig { contract, enabled });
    for config in [parse(&idle).unwrap(), staked] {
        let refused = app::serve_all(&config, &ring).await.err().unwrap();
        let expected = "chain cosmoshub-4 has no [chains.views]";
        assert!(refused.to_string().starts_with(expected), "{refused}");
    }
}

#[test]
fn what_hermes_refuses_is_refused_here() {
    for (from, to, expected) in [
        (
            "max_msg_num = 20",
            "max_msg_num = 1000",
            "less than or equal to 100",
        ),
        (
            "clock_drift = '15s'",
            "clock_drift = 'soon'",
            "expected a duration",
        ),
        (
            "store_prefix = 'ibc'\ndefault_gas",
            "store_prefix = 'ibc'\ndefault_gaz",
            "default_gaz",
        ),
        ("key_name = 'hub'\n", "", "key_name"),
    ] {
        assert!(HERMES.contains(from));
        let refused = parse(&HERMES.replacen(from, to, 1)).unwrap_err();
        assert!(
            refused.starts_with("hermes.toml, read as Hermes': "),
            "{refused}"
        );
        assert!(refused.contains(expected), "{refused}");
    }
}
