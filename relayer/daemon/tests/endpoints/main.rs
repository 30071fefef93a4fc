//! What is done about bad nodes, in front of what a real wasmd node has answered (`recorded.json`, made by
//! `record::what_the_other_tests_ask`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../bad_node/mod.rs"]
mod bad_node;
mod blocks;
mod checked;
mod faults;
mod health;
mod price;
mod record;
mod secrets;
mod sites;
mod start;
mod verbs;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use bad_node::{BadNode, Behind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tessera::chain::wasmd::{Gas, Settings, Wasmd};
use tessera_primitives::{Address, Hash, Height, ZoneId};

/// What a real node has answered, and about what it was asked.
#[derive(Serialize, Deserialize)]
struct Recorded {
    zone: ZoneId,
    /// Its newest block when it was asked.
    tip: Height,
    /// A contract, and a transaction that is in a block.
    contract: Address,
    transaction: Hash,
    answers: BTreeMap<String, Value>,
}

/// A key that every contract of cw2 has.
const PRESENT: &[u8] = b"contract_info";
/// A key that the contract does not have.
const ABSENT: &[u8] = b"nothing";

/// This package's folder, in the clone that cargo runs this in.
fn package() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").unwrap().into()
}

impl Recorded {
    fn load() -> Recorded {
        let text = std::fs::read_to_string(Recorded::path()).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn path() -> PathBuf {
        package().join("tests/endpoints/recorded.json")
    }

    /// A height of which everything was recorded.
    fn height(&self) -> Height {
        Height(self.tip.0 - 2)
    }

    async fn node(&self) -> BadNode {
        BadNode::start(Behind::Tape(self.answers.clone())).await
    }

    fn settings(&self, nodes: &[&BadNode]) -> Settings {
        let endpoints = nodes.iter().map(|node| node.url.clone()).collect();
        settings(self.zone.clone(), endpoints)
    }

    fn open(&self, nodes: &[&BadNode]) -> Wasmd {
        Wasmd::open(self.settings(nodes)).unwrap()
    }
}

fn settings(zone: ZoneId, endpoints: Vec<String>) -> Settings {
    Settings {
        zone,
        endpoints,
        account_prefix: "wasm".into(),
        gas: Gas {
            price: 0.025,
            denom: "utess1".into(),
            multiplier: 1.3,
            limit: 30_000_000,
            dynamic: None,
        },
        fee_granter: None,
        max_bytes: 180_000,
        memo: String::new(),
        timeout: Duration::from_millis(800),
        timeout_blocks: 30,
    }
}
