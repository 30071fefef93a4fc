//! Two zones of four validators, two relayers, and everything that goes wrong in months, in minutes. Users register tasks
//! in batches meanwhile. At the end every task is kept on both zones or given back on both, money adds up to the unit, and
//! every transaction of the relayers' keys is one that a journal had promised.
//!
//! `TESSERA_SEED=N` has the same things go wrong in the same order, as they always do where `CI` is set; `TESSERA_LONG` asks for over a thousand tasks.

mod audit;
mod chain;
mod explain;
mod mishap;
mod relayers;
mod stranger;
mod users;
mod wires;

use std::{
    collections::BTreeMap,
    env,
    sync::{
        atomic::{AtomicBool, Ordering},
        Mutex,
    },
    thread::sleep,
    time::{Duration, Instant},
};

use rand::{rngs::StdRng, SeedableRng};
use tessera_contract_api::transaction_lock::{OpenTask, QueryMsg};
use tessera_primitives::Address;

use crate::{
    bad_node::{BadNode, Behind},
    batch::User,
    ground::Ground,
};
use audit::Books;
use relayers::Relayer;
use stranger::Stranger;
use wires::Wires;

/// How long everything may take to end once nothing goes wrong any more.
const PATIENCE: Duration = Duration::from_secs(240);

/// The seed of CI.
const SEED: u64 = 20_261_121;

struct Scene<'a> {
    ground: &'a Ground,
    began: Instant,
    /// Longest time that something is wrong, in milliseconds.
    longest: u64,
    wires: Wires,
    /// What stands before the RPC of each zone's second to fourth validator. Users and this test ask the first one, which
    /// is left alone.
    nodes: Vec<Vec<BadNode>>,
    relayers: [Relayer; 2],
    stranger: Stranger,
    /// What keys were given again after they had run dry, by zone.
    refills: Mutex<BTreeMap<(usize, Address), u128>>,
}

pub fn everything_adds_up(ground: &Ground) {
    // Whoever judges a change by it wants the same things to go wrong; all others look for new ones.
    let seed = match (env::var("TESSERA_SEED"), env::var_os("CI")) {
        (Ok(seed), _) => seed.parse().unwrap(),
        (Err(_), Some(_)) => SEED,
        (Err(_), None) => rand::random(),
    };
    println!("TESSERA_SEED={seed}");
    let chance = |hand: u64| StdRng::seed_from_u64(seed.wrapping_add(hand));
    let (batches, longest) = match env::var_os("TESSERA_LONG") {
        Some(_) => (36, 6_000),
        None => (4, 2_000),
    };
    let scene = Scene::new(ground, longest);
    let people = ground.people(["ann", "ben", "cat", "dan"]);
    let users = people.map(|person| User::new(ground, person));
    let books = Books::open(&scene, &users);
    for relayer in &scene.relayers {
        relayer.revive(ground);
    }
    let done = AtomicBool::new(false);
    let (made, happened) = std::thread::scope(|scope| {
        let hands = [&mishap::TO_RELAYERS[..], &mishap::TO_NODES[..]];
        let hands = [0, 1].map(|hand| {
            let (scene, done, chance) = (&scene, &done, chance(hand));
            let kinds = hands[hand as usize];
            scope.spawn(move || mishap::befall(scene, kinds, chance, done))
        });
        let until_then = Done(&done);
        let made = users::register_all(&scene, &users, batches, chance(2));
        drop(until_then);
        let happened = hands.map(|hand| hand.join().unwrap());
        (made, happened.iter().sum::<usize>())
    });
    scene.wait();
    for relayer in &scene.relayers {
        println!("{}: {} starts", relayer.name, relayer.starts());
        relayer.kill();
    }
    println!("{} tasks, {happened} mishaps", made.len());
    books.close(&scene, &users, &made);
}

/// Says that users are done, also when one of them panics.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<'a> Scene<'a> {
    fn new(ground: &'a Ground, longest: u64) -> Scene<'a> {
        let wires = Wires::lay(ground);
        let zones = ground.record.zones.iter();
        let nodes: Vec<Vec<BadNode>> = zones
            .map(|zone| {
                let nodes = zone.nodes[1..].iter();
                let nodes = nodes.map(|node| BadNode::start(Behind::Node(node.rpc.clone())));
                nodes.map(|node| ground.runtime.block_on(node)).collect()
            })
            .collect();
        let [vault, _, _] = ground.people(["vault", "rival", "rival-too"]);
        let ordered = |order: [usize; 3]| -> Vec<Vec<&BadNode>> {
            let zones = nodes.iter();
            zones.map(|of| order.map(|at| &of[at]).into()).collect()
        };
        let relayers = [
            Relayer::new(ground, "first", ["relayer", "carol"], &ordered([0, 1, 2])),
            Relayer::new(
                ground,
                "second",
                ["rival", "rival-too"],
                &ordered([2, 0, 1]),
            ),
        ];
        let stranger = Stranger::new(ground, vault, &relayers[0].keys);
        Scene {
            ground,
            began: Instant::now(),
            longest,
            wires,
            nodes,
            relayers,
            stranger,
            refills: Mutex::default(),
        }
    }

    /// Waits until nothing is open on any zone.
    fn wait(&self) {
        let healed = Instant::now();
        let first = QueryMsg::OpenTasks {
            start_after: None,
            limit: Some(1),
        };
        let is_open = |zone: usize| {
            let lock = &self.ground.sites[zone].lock;
            let open: Vec<OpenTask> = self.ground.ask(zone, lock, &first);
            !open.is_empty()
        };
        while is_open(0) || is_open(1) {
            for relayer in &self.relayers {
                relayer.revive(self.ground);
            }
            assert!(
                healed.elapsed() < PATIENCE,
                "tasks are open; the relayers' last words:\n{}",
                self.last_words()
            );
            sleep(Duration::from_millis(500));
        }
        println!(
            "{:6.1} s  everything has ended, {:.1} s after the last mishap",
            self.began.elapsed().as_secs_f64(),
            healed.elapsed().as_secs_f64()
        );
    }

    fn last_words(&self) -> String {
        let words = self.relayers.iter();
        let words: Vec<String> = words.map(|each| each.log_end(self.ground)).collect();
        words.join("\n\n")
    }
}
