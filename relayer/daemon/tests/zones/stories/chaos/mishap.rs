//! What goes wrong, in an order that the seed decides.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use rustix::process::{kill_process, Pid, Signal};
use serde_json::Value;
use tessera_primitives::Address;

use super::{relayers::Relayer, Scene};
use crate::{bad_node::Spoilt, ground::ci_zones, people::PURSE};

/// Less than a transaction of a relayer costs.
const POOR: u128 = 3_000;
/// How long somebody tries to take a relayer's place in line, and how long he waits in between.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(300);

#[derive(Clone, Copy, Debug)]
pub enum Mishap {
    /// The first or the second relayer is killed by SIGKILL, and started again.
    FirstKilled,
    SecondKilled,
    /// The first relayer's keys have no coins left on a zone, and get some.
    WalletDry,
    /// Another program uses the first relayer's keys.
    KeyShared,
    /// A validator is stopped, and started again.
    NodeStopped,
    /// A validator neither answers nor signs, and goes on.
    NodeFrozen,
    /// A validator is cut off from its peers. Who asks it is answered, by what it has.
    NodeCutOff,
    /// What stands before a node's RPC answers late.
    NodeSlow,
    /// It answers something else.
    NodeGarbled,
}

/// What happens to relayers, and what to nodes: both at once, one thing of each at a time.
pub const TO_RELAYERS: [Mishap; 4] = [
    Mishap::FirstKilled,
    Mishap::SecondKilled,
    Mishap::WalletDry,
    Mishap::KeyShared,
];
pub const TO_NODES: [Mishap; 5] = [
    Mishap::NodeStopped,
    Mishap::NodeFrozen,
    Mishap::NodeCutOff,
    Mishap::NodeSlow,
    Mishap::NodeGarbled,
];

/// Everything of a kind happens at least once, in one order after another, until users are done. Answers how much happened.
pub fn befall(scene: &Scene, kinds: &[Mishap], mut chance: StdRng, done: &AtomicBool) -> usize {
    let mut order = kinds.to_vec();
    let mut happened = 0;
    loop {
        order.shuffle(&mut chance);
        for mishap in &order {
            let zone = chance.gen_range(0..2);
            let node = chance.gen_range(1..scene.ground.zone(zone).nodes.len());
            let held = Duration::from_millis(chance.gen_range(500..scene.longest));
            println!(
                "{:6.1} s  {mishap:?}, zone {zone}, node {node}, for {held:?}",
                scene.began.elapsed().as_secs_f64()
            );
            scene.happen(*mishap, (zone, node), held, &mut chance);
            happened += 1;
            for relayer in &scene.relayers {
                relayer.revive(scene.ground);
            }
            sleep(Duration::from_millis(chance.gen_range(0..scene.longest)));
        }
        if done.load(Ordering::Relaxed) {
            return happened;
        }
    }
}

impl Scene<'_> {
    /// Lets one thing happen, and mends it after a while.
    fn happen(
        &self,
        mishap: Mishap,
        (zone, node): (usize, usize),
        held: Duration,
        chance: &mut StdRng,
    ) {
        match mishap {
            Mishap::FirstKilled => self.killed(&self.relayers[0], held),
            Mishap::SecondKilled => self.killed(&self.relayers[1], held),
            Mishap::WalletDry => self.dry(zone, held),
            Mishap::KeyShared => self.shared(zone, chance.gen_range(2..6)),
            Mishap::NodeStopped => {
                self.run("stop", zone, node);
                sleep(held);
                self.run("start", zone, node);
            }
            Mishap::NodeFrozen => {
                self.signal(zone, node, Signal::STOP);
                sleep(held);
                self.signal(zone, node, Signal::CONT);
            }
            Mishap::NodeCutOff => {
                self.wires.cut(zone, node, true);
                sleep(held);
                self.wires.cut(zone, node, false);
            }
            Mishap::NodeSlow => {
                let late = Duration::from_millis(chance.gen_range(300..3_000));
                self.spoilt(zone, node, Spoilt::Slow(late), held);
            }
            Mishap::NodeGarbled => {
                let how = [
                    Spoilt::Garbage,
                    Spoilt::Cut,
                    Spoilt::Endless,
                    Spoilt::Forging,
                    Spoilt::Shifted,
                    Spoilt::Boasting(7),
                    Spoilt::Swallowing,
                    Spoilt::Losing,
                    Spoilt::Limiting(1),
                    Spoilt::WrongChain,
                ];
                self.spoilt(zone, node, *how.choose(chance).unwrap(), held);
            }
        }
    }

    fn killed(&self, relayer: &Relayer, held: Duration) {
        relayer.kill();
        sleep(held);
        relayer.revive(self.ground);
    }

    /// Somebody takes all that the keys have. After a while they are given coins again.
    fn dry(&self, zone: usize, held: Duration) {
        let keys = self.relayers[0].keys;
        let addresses = keys.map(|key| self.ground.address_of(zone, key));
        let wealthy = |address: &Address| self.ground.coins(zone, address) > POOR;
        let began = Instant::now();
        while addresses.iter().any(wealthy) && began.elapsed() < PATIENCE {
            for key in keys {
                self.stranger.send(self.ground, zone, key, None);
            }
            sleep(PAUSE);
        }
        sleep(held);
        for address in &addresses {
            let mut refills = self.refills.lock().unwrap();
            *refills.entry((zone, address.clone())).or_default() += PURSE;
        }
        self.ground.fund(zone, &addresses.each_ref());
    }

    fn shared(&self, zone: usize, times: usize) {
        for turn in 0..times {
            let key = self.relayers[0].keys[turn % 2];
            let began = Instant::now();
            while !self.stranger.send(self.ground, zone, key, Some(1)) && began.elapsed() < PATIENCE
            {
                sleep(PAUSE);
            }
        }
    }

    fn spoilt(&self, zone: usize, node: usize, how: Spoilt, held: Duration) {
        println!("          {how:?}");
        let bad = &self.nodes[zone][node - 1];
        bad.spoil(how);
        sleep(held);
        bad.spoil(Spoilt::Sound);
    }

    fn run(&self, verb: &str, zone: usize, node: usize) {
        let number = (node + 1).to_string();
        ci_zones(
            &[verb, self.ground.id(zone), &number],
            &self.ground.zones_home(),
        );
    }

    fn signal(&self, zone: usize, node: usize, signal: Signal) {
        let note = self.ground.zone(zone).nodes[node].home.join("node.pid");
        let note: Value = serde_json::from_str(&fs::read_to_string(note).unwrap()).unwrap();
        let process = i32::try_from(note["pid"].as_i64().unwrap()).unwrap();
        kill_process(Pid::from_raw(process).unwrap(), signal).unwrap();
    }
}
