//! Makes `recorded.json` from a real zone: `ci/zones up`, `ci/wasm`, then
//! `cargo test --release -p tessera --test endpoints record -- --ignored` with `TESSERA_ZONES` naming its `zones.json`.

use std::{fs, path::PathBuf};

use serde::Deserialize;
use serde_json::json;
use tessera::{
    chain::{wasmd::Wasmd, Call, Chain},
    duties,
    keys::{SigningKey, DEFAULT_PATH},
};
use tessera_primitives::{Asset, Height};

use super::{package, settings, BadNode, Behind, Recorded, ABSENT, PRESENT};

#[derive(Deserialize)]
struct Zones {
    zones: Vec<Zone>,
}

#[derive(Deserialize)]
struct Zone {
    chain_id: String,
    denom: String,
    rpc: String,
}

/// An account that `ci/zones` gives money to.
pub(super) fn alice() -> SigningKey {
    #[derive(Deserialize)]
    struct Account {
        name: String,
        mnemonic: String,
    }
    let file = root().join("ci/wasmd/accounts.json");
    let accounts: Vec<Account> = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let alice = accounts.iter().find(|account| account.name == "alice");
    SigningKey::derive(&alice.unwrap().mnemonic, DEFAULT_PATH).unwrap()
}

/// What alice may do.
pub(super) fn stock(recorded: &Recorded) -> Call {
    let item = json!({ "stock": { "item": "berth", "free": 1, "price": "1" } });
    duties::call(&recorded.contract, &item).unwrap()
}

fn root() -> PathBuf {
    package().join("../..")
}

/// What every test asks a node. The height is the last of five that are read.
pub(super) async fn ask_everything(chain: &Wasmd, recorded: &Recorded, last: Height) {
    for height in last.0 - 4..=last.0 {
        chain.block(Height(height)).await.unwrap();
        chain.header(Height(height)).await.unwrap();
    }
    let contract = chain.canonical(&recorded.contract).unwrap();
    for key in [PRESENT, ABSENT] {
        let proven = chain.prove(&contract, key, Height(last.0 - 1)).await;
        assert_eq!(proven.unwrap().value.is_some(), key == PRESENT);
    }
}

#[tokio::test]
#[ignore = "needs a real zone"]
async fn what_the_other_tests_ask() {
    let file = PathBuf::from(std::env::var_os("TESSERA_ZONES").expect("TESSERA_ZONES"));
    let zones: Zones = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let zone = &zones.zones[0];
    let node = BadNode::start(Behind::Stopped(zone.rpc.clone())).await;
    let mut settings = settings(zone.chain_id.parse().unwrap(), vec![zone.rpc.clone()]);
    settings.gas.denom = zone.denom.clone();
    let direct = Wasmd::connect(settings, Some(alice())).await.unwrap();
    let wasm = fs::read(root().join("artifacts/booking.wasm")).unwrap();
    let stored = direct.prepare_code(wasm).await.unwrap();
    let stored = direct.broadcast(stored).await.unwrap();
    let made = json!({ "roles": { "owner": direct.account() }, "denom": zone.denom });
    let made = serde_json::to_vec(&made).unwrap();
    let code = stored.code_id().unwrap();
    let made = direct.prepare_contract(code, None, "recorded".into(), made);
    let made = direct.broadcast(made.await.unwrap()).await.unwrap();
    let mut recorded = Recorded {
        zone: direct.zone().clone(),
        tip: Height(0),
        contract: made.contract().unwrap(),
        transaction: made.included.hash,
        answers: Default::default(),
    };
    while direct.tip().await.unwrap().0 < made.included.height.0 + 8 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let taped = recorded.open(&[&node]);
    let tip = taped.tip().await.unwrap();
    recorded.tip = tip;
    ask_everything(&taped, &recorded, recorded.height()).await;
    taped.header(tip).await.unwrap();
    let coin = Asset::Native(zone.denom.parse().unwrap());
    taped
        .balance(direct.account().unwrap(), &coin)
        .await
        .unwrap();
    taped
        .outcome(recorded.transaction, Height(tip.0 + 100))
        .await
        .unwrap();
    let lane = taped.with_key(alice()).unwrap();
    lane.prepare(&[stock(&recorded)]).await.unwrap();
    recorded.answers = node.answers();
    let text = serde_json::to_string(&recorded).unwrap();
    fs::write(Recorded::path(), text + "\n").unwrap();
}
