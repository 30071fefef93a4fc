//! Ordinary IBC, as far as it needs no chain: what the library is told, with which keys, and what is evidence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use std::{
    net::TcpListener,
    path::Path,
    sync::{mpsc, Arc, Mutex},
    time::Duration,
};

use ibc_proto::ibc::{
    core::client::v1::MsgUpdateClient as RawMsgUpdateClient,
    lightclients::tendermint::v1::Misbehaviour as RawMisbehaviour,
};
use ibc_relayer::config::ChainConfig as HermesChain;
use ibc_relayer_types::{
    clients::ics07_tendermint::misbehaviour::TENDERMINT_MISBEHAVIOR_TYPE_URL,
    core::ics24_host::identifier::{ChannelId, ClientId, PortId},
    tx_msg::Msg,
};
use prost::Message;
use tempfile::TempDir;
use tessera::{
    chain::{embedded::Embedded, Chain, LightBlock},
    config::Config,
    keys::{new_mnemonic, KeyRing, Protection, Secret, DEFAULT_PATH},
    packets::{
        header, hermes_config, in_one_line, keys, misbehaviour, pool, site, update, Plan, Pulse,
        Site, Sites, Trusted, Waiting,
    },
};
use tessera_primitives::Height;
use tessera_testing::{suite::Suite, Zone};

const SAMPLE: &str = include_str!("../config.sample.toml");

fn sample() -> Config {
    let text = SAMPLE.replace(
        "[mode.packets]\n# Whether packets are relayed.\nenabled = false",
        "[mode.packets]\nenabled = true",
    );
    let config = Config::parse(Path::new("sample"), &text).unwrap();
    assert!(config.mode.packets.enabled);
    config
}

fn preferred(config: &Config) -> Sites {
    let site =
        |chain: &tessera::config::ChainConfig| (chain.id.clone(), Site::preferred(chain).unwrap());
    config.chains.iter().map(site).collect()
}

#[test]
fn the_library_is_told_what_the_configuration_says() {
    let mut config = sample();
    config.mode.packets.clear_interval = 7;
    config.mode.packets.clear_on_start = false;
    config.mode.packets.clear_limit = 9;
    config.mode.packets.tx_confirmation = true;
    let mut sites = preferred(&config);
    let told = hermes_config(&config, &sites).unwrap();
    let packets = told.mode.packets;
    assert!(packets.enabled && !packets.clear_on_start && packets.tx_confirmation);
    assert_eq!((packets.clear_interval, packets.clear_limit), (7, 9));
    assert!(told.mode.clients.enabled && told.mode.clients.refresh);
    assert!(!told.mode.clients.misbehaviour, "that is ours");
    let HermesChain::CosmosSdk(chain) = &told.chains[0];
    assert_eq!(
        (chain.id.as_str(), chain.key_name.as_str()),
        ("tessera-a", "packets")
    );
    assert_eq!(chain.key_store_type, ibc_relayer::keyring::Store::Memory);
    assert_eq!(
        (chain.max_gas, chain.default_gas),
        (Some(30_000_000), Some(1_000_000))
    );
    assert_eq!(chain.max_block_time, Duration::from_secs(30));
    assert_eq!(
        chain.trusting_period,
        Some(Duration::from_secs(14 * 86_400))
    );
    let allowed = |channel: &str| {
        let channel: ChannelId = channel.parse().unwrap();
        told.packets_on_channel_allowed(&chain.id, &PortId::transfer(), &channel)
    };
    assert!(allowed("channel-0") && !allowed("channel-1"));

    for (clients, refresh) in [(false, true), (true, false)] {
        config.mode.clients.enabled = clients;
        config.mode.clients.refresh = refresh;
        let told = hermes_config(&config, &sites).unwrap();
        assert!(!told.mode.clients.enabled, "no client is refreshed");
    }
    sites.values_mut().next().unwrap().rpc = "http://127.0.0.1:1".into();
    let HermesChain::CosmosSdk(chain) = &hermes_config(&config, &sites).unwrap().chains[0];
    assert_eq!(chain.rpc_addr.to_string(), "http://127.0.0.1:1/");
    assert!(hermes_config(&config, &Sites::new())
        .unwrap()
        .chains
        .is_empty());
}

/// A ring with these keys of the sample's chain, by name and mnemonic.
fn ring(folder: &TempDir, named: &[(&str, &str)]) -> KeyRing {
    let ring = KeyRing::new(folder.path());
    for (name, words) in named {
        let secret = Secret::mnemonic(words, DEFAULT_PATH).unwrap();
        let place = (&"tessera-a".parse().unwrap(), *name);
        ring.add(place, &secret, "wasm", Protection::Unencrypted, false)
            .unwrap();
    }
    ring
}

#[test]
fn packets_are_signed_by_an_account_of_their_own() {
    let (ours, theirs) = (new_mnemonic().unwrap(), new_mnemonic().unwrap());
    let mut config = sample();
    let folder = tempfile::tempdir().unwrap();
    let sound = ring(&folder, &[("relayer", &ours), ("packets", &theirs)]);
    let key = &keys(&config, &sound).unwrap()[0];
    assert_eq!(key.key.account(), key.account.as_str());
    assert!(!format!("{key:?}").contains(key.account.as_str()));
    assert!(Plan::new(&config, &sound).unwrap().is_some());

    let refused = |config: &Config, ring: &KeyRing| keys(config, ring).unwrap_err().to_string();
    let folder = tempfile::tempdir().unwrap();
    let same = ring(&folder, &[("relayer", &ours), ("packets", &ours)]);
    assert!(refused(&config, &same).contains("an account of their own"));
    assert!(Plan::new(&config, &same).is_err());
    config.chains[0].packet_key_name = Some("relayer".into());
    assert!(refused(&config, &sound).contains("an account of their own"));
    config.chains[0].packet_key_name = Some("nobody".into());
    assert!(refused(&config, &sound).contains("tessera keys add"));
    config.chains[0].packet_key_name = None;
    assert!(refused(&config, &sound).contains("packet_key_name is missing"));
    assert!(Plan::new(&config, &sound).unwrap().is_none());
    let mut config = sample();
    config.chains[0].grpc_addrs.clear();
    let refused = Plan::new(&config, &sound).unwrap_err().to_string();
    assert!(refused.contains("grpc_addr is missing"), "{refused}");
}

/// An address at which nobody listens.
fn away() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn who_does_not_serve_is_named_and_no_secret_with_it() {
    let mut config = sample();
    let chain = &mut config.chains[0];
    chain.rpc_timeout = Duration::from_millis(500);
    chain.rpc_addrs = vec![away(), away()];
    chain.grpc_addrs = vec![format!("{}/token-123", away())];
    let refused = site(chain, &pool(chain).unwrap(), None)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("no rpc_addr can be used"), "{refused}");
    for address in &chain.rpc_addrs {
        assert!(refused.contains(address.as_str()), "{refused}");
    }
    assert!(!refused.contains("token-123"));
}

/// A zone's history, and a second one that parts from it at height 12.
async fn forked() -> (Embedded, Embedded) {
    let mut suite = Suite::new(2).unwrap();
    suite.tick(20).unwrap();
    let zone = suite.sides[1].zone.clone();
    let mut twin: Zone = zone.fork_at(Height(12)).unwrap();
    twin.produce_to(zone.height()).unwrap();
    let embedded = |zone: Zone| {
        let account = zone.account("relayer").unwrap();
        Embedded::new(zone, account).unwrap()
    };
    (embedded(zone), embedded(twin))
}

async fn at(zone: &Embedded, height: u64) -> LightBlock {
    zone.header(Height(height)).await.unwrap()
}

fn trusted(block: &LightBlock) -> Trusted {
    Trusted {
        height: block.signed_header.header.height.value(),
        next_validators: block.next_validators.hash(),
    }
}

#[tokio::test]
async fn two_signed_headers_of_one_height_are_evidence() {
    let (ours, theirs) = forked().await;
    let client: ClientId = "07-tendermint-3".parse().unwrap();
    let below = trusted(&at(&ours, 9).await);
    let pair = [&at(&ours, 12).await, &at(&theirs, 12).await];
    let set = &pair[0].validators;
    let evidence = misbehaviour(&client, below, set, pair).unwrap();
    for (header, block) in [&evidence.header1, &evidence.header2].into_iter().zip(pair) {
        assert_eq!(header.signed_header, block.signed_header);
        assert_eq!(header.trusted_height.revision_height(), 9);
        assert_eq!(header.trusted_validator_set.hash(), below.next_validators);
    }
    let signer = "wasm1anybody".parse().unwrap();
    let message = update(&client, evidence.to_any(), signer);
    assert_eq!(message.type_url, "/ibc.core.client.v1.MsgUpdateClient");
    let message = RawMsgUpdateClient::decode(message.value.as_slice()).unwrap();
    assert_eq!(message.client_id, client.as_str());
    let shown = message.client_message.unwrap();
    assert_eq!(shown.type_url, TENDERMINT_MISBEHAVIOR_TYPE_URL);
    let shown = RawMisbehaviour::decode(shown.value.as_slice()).unwrap();
    let trusted = shown.header_2.unwrap().trusted_validators.unwrap();
    assert!(trusted.proposer.is_some(), "ibc-go insists on one");
}

#[tokio::test]
async fn nothing_else_is() {
    let (ours, theirs) = forked().await;
    let client: ClientId = "07-tendermint-3".parse().unwrap();
    let below = trusted(&at(&ours, 9).await);
    let (one, other) = (at(&ours, 12).await, at(&theirs, 12).await);
    let set = one.validators.clone();
    let refused = |trusted, pair| misbehaviour(&client, trusted, &set, pair).unwrap_err();
    assert!(refused(below, [&one, &one]).contains("the same header"));
    let shared = [&at(&ours, 11).await, &at(&theirs, 11).await];
    assert!(refused(below, shared).contains("the same header"));
    let higher = at(&theirs, 13).await;
    assert!(refused(below, [&one, &higher]).contains("two heights"));
    let at_it = trusted(&one);
    assert!(refused(at_it, [&one, &other]).contains("not above"));
    let strangers = Trusted {
        next_validators: tendermint::Hash::Sha256([7; 32]),
        ..below
    };
    assert!(refused(strangers, [&one, &other]).contains("other validators"));
    let alone = |trusted| header(trusted, &set, &one).map(|header| header.height());
    assert_eq!(alone(below).unwrap().revision_height(), 12);
    assert!(alone(at_it).unwrap_err().contains("not above"));
    assert!(alone(strangers).unwrap_err().contains("other validators"));
}

#[test]
fn errors_of_the_library_are_one_line() {
    let told = "failed sending message \n\nCaused by:\n   0: error in gRPC call\n   1: transport error: refused\n\n\
                Location:\n    /src/eyre.rs:30:9\n\nStack backtrace:\n   0: main";
    let line = "failed sending message: error in gRPC call: transport error: refused";
    assert_eq!(in_one_line(told), line);
    assert_eq!(
        in_one_line("one\n\nCaused by:\n    why: so\n"),
        "one: why: so"
    );
    assert_eq!(in_one_line("plain"), "plain");
}

/// What is seen to wait a second time is carried; what still waits, after pauses that double; what a limit leaves out, next.
#[test]
fn what_waits_is_carried_ever_more_rarely() {
    const MANY: usize = 50;
    let mut waiting = Waiting::default();
    let mut carried = Vec::new();
    for look in 1..=20 {
        for sequence in waiting.see([7], false, MANY) {
            carried.push((look, sequence));
        }
    }
    assert_eq!(carried, [(2, 7), (4, 7), (8, 7), (16, 7)]);
    // And yet not so rarely that nobody would wait for it: once an hour.
    let later: Vec<u32> = (21..=200)
        .filter(|_| !waiting.see([7], false, MANY).is_empty())
        .collect();
    let pauses: Vec<u32> = later.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses, [30; 5]);

    assert!(waiting.see([8, 9, 10], false, MANY).is_empty());
    assert_eq!(waiting.see([8, 9, 10], false, 2), [8, 9]);
    assert_eq!(waiting.see([10, 11], false, 2), [10]);
    // One that arrived and one that never waited are as new.
    assert_eq!(waiting.see([7, 8, 11], false, 2), [11]);
}

/// A thread that answers moves; one that does not for long, and one that has ended, do not.
#[tokio::test]
async fn whoever_does_not_answer_is_told_of() {
    const LONG: Duration = Duration::from_millis(300);
    let mut pulse = Pulse::default();
    let (hold, held) = mpsc::channel::<()>();
    let held = Arc::new(Mutex::new(held));
    let mut look = || {
        let held = held.clone();
        let ask = move |name: &str| match name {
            "busy" => held.lock().unwrap().recv().is_err(),
            name => name == "answers",
        };
        let names = ["answers", "busy", "ended"];
        let threads = names.map(|name| {
            (name, {
                let ask = ask.clone();
                move || ask(name)
            })
        });
        pulse.without(threads, LONG)
    };
    assert!(look().is_empty());
    tokio::time::sleep(LONG / 3).await;
    assert_eq!(look(), ["ended"]);
    tokio::time::sleep(LONG).await;
    assert_eq!(look(), ["busy", "ended"]);
    // It was busy, and that is over.
    drop(hold);
    tokio::time::sleep(LONG / 3).await;
    assert_eq!(look(), ["ended"]);
}

/// Where packets arrive in order alone, one that is due takes along what was seen before it and after it.
#[test]
fn what_waits_in_order_is_carried_together() {
    let mut waiting = Waiting::default();
    assert!(waiting.see([1], true, 50).is_empty());
    assert_eq!(waiting.see([1, 2], true, 50), [1]);
    assert_eq!(waiting.see([1, 2, 3], true, 50), [1, 2]);
    assert!(waiting.see([], true, 50).is_empty());
}
