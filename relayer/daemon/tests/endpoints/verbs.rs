//! What verbs say of a node.

use std::{
    fs,
    process::{Command, Output, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{engine::general_purpose::STANDARD, Engine};
use cosmrs::proto::cosmwasm::wasm::v1::QuerySmartContractStateResponse;
use prost::Message;
use serde_json::{json, Value};
use tempfile::TempDir;
use tessera::duties::ask_views;

use super::{
    bad_node::{BadNode, Spoilt},
    Recorded,
};

/// The binary with a configuration of one node, whose contract is both of ours.
fn verb(home: &TempDir, recorded: &Recorded, node: &BadNode, arguments: &[&str]) -> Command {
    let (zone, contract) = (&recorded.zone, &recorded.contract);
    let config = format!(
        "[[chains]]\nid = \"{zone}\"\nrpc_addr = {:?}\naccount_prefix = \"wasm\"\nkey_name = \"relayer\"\n\
         gas_price = {{ price = 0, denom = \"utess1\" }}\npoll_interval = \"100ms\"\n\
         [chains.views]\ncontract = \"{contract}\"\n[chains.locks]\ncontract = \"{contract}\"\n",
        node.url
    );
    let path = home.path().join("config.toml");
    fs::write(&path, config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
    command.env_clear().stdin(Stdio::null());
    command.arg("--config").arg(path).arg("--json");
    command.args(arguments);
    command
}

async fn run(mut verb: Command) -> Output {
    let ran = tokio::task::spawn_blocking(move || verb.output());
    ran.await.unwrap().unwrap()
}

/// A view of a zone that is trusted for a thousand seconds, with a newest header of so many seconds ago.
fn view(zone: &str, age: u64) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let time = (now - Duration::from_secs(age)).as_nanos().to_string();
    let hash = "00".repeat(32);
    json!({
        "zone": zone, "chain_id": zone, "status": "active", "branch": 0, "base": 1, "admitted": 0,
        "params": {
            "trust_level": { "numerator": 1, "denominator": 3 }, "trusting_period": 1_000, "unbonding_period": 2_000,
            "clock_drift": 30, "min_block_interval": 100, "k": 64, "refresh_interval": 300, "close_delay": 600,
            "advance_reward": "0", "fork_bounty": "0",
        },
        "latest": {
            "height": 9, "hash": hash, "time": time, "app_hash": hash, "next_validators_hash": hash, "parent": hash,
        },
        "validator_sets": [], "reserve": "0", "paid_at": "0", "closing": null, "until": null, "fork": null,
        "branch_fork": null, "first_report": 0, "acceptance_digest": hash, "accepted": 1,
    })
}

#[tokio::test]
async fn a_view_that_expires_soon_is_told_of_before_it_has() {
    let mut recorded = Recorded::load();
    let node = recorded.node().await;
    // How a node is asked for views is what it was asked for.
    let chain = recorded.open(&[&node]);
    ask_views(&chain, &recorded.contract).await.unwrap_err();
    let asked = node.answers().into_keys();
    let question = asked
        .into_iter()
        .find(|question| question.contains("SmartContractState"));
    let views = json!([
        view("young-1", 600),
        view("aged-1", 800),
        view("old-1", 2_000)
    ]);
    let data = views.to_string().into_bytes();
    let value = QuerySmartContractStateResponse { data }.encode_to_vec();
    let answer = json!({ "result": { "response": {
        "code": 0, "log": "", "info": "", "index": "0", "key": null, "value": STANDARD.encode(value),
        "proofOps": null, "height": "1", "codespace": "",
    } } });
    recorded.answers.insert(question.unwrap(), answer);

    let (home, node) = (TempDir::new().unwrap(), recorded.node().await);
    let checked = run(verb(&home, &recorded, &node, &["health-check"])).await;
    assert!(!checked.status.success());
    let told: Value = serde_json::from_slice(&checked.stdout).unwrap();
    let found = |what: &str| {
        let mut findings = told["result"].as_array().unwrap().iter();
        let found = findings.find(|found| found["what"] == what);
        let found = found.unwrap_or_else(|| panic!("no {what} in {told}"));
        (found["sound"] == true, found["says"].as_str().unwrap())
    };
    assert!(found("view of young-1").0);
    for (view, expected) in [("aged-1", "expires in "), ("old-1", "expires in 0 s")] {
        let (sound, says) = found(&format!("view of {view}"));
        assert!(!sound && says.contains(expected), "{view}: {says}");
        assert!(says.contains("run a relayer"), "{view}: {says}");
    }
}

/// Whoever listens goes on where it was when a node was away for a while, and hears all of it.
#[tokio::test]
async fn what_is_listened_to_goes_on_after_a_node_was_away() {
    let mut recorded = Recorded::load();
    let last = recorded.height();
    let said = json!({ "type": "wasm-view_closed", "attributes": [
        { "key": "_contract_address", "value": recorded.contract, "index": true },
        { "key": "zone", "value": "tessera-2", "index": true },
        { "key": "last", "value": "7", "index": true },
    ] });
    let result = json!({
        "code": 0, "data": null, "log": "", "info": "", "gas_wanted": "0", "gas_used": "0", "events": [said],
        "codespace": "",
    });
    for height in [last.0 - 4, last.0] {
        let question = format!("block_results {{\"height\":\"{height}\"}}");
        let answer = recorded.answers.get_mut(&question).unwrap();
        answer["result"]["txs_results"] = json!([result]);
    }
    let (home, node) = (TempDir::new().unwrap(), recorded.node().await);
    // Two blocks are there, and the rest is still to come.
    node.spoil(Spoilt::Stale(recorded.tip.0 - (last.0 - 3)));
    let from = (last.0 - 4).to_string();
    let arguments = ["listen", "--from", &from, "--blocks", "5"];
    let heard = tokio::spawn(run(verb(&home, &recorded, &node, &arguments)));
    let asked = async |what: &str, times: usize| {
        let mut seen = 0;
        for _ in 0..600 {
            let asked = node.asked().into_iter();
            seen += asked
                .filter(|method| what.is_empty() || method == what)
                .count();
            if seen >= times {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{what:?} was asked {seen} times");
    };
    asked("block_results", 2).await;
    node.spoil(Spoilt::Refusing);
    node.asked();
    asked("", 2).await;
    assert!(!heard.is_finished());
    node.spoil(Spoilt::Sound);

    let heard = heard.await.unwrap();
    let log = String::from_utf8(heard.stderr).unwrap();
    assert!(heard.status.success(), "{log}");
    assert!(log.contains("trying again in"), "{log}");
    let lines = String::from_utf8(heard.stdout).unwrap();
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let heights: Vec<u64> = lines
        .iter()
        .filter_map(|line| line["height"].as_u64())
        .collect();
    assert_eq!(heights, [last.0 - 4, last.0]);
    assert_eq!(lines.last().unwrap()["result"]["events"], 2);
}
