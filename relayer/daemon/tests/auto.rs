//! `config auto`: a chain of the registry, its nodes asked, and what is told of those that do not answer as they should.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{json, Value};
use tessera::config::Config;

/// What a node answers to `/status`: the answer of CometBFT 0.38, with what matters here replaced.
fn status(chain: &str, age: u64, catching_up: bool) -> Value {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let time = i64::try_from(now - age).unwrap();
    let time = tendermint::Time::from_unix_timestamp(time, 0)
        .unwrap()
        .to_rfc3339();
    let hash = "A".repeat(64);
    json!({ "jsonrpc": "2.0", "id": 1, "result": {
        "node_info": {
            "protocol_version": { "p2p": "8", "block": "11", "app": "0" },
            "id": "a".repeat(40), "listen_addr": "tcp://0.0.0.0:26656", "network": chain,
            "version": "0.38.17", "channels": "40202122233038606100", "moniker": "node",
            "other": { "tx_index": "on", "rpc_address": "tcp://127.0.0.1:26657" }
        },
        "sync_info": {
            "latest_block_hash": hash, "latest_app_hash": hash, "latest_block_height": "100",
            "latest_block_time": time, "earliest_block_hash": hash, "earliest_app_hash": hash,
            "earliest_block_height": "1", "earliest_block_time": time, "catching_up": catching_up
        },
        "validator_info": {
            "address": "B".repeat(40),
            "pub_key": { "type": "tendermint/PubKeyEd25519", "value": "cvqCGQbHs5t1mWBpM8kLmDVL1bqN7dmOEJ0B3ayGyTI=" },
            "voting_power": "10"
        }
    } })
}

/// A node on loopback that answers every request alike, until the test's process ends.
fn node(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).unwrap_or(0) > 2 {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let _asked = reader.take(length).read_to_end(&mut Vec::new());
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let _gone = write!(
                stream,
                "{head}\r\ncontent-length: {}\r\n\r\n{answer}",
                answer.len()
            );
        }
    });
    address
}

fn chain_json(rpc: &[&str], grpc: &[&str]) -> Value {
    let apis = |addresses: &[&str]| -> Vec<Value> {
        addresses
            .iter()
            .map(|address| json!({ "address": address, "provider": "p" }))
            .collect()
    };
    json!({
        "$schema": "../chain.schema.json", "chain_name": "osmosis", "chain_id": "osmosis-1",
        "bech32_prefix": "osmo", "slip44": 118, "key_algos": ["secp256k1"],
        "fees": { "fee_tokens": [{ "denom": "uosmo", "fixed_min_gas_price": 0.0025,
            "low_gas_price": 0.0025, "average_gas_price": 0.025, "high_gas_price": 0.04 }] },
        "apis": { "rpc": apis(rpc), "grpc": apis(grpc), "rest": [] }
    })
}

/// Runs the verb on a chain.json; answers whether it succeeded, and its result.
fn auto(folder: &Path, chain: &Value, arguments: &[&str]) -> (bool, Value) {
    fs::write(folder.join("chain.json"), chain.to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
    command.current_dir(folder).env_clear();
    command
        .args(["--json", "config", "auto", "chain.json", "--patience", "5"])
        .args(arguments);
    let output = command.output().unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.success(), value["result"].clone())
}

#[test]
fn nodes_that_answer_are_kept_and_the_others_are_named_with_the_reason() {
    let good = node(status("osmosis-1", 1, false).to_string());
    let other = node(status("osmosis-1", 2, false).to_string());
    let wrong = node(status("cosmoshub-4", 1, false).to_string());
    let behind = node(status("osmosis-1", 1, true).to_string());
    let stale = node(status("osmosis-1", 7_200, false).to_string());
    let garbage = node("<html>come back later</html>".into());
    let away = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let away = format!("http://{away}");
    let rpc =
        [&good, &other, &wrong, &behind, &stale, &garbage, &away].map(|address| address.as_str());
    let folder = tempfile::tempdir().unwrap();
    let chain = chain_json(&rpc, &[&away]);
    let (success, result) = auto(folder.path(), &chain, &["--output", "config.toml"]);
    assert!(success, "{result}");
    let config = Config::load(&folder.path().join("config.toml")).unwrap();
    let section = config.chain("osmosis-1").unwrap();
    let mut kept = section.rpc_addrs.clone();
    kept.sort();
    let mut expected = vec![good, other];
    expected.sort();
    assert_eq!(kept, expected);
    assert_eq!(
        (section.witness_addrs.len(), section.grpc_addrs.len()),
        (1, 0)
    );
    assert_eq!(
        (section.account_prefix.as_str(), section.key_name()),
        ("osmo", "relayer")
    );
    assert_eq!(
        (section.gas_price.price, section.gas_price.denom.as_str()),
        (0.025, "uosmo")
    );
    let notes: Vec<&str> = result["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note.as_str().unwrap())
        .collect();
    assert_eq!(notes.len(), 6, "{notes:?}");
    for (address, reason) in [
        (&wrong, "it serves chain cosmoshub-4"),
        (&behind, "it is catching up"),
        (&stale, "its newest block is 720"),
        (&garbage, "no JSON-RPC of CometBFT"),
    ] {
        let said = notes
            .iter()
            .find(|note| note.contains(address.as_str()))
            .unwrap();
        assert!(said.contains(reason), "{said}");
    }
    assert_eq!(notes.iter().filter(|note| note.contains(&away)).count(), 2);

    let (success, refused) = auto(folder.path(), &chain, &["--output", "config.toml"]);
    assert!(
        !success && refused.as_str().unwrap().contains("--overwrite"),
        "{refused}"
    );
}

#[test]
fn a_chain_that_cannot_be_relayed_for_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let good = node(status("osmosis-1", 1, false).to_string());
    let mut ethermint = chain_json(&[&good], &[]);
    ethermint["key_algos"] = json!(["ethsecp256k1"]);
    let mut free = chain_json(&[&good], &[]);
    free["fees"] = json!({});
    let mut nameless = chain_json(&[&good], &[]);
    nameless["chain_id"] = json!(null);
    for (chain, expected) in [
        (ethermint, "only secp256k1 keys sign here"),
        (free, "names no fee token"),
        (nameless, "chain.json"),
        (chain_json(&[], &[]), "no RPC node can be used"),
    ] {
        let (success, refused) = auto(folder.path(), &chain, &["--output", "config.toml"]);
        assert!(
            !success && refused.as_str().unwrap().contains(expected),
            "{refused}"
        );
        assert!(!folder.path().join("config.toml").exists());
    }
    let mut other_path = chain_json(&[&good], &[]);
    other_path["slip44"] = json!(529);
    let (success, result) = auto(folder.path(), &other_path, &[]);
    assert!(
        success
            && result["notes"][0]
                .as_str()
                .unwrap()
                .contains("--hd-path \"m/44'/529'/0'/0/0\"")
    );
}
