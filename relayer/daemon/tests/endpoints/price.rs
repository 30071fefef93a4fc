//! What gas is paid with: the configured price, or the chain's own where it has a fee market.

use base64::{engine::general_purpose::STANDARD, Engine};
use prost::Message;
use serde_json::{json, Value};
use tessera::chain::{
    wasmd::{Dynamic, Settings, Wasmd},
    Chain,
};

use super::{
    record::{alice, stock},
    BadNode, Behind, Recorded,
};

/// `feemarket.feemarket.v1.GasPriceResponse`, as a chain would answer.
#[derive(Clone, PartialEq, Message)]
struct Answer {
    #[prost(message, optional, tag = "1")]
    price: Option<Price>,
}

/// `cosmos.base.v1beta1.DecCoin`
#[derive(Clone, PartialEq, Message)]
struct Price {
    #[prost(string, tag = "1")]
    denom: String,
    #[prost(string, tag = "2")]
    amount: String,
}

/// What is paid for a unit of gas on a chain whose fee market asks so much.
async fn paid(asked: Option<&str>, dynamic: Option<Dynamic>) -> f64 {
    let mut recorded = Recorded::load();
    if let Some(amount) = asked {
        let question = market_question(&recorded).await;
        recorded.answers.insert(question, market_answer(amount));
    }
    let node = recorded.node().await;
    let prepared = prepare(&recorded, &node, dynamic).await;
    prepared.1 as f64 / prepared.0 as f64
}

async fn prepare(recorded: &Recorded, node: &BadNode, dynamic: Option<Dynamic>) -> (u64, u128) {
    let mut settings: Settings = recorded.settings(&[node]);
    settings.gas.dynamic = dynamic;
    let chain = Wasmd::connect(settings, Some(alice())).await.unwrap();
    let prepared = chain.prepare(&[stock(recorded)]).await.unwrap();
    (prepared.gas_limit, prepared.fee.0)
}

/// How the fee market is asked.
async fn market_question(recorded: &Recorded) -> String {
    let node = BadNode::start(Behind::Tape(recorded.answers.clone())).await;
    prepare(recorded, &node, dynamic(1.0, 1.0)).await;
    let mut questions = node.answers().into_keys();
    questions
        .find(|question| question.contains("feemarket"))
        .unwrap()
}

fn market_answer(amount: &str) -> Value {
    let price = Price {
        denom: "utess1".into(),
        amount: amount.into(),
    };
    let value = Answer { price: Some(price) }.encode_to_vec();
    json!({ "result": { "response": {
        "code": 0, "log": "", "info": "", "index": "0", "key": null, "value": STANDARD.encode(value),
        "proofOps": null, "height": "1", "codespace": "",
    } } })
}

fn dynamic(multiplier: f64, max: f64) -> Option<Dynamic> {
    Some(Dynamic { multiplier, max })
}

#[tokio::test]
async fn what_the_market_asks_is_known_without_sending_anything() {
    let mut recorded = Recorded::load();
    let question = market_question(&recorded).await;
    let answer = market_answer("50000000000000000");
    recorded.answers.insert(question, answer);
    let node = recorded.node().await;
    let asked = async |dynamic| {
        let mut settings = recorded.settings(&[&node]);
        (settings.gas.dynamic, settings.gas.multiplier) = (dynamic, 2.0);
        Wasmd::open(settings).unwrap().gas_price().await
    };
    assert_eq!(asked(None).await, None, "the configured price holds");
    let price = asked(dynamic(1.0, 1.0)).await.unwrap();
    assert_eq!(price.cost(1_000).0, 100, "0.05, of twice the gas");
}

#[tokio::test]
async fn the_market_is_paid_what_it_asks_up_to_what_is_allowed() {
    let near = |actual: f64, expected: f64| (actual - expected).abs() < 0.000_1;
    // 0.05, in units of 10⁻¹⁸.
    let asked = Some("50000000000000000");
    let rows = [
        (None, None, 0.025),
        (asked, None, 0.025),
        (asked, dynamic(1.1, 1.0), 0.055),
        (asked, dynamic(1.1, 0.03), 0.03),
        // No fee market, or one that asks nonsense: the configured price.
        (None, dynamic(1.1, 1.0), 0.025),
        (Some("-5"), dynamic(1.1, 1.0), 0.025),
        (Some("NaN"), dynamic(1.1, 1.0), 0.025),
        (Some(""), dynamic(1.1, 1.0), 0.025),
    ];
    for (asked, dynamic, expected) in rows {
        let actual = paid(asked, dynamic).await;
        assert!(near(actual, expected), "{asked:?} {dynamic:?}: {actual}");
    }
}
