//! What zones say of themselves: every transaction in their blocks, who paid for it, and what our contracts said in it.

use base64::{prelude::BASE64_STANDARD, Engine};
use cosmrs::{proto::cosmwasm::wasm::v1::MsgExecuteContract, tx::SignerPublicKey, Any};
use prost::Message;
use serde_json::Value;
use tendermint::abci;
use tendermint_rpc::{Client, HttpClient};
use tessera::chain::block_height;
use tessera_contract_api::event::decode;
use tessera_lock::Batch;
use tessera_planner::{Act, Duty, Fact};
use tessera_primitives::{Address, Hash, Height};

use crate::ground::Ground;

/// A transaction in a block.
pub struct Sent {
    pub zone: usize,
    pub height: u64,
    pub hash: Hash,
    pub signer: Address,
    /// What its signer has paid for gas.
    pub fee: u128,
    /// Its timeout height.
    pub until: u64,
    /// What its messages do, in words.
    pub deeds: Vec<String>,
    pub succeeded: bool,
    /// Why it did not.
    pub log: String,
    /// What our contracts said.
    pub facts: Vec<Fact>,
}

/// All transactions of a zone in these blocks.
pub fn read(ground: &Ground, zone: usize, heights: std::ops::RangeInclusive<u64>) -> Vec<Sent> {
    let record = ground.zone(zone);
    let client = HttpClient::new(record.rpc.as_str()).unwrap();
    let mut all = Vec::new();
    ground.runtime.block_on(async {
        for height in heights {
            let at = block_height(Height(height)).unwrap();
            let block = client.block(at).await.unwrap().block;
            if block.data.is_empty() {
                continue;
            }
            let results = client.block_results(at).await.unwrap();
            let results = results.txs_results.unwrap();
            assert_eq!(results.len(), block.data.len());
            for (bytes, result) in block.data.iter().zip(&results) {
                all.push(sent(ground, zone, height, bytes, result));
            }
        }
    });
    all
}

/// How many transactions wait for a block at a zone's nodes; one for each that does not say.
pub fn waiting(ground: &Ground, zone: usize) -> u64 {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = |url: String| async {
        let answer = client.get(url).send().await.ok()?.bytes().await.ok()?;
        let answer: Value = serde_json::from_slice(&answer).ok()?;
        answer["result"]["total"].as_str()?.parse().ok()
    };
    let nodes = ground.zone(zone).nodes.iter();
    let asked = nodes.map(|node| {
        let answer = ask(format!("{}/num_unconfirmed_txs", node.rpc));
        ground.runtime.block_on(answer).unwrap_or(1)
    });
    asked.sum()
}

fn sent(
    ground: &Ground,
    zone: usize,
    height: u64,
    bytes: &[u8],
    result: &abci::types::ExecTxResult,
) -> Sent {
    let record = ground.zone(zone);
    let transaction = cosmrs::Tx::from_bytes(bytes).unwrap();
    let info = &transaction.auth_info.signer_infos[0];
    let Some(SignerPublicKey::Single(key)) = &info.public_key else {
        panic!("a signer of another kind");
    };
    let signer = key.account_id(&record.bech32_prefix).unwrap();
    let site = &ground.sites[zone];
    let facts = result.events.iter().filter_map(|event| {
        let attributes = event.attributes.iter();
        let attributes: Vec<_> = attributes.map(text).collect();
        let lock = decode(&site.lock, &event.kind, &attributes).map(|fact| fact.map(Fact::Lock));
        let view = || decode(&site.view, &event.kind, &attributes).map(|fact| fact.map(Fact::View));
        lock.or_else(view).map(Result::unwrap)
    });
    let mut deeds: Vec<String> = transaction.body.messages.iter().map(deed).collect();
    // A header that is shown over intermediate ones is one thing done.
    deeds.dedup_by(|next, last| next == last && next.starts_with("advance"));
    Sent {
        zone,
        height,
        hash: Hash::sha256(bytes),
        signer: Address::new(signer.to_string()).unwrap(),
        fee: paid(result, &record.denom),
        until: transaction.body.timeout_height.value(),
        deeds,
        succeeded: result.code.is_ok(),
        log: result.log.clone(),
        facts: facts.collect(),
    }
}

fn text(attribute: &abci::EventAttribute) -> (String, String) {
    let (key, value) = (attribute.key_str(), attribute.value_str());
    (key.unwrap().into(), value.unwrap().into())
}

/// The fee that was taken: none from a transaction that was refused before that.
fn paid(result: &abci::types::ExecTxResult, denom: &str) -> u128 {
    let events = result.events.iter().filter(|event| event.kind == "tx");
    let mut fees = events.flat_map(|event| &event.attributes).map(text);
    let fee = fees.find(|(key, _)| key == "fee");
    fee.map_or(0, |(_, fee)| {
        let amount = fee.strip_suffix(denom).unwrap_or("0");
        amount.parse().unwrap()
    })
}

fn deed(message: &Any) -> String {
    if message.type_url != "/cosmwasm.wasm.v1.MsgExecuteContract" {
        return message.type_url.clone();
    }
    let call = MsgExecuteContract::decode(message.value.as_slice()).unwrap();
    let call: Value = serde_json::from_slice(&call.msg).unwrap();
    let (verb, said) = call.as_object().unwrap().iter().next().unwrap();
    let text = |name: &str| said[name].as_str().unwrap_or_default().to_string();
    match verb.as_str() {
        "advance" | "report_fork" | "prune" => format!("{verb} {}", text("zone")),
        "lapse" => format!("{verb} {}", text("task_id")),
        "claim" => format!("{verb} {} {}", text("task_id"), said["effect"]),
        "commit" | "settle" | "reject" => {
            let batch = BASE64_STANDARD.decode(text("batch")).unwrap();
            let tasks = Batch::from_bytes(&batch).unwrap().tasks;
            words(verb, tasks.iter().map(|body| body.task.id()))
        }
        _ => verb.clone(),
    }
}

/// A duty in the words of [`Sent::deeds`].
pub fn promised(duty: &Duty) -> String {
    let verb = duty.verb();
    match &duty.act {
        Act::Advance { of, .. } | Act::ReportFork { of, .. } | Act::Prune { of, .. } => {
            format!("{verb} {of}")
        }
        Act::Turn | Act::Drain { .. } => verb.into(),
        Act::Tally { proposal } | Act::Enact { proposal } => format!("{verb} {proposal}"),
        Act::Lapse { task } => format!("{verb} {task}"),
        Act::Claim { task, effect } => format!("{verb} {task} {effect}"),
        Act::Reject { item } => words(verb, [item.task].into_iter()),
        Act::Commit { items } | Act::Settle { items } => {
            words(verb, items.iter().map(|item| item.task))
        }
    }
}

fn words(verb: &str, tasks: impl Iterator<Item = Hash>) -> String {
    let tasks: Vec<String> = tasks.map(|task| task.to_string()).collect();
    format!("{verb} {}", tasks.join(" "))
}
