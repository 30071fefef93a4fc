//! A random walk over zones with the real contracts: registers, commits, settlements and all else in any order, repeated,
//! omitted, with fresh and with stale proofs. At every step money is conserved and no task is kept here and given back
//! there; in the end every task ends, and nothing is left in a lock (lock.md, invariants 1 to 4).
//!
//! `WALK_STEPS` and `WALK_SEED` change how far, and where.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod checks;

use std::collections::BTreeMap;

use rand::{seq::SliceRandom, Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tessera_contract_api::{
    chain_view::{self, HeaderResponse},
    transaction_lock::ExecuteMsg,
};
use tessera_lock::{evidence::ZoneProof, state::LegState, Batch, Settlement};
use tessera_primitives::{Hash, Height, Seconds};
use tessera_testing::suite::{Part, Plan, Suite, SuiteConfig};

const ZONES: usize = 3;
const USERS: [&str; 4] = ["ann", "bob", "cleo", "dan"];

struct Walk {
    suite: Suite,
    plans: Vec<Plan>,
    random: ChaCha8Rng,
    /// Messages that went through or not: sent again at random.
    sent: Vec<(usize, &'static str, ExecuteMsg)>,
    totals: Vec<[u128; 2]>,
    /// How often each verb succeeded.
    done: BTreeMap<&'static str, u32>,
}

impl Walk {
    fn new(seed: u64) -> Walk {
        let config = SuiteConfig {
            purse: 1_000_000_000,
            horizon: 30,
            fresh: Seconds(150),
            ..SuiteConfig::new(ZONES).unwrap()
        };
        let suite = Suite::with(config).unwrap();
        let mut walk = Walk {
            totals: Vec::new(),
            suite,
            plans: Vec::new(),
            random: ChaCha8Rng::seed_from_u64(seed),
            sent: Vec::new(),
            done: BTreeMap::new(),
        };
        walk.totals = (0..ZONES).map(|on| walk.total(on)).collect();
        walk
    }

    fn step(&mut self) {
        let on = self.random.gen_range(0..ZONES);
        let (verb, outcome) = match self.random.gen_range(0..100) {
            0..=3 => ("plan", self.plan()),
            4..=29 => ("register", self.register(on)),
            30..=51 => ("commit", self.commit(on)),
            52..=73 => ("settle", self.settle(on)),
            74..=78 => ("reject", self.reject(on)),
            79..=82 => ("lapse", self.lapse(on)),
            83..=84 => ("claim", self.claim(on)),
            85..=88 => ("repeat", self.repeat()),
            89..=90 => ("advance", self.advance(on)),
            _ => ("tick", self.suite.tick(1)),
        };
        if outcome.is_ok() {
            *self.done.entry(verb).or_default() += 1;
        }
        assert_eq!(
            self.total(on),
            self.totals[on],
            "after a {verb} on {on}: {outcome:?}"
        );
    }

    /// One of the younger plans.
    fn any_plan(&mut self) -> Option<Plan> {
        let from = self.plans.len().saturating_sub(25);
        self.plans[from..].choose(&mut self.random).cloned()
    }

    /// Some of the younger plans with the same zones, with a leg on this one.
    fn batch(&mut self, on: usize) -> Vec<Plan> {
        let from = self.plans.len().saturating_sub(25);
        let mut young: Vec<Plan> = self.plans[from..].to_vec();
        young.shuffle(&mut self.random);
        let zones = young
            .iter()
            .map(Plan::zones)
            .find(|zones| zones.contains(&on));
        young.retain(|plan| Some(plan.zones()) == zones);
        let size = self.random.gen_range(1..=4);
        young.truncate(size);
        young
    }

    fn plan(&mut self) -> anyhow::Result<()> {
        let mut zones: Vec<usize> = (0..ZONES).collect();
        zones.shuffle(&mut self.random);
        let legs = self.random.gen_range(2..=ZONES);
        zones.truncate(legs);
        zones.sort_unstable();
        let mut parts = Vec::new();
        for on in zones {
            parts.push((on, self.part(on)?));
        }
        let settlement = if self.random.gen_bool(0.8) {
            Settlement::OnProof
        } else {
            Settlement::AfterDeadlines
        };
        let plan = self.suite.plan(parts, settlement)?;
        self.plans.push(plan);
        Ok(())
    }

    fn part(&mut self, on: usize) -> anyhow::Result<Part> {
        let pair: Vec<_> = USERS
            .choose_multiple(&mut self.random, 2)
            .copied()
            .collect();
        let amount = self.random.gen_range(1..1_000);
        match self.random.gen_range(0..4) {
            0 => self.suite.booking(on, pair[0], amount as u32 % 3 + 1),
            1 => {
                let token = self.suite.token(on)?;
                self.suite.payment(on, pair[0], pair[1], &token, amount)
            }
            _ => {
                let coin = self.suite.coin(on)?;
                self.suite.payment(on, pair[0], pair[1], &coin, amount)
            }
        }
    }

    fn register(&mut self, on: usize) -> anyhow::Result<()> {
        match self.any_plan() {
            Some(plan) => self.suite.register(on, &plan).map(drop),
            None => Ok(()),
        }
    }

    fn send(&mut self, on: usize, sender: &'static str, message: ExecuteMsg) -> anyhow::Result<()> {
        self.sent.push((on, sender, message.clone()));
        let lock = self.suite.sides[on].lock.clone();
        self.suite
            .execute(on, sender, &lock, &message, &[])
            .map(drop)
    }

    fn commit(&mut self, on: usize) -> anyhow::Result<()> {
        let plans = self.batch(on);
        let proofs = self.evidence(on, &plans)?;
        let tasks = plans
            .iter()
            .map(|plan| plan.body(on))
            .collect::<Result<_, _>>()?;
        let batch = Batch { tasks, proofs }.to_bytes();
        self.send(on, "relayer", ExecuteMsg::Commit { batch })
    }

    fn settle(&mut self, on: usize) -> anyhow::Result<()> {
        let plans = self.batch(on);
        let proofs = self.evidence(on, &plans)?;
        let tasks = plans
            .iter()
            .map(|plan| plan.body(on))
            .collect::<Result<_, _>>()?;
        let batch = Batch { tasks, proofs }.to_bytes();
        self.send(on, "relayer", ExecuteMsg::Settle { batch })
    }

    fn reject(&mut self, on: usize) -> anyhow::Result<()> {
        let plans: Vec<Plan> = self.batch(on).into_iter().take(1).collect();
        let Some(plan) = plans.first() else {
            return Ok(());
        };
        let proofs = self.evidence(on, &plans)?;
        let registrant = plan.part(on)?.registrant.clone();
        // A stranger may try, too.
        let sender = USERS.into_iter().find(|user| *user == registrant);
        let sender = if self.random.gen_bool(0.9) {
            sender.unwrap()
        } else {
            "thief"
        };
        let tasks = vec![plan.body(on)?];
        let batch = Batch { tasks, proofs }.to_bytes();
        self.send(on, sender, ExecuteMsg::Reject { batch })
    }

    fn lapse(&mut self, on: usize) -> anyhow::Result<()> {
        // Old ones have lapsed already, or never came.
        match self.plans.choose(&mut self.random).map(Plan::id) {
            Some(task_id) => self.send(on, "thief", ExecuteMsg::Lapse { task_id }),
            None => Ok(()),
        }
    }

    fn claim(&mut self, on: usize) -> anyhow::Result<()> {
        match self.any_plan() {
            Some(plan) => {
                let effect = self.random.gen_range(0..3);
                self.send(
                    on,
                    "thief",
                    ExecuteMsg::Claim {
                        task_id: plan.id(),
                        effect,
                    },
                )
            }
            None => Ok(()),
        }
    }

    fn repeat(&mut self) -> anyhow::Result<()> {
        match self.sent.choose(&mut self.random).cloned() {
            Some((on, sender, message)) => {
                let lock = self.suite.sides[on].lock.clone();
                self.suite
                    .execute(on, sender, &lock, &message, &[])
                    .map(drop)
            }
            None => Ok(()),
        }
    }

    fn advance(&mut self, on: usize) -> anyhow::Result<()> {
        let of = self.random.gen_range(0..ZONES);
        self.suite.advance(on, of).map(drop)
    }

    /// The newest evidence, or each zone at some root that the view has.
    fn evidence(&mut self, on: usize, plans: &[Plan]) -> anyhow::Result<Vec<ZoneProof>> {
        let plans: Vec<&Plan> = plans.iter().collect();
        if self.random.gen_bool(0.6) {
            return self.suite.evidence(on, &plans);
        }
        let tasks: Vec<Hash> = plans.iter().map(|plan| plan.id()).collect();
        let zones = plans.first().map(|plan| plan.zones()).unwrap_or_default();
        let mut proofs = Vec::new();
        for of in zones.into_iter().filter(|of| *of != on) {
            let latest = self.suite.view(on, of)?.latest.height;
            let (side, zone) = (
                &self.suite.sides[on],
                self.suite.sides[of].zone.id().clone(),
            );
            let question = chain_view::QueryMsg::Headers {
                zone,
                start_after: Some(Height(latest.0.saturating_sub(30))),
                limit: Some(100),
            };
            let known: Vec<HeaderResponse> = side.zone.query(&side.view, &question)?;
            if let Some(found) = known.choose(&mut self.random) {
                proofs.push(self.suite.prove_legs(of, &tasks, found.header.height)?);
            }
        }
        Ok(proofs)
    }
}

fn parameter(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[test]
fn money_is_conserved_and_tasks_are_whole_whatever_happens() {
    walk(parameter("WALK_STEPS", 10_000), parameter("WALK_SEED", 1));
}

#[test]
#[ignore = "minutes"]
fn money_is_conserved_on_a_long_walk() {
    for seed in 2..12 {
        walk(20_000, seed);
    }
}

fn walk(steps: u64, seed: u64) {
    println!("{steps} steps from seed {seed}");
    let mut walk = Walk::new(seed);
    for step in 0..steps {
        walk.step();
        if step % 50 == 0 {
            let from = walk.plans.len().saturating_sub(60);
            walk.check_never_mixed(&walk.plans[from..]);
            (0..ZONES).for_each(|on| walk.check_escrow(on));
        }
    }
    walk.finish();
    println!("{:?}; {} plans", walk.done, walk.plans.len());
    // A walk that does nothing proves nothing.
    if steps >= 10_000 {
        let ended = |end| {
            let plans = walk.plans.iter();
            plans
                .filter(|plan| walk.suite.states(plan).unwrap().contains(&Some(end)))
                .count()
        };
        let ends = [
            LegState::Kept,
            LegState::Reversed,
            LegState::Rejected,
            LegState::Lapsed,
        ];
        let ends = ends.map(|end| (end, ended(end)));
        println!("{ends:?}");
        assert!(ends.iter().all(|(_, plans)| *plans >= 20), "{ends:?}");
        for verb in ["commit", "settle", "reject", "lapse", "repeat"] {
            assert!(
                walk.done.get(verb).is_some_and(|times| *times > 10),
                "{verb}"
            );
        }
    }
}
