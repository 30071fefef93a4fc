//! How many tasks a second a relayer settles: they are registered first, and then it starts.

use std::{
    fs,
    time::{Duration, Instant},
};

use tessera::chain::Chain;
use tessera_contract_api::transaction_lock::{ExecuteMsg, OpenTask, OwnLeg, QueryMsg};
use tessera_lock::{reversal_hash, tx_hash, Leg, Settlement, Task};
use tessera_primitives::{Address, Amount, CanonicalAddress, Height};

use crate::{
    ground::Ground,
    operator::{FEE, FORK_GRACE, HORIZON},
    people::Person,
    task::{pays, SENT, TIP},
};

/// Tasks of one message, and messages.
const BATCH: usize = 30;
const BATCHES: usize = 12;

pub fn with_one_key_and_with_two(ground: &Ground) {
    let [payer] = ground.people(["rate-payer"]);
    for keys in [1, 2] {
        use_keys(ground, keys);
        for _ in 0..BATCHES {
            register(ground, &payer);
        }
        let began = Instant::now();
        ground.start_relayer();
        while (0..2).any(|zone| open(ground, zone)) {
            assert!(
                began.elapsed() < Duration::from_secs(300),
                "{}",
                ground.log_end()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        let took = began.elapsed().as_secs_f64();
        ground.kill_relayer();
        let tasks = BATCH * BATCHES;
        println!(
            "{keys} keys a zone: {tasks} tasks in {took:.1} s, {:.1} a second",
            tasks as f64 / took
        );
    }
}

/// A batch of tasks in which one person pays on both zones.
fn register(ground: &Ground, payer: &Person) {
    let tasks: Vec<Task> = (0..BATCH).map(|_| task(ground, payer)).collect();
    std::thread::scope(|scope| {
        for zone in 0..2 {
            let tasks = &tasks;
            scope.spawn(move || {
                let effects = vec![pays(ground.coin(zone), SENT, payer)];
                let legs = tasks.iter().map(|task| OwnLeg {
                    task: task.clone(),
                    tx: effects.clone(),
                    reversal: effects.clone(),
                    tip: Amount(TIP),
                });
                let message = ExecuteMsg::RegisterBatch {
                    legs: legs.collect(),
                };
                let due = (SENT + FEE + TIP) * BATCH as u128;
                let lock = &ground.sites[zone].lock;
                ground.send(zone, payer, &[(lock, message, due)]).unwrap();
            });
        }
    });
}

fn task(ground: &Ground, payer: &Person) -> Task {
    let legs = (0..2).map(|zone| {
        let effects = vec![pays(ground.coin(zone), SENT, payer)];
        Leg {
            zone: ground.id(zone).parse().unwrap(),
            lock: canonical(ground, zone, &ground.sites[zone].lock),
            registrant: canonical(ground, zone, &payer.address),
            tx_hash: tx_hash(&effects),
            reversal_hash: reversal_hash(&effects),
            deadline: Height(1_500),
            retention: HORIZON + FORK_GRACE,
        }
    });
    Task {
        legs: legs.collect(),
        settlement: Settlement::OnProof,
        nonce: ground.nonce(),
    }
}

fn canonical(ground: &Ground, zone: usize, address: &Address) -> CanonicalAddress {
    ground.chain(zone, "relayer").canonical(address).unwrap()
}

/// Leaves the relayer one lane a zone, or two.
fn use_keys(ground: &Ground, keys: usize) {
    let two = "key_names = [\"relayer\", \"carol\"]";
    ground.write_configs(&[]);
    let config = fs::read_to_string(ground.path("relayer.toml")).unwrap();
    assert!(config.contains(two));
    if keys == 1 {
        let one = config.replace(two, "key_names = [\"relayer\"]");
        fs::write(ground.path("relayer.toml"), one).unwrap();
    }
}

fn open(ground: &Ground, zone: usize) -> bool {
    let question = QueryMsg::OpenTasks {
        start_after: None,
        limit: Some(1),
    };
    let open: Vec<OpenTask> = ground.ask(zone, &ground.sites[zone].lock, &question);
    !open.is_empty()
}
