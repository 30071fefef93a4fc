//! `settle_rate`: tasks a second, of many that were registered before the relayer started.

use std::time::{Duration, Instant};

use serde_json::json;
use tendermint_rpc::{Client, HttpClient};
use tessera::chain::block_height;
use tessera_contract_api::transaction_lock::{OpenTask, QueryMsg};
use tessera_lock::Settlement;
use tessera_primitives::Height;

use crate::{
    batch::{register, swap, Swap, Terms, User, BATCH},
    figure::Figures,
    ground::Ground,
    operator::HORIZON,
    process::{rounded, Relayer, JOURNAL},
};

/// Tasks of one measurement.
const TASKS: usize = 1_800;
/// Batches of one transaction of a user.
const BATCHES: usize = 3;
/// From which share of their bytes on blocks count as full, and from which share of a core on the relayer does. Where neither
/// is, it waits for nodes: these try transactions out before they are sent, and run them.
const FULL: f64 = 0.9;

pub fn measure(ground: &Ground, users: &[User; 2], figures: &mut Figures) {
    for name in ["alice", "bob"] {
        let account = ground
            .record
            .accounts
            .iter()
            .find(|known| known.name == name);
        ground.add_key(name, &account.unwrap().mnemonic);
    }
    for keys in [
        &["relayer"][..],
        &["relayer", "carol"],
        &["relayer", "carol", "alice", "bob"],
    ] {
        register_many(ground, users, TASKS, Settlement::OnProof);
        let before = [0, 1].map(|zone| ground.height(zone));
        let relayer = Relayer::start(ground, keys, &ground.path(JOURNAL), |same| same);
        let began = Instant::now();
        relayer.wait(Duration::from_millis(100), || {
            !(0..2).any(|zone| is_open(ground, zone))
        });
        let took = began.elapsed().as_secs_f64();
        let cpu = relayer.cpu() / took;
        drop(relayer);
        let full =
            [0, 1].map(|zone| fullness(ground, zone, before[zone] + 1..=ground.height(zone)));
        println!(
            "{} keys: {took:.1} s; the fullest blocks had {full:.2?} of their bytes",
            keys.len()
        );
        let limit = if full.iter().all(|share| *share >= FULL) {
            "blocks"
        } else if cpu >= FULL {
            "relayer"
        } else {
            "nodes"
        };
        let case = json!({ "keys": keys.len(), "limit": limit });
        let rate = rounded(TASKS as f64 / took, 1.0);
        figures.add("settle_rate", &case, rate, "tasks/s", None);
        let case = json!({ "while": "settling", "keys": keys.len() });
        figures.add("relayer_cpu", &case, rounded(cpu, 100.0), "cores", None);
    }
}

/// Registers so many tasks, both legs of each, with deadlines that are far away.
pub fn register_many(ground: &Ground, users: &[User; 2], tasks: usize, settlement: Settlement) {
    let between = [&users[0], &users[1]];
    let terms = Terms {
        deadlines: [0, 1].map(|zone| ground.height(zone) + HORIZON - 100),
        settlement,
    };
    let swaps: Vec<Swap> = (0..tasks)
        .map(|_| swap(ground, between, terms, [1, 1]))
        .collect();
    std::thread::scope(|scope| {
        for zone in 0..2 {
            let swaps = &swaps;
            scope.spawn(move || {
                for some in swaps.chunks(BATCHES * BATCH) {
                    register(ground, zone, between, some).unwrap();
                }
            });
        }
    });
}

fn is_open(ground: &Ground, zone: usize) -> bool {
    let question = QueryMsg::OpenTasks {
        start_after: None,
        limit: Some(1),
    };
    let open: Vec<OpenTask> = ground.ask(zone, &ground.sites[zone].lock, &question);
    !open.is_empty()
}

/// Which share of the bytes that a block may have the fullest of these blocks had.
fn fullness(ground: &Ground, zone: usize, heights: std::ops::RangeInclusive<u64>) -> f64 {
    let client = HttpClient::new(ground.zone(zone).rpc.as_str()).unwrap();
    ground.runtime.block_on(async {
        let mut most = 0;
        for height in heights.clone() {
            let block = client
                .block(block_height(Height(height)).unwrap())
                .await
                .unwrap()
                .block;
            most = most.max(block.data.iter().map(Vec::len).sum());
        }
        let at = block_height(Height(*heights.start())).unwrap();
        let limits = client.consensus_params(at).await.unwrap().consensus_params;
        most as f64 / limits.block.max_bytes as f64
    })
}
