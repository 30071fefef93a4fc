//! `relayer_memory_mb`, `relayer_cpu`: with so many open tasks, committed on both zones and waiting for their deadlines:
//! that is when most of each is remembered.

use std::{thread::sleep, time::Duration};

use serde_json::json;
use tessera_contract_api::transaction_lock::{OpenTask, QueryMsg, Waiting};
use tessera_lock::{state::LegState, Settlement};

use crate::{
    batch::User,
    figure::Figures,
    ground::Ground,
    process::{rounded, Relayer, JOURNAL},
    rate::register_many,
};

/// Most megabytes that a relayer should have.
const GOAL: u64 = 64;
/// How long it is left in peace, and for how long its use of the processor is measured then.
const REST: Duration = Duration::from_secs(10);

pub fn measure(ground: &Ground, users: &[User; 2], figures: &mut Figures) {
    let keys = ["relayer", "carol"];
    let relayer = Relayer::start(ground, &keys, &ground.path(JOURNAL), |same| same);
    relayer.wait_until_it_keeps_up();
    let mut there = 0;
    for tasks in [0, 1_000, 10_000] {
        register_many(ground, users, tasks - there, Settlement::AfterDeadlines);
        there = tasks;
        relayer.wait(Duration::from_secs(2), || {
            (0..2).all(|zone| committed(ground, zone) >= tasks)
        });
        sleep(REST);
        let before = relayer.cpu();
        sleep(REST);
        let cpu = (relayer.cpu() - before) / REST.as_secs_f64();
        let [now, most] = relayer.memory();
        println!("{tasks} open tasks: {now:.1} MB, {most:.1} MB at most so far");
        let case = json!({ "tasks": tasks });
        figures.add(
            "relayer_memory_mb",
            &case,
            rounded(now, 10.0),
            "MB",
            Some(GOAL),
        );
        let case = json!({ "while": "idle", "tasks": tasks });
        figures.add("relayer_cpu", &case, rounded(cpu, 100.0), "cores", None);
    }
}

/// How many legs are committed on a zone.
fn committed(ground: &Ground, zone: usize) -> usize {
    let mut all: Vec<OpenTask> = Vec::new();
    loop {
        let question = QueryMsg::OpenTasks {
            start_after: all.last().map(|last| Waiting {
                deadline: last.deadline,
                task_id: last.task_id,
            }),
            limit: Some(100),
        };
        let page: Vec<OpenTask> = ground.ask(zone, &ground.sites[zone].lock, &question);
        if page.is_empty() {
            return all
                .iter()
                .filter(|leg| leg.state == LegState::Committed)
                .count();
        }
        all.extend(page);
    }
}
