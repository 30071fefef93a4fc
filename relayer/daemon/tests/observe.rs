//! What operators see of a running relayer, over HTTP: the page, readiness, metrics; and that what ships beside it, a
//! dashboard, alert rules and a unit, speaks of what there is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use ibc_relayer_types::core::ics24_host::identifier::{ChainId, ChannelId, PortId};
use support::{read, swap, Site};
use tessera::{
    chain::Chain,
    config::PricesConfig,
    journal::Journal,
    ledger::Ledger,
    observe::{look_into_purse, serve, Client, Listen, Ports, Sent, ServeError},
    prices::{self, Plan},
    relay::Relay,
};
use tessera_planner::{Act, Duty, GasPrice, Policy, Price};
use tessera_primitives::{Address, Amount, Asset, Height, Seconds};
use tessera_testing::suite::Suite;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

/// Two zones with a task that waits on both, and a relayer that has read what happened.
async fn relay() -> Arc<Relay> {
    let mut suite = Suite::new(2).unwrap();
    let plan = swap(&mut suite, 1);
    suite.register_all(&plan).unwrap();
    let relay = Site::new(&suite).fresh_relay().await;
    read(&relay).await.unwrap();
    Arc::new(relay)
}

/// Everything that is counted happens once.
fn busy(relay: &Relay) {
    let zones: Vec<_> = relay.zones().collect();
    let (one, other) = (zones[0].chain.zone(), zones[1].chain.zone());
    let account = zones[0].chain.account().unwrap();
    let activity = relay.activity();
    activity.holds(one, account, "utess", Amount(1_000));
    for (confirmed, succeeded) in [(true, true), (true, false), (false, false)] {
        activity.sent(&Sent {
            zone: one.clone(),
            payer: Some(account.clone()),
            messages: 3,
            fee: Amount(200),
            denom: "utess".into(),
            submitted: Duration::from_millis(70),
            confirmed: confirmed.then_some(Duration::from_millis(900)),
            succeeded,
        });
    }
    activity.advanced(one, other);
    activity.fork_reported(one, other);
    activity.client_frozen(one, other);
    for _ in 0..2 {
        activity.mishap(one, "<b>refused</b>".into(), relay.now());
    }
}

async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let code = head.split(' ').nth(1).unwrap().parse().unwrap();
    (code, body.into())
}

/// Asks a relayer's servers for some pages.
async fn ask<const N: usize>(relay: &Arc<Relay>, paths: [&str; N]) -> [(u16, String); N] {
    let any = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let listen = Listen {
        rest: any,
        telemetry: any,
    };
    let ports = Ports::open(listen, None).unwrap();
    let (rest, telemetry) = (ports.rest().unwrap(), ports.telemetry().unwrap());
    let cancel = CancellationToken::new();
    let (shown, ended) = (relay.clone(), cancel.clone());
    let served = tokio::spawn(async move { serve(shown, &ports, ended).await });
    let mut answers = std::array::from_fn(|_| (0, String::new()));
    for (answer, path) in answers.iter_mut().zip(paths) {
        let address = if path == "/metrics" { telemetry } else { rest };
        *answer = get(address, path).await;
    }
    cancel.cancel();
    served.await.unwrap();
    answers
}

#[tokio::test]
async fn whoever_asks_is_told_how_it_stands() {
    let relay = relay().await;
    busy(&relay);
    let [health, ready, version, state, page] =
        ask(&relay, ["/health", "/ready", "/version", "/state", "/"]).await;
    for (code, _) in [&health, &ready, &version, &state, &page] {
        assert_eq!(*code, 200);
    }
    let ready: serde_json::Value = serde_json::from_str(&ready.1).unwrap();
    assert_eq!(
        ready,
        serde_json::json!({ "ready": true, "reasons": [] }),
        "{ready}"
    );
    let version: serde_json::Value = serde_json::from_str(&version.1).unwrap();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));

    let state: serde_json::Value = serde_json::from_str(&state.1).unwrap();
    assert_eq!(state["open"], 1);
    let first = &state["zones"][0];
    assert_eq!((&first["open"], &first["failed"]), (&1.into(), &2.into()));
    assert_eq!(first["height"], first["tip"]);
    assert_eq!(first["views"][0]["status"], "active");
    // 1,000 less two fees: a transaction that no block had costs nothing.
    assert_eq!(first["wallets"][0][1]["balance"], "600");
    assert_eq!(state["errors"][0]["times"], 2);

    // What a zone says is shown as text, whatever it is.
    let page = page.1;
    assert!(page.contains("keeps up") && page.contains("&lt;b&gt;refused&lt;/b&gt;"));
    assert!(!page.contains("<b>refused"));
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
}

/// Half a request keeps nobody from ending or from reading another configuration.
#[tokio::test]
async fn nobody_who_looks_holds_it_up() {
    let relay = relay().await;
    let any = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let listen = Listen {
        rest: any,
        telemetry: None,
    };
    let ports = Ports::open(listen, None).unwrap();
    let address = ports.rest().unwrap();
    let cancel = CancellationToken::new();
    let (shown, ended) = (relay.clone(), cancel.clone());
    let served = tokio::spawn(async move { serve(shown, &ports, ended).await });
    let mut held = Vec::new();
    for half in ["", "GET / HTT", "GET /state HTTP/1.1\r\nhost: here\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(half.as_bytes()).await.unwrap();
        held.push(stream);
    }
    let (code, _) = get(address, "/health").await;
    assert_eq!(code, 200);
    cancel.cancel();
    let ended = tokio::time::timeout(Duration::from_secs(20), served).await;
    ended.expect("it ends").unwrap();
    // Nothing of it holds the relay, and with it the journal.
    for _ in 0..100 {
        if Arc::strong_count(&relay) == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{} hold the relay", Arc::strong_count(&relay));
}

#[tokio::test]
async fn it_is_not_ready_while_a_zone_was_never_read() {
    let empty = Ledger::open(Journal::in_memory().unwrap(), Policy::default()).unwrap();
    let relay = Arc::new(Relay::new(Vec::new(), empty));
    let [ready, health] = ask(&relay, ["/ready", "/health"]).await;
    assert_eq!((ready.0, health.0), (503, 200));
    assert!(ready.1.contains("no_zone"), "{}", ready.1);
}

#[test]
fn a_port_that_is_taken_is_known_before_anything_is_relayed() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = Listen {
        rest: None,
        telemetry: Some(taken.local_addr().unwrap()),
    };
    let refused = Ports::open(listen, None).err().unwrap();
    assert!(matches!(
        refused,
        ServeError::Listen {
            table: "telemetry",
            ..
        }
    ));
    assert!(refused.to_string().contains("another port"), "{refused}");
    // A relayer that reads its configuration again has it already.
    drop(taken);
    let first = Ports::open(listen, None).unwrap();
    let second = Ports::open(listen, Some(&first)).unwrap();
    assert_eq!(first.telemetry(), second.telemetry());
}

#[tokio::test]
async fn what_is_left_to_others_and_what_fails_is_told_with_its_reason() {
    let mut suite = Suite::new(2).unwrap();
    let plan = swap(&mut suite, 1);
    suite.register_all(&plan).unwrap();
    let site = Site::new(&suite);
    let (node, on) = (&site.nodes[0], site.zones[0].chain.zone());
    let price = Price {
        task_gas: 1_000,
        min_profit: Some(0),
        ..Price::default()
    };
    let mut policy = Policy::default();
    policy.work.prices.insert(on.clone(), price);
    let journal = Journal::in_memory().unwrap();
    let relay = Arc::new(site.relay_under(policy, journal).await.unwrap());
    read(&relay).await.unwrap();
    assert_eq!(relay.state().await.left_legs, 0, "gas costs nothing");

    // The chain's own price of gas is what it is reckoned by, as soon as it has changed.
    *node.gas_price.lock().unwrap() = Some(GasPrice(1_000_000_000_000_000_000));
    read(&relay).await.unwrap();
    let task = plan.id();
    for _ in 0..3 {
        let (on, act) = (on.clone(), Act::Lapse { task });
        let (duty, reason) = (Duty { on, act }, "<i>too soon".to_string());
        let mut ledger = relay.ledger().lock().await;
        ledger.put_off(duty, reason, relay.now()).unwrap();
    }
    let [state, page, metrics] = ask(&relay, ["/state", "/", "/metrics"]).await;
    let state: serde_json::Value = serde_json::from_str(&state.1).unwrap();
    let leg = format!("the leg of {task} on {on}");
    let earns = "it earns 3, and would have to earn 1000 to leave min_profit";
    assert_eq!(
        state["left"][0],
        serde_json::json!({ "what": leg, "reason": earns })
    );
    let failing =
        serde_json::json!({ "what": leg, "times": 3, "aside": false, "reason": "<i>too soon" });
    assert_eq!(state["stuck"][0], failing);
    for shown in [earns, "&lt;i&gt;too soon", "tried again"] {
        assert!(page.1.contains(shown), "{shown}: {}", page.1);
    }
    assert!(metrics.1.contains("\nstuck 0\n"), "it is not set aside");
}

#[tokio::test]
async fn the_purse_is_that_of_whoever_pays() {
    let suite = Suite::new(2).unwrap();
    let site = Site::new(&suite);
    let relay = site.fresh_relay().await;
    let (node, zone) = (&site.nodes[0], &site.zones[0].chain);
    let purses = || relay.activity().on(zone.zone()).wallets;
    look_into_purse(&relay, node.as_ref()).await;
    assert!(purses().is_empty(), "gas costs nothing");

    let granter = node.zone.zone().account("ann").unwrap();
    let granter: Address = granter.as_str().parse().unwrap();
    let Asset::Native(denom) = suite.coin(0).unwrap() else {
        panic!("the zone's own coin");
    };
    node.payer
        .set((granter.clone(), denom.to_string()))
        .unwrap();
    look_into_purse(&relay, node.as_ref()).await;
    let purses = purses();
    assert_eq!(purses.keys().collect::<Vec<_>>(), [&granter]);
    let held = zone.balance(&granter, &Asset::Native(denom)).await.unwrap();
    assert_eq!(purses[&granter].balance, held);
}

/// Also where no price can be reported: there is no oracle.
#[tokio::test]
async fn the_purse_of_a_key_for_prices_alone_is_looked_into() {
    let suite = Suite::new(2).unwrap();
    let site = Site::new(&suite);
    let relay = Arc::new(site.fresh_relay().await);
    let (node, zone) = (site.nodes[0].clone(), site.zones[0].chain.zone());
    let reporter = node.zone.zone().account("bob").unwrap();
    let reporter: Address = reporter.as_str().parse().unwrap();
    let Asset::Native(denom) = suite.coin(0).unwrap() else {
        panic!("the zone's own coin");
    };
    let coin = Asset::Native(denom.clone());
    let held = node.balance(&reporter, &coin).await.unwrap();
    let payer = (reporter.clone(), denom.to_string());
    node.payer.set(payer).unwrap();
    let config = PricesConfig {
        contract: site.zones[0].lock.clone(),
        key_name: Some("reporter".into()),
        interval: Duration::from_millis(50),
        timeout: Duration::from_millis(500),
        confirm: Duration::from_secs(120),
        feeds: Vec::new(),
    };
    let plan = Plan::new(node, Duration::from_secs(5), config);
    let cancel = CancellationToken::new();
    let reporting = tokio::spawn(prices::serve(relay.clone(), plan, cancel.clone()));
    let purses = || relay.activity().on(zone).wallets;
    for _ in 0..200 {
        if !purses().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(purses()[&reporter].balance, held);
    assert!(!relay.activity().mishaps().is_empty());
    cancel.cancel();
    reporting.await.unwrap();
}

#[tokio::test]
async fn what_a_key_for_packets_pays_is_seen_by_what_it_holds_less() {
    let relay = relay().await;
    let zone = relay.zones().next().unwrap().chain.clone();
    let (activity, key) = (relay.activity(), zone.account().unwrap());
    // It paid 30, was sent some, and paid 20.
    for held in [100, 70, 500, 480] {
        activity.holds_less(zone.zone(), key, "utess", Amount(held));
    }
    let purse = &activity.on(zone.zone()).wallets[key];
    assert_eq!((purse.balance, purse.spent), (Amount(480), Amount(50)));
    let [(_, text)] = ask(&relay, ["/metrics"]).await;
    let mut fees = text
        .lines()
        .filter(|line| line.starts_with("fees_spent_total{"));
    assert!(fees.next().unwrap().ends_with(" 50.0"), "{text}");
}

#[tokio::test]
async fn clients_of_ordinary_ibc_are_shown_until_they_are_gone() {
    let relay = relay().await;
    let zones: Vec<_> = relay
        .zones()
        .map(|zone| zone.chain.zone().clone())
        .collect();
    let client = |id: &str, hours: u64, frozen: bool| Client {
        id: id.into(),
        of: zones[1].clone(),
        height: Height(7),
        expires: relay.now().plus(Seconds(hours * 3_600)).unwrap(),
        frozen,
    };
    let activity = relay.activity();
    let clients = vec![
        client("07-tendermint-0", 3, false),
        client("07-tendermint-1", 0, false),
        client("07-tendermint-2", 3, true),
    ];
    activity.clients(&zones[0], clients);
    let [state, page, metrics] = ask(&relay, ["/state", "/", "/metrics"]).await;
    let state: serde_json::Value = serde_json::from_str(&state.1).unwrap();
    let shown = state["zones"][0]["clients"].as_array().unwrap();
    let stand: Vec<_> = shown.iter().map(|client| &client["status"]).collect();
    assert_eq!(stand, ["Active", "Expired", "Frozen"]);
    for shown in ["Clients of ordinary IBC", "07-tendermint-2", "frozen"] {
        assert!(page.1.contains(shown), "{shown}: {}", page.1);
    }
    let expires = |text: &str, client: &str| {
        let mut lines = text.lines();
        let mut told = lines
            .find(|line| line.contains(&format!("{{client=\"{client}\"")))?
            .split(' ');
        told.next_back().unwrap().parse::<i64>().ok()
    };
    let metrics = metrics.1;
    assert!(expires(&metrics, "07-tendermint-0").is_some_and(|left| left > 10_000));
    assert_eq!(expires(&metrics, "07-tendermint-1"), Some(0));
    assert_eq!(
        expires(&metrics, "07-tendermint-2"),
        None,
        "it holds nothing"
    );
    assert!(expires(&metrics, "chain-view").is_some());

    activity.clients(&zones[0], Vec::new());
    let [(_, metrics)] = ask(&relay, ["/metrics"]).await;
    assert!(!metrics.contains("07-tendermint"), "{metrics}");
    assert!(expires(&metrics, "chain-view").is_some());
}

/// The names that `/metrics` tells, each with the suffixes of its type.
async fn names() -> BTreeSet<String> {
    let relay = relay().await;
    busy(&relay);
    let [(code, text)] = ask(&relay, ["/metrics"]).await;
    assert_eq!(code, 200);
    assert!(text.ends_with("# EOF\n"), "{text}");
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let names = samples.map(|line| line.split(['{', ' ']).next().unwrap().to_string());
    names.collect()
}

#[tokio::test]
async fn metrics_have_the_names_that_operators_know() {
    let names = names().await;
    for known in [
        "total_messages_submitted_total",
        "client_updates_submitted_total",
        "client_expiration_seconds",
        "view_age_blocks",
        "backlog_size",
        "backlog_oldest",
        "backlog_deadline",
        "tx_latency_submitted_bucket",
        "tx_latency_confirmed_count",
        "wallet_balance",
        "fees_spent_total",
        "forks_reported_total",
        "client_misbehaviours_submitted_total",
        "transactions_total",
        "errors_total",
        "chain_tip",
        "chain_height",
        "tasks_open",
        "stuck",
        "alarms",
    ] {
        assert!(names.contains(known), "{known} is missing in {names:?}");
    }
}

#[tokio::test]
async fn packets_are_counted_by_the_library_that_carries_them() {
    let relay = relay().await;
    // As it does when it sees one; what we have figures of our own for is not told twice.
    let [here, there] = ["tessera-1", "tessera-2"].map(ChainId::from_string);
    let (channel, port) = (ChannelId::default(), PortId::transfer());
    let library = ibc_telemetry::global();
    library.send_packet_events(1, 10, &here, &channel, &port, &there);
    library.wallet_balance(&here, "somebody", 1.0, "stake");
    let mut text = String::new();
    // The library collects every ten seconds, and another test may have asked before.
    for _ in 0..60 {
        [(_, text)] = ask(&relay, ["/metrics"]).await;
        if text.contains("send_packet_events_total") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let told = text
        .lines()
        .find(|line| line.starts_with("send_packet_events_total"));
    let told = told.unwrap_or_else(|| panic!("{text}"));
    assert!(told.contains("chain=\"tessera-1\"") && told.contains("channel=\"channel-0\""));
    assert!(
        !told.contains("service_name") && !told.contains("otel"),
        "{told}"
    );
    assert!(told.ends_with(" 1.0"), "{told}");
    assert!(!text.contains("somebody"), "{text}");
}

/// The metrics that an expression names: words that are no label, function or keyword.
fn metrics_of(expression: &str) -> BTreeSet<String> {
    // Labels stand in braces, or in parentheses after these words.
    let mut plain = String::new();
    let mut depth = 0;
    for c in expression.chars() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let mut words = BTreeSet::new();
    let mut rest = plain.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_lowercase()) {
        rest = &rest[start..];
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after.trim_start();
        if word == "by" {
            rest = rest.split_once(')').unwrap().1;
        } else if !rest.starts_with('(') && !["and", "or", "unless"].contains(&word) {
            words.insert(word.to_string());
        }
    }
    // What Prometheus itself says of those it asks; and "sum by (…) (…)", whose function stands before the word "by".
    words.retain(|word| !["up", "sum", "max"].contains(&word.as_str()));
    words
}

#[tokio::test]
async fn dashboard_and_alerts_ask_for_metrics_that_there_are() {
    let names = names().await;
    let dashboard: serde_json::Value =
        serde_json::from_str(include_str!("../operate/grafana-dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|p| p["targets"].as_array().unwrap());
    let shown = targets.map(|target| target["expr"].as_str().unwrap().to_string());

    let alerts: serde_norway::Value =
        serde_norway::from_str(include_str!("../operate/alerts.yaml")).unwrap();
    let rules = alerts["groups"][0]["rules"].as_sequence().unwrap();
    for rule in rules {
        for key in ["alert", "expr", "labels", "annotations"] {
            assert!(rule.get(key).is_some(), "{rule:?} has no {key}");
        }
    }
    let alarmed = rules
        .iter()
        .map(|rule| rule["expr"].as_str().unwrap().to_string());

    let asked: Vec<String> = shown.chain(alarmed).collect();
    assert!(asked.len() > 30);
    for expression in &asked {
        for metric in metrics_of(expression) {
            assert!(
                names.contains(&metric),
                "{expression}: no {metric} in {names:?}"
            );
        }
    }
    // The test itself sees a name that is none.
    assert_eq!(
        metrics_of("sum by (chain) (rate(nothing_total{a=\"b\"}[5m])) > 0.2 * nowhere"),
        BTreeSet::from(["nothing_total".to_string(), "nowhere".to_string()])
    );
}
