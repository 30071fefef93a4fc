//! `start_ms`: from the start of the process until it has read every block, with a journal of a hundred thousand finished
//! tasks, as they would be in it.

use std::path::Path;

use serde_json::json;
use tessera::{chain::Chain, journal::Journal, ledger::Ledger};
use tessera_lock::{Event, Leg, Settlement, Task, TaskBody};
use tessera_planner::{Act, Block, Brings, Duty, End, Fact, Item, Observation, Policy, Served};
use tessera_primitives::{
    Address, Amount, Bytes, CanonicalAddress, Hash, Height, Seconds, Timestamp, ZoneId,
};

use crate::{batch::User, figure::Figures, ground::Ground, process::Relayer};

const FINISHED: u64 = 100_000;
/// Most milliseconds that a start should take.
const GOAL: u64 = 2_000;
/// The median of so many starts counts.
const STARTS: usize = 5;

/// A zone and its lock.
struct Side {
    zone: ZoneId,
    lock: CanonicalAddress,
}

pub fn measure(ground: &Ground, _: &[User; 2], figures: &mut Figures) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.redb");
    write(ground, &path);
    let size = std::fs::metadata(&path).unwrap().len() / 1_000_000;
    let starts = (0..STARTS).map(|_| {
        let relayer = Relayer::start(ground, &["relayer", "carol"], &path, |same| same);
        relayer.wait_until_it_keeps_up();
        let took = relayer.age().as_millis() as u64;
        let finished = relayer.state().unwrap()["finished"].as_u64().unwrap();
        assert!(finished >= FINISHED, "{finished}");
        took
    });
    let mut starts: Vec<u64> = starts.collect();
    starts.sort_unstable();
    println!("starts took {starts:?} ms; the journal has {size} MB");
    let case = json!({ "finished_tasks": FINISHED });
    figures.add("start_ms", &case, starts[STARTS / 2], "ms", Some(GOAL));
}

/// Tasks that were registered, committed and kept on both zones, in the blocks that these have had so far.
fn write(ground: &Ground, path: &Path) {
    let sides = [0, 1].map(|zone| {
        let chain = ground.chain(zone, "relayer");
        Side {
            zone: chain.zone().clone(),
            lock: chain.canonical(&ground.sites[zone].lock).unwrap(),
        }
    });
    let mut ledger = Ledger::open(Journal::open(path).unwrap(), Policy::default()).unwrap();
    for side in &sides {
        ledger.observe(served(side, &sides)).unwrap();
    }
    // The newest blocks are left to be read at the start, as after a short absence.
    let blocks = [0, 1]
        .map(|zone| ground.height(zone))
        .into_iter()
        .min()
        .unwrap()
        - 20;
    let together = FINISHED.div_ceil(blocks / 3);
    let mut height = 0;
    let mut nonce = 0;
    while nonce < FINISHED {
        let tasks: Vec<Task> = (nonce..FINISHED.min(nonce + together))
            .map(|nonce| task(&sides, nonce))
            .collect();
        nonce += together;
        for stage in 0..3 {
            height += 1;
            for (index, side) in sides.iter().enumerate() {
                observe(&mut ledger, side, height, index as u8, stage, &tasks);
            }
        }
    }
    assert_eq!(ledger.knowledge().finished(), FINISHED);
}

fn served(side: &Side, sides: &[Side; 2]) -> Observation {
    let others = sides.iter().filter(|other| other.zone != side.zone);
    Observation::Zone(Served {
        zone: side.zone.clone(),
        lock: side.lock.clone(),
        registrants: Default::default(),
        fresh: Seconds(900),
        fork_grace: 400,
        max_horizon: 2_000,
        views: others
            .map(|other| (other.zone.clone(), Seconds(1_209_600)))
            .collect(),
    })
}

fn task(sides: &[Side; 2], nonce: u64) -> Task {
    let legs = sides.iter().map(|side| Leg {
        zone: side.zone.clone(),
        lock: side.lock.clone(),
        registrant: CanonicalAddress::new([2; 20]).unwrap(),
        tx_hash: Hash::sha256(&nonce.to_be_bytes()),
        reversal_hash: Hash::ZERO,
        deadline: Height(1_000_000),
        retention: 2_400,
    });
    Task {
        legs: legs.collect(),
        settlement: Settlement::OnProof,
        nonce,
    }
}

/// A block with one stage of these tasks, and for commits and settles what the relayer had promised of it.
fn observe(ledger: &mut Ledger, side: &Side, height: u64, leg: u8, stage: u8, tasks: &[Task]) {
    if stage > 0 {
        for some in tasks.chunks(30) {
            let items: Vec<Item> = some.iter().map(item).collect();
            let act = match stage {
                1 => Act::Commit { items },
                _ => Act::Settle { items },
            };
            let duty = Duty {
                on: side.zone.clone(),
                act,
            };
            let ids = ledger.promise(vec![duty], Height(height + 30)).unwrap();
            let end = End::Included {
                height: Height(height),
                transaction: Hash::sha256(&height.to_be_bytes()),
            };
            ledger.conclude(&ids, &end, Timestamp(height)).unwrap();
        }
    }
    let facts = tasks
        .iter()
        .map(|task| Fact::Lock(said(task, leg, stage, height)));
    let block = Block {
        zone: side.zone.clone(),
        height: Height(height),
        time: Timestamp(height * 1_000_000_000),
        facts: facts.collect(),
    };
    ledger.observe(Observation::Block(block)).unwrap();
}

fn item(task: &Task) -> Item {
    Item {
        task: task.id(),
        sights: Vec::new(),
        brings: Brings::Nothing,
    }
}

fn said(task: &Task, leg: u8, stage: u8, height: u64) -> Event {
    let (id, caller) = (task.id(), Address::new("somebody").unwrap());
    let body = || TaskBody {
        task: task.clone(),
        tx: Some(Vec::new()),
        reversal: Some(Vec::new()),
    };
    match stage {
        0 => Event::Registered {
            task: id,
            leg,
            registrant: caller,
            deadline: Height(1_000_000),
            tip: Amount(20),
            body: Bytes(body().to_bytes()),
        },
        1 => Event::Committed {
            task: id,
            height: Height(height),
            caller,
        },
        _ => Event::Kept { task: id, caller },
    }
}
