//! Blocks as nodes give them.

use serde_json::{json, Value};
use tessera::chain::Chain;

use super::Recorded;

const TRANSACTIONS: usize = 200;
const EVENTS: usize = 30;

/// What contracts said in a full block is read whole and in order; in transactions that failed they said nothing.
#[tokio::test]
async fn of_two_hundred_transactions_none_is_lost() {
    let fails = |transaction: usize| transaction % 10 == 9;
    let mut recorded = Recorded::load();
    let height = recorded.height();
    let event = |transaction: usize, event: usize| {
        json!({ "type": "wasm-told", "attributes": [
            { "key": "_contract_address", "value": recorded.contract, "index": true },
            { "key": "number", "value": (transaction * EVENTS + event).to_string(), "index": true },
        ] })
    };
    let result = |transaction: usize| {
        let events: Vec<Value> = (0..EVENTS)
            .map(|number| event(transaction, number))
            .collect();
        json!({
            "code": u32::from(fails(transaction)), "data": null, "log": "", "info": "",
            "gas_wanted": "0", "gas_used": "0", "events": events, "codespace": "",
        })
    };
    let results: Vec<Value> = (0..TRANSACTIONS).map(result).collect();
    let question = format!("block_results {{\"height\":\"{height}\"}}");
    let answer = recorded.answers.get_mut(&question).unwrap();
    answer["result"]["txs_results"] = results.into();

    let node = recorded.node().await;
    let block = recorded.open(&[&node]).block(height).await.unwrap();
    let told = block
        .events
        .iter()
        .filter(|event| event.kind == "wasm-told");
    let told: Vec<String> = told.map(|event| event.attributes[1].1.clone()).collect();
    let said = (0..TRANSACTIONS).filter(|transaction| !fails(*transaction));
    let said =
        said.flat_map(|transaction| (0..EVENTS).map(move |event| transaction * EVENTS + event));
    let said: Vec<String> = said.map(|number| number.to_string()).collect();
    assert_eq!(told, said);
}
