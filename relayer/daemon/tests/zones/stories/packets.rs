use std::{fs, time::Duration};

use ibc_relayer::{
    chain::handle::{BaseChainHandle, ChainHandle},
    foreign_client::ForeignClient,
    registry::SharedRegistry,
};
use tessera::{
    config::Config,
    keys::KeyRing,
    packets::{self, Site, Sites},
};

use super::shown;
use crate::{
    bad_node::{BadNode, Behind, Spoilt},
    ground::{until, Branch, Ground},
    ibc::{voucher, End},
    people::Person,
};

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_secs(4);

/// What cannot be opened is refused before anything is made, and says what to do.
pub fn a_channel_is_refused(ground: &Ground) {
    let users = fs::read_to_string(ground.path("config.toml")).unwrap();
    let zone = ground.zone(0);
    let refused = |from: &str, to: &str, b_chain: &str| {
        fs::write(ground.path("broken.toml"), users.replacen(from, to, 1)).unwrap();
        let open = [
            "channel",
            "open",
            "--a-chain",
            &zone.chain_id,
            "--b-chain",
            b_chain,
        ];
        ground.try_tessera_with("broken.toml", &open).unwrap_err()
    };
    let (other, key) = (ground.id(1), "packet_key_name = \"packets\"\n");
    let grpc = format!("grpc_addr = {:?}", zone.grpc);
    let elsewhere = format!("grpc_addr = {:?}", ground.zone(1).grpc);
    for (from, to, b_chain, expected) in [
        ("", "", "tessera-9", "there is no chain tessera-9"),
        ("", "", zone.chain_id.as_str(), "named on both sides"),
        (key, "", other, "packet_key_name is missing"),
        (
            key,
            "packet_key_name = \"nobody\"\n",
            other,
            "tessera keys add",
        ),
        (key, "packet_key_name = \"poor\"\n", other, "send it some"),
        (&grpc, "", other, "grpc_addr is missing"),
        (
            &grpc,
            "grpc_addr = \"http://127.0.0.1:9\"",
            other,
            "http://127.0.0.1:9",
        ),
        (&grpc, &elsewhere, other, &format!("serves chain {other}")),
    ] {
        let told = refused(from, to, b_chain);
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains('\n'), "{told}");
    }
}

/// Coins go to another zone and come home. What is sent while the relayer is dead arrives when it lives again, or when
/// somebody clears the channel; what nobody has carried in time comes back.
pub fn coins_go_and_come_home(ground: &Ground) -> ([End; 2], [Person; 2]) {
    let ends = ground.open_channel(0, 1);
    // Nothing was made by what was refused.
    assert!(ends
        .iter()
        .all(|end| end.channel == "channel-0" && end.client == "07-tendermint-0"));
    let [here, there] = &ends;
    let [alice, bob] = ["alice", "bob"].map(|name| ground.rich(name));
    let coin = ground.coin(0);
    let voucher = voucher(there, &ground.zone(0).denom);
    let arrived = |amount| {
        let held = || ground.holds(1, &bob.address, &voucher);
        until("vouchers", held, |held| *held == amount);
    };
    // An operator of Hermes changes nothing but the program.
    ground.start_relayer_with(ground.write_hermes_config());
    ground.transfer(here, &alice, &bob, (1_000, &coin), LONG);
    arrived(1_000);
    let before = ground.coins(0, &alice.address);
    ground.transfer(there, &bob, &alice, (400, &voucher), LONG);
    let home = || ground.coins(0, &alice.address);
    until("coins come home", home, |held| *held == before + 400);
    arrived(600);
    assert!(ground.log().contains("relaying packets"));

    ground.kill_relayer();
    let spent = |person: &Person, before: u128| {
        let held = || ground.coins(0, &person.address);
        until("sent", held, |held| *held < before)
    };
    let (alices, bobs) = (home(), ground.coins(0, &bob.address));
    ground.transfer(here, &bob, &alice, (70, &coin), SHORT);
    ground.transfer(here, &alice, &bob, (500, &coin), LONG);
    let (left, _) = (spent(&bob, bobs), spent(&alice, alices));
    std::thread::sleep(SHORT);
    ground.start_relayer();
    arrived(1_100);
    let held = || ground.coins(0, &bob.address);
    until("a refund", held, |held| *held == left + 70);
    let carried = || ground.holds(1, &alice.address, &voucher);
    assert_eq!(carried(), 0, "it came back, so it never arrived");
    ground.kill_relayer();

    let before = home();
    ground.transfer(here, &alice, &bob, (30, &coin), LONG);
    spent(&alice, before);
    let channel = ["--chain", ground.id(0), "--channel", &here.channel];
    let clear = || ground.tessera(&[&["clear", "packets"], &channel[..]].concat());
    let cleared = clear();
    assert_eq!(cleared["received"], 1, "{cleared}");
    assert_ne!(cleared["acknowledged"], 0, "{cleared}");
    assert_eq!(ground.holds(1, &bob.address, &voucher), 1_130);
    let left = clear();
    for done in ["received", "acknowledged", "timed_out"] {
        assert_eq!(left[done], 0, "{left}");
    }
    (ends, [alice, bob])
}

/// The same process goes on with another configuration, by way of another node; and when that node is gone, by way of the
/// next one, with what was sent while it was.
pub fn they_go_on_by_way_of_another_node(
    ground: &Ground,
    [here, there]: &[End; 2],
    [alice, bob]: &[Person; 2],
) {
    let (coin, voucher) = (ground.coin(0), voucher(there, &ground.zone(0).denom));
    let held = || ground.holds(1, &bob.address, &voucher);
    let arrives = |amount: u128| {
        let before = held();
        ground.transfer(here, alice, bob, (amount, &coin), LONG);
        until("vouchers", held, |held| *held == before + amount);
    };
    let before = ground.log().len();
    let relaying = |times| {
        let log = || ground.log().split_off(before);
        until("packets are relayed", log, |log| {
            log.matches("relaying packets").count() == times
        });
    };
    ground.start_relayer();
    relaying(1);
    for (client, on, of) in [(here, 0, 1), (there, 1, 0)] {
        let (client, on, of) = (&client.client, ground.id(on), ground.id(of));
        let told = format!(
            "client_expiration_seconds{{client={client:?},src_chain={of:?},dst_chain={on:?}}}"
        );
        let metrics = || shown::get("3001", "/metrics").1;
        until("clients expire", metrics, |text| text.contains(&told));
    }

    let real = &ground.zone(0).rpc;
    let behind = Behind::Node(real.clone());
    let node = ground.runtime.block_on(BadNode::start(behind));
    let path = ground.path("relayer.toml");
    let config = fs::read_to_string(&path).unwrap();
    let changed = config
        .replace(
            &format!("rpc_addr = {real:?}"),
            &format!("rpc_addr = [{:?}, {real:?}]", node.url),
        )
        .replace("[mode.packets]\n", "[mode.packets]\nclear_interval = 5\n");
    assert_ne!(changed, config);
    fs::write(&path, changed).unwrap();
    ground
        .try_tessera_with("relayer.toml", &["config", "reload"])
        .unwrap();
    relaying(2);
    node.asked();
    arrives(21);
    let asked = node.asked();
    assert!(
        asked.iter().any(|method| method == "tx_search"),
        "{asked:?}"
    );

    node.spoil(Spoilt::Refusing);
    arrives(22);
    relaying(3);
    arrives(23);
    fs::write(&path, config).unwrap();
    ground.kill_relayer();
}

/// Validators sign a second history, and somebody shows a client a header of it. No witness is there, but our node has
/// another header of that height.
pub fn a_client_that_was_shown_it_is_frozen(ground: &Ground, [here, _]: &[End; 2], twin: &Branch) {
    let _mallory = ground.rich("mallory");
    let before = ground.log().len();
    ground.start_relayer();
    let log = || ground.log().split_off(before);
    until("packets are relayed", log, |log| {
        log.contains("relaying packets")
    });
    assert_eq!(ground.client_status(here), "Active");
    show(ground, here, twin);
    let status = || ground.client_status(here);
    until("the client is frozen", status, |status| status == "Frozen");
    // The relayer hears of it a little later than the chain knows it.
    let log = || ground.log();
    until("the freeze is told", log, |log| {
        log.contains("it was shown a header")
    });
    ground.kill_relayer();
}

/// Mallory updates a client of the second zone with the newest header of its other history.
fn show(ground: &Ground, client: &End, twin: &Branch) {
    let mut config = Config::load(&ground.path("config.toml")).unwrap();
    let sites = config.chains.iter_mut().map(|chain| {
        chain.packet_key_name = Some("mallory".into());
        let mut site = Site::preferred(chain).unwrap();
        if chain.id.as_str() == ground.id(1) {
            site = Site {
                rpc: twin.rpc.clone(),
                grpc: twin.grpc.clone(),
            };
        }
        (chain.id.clone(), site)
    });
    let sites: Sites = sites.collect();
    let keys = packets::keys(&config, &KeyRing::new(ground.path("keys"))).unwrap();
    let hermes = packets::hermes_config(&config, &sites).unwrap();
    let registry = SharedRegistry::<BaseChainHandle>::new(hermes);
    let chains = keys.into_iter().map(|key| {
        let chain = registry.get_or_spawn(&key.chain).unwrap();
        chain.add_key(key.name, key.key).unwrap();
        chain
    });
    let chains: Vec<BaseChainHandle> = chains.collect();
    let id = client.client.parse().unwrap();
    let client = ForeignClient::restore(id, chains[0].clone(), chains[1].clone());
    let updated = client.build_latest_update_client_and_send().unwrap();
    assert!(!updated.is_empty());
}

/// A witness shows the fork: the client of the forked zone is frozen, once; that of the other zone is not.
pub fn a_witness_freezes_the_others(ground: &Ground, [here, there]: &[End; 2]) {
    let status = || ground.client_status(here);
    until("the client is frozen", status, |status| status == "Frozen");
    assert_eq!(ground.client_status(there), "Active");
    let frozen = || ground.log().matches("a client is frozen").count();
    until("both are told, once each", frozen, |times| *times == 2);
}
