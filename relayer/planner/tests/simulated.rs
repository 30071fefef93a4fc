//! The planner against the lock's own rule: three zones in memory, tasks of every kind, a relayer whose transactions are
//! lost at random. Whatever the planner asks for is given to [`tessera_lock::transition`]; whatever that says is
//! absorbed. Every task must end, on all zones alike.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use support::{served, time, zone, Relayer};
use tessera_lock::{
    in_batch, memory::Memory, reversal_hash, state, state::LegState, transition, tx_hash, Effect,
    Input, Instruction, Leg, Now, Registration, Settlement, Sighting, Step, Task, TaskBody,
};
use tessera_planner::{Act, Brings, Duty, End, Entry, Fact, Item, Knowledge, Policy};
use tessera_primitives::{
    Address, Amount, Asset, CanonicalAddress, Coin, Denom, Hash, Height, Root, Seconds, Standing,
    ZoneId, ZoneStatus,
};

const NAMES: [&str; 3] = ["a", "b", "c"];
const LOCK: u8 = 1;
const ALICE: u8 = 9;

fn canonical(byte: u8) -> CanonicalAddress {
    support::address(byte)
}

fn account(byte: u8) -> Address {
    Memory::write_address(&canonical(byte)).unwrap()
}

fn coin() -> Asset {
    Asset::Native(Denom::new("stake").unwrap())
}

/// A zone: its lock, the marks after each block, and the headers of other zones that it has stored.
struct Zone {
    name: &'static str,
    height: u64,
    lock: Memory,
    marks: Vec<BTreeMap<Hash, state::Mark>>,
    headers: BTreeMap<ZoneId, BTreeSet<Height>>,
    facts: Vec<Fact>,
    paid: u128,
    brought: u128,
}

impl Zone {
    fn new(name: &'static str) -> Zone {
        let place = state::Place {
            zone: zone(name),
            contract: canonical(LOCK),
            address: account(LOCK),
        };
        let parameters = state::Parameters {
            fee: Amount(1),
            fee_denom: Denom::new("stake").unwrap(),
            treasury: account(7),
            min_horizon: 5,
            max_horizon: 200,
            fresh: Seconds(900),
            fork_grace: 50,
            payout_gas: 100_000,
            lock_gas: 100_000,
        };
        let mut lock = Memory::new(place, parameters);
        let others = NAMES.into_iter().filter(|other| *other != name);
        let headers = others.map(|other| (zone(other), BTreeSet::from([Height(1)])));
        let headers: BTreeMap<ZoneId, BTreeSet<Height>> = headers.collect();
        for other in headers.keys() {
            let roots = account(2);
            let peer = state::Peer {
                contract: canonical(LOCK),
                roots,
                linked: true,
            };
            lock.peers.insert(other.clone(), peer);
            let exposure = state::Exposure {
                max: Amount(u128::MAX / 4),
                open: Amount(0),
                held: Amount(0),
                held_before: Amount(0),
                since: Height(1),
            };
            lock.exposures.insert((other.clone(), coin()), exposure);
        }
        let facts = headers
            .keys()
            .map(|other| support::viewed(other.as_str()))
            .collect();
        Zone {
            name,
            height: 2,
            lock,
            marks: vec![BTreeMap::new(), BTreeMap::new()],
            headers,
            facts,
            paid: 0,
            brought: 0,
        }
    }

    fn now(&self) -> Now {
        let height = Height(self.height);
        Now {
            height,
            time: time(height),
        }
    }

    fn standing(&self, of: &ZoneId) -> Standing {
        Standing {
            status: ZoneStatus::Active,
            branch: 0,
            fork: None,
            branch_fork: None,
            closing: None,
            latest: *self.headers[of].last().unwrap(),
        }
    }

    /// Seals the open block: its facts, for whoever watches.
    fn seal(&mut self) -> Entry {
        self.marks.push(self.lock.marks.clone());
        let entry = support::block(self.name, self.height, std::mem::take(&mut self.facts));
        self.height += 1;
        entry
    }

    fn take(&mut self, step: &Step) {
        self.lock.apply(step);
        self.facts
            .extend(step.events.iter().cloned().map(Fact::Lock));
        for instruction in &step.instructions {
            match instruction {
                Instruction::Pay { coin, .. } => self.paid += coin.amount.0,
                Instruction::Attempt {
                    payout: tessera_lock::Payout::Transfer { amount, .. },
                    ..
                } => self.paid += amount.0,
                other => panic!("no task here asks for {other:?}"),
            }
        }
    }
}

struct World {
    zones: Vec<Zone>,
    relayer: Relayer,
    bodies: BTreeMap<Hash, BTreeMap<ZoneId, TaskBody>>,
}

impl World {
    fn new() -> World {
        let knowledge = Knowledge::new(Policy {
            first_pause: Seconds(5),
            longest_pause: Seconds(40),
            ..Policy::default()
        });
        let mut world = World {
            zones: NAMES.into_iter().map(Zone::new).collect(),
            relayer: Relayer {
                knowledge,
                journal: Vec::new(),
            },
            bodies: BTreeMap::new(),
        };
        for name in NAMES {
            let others: Vec<&str> = NAMES.into_iter().filter(|other| *other != name).collect();
            world.relayer.absorb(served(name, &others));
        }
        world
    }

    fn index(&self, id: &ZoneId) -> usize {
        self.zones
            .iter()
            .position(|zone| zone.name == id.as_str())
            .unwrap()
    }

    /// A task on some zones, brought on some of them.
    fn register(
        &mut self,
        nonce: u64,
        on: &[usize],
        come: &[bool],
        late: u64,
        settlement: Settlement,
    ) {
        let send = |to: u8| {
            let to = account(to);
            let (asset, amount) = (coin(), Amount(100));
            vec![Effect::Transfer { asset, amount, to }]
        };
        let (tx, reversal) = (send(5), send(ALICE));
        let legs = on.iter().map(|index| Leg {
            zone: zone(self.zones[*index].name),
            lock: canonical(LOCK),
            registrant: canonical(ALICE),
            tx_hash: tx_hash(&tx),
            reversal_hash: reversal_hash(&reversal),
            deadline: Height(self.zones[*index].height + 12 + late * *index as u64),
            retention: 500,
        });
        let task = Task {
            legs: legs.collect(),
            settlement,
            nonce,
        };
        for (index, come) in on.iter().zip(come) {
            let body = TaskBody {
                task: task.clone(),
                tx: Some(tx.clone()),
                reversal: Some(reversal.clone()),
            };
            let home = zone(self.zones[*index].name);
            self.bodies
                .entry(task.id())
                .or_default()
                .insert(home.clone(), body);
            if !come {
                continue;
            }
            let zone = &mut self.zones[*index];
            let standings = task
                .legs
                .iter()
                .filter(|leg| leg.zone != home)
                .map(|leg| zone.standing(&leg.zone));
            let input = Input::Register(Registration {
                sender: account(ALICE),
                task: task.clone(),
                tx: tx.clone(),
                reversal: reversal.clone(),
                tip: Amount(10),
                sent: vec![Coin {
                    asset: coin(),
                    amount: Amount(111),
                }],
                standings: standings.collect(),
            });
            let step = transition(&zone.now(), &zone.lock, input).unwrap();
            zone.brought += 111;
            zone.take(&step);
        }
    }

    fn sightings(&self, on: usize, item: &Item, task: &Task) -> Vec<Sighting> {
        let sights = item.sights.iter().map(|sight| {
            let leg = task.leg(sight.leg).unwrap();
            assert_eq!(leg.zone, sight.root.zone);
            let reader = &self.zones[on];
            let stored = &reader.headers[&leg.zone];
            assert!(stored.contains(&sight.root.header), "a root that was shown");
            let source = &self.zones[self.index(&leg.zone)];
            let state = Height(sight.root.header.0 - 1);
            Sighting {
                leg: sight.leg,
                root: Root {
                    app_hash: Hash::ZERO,
                    state_height: state,
                    time: time(sight.root.header),
                    branch: 0,
                    standing: reader.standing(&leg.zone),
                    next: None,
                },
                mark: source.marks[state.0 as usize]
                    .get(&task.id())
                    .copied()
                    .into(),
            }
        });
        sights.collect()
    }

    /// Gives one duty to the rule. What the planner asks for is never refused, save by what happened since it looked.
    fn perform(&mut self, duty: &Duty) {
        let on = self.index(&duty.on);
        let caller = account(3);
        let inputs: Vec<(Hash, Input)> = match &duty.act {
            Act::Advance { of, height } => {
                assert!(
                    height.0 < self.zones[self.index(of)].height,
                    "a header that exists"
                );
                let zone = &mut self.zones[on];
                if zone.headers.get_mut(of).unwrap().insert(*height) {
                    zone.facts.push(support::advanced(of.as_str(), height.0));
                }
                return;
            }
            Act::Commit { items } | Act::Settle { items } => {
                let settle = matches!(duty.act, Act::Settle { .. });
                let input = |item: &Item| {
                    let mut body = self.bodies[&item.task][&duty.on].clone();
                    let sightings = self.sightings(on, item, &body.task);
                    if item.brings != Brings::Tx {
                        body.tx = None;
                    }
                    if item.brings != Brings::Reversal {
                        body.reversal = None;
                    }
                    let caller = caller.clone();
                    let input = if settle {
                        Input::Settle {
                            caller,
                            body,
                            sightings,
                        }
                    } else {
                        Input::Commit {
                            caller,
                            body,
                            sightings,
                        }
                    };
                    (item.task, input)
                };
                items.iter().map(input).collect()
            }
            Act::Reject { item } => {
                let task = self.bodies[&item.task][&duty.on].task.clone();
                let sightings = self.sightings(on, item, &task);
                let sender = account(ALICE);
                let input = Input::Reject {
                    sender,
                    task,
                    sightings,
                };
                vec![(item.task, input)]
            }
            Act::Lapse { task } => vec![(*task, Input::Lapse { task: *task })],
            other => panic!("nothing here needs {other:?}"),
        };
        for (task, input) in inputs {
            let zone = &mut self.zones[on];
            let step = in_batch(task, transition(&zone.now(), &zone.lock, input));
            let step = step.unwrap_or_else(|refusal| panic!("{duty}: {refusal:?}"));
            let skipped = step
                .events
                .iter()
                .any(|event| matches!(event, tessera_lock::Event::Skipped { .. }));
            assert!(!skipped, "{duty}: {:?}", step.events);
            zone.take(&step);
        }
    }

    /// The relayer takes on what is due, then every zone seals a block that it reads. `fate` says which transactions
    /// are lost.
    fn round(&mut self, fate: &mut impl FnMut() -> bool) {
        let duties = if self
            .relayer
            .knowledge
            .height(&zone("a"))
            .is_some_and(|h| h.0 > 1)
        {
            self.relayer.duties()
        } else {
            Vec::new()
        };
        for name in NAMES {
            let ours: Vec<Duty> = duties
                .iter()
                .filter(|duty| duty.on == zone(name))
                .cloned()
                .collect();
            if ours.is_empty() {
                continue;
            }
            let height = self.zones[self.index(&zone(name))].height;
            let lost = fate();
            for duty in ours {
                let id = self.relayer.promise(duty.clone(), height + 3);
                if lost {
                    let reason = "lost".into();
                    self.relayer.conclude(id, End::Failed { reason });
                } else {
                    self.perform(&duty);
                    self.relayer.included(id, height);
                }
            }
        }
        let sealed: Vec<Entry> = self.zones.iter_mut().map(Zone::seal).collect();
        for entry in sealed {
            self.relayer.absorb(entry);
        }
    }

    fn ends(&self, task: &Hash) -> Vec<Option<LegState>> {
        let legs = self.bodies[task].keys();
        legs.map(|home| {
            let zone = &self.zones[self.index(home)];
            zone.lock.marks.get(task).map(|mark| mark.state)
        })
        .collect()
    }
}

fn run(tasks: &[(Vec<usize>, Vec<bool>, u64, bool)], mut fates: impl FnMut() -> bool) -> World {
    let mut world = World::new();
    world.round(&mut || false);
    for (nonce, (on, come, late, wait)) in tasks.iter().enumerate() {
        let settlement = if *wait {
            Settlement::AfterDeadlines
        } else {
            Settlement::OnProof
        };
        world.register(nonce as u64, on, come, *late, settlement);
        world.round(&mut fates);
    }
    for _ in 0..150 {
        world.round(&mut fates);
    }
    world
}

/// Every task has ended on all zones alike, and every coin that was brought has left.
fn check(world: &World) {
    for task in world.bodies.keys() {
        let ends = world.ends(task);
        let kept = ends.contains(&Some(LegState::Kept));
        for end in &ends {
            match end {
                Some(LegState::Kept) => {}
                None | Some(LegState::Reversed | LegState::Rejected | LegState::Lapsed) => {
                    assert!(!kept, "{task}: {ends:?}");
                }
                Some(open) => panic!("{task} is still {open:?}: {ends:?}"),
            }
        }
    }
    assert_eq!(world.relayer.knowledge.open_tasks().count(), 0);
    assert!(world.relayer.duties().is_empty());
    for zone in &world.zones {
        assert_eq!(zone.brought, zone.paid, "money on {}", zone.name);
    }
}

#[test]
fn every_kind_of_task_ends() {
    let both = vec![0, 1];
    let all = vec![0, 1, 2];
    let tasks = [
        (both.clone(), vec![true, true], 0, false),
        (both.clone(), vec![true, false], 20, false),
        (both.clone(), vec![false, true], 20, true),
        (both.clone(), vec![true, true], 20, true),
        (all.clone(), vec![true, true, true], 3, false),
        (all.clone(), vec![true, true, true], 3, true),
        (all.clone(), vec![true, false, true], 9, true),
        (all, vec![false, false, true], 0, false),
    ];
    let world = run(&tasks, || false);
    check(&world);
    let ends: BTreeSet<Option<LegState>> = world
        .bodies
        .keys()
        .flat_map(|task| world.ends(task))
        .collect();
    for end in [
        None,
        Some(LegState::Kept),
        Some(LegState::Lapsed),
        Some(LegState::Rejected),
    ] {
        assert!(ends.contains(&end), "{end:?} is among {ends:?}");
    }
}

#[test]
fn a_leg_that_was_committed_alone_is_reversed() {
    // The other zone's relayer is cut off until its deadline has passed.
    let mut world = World::new();
    world.round(&mut || false);
    world.register(1, &[0, 1], &[true, true], 0, Settlement::OnProof);
    world.round(&mut || false);
    world.round(&mut || false);
    let duties = world.relayer.duties();
    let on_a: Vec<Duty> = duties
        .into_iter()
        .filter(|duty| duty.on == zone("a"))
        .collect();
    for duty in &on_a {
        world.perform(duty);
    }
    for _ in 0..20 {
        let sealed: Vec<Entry> = world.zones.iter_mut().map(Zone::seal).collect();
        for entry in sealed {
            world.relayer.absorb(entry);
        }
    }
    for _ in 0..5 {
        world.round(&mut || false);
    }
    check(&world);
    let task = *world.bodies.keys().next().unwrap();
    assert_eq!(
        world.ends(&task),
        [Some(LegState::Reversed), Some(LegState::Lapsed)]
    );
}

fn some_task() -> impl Strategy<Value = (Vec<usize>, Vec<bool>, u64, bool)> {
    let legs = prop_oneof![
        Just(vec![0, 1]),
        Just(vec![0, 2]),
        Just(vec![1, 2]),
        Just(vec![0, 1, 2]),
    ];
    (
        legs,
        prop::collection::vec(prop::bool::weighted(0.8), 3),
        0..15u64,
        any::<bool>(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_task_ends_alike_whatever_is_lost(
        tasks in prop::collection::vec(some_task(), 1..25),
        lost in prop::collection::vec(prop::bool::weighted(0.3), 2_000),
    ) {
        let mut lost = lost.into_iter();
        let world = run(&tasks, || lost.next().unwrap_or(false));
        check(&world);
    }
}
