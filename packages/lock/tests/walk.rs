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

mod world;

use std::collections::BTreeMap;

use rand::{seq::SliceRandom, Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tessera_lock::{
    in_batch,
    memory::Memory,
    state::{LegState, Mark},
    transition, Effect, Event, Input, Instruction, Now, Payout, Registration, Settlement, Sighting,
    Step, Task, TaskBody,
};
use tessera_primitives::{
    Address, Amount, Asset, Bytes, CanonicalAddress, Coin, Fork, Hash, Height, Standing, Timestamp,
    ZoneStatus,
};

const SECONDS_A_BLOCK: u64 = 6;
const CAP: u128 = 5_000;

fn from_environment(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(default, |text| text.parse().unwrap())
}

/// One zone: its lock, everybody's money on it, and its past.
struct Zone {
    lock: Memory,
    balances: BTreeMap<(Address, Asset), u128>,
    height: u64,
    /// Every change of a leg, with the block in which it came.
    past: BTreeMap<Hash, Vec<(u64, Mark)>>,
    /// What was kept: height, task, in which asset and how much.
    kept: Vec<(u64, Hash, Asset, u128)>,
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

impl Zone {
    fn balance(&self, of: &Address, asset: &Asset) -> u128 {
        let key = (of.clone(), asset.clone());
        self.balances.get(&key).copied().unwrap_or(0)
    }

    fn send(&mut self, from: &Address, to: &Address, asset: &Asset, amount: Amount) {
        let left = self.balance(from, asset).checked_sub(amount.0);
        let left = left.unwrap_or_else(|| panic!("{from} has not {amount} of {asset}"));
        self.balances.insert((from.clone(), asset.clone()), left);
        *self
            .balances
            .entry((to.clone(), asset.clone()))
            .or_default() += amount.0;
    }

    fn now(&self) -> Now {
        Now {
            height: Height(self.height),
            time: Timestamp::from_seconds(self.height * SECONDS_A_BLOCK).unwrap(),
        }
    }

    fn mark_at(&self, task: &Hash, state_height: u64) -> Option<Mark> {
        let changes = self.past.get(task)?;
        let mut before = changes
            .iter()
            .rev()
            .filter(|(height, _)| *height <= state_height);
        before.next().map(|(_, mark)| *mark)
    }

    /// What the lock says it holds of an asset: funds and tips of open legs, and what is owed.
    fn promised(&self, asset: &Asset) -> u128 {
        let fee = Asset::Native(world::fee_denom());
        let open = self.lock.terms.iter().map(|(task, terms)| {
            let funds = terms.funds.iter().filter(|coin| coin.asset == *asset);
            let funds: u128 = funds.map(|coin| coin.amount.0).sum();
            let left = match self.lock.marks[task].state {
                LegState::Registered => terms.tip.0,
                _ => terms.tip.0 - terms.tip.0 / 2,
            };
            funds + if *asset == fee { left } else { 0 }
        });
        let owed = self.lock.owed.values().map(|payout| match payout {
            Payout::Transfer {
                asset: of, amount, ..
            } if of == asset => amount.0,
            Payout::Unlock { funds, .. } => {
                let funds = funds.iter().filter(|coin| coin.asset == *asset);
                funds.map(|coin| coin.amount.0).sum()
            }
            _ => 0,
        });
        open.sum::<u128>() + owed.sum::<u128>()
    }
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

    fn effects(&mut self) -> (Vec<Effect>, Vec<Effect>) {
        let random = &mut self.random;
        let (mut tx, mut reversal) = (Vec::new(), Vec::new());
        let mut all = assets();
        all.shuffle(random);
        for asset in all.into_iter().take(random.gen_range(0..3)) {
            let amount = random.gen_range(2..300);
            let first = random.gen_range(1..amount);
            let mut to = || random.gen_range(0..4);
            let (a, b, c) = (to(), to(), to());
            tx.push(world::transfer(&asset, first, a));
            tx.push(world::transfer(&asset, amount - first, b));
            reversal.push(world::transfer(&asset, amount, c));
        }
        if random.gen_bool(0.3) {
            let amount = Amount(random.gen_range(1..50));
            let asset = world::native("ucoin");
            let contract = lockable(random.gen_range(0..2));
            let call = |funds| Effect::Call {
                contract: contract.clone(),
                payload: Bytes(vec![1, 2, 3]),
                funds,
            };
            reversal.push(Effect::Transfer {
                asset: asset.clone(),
                amount,
                to: world::text(&world::user(3)),
            });
            tx.push(call(vec![Coin { asset, amount }]));
            reversal.push(call(Vec::new()));
        }
        (tx, reversal)
    }

    /// A task with a leg on every zone; its bodies, one a zone.
    fn invent(&mut self) -> usize {
        let parameters = world::parameters();
        let mut all = Vec::new();
        let legs = (0..self.zones.len()).map(|index| {
            let (tx, reversal) = self.effects();
            let deadline = self.zones[index].height + self.random.gen_range(5..20);
            let user = self.random.gen_range(0..3);
            let leg = world::leg(index, user, &tx, &reversal, deadline, &parameters);
            all.push((Some(tx), Some(reversal)));
            leg
        });
        let legs = legs.collect();
        let task = Task {
            legs,
            settlement: *[Settlement::OnProof, Settlement::AfterDeadlines]
                .choose(&mut self.random)
                .unwrap(),
            nonce: self.random.gen(),
        };
        let bodies = all.into_iter().map(|(tx, reversal)| TaskBody {
            task: task.clone(),
            tx,
            reversal,
        });
        self.bodies.push((task.id(), bodies.collect()));
        self.bodies.len() - 1
    }

    fn register(&mut self, own: usize, task: usize) {
        let body = self.bodies[task].1[own].clone();
        let (tx, reversal) = (body.tx.unwrap(), body.reversal.unwrap());
        let sender = world::text(&body.task.legs[own].registrant);
        let tip = Amount(self.random.gen_range(0..6));
        let fee = self.zones[own].lock.parameters.fee;
        let mut sent: BTreeMap<Asset, u128> = BTreeMap::new();
        *sent.entry(Asset::Native(world::fee_denom())).or_default() += fee.0 + tip.0;
        for effect in &tx {
            match effect {
                Effect::Transfer {
                    asset: asset @ Asset::Native(_),
                    amount,
                    ..
                } => {
                    *sent.entry(asset.clone()).or_default() += amount.0;
                }
                Effect::Transfer { .. } => {}
                Effect::Call { funds, .. } => {
                    for coin in funds {
                        *sent.entry(coin.asset.clone()).or_default() += coin.amount.0;
                    }
                }
            }
        }
        if self.random.gen_bool(0.02) {
            *sent.entry(world::native("ucoin")).or_default() += 1;
        }
        let sent = sent.into_iter().map(|(asset, amount)| Coin {
            asset,
            amount: Amount(amount),
        });
        let sent: Vec<Coin> = sent.collect();
        let standings = (0..self.zones.len()).filter(|other| *other != own);
        let standings = standings.map(|other| world::active(self.zones[other].height));
        let input = Input::Register(Registration {
            sender: sender.clone(),
            task: body.task,
            tx,
            reversal,
            tip,
            sent: sent.clone(),
            standings: standings.collect(),
        });
        let zone = &mut self.zones[own];
        let lock = zone.lock.place.address.clone();
        if let Ok(step) = transition(&zone.now(), &zone.lock, input) {
            for coin in &sent {
                zone.send(&sender, &lock, &coin.asset, coin.amount);
            }
            self.take(own, &step);
        }
    }

    /// What somebody shows of a task's other legs: roots old and new, each or none.
    fn sightings(&mut self, own: usize, task: &Task) -> Vec<Sighting> {
        let id = task.id();
        let mut sightings = Vec::new();
        for other in (0..self.zones.len()).filter(|other| *other != own) {
            let shows = *[0, 1, 1, 1, 1, 1, 1, 1, 2, 3]
                .choose(&mut self.random)
                .unwrap();
            for _ in 0..shows {
                let zone = &self.zones[other];
                let newest = zone.height - 1;
                let state_height = match self.random.gen_range(0..8) {
                    0 => self.random.gen_range(0..=newest),
                    1 => newest.saturating_sub(self.random.gen_range(0..5)),
                    _ => newest,
                };
                let mark = zone.mark_at(&id, state_height);
                let time = Timestamp::from_seconds((state_height + 1) * SECONDS_A_BLOCK).unwrap();
                let standing = world::active(zone.height);
                let mut sighting = Sighting {
                    leg: other as u8,
                    root: world::root(state_height, time, standing),
                    mark,
                };
                if !self.honest {
                    self.forge(&mut sighting);
                }
                sightings.push(sighting);
            }
        }
        sightings
    }

    /// Evidence of a wholly Byzantine zone, and standings of every kind.
    fn forge(&mut self, sighting: &mut Sighting) {
        let random = &mut self.random;
        if random.gen_bool(0.15) {
            sighting.mark = LegState::from_byte(random.gen_range(0..8)).map(|state| Mark {
                state,
                committed_at: Height(random.gen_range(0..9)),
            });
        }
        if random.gen_bool(0.15) {
            let height = sighting.root.state_height.0;
            let status = [
                ZoneStatus::Active,
                ZoneStatus::Expired,
                ZoneStatus::Forked,
                ZoneStatus::Closed,
            ];
            let fork = Fork {
                height: Height(random.gen_range(0..height + 4)),
                exact: random.gen(),
                first_report: Height(random.gen_range(1..height + 3)),
            };
            sighting.root.standing = Standing {
                status: *status.choose(random).unwrap(),
                branch: random.gen_range(0..2),
                fork: random.gen_bool(0.7).then_some(fork),
                closing: None,
                latest: Height(height + 1),
            };
            sighting.root.branch = random.gen_range(0..2);
        }
    }

    /// Takes a step in a zone: writes, then instructions, which may fail as the world likes.
    fn take(&mut self, own: usize, step: &Step) {
        let zone = &mut self.zones[own];
        for event in &step.events {
            let (name, task) = match event {
                Event::Kept { task, .. } => ("kept", task),
                Event::Reversed { task, .. } => ("reversed", task),
                Event::Rejected { task } => ("rejected", task),
                Event::Lapsed { task } => ("lapsed", task),
                Event::Committed { task, .. } => ("committed", task),
                Event::Registered { task, .. } => ("registered", task),
                Event::Conceded { task } => ("conceded", task),
                Event::Skipped { task, .. } => ("skipped", task),
                Event::Owed { task, .. } => ("owed", task),
                Event::Claimed { task, .. } => ("claimed", task),
                _ => continue,
            };
            *self.counts.entry(name).or_default() += 1;
            if name == "kept" {
                for coin in &zone.lock.terms[task].funds {
                    let coin = coin.clone();
                    zone.kept
                        .push((zone.height, *task, coin.asset, coin.amount.0));
                }
            }
        }
        zone.lock.apply(step);
        for write in &step.writes {
            if let tessera_lock::state::Write::Mark(task, mark) = write {
                zone.past
                    .entry(*task)
                    .or_default()
                    .push((zone.height, *mark));
            }
        }
        for instruction in &step.instructions {
            self.follow(own, instruction);
        }
    }

    fn pay_out(&mut self, own: usize, payout: &Payout) {
        let zone = &mut self.zones[own];
        let lock = zone.lock.place.address.clone();
        match payout {
            Payout::Transfer { asset, amount, to } => zone.send(&lock, to, asset, *amount),
            Payout::Unlock {
                contract, funds, ..
            } => {
                for coin in funds {
                    zone.send(&lock, contract, &coin.asset, coin.amount);
                }
            }
            Payout::Reverse { .. } => {}
        }
    }

    fn follow(&mut self, own: usize, instruction: &Instruction) {
        let zone = &mut self.zones[own];
        let lock = zone.lock.place.address.clone();
        match instruction {
            Instruction::Collect {
                token,
                from,
                amount,
            } => {
                zone.send(from, &lock, &Asset::Cw20(token.clone()), *amount);
            }
            Instruction::Pay { to, coin } => zone.send(&lock, to, &coin.asset, coin.amount),
            Instruction::Attempt {
                task,
                effect,
                payout,
                ..
            } => {
                if self.random.gen_bool(0.8) {
                    return self.pay_out(own, payout);
                }
                let input = Input::PayoutFailed {
                    task: *task,
                    effect: *effect,
                    payout: payout.clone(),
                };
                let step = transition(&zone.now(), &zone.lock, input).unwrap();
                self.take(own, &step);
            }
            Instruction::Claimed { payout, .. } => self.pay_out(own, payout),
            Instruction::CommitLocked { task, locking, .. } => {
                let input = Input::CommitLocked {
                    locking: locking.clone(),
                };
                let result = transition(&zone.now(), &zone.lock, input);
                match result {
                    Ok(step) if self.random.gen_bool(0.8) => self.take(own, &step),
                    _ => {
                        let input = Input::LockFailed { task: *task };
                        let zone = &self.zones[own];
                        let step = transition(&zone.now(), &zone.lock, input).unwrap();
                        self.take(own, &step);
                    }
                }
            }
            Instruction::Lock { .. } => {}
        }
    }

    /// One of those that wait longest.
    fn waiting(&mut self, own: usize) -> Option<usize> {
        let waiting = self.zones[own].lock.open_tasks(None, 3);
        let (_, id) = waiting.choose(&mut self.random)?;
        self.bodies.iter().position(|bodies| bodies.0 == *id)
    }

    /// Does something in some zone, and says in which.
    fn act(&mut self) -> usize {
        let own = self.random.gen_range(0..self.zones.len());
        let newest = self.bodies.len();
        if newest == 0 || self.random.gen_bool(0.03) {
            let task = self.invent();
            for zone in 0..self.zones.len() {
                if self.random.gen_bool(0.9) {
                    self.register(zone, task);
                }
            }
            return own;
        }
        let task = if self.random.gen_bool(0.7) {
            newest - 1 - self.random.gen_range(0..newest.min(3))
        } else {
            self.waiting(own).unwrap_or(newest - 1)
        };
        let body = self.bodies[task].1[own].clone();
        let id = body.task.id();
        let sightings = self.sightings(own, &body.task);
        let caller = world::relayer();
        let choice = self.random.gen_range(0..100);
        let input = match choice {
            0..=4 => {
                self.register(own, task);
                return own;
            }
            5..=14 => {
                let blocks = self.random.gen_range(1..3);
                self.zones[own].height += blocks;
                return own;
            }
            15..=46 => Input::Commit {
                caller,
                body,
                sightings,
            },
            47..=84 => Input::Settle {
                caller,
                body,
                sightings,
            },
            85 => Input::Reject {
                sender: world::text(&body.task.legs[own].registrant),
                task: body.task,
                sightings,
            },
            86..=91 => Input::Lapse { task: id },
            _ => {
                let owed: Vec<(Hash, u8)> = self.zones[own].lock.owed.keys().copied().collect();
                let Some((task, effect)) = owed.choose(&mut self.random).copied() else {
                    return own;
                };
                if self.random.gen_bool(0.4) {
                    // It fails again, and the transaction with it.
                    return own;
                }
                Input::Claim { task, effect }
            }
        };
        let zone = &self.zones[own];
        let result = in_batch(id, transition(&zone.now(), &zone.lock, input));
        if let Ok(step) = result {
            self.take(own, &step);
        }
        own
    }

    /// Invariant 2: what the lock's account holds is what the rule says it holds.
    fn check_escrow(&self, own: usize, seed: u64, step: u64) {
        let zone = &self.zones[own];
        for asset in assets() {
            let escrow = zone.balance(&zone.lock.place.address, &asset);
            let promised = zone.promised(&asset);
            assert_eq!(
                escrow, promised,
                "escrow of {asset}, seed {seed}, step {step}"
            );
        }
    }

    /// Caps count every committed leg, and every kept one for `max_horizon` blocks.
    fn check_caps(&self, seed: u64, step: u64) {
        for zone in &self.zones {
            let length = zone.lock.parameters.max_horizon;
            for ((_, asset), exposure) in &zone.lock.exposures {
                let committed = zone.lock.terms.iter().filter(|(task, _)| {
                    let state = zone.lock.marks[*task].state;
                    matches!(state, LegState::Committed | LegState::Conceded)
                });
                let funds = committed.flat_map(|(_, terms)| &terms.funds);
                let funds = funds.filter(|coin| coin.asset == *asset);
                let open: u128 = funds.map(|coin| coin.amount.0).sum();
                assert_eq!(
                    exposure.open.0, open,
                    "open value, seed {seed}, step {step}"
                );
                let now = exposure.at(Height(zone.height), length);
                let kept = |least: u64| -> u128 {
                    let kept =
                        zone.kept.iter().rev().filter(|(height, _, of, _)| {
                            of == asset && zone.height - height < least
                        });
                    kept.map(|(_, _, _, amount)| amount).sum()
                };
                let held = now.held.0 + now.held_before.0;
                assert!(
                    held >= kept(length),
                    "freed too soon, seed {seed}, step {step}"
                );
                assert!(
                    held <= kept(2 * length),
                    "freed too late, seed {seed}, step {step}"
                );
                assert!(
                    now.at_risk().unwrap() <= now.max,
                    "above the cap, seed {seed}, step {step}"
                );
            }
        }
    }

    /// Proposition 2 for every task so far.
    fn check_mixes(&self, seed: u64, step: u64) {
        for (id, _) in &self.bodies {
            let marks = self.zones.iter().map(|zone| zone.lock.marks.get(id));
            let states: Vec<Option<LegState>> =
                marks.map(|mark| mark.map(|mark| mark.state)).collect();
            let kept = states.contains(&Some(LegState::Kept));
            let whole = states
                .iter()
                .all(|state| matches!(state, Some(LegState::Kept | LegState::Committed)));
            assert!(!kept || whole, "a mix {states:?}, seed {seed}, step {step}");
        }
    }
}

fn total(zone: &Zone) -> BTreeMap<Asset, u128> {
    let mut total = BTreeMap::new();
    for ((_, asset), amount) in &zone.balances {
        *total.entry(asset.clone()).or_default() += amount;
    }
    total
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
