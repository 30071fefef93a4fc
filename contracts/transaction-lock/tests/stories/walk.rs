//! A random walk over both zones: tasks of every kind, messages in any order, old roots, tokens and targets that fail now
//! and then. After every step the money is where the books say, and no task is mixed; at the end every task has ended and
//! the locks are empty.
//!
//! `TESSERA_SEED` repeats a walk, `TESSERA_STEPS` makes it longer.

use crate::world::{coin_of, denom, Plan, World, HORIZON, PEOPLE, PURSE};
use rand::{seq::SliceRandom, Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use tessera_contract_api::transaction_lock::LegResponse;
use tessera_lock::{evidence::ZoneProof, state::LegState, Payout, Settlement};
use tessera_primitives::{Asset, Bytes, Height};

const STEPS: u64 = 10_000;
/// Most tasks at a time: enough for batches, few enough to look at all of them after every step.
const OPEN: usize = 10;

struct Walk {
    world: World,
    random: ChaCha8Rng,
    plans: Vec<Plan>,
    /// Header heights of the other zone that each zone has verified.
    known: [Vec<Height>; 2],
    /// How often each state was an end.
    ends: BTreeMap<&'static str, u32>,
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn money_is_conserved_and_no_task_is_mixed() {
    let seed = number("TESSERA_SEED", rand::random());
    let steps = number("TESSERA_STEPS", STEPS);
    println!("TESSERA_SEED={seed} TESSERA_STEPS={steps}");
    let mut world = World::new(2);
    for on in 0..2 {
        for person in ["ann", "bob"] {
            world.allow(on, person, u128::from(u64::MAX));
        }
    }
    let random = ChaCha8Rng::seed_from_u64(seed);
    let (plans, known, ends) = (Vec::new(), [Vec::new(), Vec::new()], BTreeMap::new());
    let mut walk = Walk {
        world,
        random,
        plans,
        known,
        ends,
    };
    for step in 0..steps {
        walk.step();
        walk.check(&format!("TESSERA_SEED={seed}, step {step}"));
    }
    walk.finish();
    walk.check(&format!("TESSERA_SEED={seed}, at the end"));
    println!("ends: {:?}", walk.ends);
    assert!(
        walk.ends.get("kept").is_some_and(|kept| *kept > 0),
        "a walk that keeps nothing"
    );
    assert!(walk
        .ends
        .get("reversed")
        .is_some_and(|reversed| *reversed > 0));
}

impl Walk {
    fn step(&mut self) {
        let on = self.random.gen_range(0..2);
        match self.random.gen_range(0..100) {
            0..=14 => self.invent(),
            15..=34 => {
                if let Some(plan) = self.some_plan() {
                    let _ = self.world.register(on, &plan);
                    if self.random.gen_bool(0.7) {
                        let _ = self.world.register(1 - on, &plan);
                    }
                }
            }
            35..=54 => {
                let (plans, proofs) = self.some_evidence(on);
                if !plans.is_empty() {
                    let plans: Vec<&Plan> = plans.iter().collect();
                    let _ = self.world.commit_with(on, &plans, proofs);
                }
            }
            55..=74 => {
                let (plans, proofs) = self.some_evidence(on);
                if !plans.is_empty() {
                    let plans: Vec<&Plan> = plans.iter().collect();
                    let _ = self.world.settle_with(on, &plans, proofs);
                }
            }
            75..=77 => {
                if let Some(plan) = self.some_plan() {
                    let registrant = plan.parts[on].registrant;
                    let _ = self.world.reject(on, registrant, &plan);
                }
            }
            78..=81 => {
                if let Some(plan) = self.some_plan() {
                    let _ = self.world.lapse(on, &plan);
                }
            }
            82..=84 => self.claim_something(on),
            85..=89 => self.arm(on),
            _ => {
                let blocks = self.random.gen_range(1..5);
                self.world.tick(blocks);
            }
        }
    }

    fn invent(&mut self) {
        if self.plans.len() >= OPEN {
            self.forget_ended();
            return;
        }
        let parts = vec![self.part(0, "ann", "bob"), self.part(1, "bob", "ann")];
        let settlement = *[Settlement::OnProof, Settlement::AfterDeadlines]
            .choose(&mut self.random)
            .unwrap();
        let mut plan = self.world.plan(parts, settlement);
        for leg in &mut plan.task.legs {
            leg.deadline = Height(leg.deadline.0 - self.random.gen_range(0..HORIZON / 2));
        }
        plan.tip = self.random.gen_range(0..4);
        self.plans.push(plan);
    }

    fn part(&mut self, on: usize, who: &'static str, to: &str) -> crate::world::Part {
        let amount = self.random.gen_range(1..50);
        let (villain, harbour) = (self.world.villain(on), self.world.sides[on].villain.clone());
        match self.random.gen_range(0..5) {
            0 => self
                .world
                .payment(on, who, to, self.world.token(on), amount),
            1 => self.world.payment(on, who, to, villain, amount),
            2 => self
                .world
                .call(on, who, &harbour, Bytes(b"x".to_vec()), amount),
            3 => self.world.booking(on, who, 1, 50),
            _ => self.world.payment(on, who, to, coin_of(on), amount),
        }
    }

    fn some_plan(&mut self) -> Option<Plan> {
        self.plans.choose(&mut self.random).cloned()
    }

    /// Up to four tasks, and what the other zone's lock held of them: now, or at a root that was shown before.
    fn some_evidence(&mut self, on: usize) -> (Vec<Plan>, Vec<ZoneProof>) {
        let count = self.random.gen_range(1..5);
        let plans: Vec<Plan> = self
            .plans
            .choose_multiple(&mut self.random, count)
            .cloned()
            .collect();
        if plans.is_empty() {
            return (plans, Vec::new());
        }
        let borrowed: Vec<&Plan> = plans.iter().collect();
        let old = self.known[on].choose(&mut self.random).copied();
        let proof = match old {
            Some(height) if self.random.gen_bool(0.3) => {
                self.world.proof(1 - on, &borrowed, height)
            }
            _ => self.world.show(on, 1 - on, &borrowed),
        };
        self.known[on].push(proof.height);
        (plans, vec![proof])
    }

    fn claim_something(&mut self, on: usize) {
        let owed = self.world.owed(on);
        if let Some(owed) = owed.choose(&mut self.random) {
            let plan = self
                .plans
                .iter()
                .find(|plan| plan.id() == owed.task_id)
                .cloned();
            let _ = self
                .world
                .claim(on, &plan.expect("owed of a known task"), owed.effect);
        }
    }

    fn arm(&mut self, on: usize) {
        let way = *["transfer", "lock", "unlock", "reverse"]
            .choose(&mut self.random)
            .unwrap();
        let fail = self.random.gen_bool(0.4);
        self.world.arm(on, way, fail, Vec::new());
    }

    fn legs(&self, plan: &Plan) -> [Option<LegResponse>; 2] {
        [self.world.leg(0, plan), self.world.leg(1, plan)]
    }

    /// Tasks whose legs have all ended, and of which nothing is owed, are looked at no more.
    fn forget_ended(&mut self) {
        let owed: Vec<_> = (0..2)
            .flat_map(|on| self.world.owed(on))
            .map(|owed| owed.task_id)
            .collect();
        let (world, ends) = (&self.world, &mut self.ends);
        self.plans.retain(|plan| {
            let states = [world.leg(0, plan), world.leg(1, plan)];
            let past = world.height(0) > plan.task.legs[0].deadline.max(plan.task.legs[1].deadline);
            let ended = states
                .iter()
                .all(|leg| leg.as_ref().map_or(past, |leg| leg.terms.is_none()));
            if ended && !owed.contains(&plan.id()) {
                for leg in states.iter().flatten() {
                    *ends.entry(leg.state.name()).or_default() += 1;
                }
                return false;
            }
            true
        });
    }

    fn check(&self, place: &str) {
        for on in 0..2 {
            let mut due: BTreeMap<Asset, u128> = BTreeMap::new();
            for open in self.world.open_tasks(on) {
                let plan = self.plans.iter().find(|plan| plan.id() == open.task_id);
                let leg = self
                    .world
                    .leg(on, plan.expect("an open task is known"))
                    .unwrap();
                let terms = leg.terms.expect("an open leg has terms");
                for coin in terms.funds {
                    *due.entry(coin.asset).or_default() += coin.amount.0;
                }
                let paid = if leg.state == LegState::Registered {
                    0
                } else {
                    terms.tip.0 / 2
                };
                *due.entry(coin_of(on)).or_default() += terms.tip.0 - paid;
            }
            for owed in self.world.owed(on) {
                match owed.payout {
                    Payout::Transfer { asset, amount, .. } => {
                        *due.entry(asset).or_default() += amount.0
                    }
                    Payout::Unlock { funds, .. } => {
                        for coin in funds {
                            *due.entry(coin.asset).or_default() += coin.amount.0;
                        }
                    }
                    Payout::Reverse { .. } => {}
                }
            }
            for asset in [coin_of(on), self.world.token(on), self.world.villain(on)] {
                let expected = due.get(&asset).copied().unwrap_or_default();
                assert_eq!(
                    self.world.escrow(on, &asset),
                    expected,
                    "{asset} on {}: {place}",
                    denom(on)
                );
            }
            let side = &self.world.sides[on];
            let people = PEOPLE
                .iter()
                .chain(&["treasury"])
                .map(|name| self.world.coins(on, name));
            let contracts = [&side.lock, &side.harbour, &side.villain];
            let held = contracts.map(|contract| self.world.has(on, contract, &coin_of(on)));
            let total = people.chain(held).sum::<u128>();
            assert_eq!(
                total,
                PURSE * PEOPLE.len() as u128,
                "coins of {}: {place}",
                denom(on)
            );
        }
        for plan in &self.plans {
            let states = self.legs(plan).map(|leg| leg.map(|leg| leg.state));
            for (one, other) in [(states[0], states[1]), (states[1], states[0])] {
                if one == Some(LegState::Kept) {
                    let fits = matches!(other, Some(LegState::Kept | LegState::Committed));
                    assert!(fits, "kept, and the other {other:?}: {place}");
                }
            }
        }
    }

    /// Somebody relays: after all deadlines every task ends.
    fn finish(&mut self) {
        for on in 0..2 {
            for way in ["transfer", "lock", "unlock", "reverse"] {
                self.world.arm(on, way, false, Vec::new());
            }
        }
        self.world.tick(HORIZON + 3);
        for _ in 0..2 {
            for on in 0..2 {
                for plan in self.plans.clone() {
                    let _ = self.world.lapse(on, &plan);
                    let _ = self.world.settle(on, &[&plan]);
                }
                for owed in self.world.owed(on) {
                    let plan = self
                        .plans
                        .iter()
                        .find(|plan| plan.id() == owed.task_id)
                        .cloned();
                    self.world.claim(on, &plan.unwrap(), owed.effect).unwrap();
                }
            }
            self.world.tick(2);
        }
        self.forget_ended();
        assert!(
            self.plans.is_empty(),
            "{} tasks never ended",
            self.plans.len()
        );
        for on in 0..2 {
            assert!(self.world.open_tasks(on).is_empty() && self.world.owed(on).is_empty());
        }
    }
}
