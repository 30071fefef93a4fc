//! `settle_latency_ms`, `commit_latency_ms`: from the block in which the last thing happened that a leg waited for, to the
//! block that has the leg's transaction, by the times in the blocks.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::json;
use tessera::journal::Journal;
use tessera_lock::{Event, Settlement};
use tessera_planner::{Entry, Fact, Observation};
use tessera_primitives::Hash;

use crate::{
    batch::{register, swap, Terms, User},
    figure::Figures,
    ground::Ground,
    operator::HORIZON,
    process::{Relayer, JOURNAL},
};

/// Tasks, one after another.
const TASKS: usize = 100;

/// When something happened to a leg: registered, committed, kept.
type Times = [Option<u64>; 3];

pub fn measure(ground: &Ground, users: &[User; 2], figures: &mut Figures) {
    let between = [&users[0], &users[1]];
    let path = ground.path(JOURNAL);
    let relayer = Relayer::start(ground, &["relayer", "carol"], &path, |same| same);
    relayer.wait_until_it_keeps_up();
    let finished = || relayer.state().unwrap()["finished"].as_u64().unwrap();
    let before = finished();
    let mut tasks = BTreeSet::new();
    for _ in 0..TASKS {
        let terms = Terms {
            deadlines: [0, 1].map(|zone| ground.height(zone) + HORIZON / 2),
            settlement: Settlement::OnProof,
        };
        let swaps = [swap(ground, between, terms, [1, 1])];
        tasks.insert(swaps[0].task.id());
        std::thread::scope(|scope| {
            for zone in 0..2 {
                let swaps = &swaps;
                scope.spawn(move || register(ground, zone, between, swaps).unwrap());
            }
        });
    }
    relayer.wait(Duration::from_millis(100), || {
        finished() >= before + TASKS as u64
    });
    drop(relayer);
    let mut legs = read(&path);
    legs.retain(|(_, task), _| tasks.contains(task));
    assert_eq!(legs.len(), 2 * TASKS);
    let mut waits = [Vec::new(), Vec::new()];
    for ((zone, task), own) in &legs {
        let other = legs
            .iter()
            .find(|((there, same), _)| same == task && there != zone);
        let (_, other) = other.unwrap();
        for step in [0, 1] {
            let ready = own[step].unwrap().max(other[step].unwrap());
            waits[step].push(own[step + 1].unwrap().saturating_sub(ready) / 1_000_000);
        }
    }
    for (mut waits, measure) in waits
        .into_iter()
        .zip(["commit_latency_ms", "settle_latency_ms"])
    {
        waits.sort_unstable();
        for percentile in [50, 99] {
            let rank = (waits.len() * percentile).div_ceil(100) - 1;
            let case = json!({ "percentile": percentile });
            figures.add(measure, &case, waits[rank], "ms", None);
        }
    }
}

/// When each leg was registered, committed and kept, by zone and task.
fn read(journal: &std::path::Path) -> BTreeMap<(String, Hash), Times> {
    let mut legs: BTreeMap<(String, Hash), Times> = BTreeMap::new();
    let journal = Journal::open(journal).unwrap();
    let read = journal.entries(|_, entry| {
        let Entry::Observed(Observation::Block(block)) = entry else {
            return;
        };
        for fact in block.facts {
            let (task, step) = match fact {
                Fact::Lock(Event::Registered { task, .. }) => (task, 0),
                Fact::Lock(Event::Committed { task, .. }) => (task, 1),
                Fact::Lock(Event::Kept { task, .. }) => (task, 2),
                _ => continue,
            };
            legs.entry((block.zone.to_string(), task)).or_default()[step] = Some(block.time.0);
        }
    });
    read.unwrap();
    legs
}
