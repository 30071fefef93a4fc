//! Random walks over locks on two and three zones: users register, whoever relays does as he likes, receivers and
//! lockable contracts fail at random, and after every step all money is where the rule says it is.
//!
//! `TESSERA_SEED` and `TESSERA_STEPS` choose another walk; both are printed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod checks;
mod steps;
mod users;
#[path = "../world/mod.rs"]
mod world;
mod zone;

use std::collections::BTreeMap;

use rand::{seq::SliceRandom, Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tessera_lock::{
    in_batch,
    memory::Memory,
    state::{LegState, Mark},
    transition, Effect, Event, Input, Instruction, Now, Payout, Registration, Settlement, Shown,
    Sighting, Step, Task, TaskBody,
};
use tessera_primitives::{
    Address, Amount, Asset, Bytes, CanonicalAddress, Coin, Fork, Hash, Height, Standing, Timestamp,
    ZoneStatus,
};
use zone::{total, Zone};

const SECONDS_A_BLOCK: u64 = 6;
const CAP: u128 = 5_000;

fn from_environment(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(default, |text| text.parse().unwrap())
}

struct Walk {
    random: ChaCha8Rng,
    zones: Vec<Zone>,
    /// A task's id, and its body on each zone.
    bodies: Vec<(Hash, Vec<TaskBody>)>,
    /// Whether evidence is what the zones' pasts say, or anything at all.
    honest: bool,
    counts: BTreeMap<&'static str, u64>,
}

fn assets() -> Vec<Asset> {
    vec![
        Asset::Native(world::fee_denom()),
        world::native("ucoin"),
        world::cw20(0x70),
        world::cw20(0x71),
    ]
}

fn lockable(number: u8) -> Address {
    world::text(&CanonicalAddress::new([0xc0 + number; 32]).unwrap())
}

impl Walk {
    fn new(seed: u64, zones: usize, honest: bool) -> Walk {
        let caps: Vec<(Asset, u128)> = assets().into_iter().map(|asset| (asset, CAP)).collect();
        let zones = (0..zones).map(|own| {
            let lock = world::linked(own, zones, world::parameters(), &caps);
            let users = (0..4).map(|user| world::text(&world::user(user)));
            let rich =
                users.flat_map(|user| assets().into_iter().map(move |asset| (user.clone(), asset)));
            Zone {
                lock,
                balances: rich.map(|key| (key, 1_000_000_000)).collect(),
                height: 1,
                past: BTreeMap::new(),
                kept: Vec::new(),
            }
        });
        Walk {
            random: ChaCha8Rng::seed_from_u64(seed),
            zones: zones.collect(),
            bodies: Vec::new(),
            honest,
            counts: BTreeMap::new(),
        }
    }
}

fn walk(name: &str, zones: usize, honest: bool, default: u64) {
    let seed = from_environment("TESSERA_SEED", 20_261_121 + zones as u64);
    let steps = from_environment("TESSERA_STEPS", default);
    println!("{name}: TESSERA_SEED={seed} TESSERA_STEPS={steps}");
    let mut walk = Walk::new(seed, zones, honest);
    let supply: Vec<BTreeMap<Asset, u128>> = walk.zones.iter().map(total).collect();
    for step in 0..steps {
        let own = walk.act();
        walk.check_escrow(own, seed, step);
        if step % 64 == 0 {
            (0..zones).for_each(|own| walk.check_escrow(own, seed, step));
            let now: Vec<BTreeMap<Asset, u128>> = walk.zones.iter().map(total).collect();
            assert_eq!(now, supply, "supply, seed {seed}, step {step}");
            walk.check_caps(seed, step);
            if honest {
                walk.check_mixes(seed, step);
            }
            walk.forget();
        }
    }
    println!("{name}: {:?}", walk.counts);
    for what in ["kept", "reversed", "rejected", "lapsed", "owed", "claimed"] {
        assert!(
            walk.counts.get(what).copied().unwrap_or(0) > 0,
            "never {what}"
        );
    }
}

impl Walk {
    /// Old tasks that have ended everywhere are not looked at again, so that a long walk stays fast.
    fn forget(&mut self) {
        if self.bodies.len() < 60 {
            return;
        }
        let open = |zone: &Zone, id: &Hash| {
            zone.lock.terms.contains_key(id) || zone.lock.owed.keys().any(|(task, _)| task == id)
        };
        let old: Vec<(Hash, Vec<TaskBody>)> = self.bodies.drain(..40).collect();
        let mut still_open = Vec::new();
        for (id, bodies) in old {
            if self.zones.iter().any(|zone| open(zone, &id)) {
                still_open.push((id, bodies));
                continue;
            }
            for zone in &mut self.zones {
                zone.past.remove(&id);
                zone.lock.marks.remove(&id);
            }
        }
        still_open.append(&mut self.bodies);
        self.bodies = still_open;
        for zone in &mut self.zones {
            let recent = zone.height.saturating_sub(100);
            zone.kept.retain(|(height, ..)| *height >= recent);
        }
    }
}

#[test]
fn two_honest_zones() {
    walk("two honest zones", 2, true, 100_000);
}

#[test]
fn three_honest_zones() {
    walk("three honest zones", 3, true, 50_000);
}

#[test]
fn zones_that_show_anything() {
    walk("zones that show anything", 3, false, 50_000);
}
