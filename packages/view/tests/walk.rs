//! A random walk over the rule in memory: headers out of order, holes, forks of forks, admissions, renewals, ends, and
//! everything that should be refused. After each step the invariants of the crate are checked against a model that keeps
//! nothing but what it saw.
//!
//! `TESSERA_WALK_STEPS` (default 100,000) and `TESSERA_WALK_SEED` (default 1) change the walk; both are printed.
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

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use tessera_primitives::{Amount, Hash, Height, ZoneStatus};
use tessera_view::{
    key,
    state::{StoredHeader, Viewed},
    Effect, Event, Input, Refusal, Write,
};
use world::*;

/// Steps from one fresh world to the next.
const EPISODE: usize = 250;

struct Walk {
    random: TestRng,
    histories: Histories,
    count: usize,
    reader: Reader,
    model: Model,
}

/// What the walk has seen.
struct Model {
    /// Every header that was ever stored, by height and branch.
    ever: BTreeMap<(Height, u32), Hash>,
    digest: Hash,
    accepted: u64,
    funded: u128,
    paid: u128,
    bounties: BTreeMap<u32, u32>,
    /// What a closed zone was when it closed.
    closed: Option<(Viewed, Option<Height>)>,
}

fn number(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().expect(name),
        Err(_) => default,
    }
}

#[test]
fn the_invariants_hold_wherever_one_walks() {
    let steps = number("TESSERA_WALK_STEPS", 100_000) as usize;
    let seed = number("TESSERA_WALK_SEED", 1);
    println!("{steps} steps, seed {seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut tally: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut done = 0;
    while done < steps {
        let mut walk = Walk::new(random);
        for _ in 0..EPISODE.min(steps - done) {
            let (verb, accepted) = walk.step();
            tally.entry(verb).or_default()[usize::from(accepted)] += 1;
            done += 1;
        }
        random = walk.random;
    }
    for (verb, [refused, accepted]) in &tally {
        println!("{verb:14} {accepted:6} accepted {refused:6} refused");
    }
    if steps >= 10_000 {
        for (verb, [_, accepted]) in tally {
            assert!(accepted > 0, "the walk never got through {verb}");
        }
    }
}

impl Walk {
    fn new(random: TestRng) -> Walk {
        let histories = Histories::new();
        let reader = Reader::new(&histories);
        let mut walk = Walk {
            random,
            histories,
            count: 1,
            reader,
            model: Model {
                ever: BTreeMap::new(),
                digest: Hash::ZERO,
                accepted: 0,
                funded: 0,
                paid: 0,
                bounties: BTreeMap::new(),
                closed: None,
            },
        };
        for stored in walk.reader.stored() {
            walk.model.saw(&stored);
        }
        // A few forks in the world, most of which the reader may never hear of.
        for _ in 0..walk.below(4) {
            let (parent, from) = (walk.history(), 52 + walk.below(80));
            let skew = [-25, 0, 1, 25][walk.below(4) as usize] * SECOND as i64;
            walk.histories.fork_skewed(parent, from, skew);
            walk.count += 1;
        }
        walk
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random.next_u64() % bound
    }

    fn history(&mut self) -> usize {
        let count = self.count as u64;
        self.below(count) as usize
    }

    /// The height of some stored header; now and then one that is not.
    fn trusted(&mut self) -> u64 {
        let heights = self.reader.heights();
        match self.below(10) {
            0 => 45 + self.below(60),
            1..=4 => self.reader.standing().latest.0,
            _ => heights[self.below(heights.len() as u64) as usize],
        }
    }

    /// A height that a header may have by now, near what is known.
    fn height(&mut self) -> u64 {
        let now = (self.reader.now.time.0 / SECOND - START) / PACE + 100;
        let latest = self.reader.standing().latest.0;
        match self.below(4) {
            0 => 45 + self.below(now - 40),
            1 => latest.saturating_sub(self.below(30)).max(1),
            _ => latest + self.below(8),
        }
    }

    fn step(&mut self) -> (&'static str, bool) {
        if self.below(3) == 0 {
            let seconds = match self.below(60) {
                0 => 2_500,
                _ => self.below(40),
            };
            self.reader.wait(seconds);
        }
        let before = self.reader.clone();
        let (verb, outcome) = self.act();
        match outcome {
            Ok(step) => {
                self.model.check_step(&before, &self.reader, &step);
                self.check(&before, &step);
                (verb, true)
            }
            Err(_) => {
                assert_eq!(
                    self.reader.memory, before.memory,
                    "a refusal changes nothing"
                );
                (verb, false)
            }
        }
    }

    fn act(&mut self) -> (&'static str, Result<tessera_view::Step, Refusal>) {
        match self.below(100) {
            0..=49 => {
                let (from, history, height) = (self.trusted(), self.history(), self.height());
                let header = self.histories.header(history, height);
                ("advance", self.reader.advance(from, header))
            }
            50..=64 => ("report_pair", self.report()),
            65..=71 => ("report_links", self.report_links()),
            72..=77 => {
                let (history, standing) = (self.history(), self.reader.standing());
                let fork = match self.below(2) {
                    0 => standing.fork,
                    _ => standing.branch_fork.or(standing.fork),
                };
                let height = fork.map_or(60, |fork| fork.height.0.saturating_sub(1).max(1));
                let header = self.histories.header(history, height);
                ("fill_by_hash", self.reader.fill_by_hash(header))
            }
            78..=82 => {
                let (history, height) = (self.history(), self.height() + 5);
                let header = self.histories.header(history, height);
                let viewed = self.reader.viewed();
                let parent = viewed.open_fork().filter(|_| self.below(3) > 0);
                let parent = parent
                    .map(|fork| (fork.height().0 - 1).saturating_sub(self.below(8) / 6))
                    .map(|height| self.histories.block(history, height));
                let chain_id = match self.below(20) {
                    0 => id(&format!("east-{}", 1 + self.below(4))),
                    _ => viewed.zone.chain_id,
                };
                let admitted = self.reader.admit_as(chain_id, header, parent);
                ("admit_branch", admitted)
            }
            99 => {
                let (viewed, stored) = (self.reader.viewed(), self.reader.stored());
                let admitted = stored
                    .iter()
                    .find(|stored| stored.header.height == viewed.zone.admitted);
                let header = admitted.unwrap_or(&stored[0]).header;
                let (history, height) = (self.history(), 50 + self.below(40));
                let parent = Some(self.histories.block(history, height));
                ("confirm", self.reader.admit_above(header, parent))
            }
            83..=85 => {
                let (history, height) = (self.history(), self.height() + 20);
                let revision = 1 + self.below(4);
                let chain_id = format!("east-{revision}");
                let header = self.histories.header(history, height);
                ("renew", self.reader.renew(&chain_id, header))
            }
            86..=90 => {
                let amount = u128::from(self.below(300));
                let (zone, amount) = (zone(), Amount(amount));
                let outcome = self.reader.run(Input::Fund { zone, amount });
                if outcome.is_ok() {
                    self.model.funded += amount.0;
                }
                ("fund", outcome)
            }
            91..=97 => {
                let limit = self.below(6) as u32;
                ("prune", self.reader.prune(limit))
            }
            _ if self.below(4) == 0 => ("close_zone", self.reader.close()),
            _ => ("close_zone", Err(Refusal::NoFunds)),
        }
    }

    fn report(&mut self) -> Result<tessera_view::Step, Refusal> {
        let height = self.height();
        let mut lines = Vec::new();
        for _ in 0..2 {
            let (from, history) = (self.trusted(), self.history());
            let height = height + self.below(2) * self.below(5);
            let links = self.below(3) * self.below(40);
            let header = self.histories.header(history, height);
            let below = match height.checked_sub(2) {
                Some(next) => self.histories.hashes_down(history, next, links),
                None => Vec::new(),
            };
            let top = match self.below(4) {
                0 => stored(header),
                _ => verified(from, header),
            };
            lines.push(line(top, below));
        }
        let (b, a) = (lines.pop().unwrap(), lines.pop().unwrap());
        self.reader.report(a, b)
    }

    /// Links as [`tessera_view::evidence`] opens them: they do lead down from the pair on record.
    fn report_links(&mut self) -> Result<tessera_view::Step, Refusal> {
        let viewed = self.reader.viewed();
        let branch = if self.below(2) == 0 {
            0
        } else {
            viewed.belief.branch
        };
        let Some(record) = viewed.fork_of(branch).copied() else {
            return self.reader.links(branch, Vec::new(), Vec::new());
        };
        let deep = self.below(60);
        let down = |block: tessera_view::state::Block| {
            let height = block.height.0;
            let own = |history: &usize| self.histories.hash(*history, height) == block.hash;
            match (0..self.count).find(own) {
                Some(history) => {
                    self.histories
                        .hashes_down(history, height.saturating_sub(1), deep)
                }
                None => Vec::new(),
            }
        };
        let (a, b) = (down(record.pair.a), down(record.pair.b));
        self.reader.links(branch, a, b)
    }

    fn check(&mut self, before: &Reader, step: &tessera_view::Step) {
        let (old, new) = (before.viewed(), self.reader.viewed());
        assert!(
            new.belief.latest >= old.belief.latest,
            "latest never goes back"
        );
        assert!(new.belief.branch >= old.belief.branch);
        if old.belief.first_report != Height(0) {
            assert_eq!(new.belief.first_report, old.belief.first_report);
        }
        assert_eq!(new.belief.acceptance_digest, self.model.digest);
        assert_eq!(new.belief.accepted, self.model.accepted);
        assert_eq!(self.model.funded, self.model.paid + new.zone.reserve.0);
        assert_eq!(
            new.belief.fork,
            new.zone.fork.map_or(Height(0), |fork| fork.height())
        );
        check_fork(&old, &new);
        check_headers(before, &self.reader, &old, step);
        check_roots(&self.reader, &new);
        self.check_closed(&new);
    }

    fn check_closed(&mut self, new: &Viewed) {
        let standing = self.reader.standing();
        if standing.status != ZoneStatus::Closed {
            return;
        }
        let last = standing.closing.unwrap().last;
        match &self.model.closed {
            None => self.model.closed = Some((new.clone(), last)),
            Some((then, last_then)) => {
                assert_eq!(last, *last_then, "a closed zone is final");
                assert_eq!(new.zone, then.zone);
                assert_eq!(new.belief.acceptance_digest, then.belief.acceptance_digest);
            }
        }
        if let Some(last) = last {
            assert!(self.reader.root(last.0).is_ok());
        }
    }
}

impl Model {
    fn saw(&mut self, stored: &StoredHeader) {
        let header = &stored.header;
        let known = self
            .ever
            .insert((header.height, stored.branch), header.hash);
        assert!(
            known.is_none_or(|known| known == header.hash),
            "one hash a height and branch"
        );
        self.digest = key::accept(&self.digest, header.height, &header.hash);
        self.accepted += 1;
    }

    fn check_step(&mut self, before: &Reader, after: &Reader, step: &tessera_view::Step) {
        let old = before.viewed();
        for height in denied(step) {
            // The true one may take its place.
            for stored in before.stored() {
                if stored.header.height == height {
                    self.ever.remove(&(height, stored.branch));
                }
            }
        }
        for write in &step.writes {
            if let Write::Header { stored, .. } = write {
                self.saw(stored);
                let height = stored.header.height;
                let at = before
                    .stored()
                    .into_iter()
                    .find(|s| s.header.height == height);
                assert_eq!(at, None, "no header is ever replaced");
                let viewed = after.viewed();
                let fork = viewed.fork_of(stored.branch);
                let admitted = fork.map_or(viewed.zone.admitted, |fork| fork.admitted);
                assert!(
                    viewed.counts(stored) && height >= admitted,
                    "nothing is filled between a fork and the admitted header"
                );
            }
        }
        for effect in &step.effects {
            let Effect::Pay { amount, .. } = effect;
            assert!(!amount.is_zero());
            self.paid += amount.0;
        }
        for event in &step.events {
            if let Event::ForkReported { branch, bounty, .. } = event {
                if !bounty.is_zero() {
                    let times = self.bounties.entry(*branch).or_default();
                    *times += 1;
                    assert_eq!(*times, 1, "one bounty a branch");
                    assert_eq!(old.belief.branch, *branch);
                }
            }
        }
    }
}

/// The fork height falls, or links have made the same pair exact. An admission leaves it where it was, or lower.
fn check_fork(old: &Viewed, new: &Viewed) {
    let forks = [
        (old.zone.fork, new.zone.fork),
        (old.zone.branch_fork, new.zone.branch_fork),
    ];
    for forks in forks {
        let (Some(then), Some(now)) = forks else {
            assert_eq!(forks.0, None, "a fork is not forgotten");
            continue;
        };
        if then.branch != now.branch {
            assert!(now.branch == new.belief.branch && now.branch > then.branch);
            continue;
        }
        let exacted = then.pair.is(&now.pair) && then.bound.parent.is_none();
        if new.belief.branch > old.belief.branch {
            assert!(now.height() <= then.height());
        } else if now.height() >= then.height() && now != then {
            assert!(exacted, "{then:?} became {now:?}");
        }
        assert!(now.shown == then.shown && now.first_report == then.first_report);
    }
    for fork in [new.zone.fork, new.zone.branch_fork].into_iter().flatten() {
        assert!(fork.height() >= fork.admitted);
    }
}

/// What lies below the fork stays, unless it expired and was pruned, or the owner denied it.
fn check_headers(before: &Reader, after: &Reader, old: &Viewed, step: &tessera_view::Step) {
    let now = after.stored();
    for then in before.stored() {
        let same = now.iter().find(|s| s.header.height == then.header.height);
        match same {
            Some(same) => assert_eq!(*same, then),
            None if denied(step).contains(&then.header.height) => {}
            None => assert!(
                old.expires_at(then.header.time).unwrap() <= after.now.time,
                "pruned before its time: {then:?}"
            ),
        }
    }
    assert!(now
        .iter()
        .any(|s| s.header.height == after.viewed().belief.latest));
}

fn denied(step: &tessera_view::Step) -> Vec<Height> {
    let events = step.events.iter();
    let denied = events.filter_map(|event| match event {
        Event::HeaderDenied { height, .. } => Some(*height),
        _ => None,
    });
    denied.collect()
}

/// Roots are asked for exactly where a stored header counts, and times grow along them.
fn check_roots(reader: &Reader, viewed: &Viewed) {
    let stored = reader.stored();
    let counting: Vec<&StoredHeader> = stored.iter().filter(|s| viewed.counts(s)).collect();
    for pair in counting.windows(2) {
        assert!(pair[0].header.time < pair[1].header.time, "{pair:?}");
        assert!(pair[0].branch <= pair[1].branch);
    }
    let lowest = stored.first().map_or(0, |s| s.header.height.0);
    let highest = viewed.belief.latest.0;
    for height in [
        lowest.saturating_sub(1),
        lowest,
        highest - 1,
        highest,
        highest + 1,
    ]
    .into_iter()
    .chain(stored.iter().map(|s| s.header.height.0))
    {
        let counts = counting.iter().any(|s| s.header.height.0 == height);
        assert_eq!(reader.root(height).is_ok(), counts, "root at {height}");
        let next = counting.iter().find(|s| s.header.height.0 > height);
        let next = next.map(|s| s.header.height.0);
        assert_eq!(reader.next_after(height), next, "next after {height}");
    }
}
