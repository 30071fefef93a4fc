//! `catch_up_rate`: blocks a second that a relayer reads of what it has missed.
//!
//! The blocks are a zone's own: its node is told to hurry, and makes the ten thousand in minutes, with some tasks in them.
//! What it answers is recorded while a relayer catches up the first time, and a second relayer with a new journal is answered
//! from the record, so that it is not the node that is measured. Nothing in an answer is changed: all signatures hold.

use std::{
    fs,
    path::PathBuf,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::json;
use tessera_lock::Settlement;

use crate::{
    bad_node::{BadNode, Behind},
    batch::{register, swap, Terms, User, BATCH},
    figure::Figures,
    ground::{ci_zones, Ground},
    operator::HORIZON,
    process::{rounded, Relayer},
};

const MISSED: u64 = 10_000;
/// How long a zone may take to make them.
const PATIENCE: Duration = Duration::from_secs(1_200);

pub fn measure(ground: &Ground, users: &[User; 2], figures: &mut Figures) {
    let first = ground.height(0) + 1;
    let between = [&users[0], &users[1]];
    let mut batches = 0;
    hurry(ground, true);
    let began = Instant::now();
    while ground.height(0) < first + MISSED {
        assert!(
            began.elapsed() < PATIENCE,
            "{} at {}",
            ground.id(0),
            ground.height(0)
        );
        let deadline = ground.height(0) + HORIZON / 2;
        let terms = Terms {
            deadlines: [deadline; 2],
            settlement: Settlement::OnProof,
        };
        let swaps = (0..BATCH).map(|_| swap(ground, between, terms, [1, 1]));
        // Blocks may come too fast for it.
        let registered = register(ground, 0, between, &swaps.collect::<Vec<_>>());
        batches += usize::from(registered.is_ok());
        sleep(Duration::from_secs(2));
    }
    hurry(ground, false);
    println!(
        "{MISSED} blocks in {:?}, with {batches} batches of tasks",
        began.elapsed()
    );
    let nodes = [0, 1].map(|zone| {
        let node = BadNode::start(Behind::Stopped(ground.zone(zone).rpc.clone()));
        ground.runtime.block_on(node)
    });
    let folder = tempfile::tempdir().unwrap();
    let tips = [first, ground.height(1)];
    let mut took = [0.0; 2];
    for turn in [0, 1] {
        let journal: PathBuf = folder.path().join(format!("{turn}.redb"));
        let missed = |config: String| {
            let mut sections: Vec<String> = config.split("[[chains]]").map(String::from).collect();
            for (zone, node) in nodes.iter().enumerate() {
                let since = format!("start_height = {}", ground.sites[zone].start);
                let section = &mut sections[zone + 1];
                assert!(section.contains(&since), "{section}");
                *section = section
                    .replace(&ground.zone(zone).rpc, &node.url)
                    .replace(&since, &format!("start_height = {}", tips[zone]));
            }
            // It is to read, and not to work.
            format!(
                "[policy]\nmin_tip = 1000000\n{}",
                sections.join("[[chains]]")
            )
        };
        let relayer = Relayer::start(ground, &["relayer"], &journal, missed);
        relayer.wait_until_it_keeps_up();
        took[turn] = relayer.age().as_secs_f64();
        println!(
            "caught up in {:.1} s, {:.0} MB",
            took[turn],
            relayer.memory()[1]
        );
    }
    let case = json!({ "blocks": MISSED });
    let rate = rounded(MISSED as f64 / took[1], 1.0);
    figures.add("catch_up_rate", &case, rate, "blocks/s", None);
}

/// Has the first zone make blocks as fast as it can, or twice a second again.
fn hurry(ground: &Ground, fast: bool) {
    let zone = ground.zone(0);
    let run = |verb| ci_zones(&[verb, &zone.chain_id, "1"], &ground.zones_home());
    run("stop");
    let path = zone.nodes[0].home.join("config/config.toml");
    let config = fs::read_to_string(&path).unwrap();
    let pauses = ["timeout_commit = \"500ms\"", "timeout_commit = \"0s\""];
    let [from, to] = if fast { pauses } else { [pauses[1], pauses[0]] };
    assert!(config.contains(from), "{config}");
    fs::write(&path, config.replace(from, to)).unwrap();
    run("start");
    ground.await_blocks(0);
}
