//! A random walk against those who sign what they like: forged headers on whatever parents, pairs of them, ancestors that
//! never were, and hashes without signatures. An honest owner admits and renews, a relayer keeps the view fresh, and a
//! watcher shows the true header wherever another one is stored, as soon as there is one that contradicts it.
//!
//! After each step, whatever was forged and shown: no root counts that the honest chain does not have, save on the
//! current branch one that is dated later, and lies higher, than the honest chain has come.
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

use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};
use tessera_header::TrustedHeader;
use tessera_primitives::{Hash, Height, ZoneStatus};
use tessera_view::{
    input::Line,
    state::{Block, StoredHeader},
    Refusal, Step,
};
use world::*;

/// Steps from one fresh world to the next.
const EPISODE: usize = 250;

struct Walk {
    random: TestRng,
    honest: Histories,
    forged: Vec<TrustedHeader>,
    reader: Reader,
    tally: BTreeMap<&'static str, usize>,
}

fn number(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().expect(name),
        Err(_) => default,
    }
}

#[test]
fn nothing_that_was_made_up_counts_for_long() {
    let steps = number("TESSERA_WALK_STEPS", 100_000) as usize;
    let seed = number("TESSERA_WALK_SEED", 1);
    println!("{steps} steps, seed {seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let honest = Histories::new();
    let mut walk = Walk {
        random: TestRng::from_seed(RngAlgorithm::ChaCha, &bytes),
        reader: Reader::new(&honest),
        honest,
        forged: Vec::new(),
        tally: BTreeMap::new(),
    };
    for step in 0..steps {
        if step % EPISODE == 0 {
            walk.reader = Reader::new(&walk.honest);
            walk.forged.clear();
        }
        walk.step();
    }
    println!("{:#?}", walk.tally);
    let happened = [
        "planted",
        "pairs",
        "exact on what never was",
        "links",
        "links refused",
        "filled",
        "forks",
        "second forks",
        "admitted",
        "confirmed",
        "renewed",
        "too high",
    ];
    for what in happened {
        assert!(steps < 10_000 || walk.tally.contains_key(what), "no {what}");
    }
}

impl Walk {
    fn below(&mut self, bound: u64) -> u64 {
        self.random.next_u64() % bound
    }

    fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    /// The newest header that the honest chain has by now.
    fn tip(&self) -> TrustedHeader {
        let height = (self.reader.now.time.0 / SECOND - START) / PACE + 100;
        self.honest.header(0, height)
    }

    fn is_honest(&self, header: &TrustedHeader) -> bool {
        header.hash == self.honest.hash(0, header.height.0)
    }

    fn step(&mut self) {
        if self.below(3) == 0 {
            // Nobody sleeps beyond the trusting period while there is something to contradict.
            let most = match self.below(200) {
                0 if self.made_up().is_empty() => 4_000,
                1..=10 => 600,
                _ => 40,
            };
            let seconds = self.below(most);
            self.reader.wait(seconds);
        }
        // What was dated later than the honest chain had come is caught up with first.
        self.watch();
        self.relay();
        let before = self.reader.standing().branch_fork;
        match self.act() {
            Ok(_) => {}
            Err(Refusal::TooHigh { .. }) => self.count("too high"),
            Err(Refusal::Unconfirmed { .. }) => self.count("links refused"),
            Err(_) => {}
        }
        if before != self.reader.standing().branch_fork {
            self.count("second forks");
        }
        self.watch();
        if self.below(4) == 0 {
            self.govern();
        }
        self.check();
    }

    fn act(&mut self) -> Result<Step, Refusal> {
        match self.below(10) {
            0..=3 => {
                let (from, header) = (self.trusted(), self.forge());
                let step = self.reader.advance(from, header)?;
                self.count("planted");
                Ok(step)
            }
            4..=6 => {
                let (a, b) = match self.below(2) {
                    0 => self.twins(),
                    _ => (self.line(), self.line()),
                };
                let step = self.reader.report(a, b)?;
                self.count("pairs");
                let viewed = self.reader.viewed();
                let below = viewed.open_fork().and_then(|fork| fork.below());
                let made_up = |block: Block| block.hash != self.honest.hash(0, block.height.0);
                if below.is_some_and(made_up) {
                    self.count("exact on what never was");
                }
                Ok(step)
            }
            7 => {
                let viewed = self.reader.viewed();
                let branch = self.below(u64::from(viewed.belief.branch) + 1) as u32;
                let pair = viewed.fork_of(branch).map(|fork| fork.pair);
                let (a, b) = match pair {
                    Some(pair) => (self.down(pair.a.hash), self.down(pair.b.hash)),
                    None => (Vec::new(), Vec::new()),
                };
                let step = self.reader.links(branch, a, b)?;
                self.count("links");
                Ok(step)
            }
            8 => {
                let forks = [
                    self.reader.viewed().zone.fork,
                    self.reader.viewed().zone.branch_fork,
                ];
                let below: Vec<_> = forks
                    .iter()
                    .flatten()
                    .filter_map(|fork| fork.below())
                    .collect();
                // Whoever forged the pair made that header up first, and has it.
                let header = match below.last() {
                    Some(block) => TrustedHeader {
                        hash: block.hash,
                        ..self.honest.header(0, block.height.0)
                    },
                    None => self.forge(),
                };
                let step = self.reader.fill_by_hash(header)?;
                if !step.writes.is_empty() {
                    // At once, not only once the watcher has looked: nobody signed for it.
                    assert!(self.is_honest(&header), "{header:?} was filled by its hash");
                    self.count("filled");
                }
                Ok(step)
            }
            _ => {
                let limit = self.below(6) as u32;
                self.reader.prune(limit)
            }
        }
    }

    /// The height of some stored header.
    fn trusted(&mut self) -> u64 {
        let heights = self.reader.heights();
        match self.below(2) {
            0 => self.reader.standing().latest.0,
            _ => heights[self.below(heights.len() as u64) as usize],
        }
    }

    /// A header of those who sign what they like, on a parent that is true, forged or never was.
    fn forge(&mut self) -> TrustedHeader {
        let heights = self.reader.heights();
        let near = heights[self.below(heights.len() as u64) as usize];
        let height = match self.below(30) {
            0 => u64::MAX / 2 - self.below(3),
            1..=15 => near + 1 + self.below(3),
            _ => self.tip().height.0 + 10 - self.below(40),
        };
        let on: Vec<_> = self
            .forged
            .iter()
            .filter(|f| f.height.0 + 1 == height)
            .collect();
        let invented = Hash::sha256_of(&[b"invented", &height.to_be_bytes()]);
        let forged = on.last().map_or(invented, |below| below.hash);
        let parent = match self.below(3) {
            0 => self.honest.hash(0, height - 1),
            1 => forged,
            _ => invented,
        };
        let true_time = self.honest.header(0, height.min(1_000_000)).time.0;
        let skew = [-50, -1, 0, 0, 0, 0, 1, 50][self.below(8) as usize] * SECOND as i64;
        let hash = Hash::sha256(&self.random.next_u64().to_be_bytes());
        let mut header = self.honest.header(0, 50);
        header.height = Height(height);
        header.hash = hash;
        header.app_hash = hash;
        header.parent = parent;
        header.time.0 = true_time.checked_add_signed(skew).unwrap();
        self.forged.push(header);
        header
    }

    /// Two headers of one height on one parent, true or not, which make a fork exact.
    fn twins(&mut self) -> (Line, Line) {
        let (from, one) = (self.trusted(), self.forge());
        let mut two = one;
        two.hash = Hash::sha256(one.hash.as_bytes());
        self.forged.push(two);
        (
            line(verified(from, one), Vec::new()),
            line(verified(from, two), Vec::new()),
        )
    }

    fn line(&mut self) -> Line {
        let top = match self.below(6) {
            0 => {
                let held = self.reader.stored();
                stored(held[self.below(held.len() as u64) as usize].header)
            }
            1 => {
                let height = self.tip().height.0 - self.below(40);
                verified(self.trusted(), self.honest.header(0, height))
            }
            2 if !self.forged.is_empty() => {
                let index = self.below(self.forged.len() as u64) as usize;
                verified(self.trusted(), self.forged[index])
            }
            _ => verified(self.trusted(), self.forge()),
        };
        let below = self.down(top.header.parent);
        line(top, below)
    }

    /// Hashes below a block: the true ones below a true one, else what whoever forged it named.
    fn down(&mut self, hash: Hash) -> Vec<Hash> {
        let deep = self.below(3) * self.below(25);
        let mut hashes = Vec::new();
        let mut at = hash;
        for _ in 0..deep {
            let tip = self.tip().height.0;
            let honest = (1..=tip)
                .rev()
                .take(200)
                .find(|h| self.honest.hash(0, *h) == at);
            let forged = self.forged.iter().find(|header| header.hash == at).copied();
            at = match (honest, forged) {
                (Some(height), _) => self.honest.hash(0, height - 1),
                (None, Some(header)) => header.parent,
                // Whoever made it up makes up what is below it, or puts it on something true.
                (None, None) if self.below(2) == 0 => Hash::sha256(at.as_bytes()),
                (None, None) => {
                    let height = tip - self.below(50);
                    self.honest.hash(0, height)
                }
            };
            hashes.push(at);
        }
        hashes
    }

    fn made_up(&self) -> Vec<StoredHeader> {
        let viewed = self.reader.viewed();
        let mut held = self.reader.stored();
        held.retain(|held| viewed.counts(held) && !self.is_honest(&held.header));
        held
    }

    /// Dated later, and higher, than the honest chain has come: nothing true contradicts it yet.
    fn is_ahead(&self, header: &TrustedHeader) -> bool {
        let tip = self.tip();
        header.height > tip.height && header.time > tip.time
    }

    /// Shows the true header where another one is stored: at its height, or the newest if it is not later.
    fn watch(&mut self) {
        while let Some(planted) = self
            .made_up()
            .into_iter()
            .find(|p| !self.is_ahead(&p.header))
        {
            let height = planted.header.height.0.min(self.tip().height.0);
            let Some(from) = self.trustworthy(height) else {
                panic!("nothing to show {height} from: {planted:?}");
            };
            let forks = self.reader.standing();
            let shown = self.reader.advance(from, self.honest.header(0, height));
            shown.unwrap_or_else(|refusal| panic!("{refusal}: {planted:?} {forks:?}"));
            assert_ne!(self.reader.standing(), forks, "{planted:?}");
            self.count("forks");
        }
    }

    /// The highest honest header below a height that headers may be verified from.
    fn trustworthy(&self, height: u64) -> Option<u64> {
        let viewed = self.reader.viewed();
        let usable = |held: &&StoredHeader| {
            held.branch == viewed.belief.branch
                && held.header.height >= viewed.zone.base
                && held.header.height.0 < height
                && self.is_honest(&held.header)
                && viewed.expires_at(held.header.time).unwrap() > self.reader.now.time
        };
        let stored = self.reader.stored();
        let newest = stored.iter().rev().find(usable);
        newest.map(|held| held.header.height.0)
    }

    /// Keeps a fresh honest header in the view.
    fn relay(&mut self) {
        let tip = self.tip();
        let fresh = |from: u64| (tip.height.0 - from) * PACE < 500;
        if self.reader.standing().status == ZoneStatus::Active {
            if let Some(from) = self.trustworthy(tip.height.0).filter(|from| !fresh(*from)) {
                self.reader.advance(from, tip).unwrap();
            }
        }
    }

    /// An honest owner: admits the honest branch once it lies above all that was shown, and mostly confirms its header
    /// below the fork.
    fn govern(&mut self) {
        let (viewed, tip) = (self.reader.viewed(), self.tip());
        match self.reader.standing().status {
            ZoneStatus::Forked => {
                let fork = *viewed.open_fork().unwrap();
                if tip.height > fork.shown.max(viewed.belief.latest) {
                    let below = fork.height().0 - 1 - self.below(5) / 4;
                    let parent = (self.below(3) > 0).then(|| self.honest.block(0, below));
                    self.reader.admit_above(tip, parent).unwrap();
                    self.count("admitted");
                    let forks = self.reader.viewed().fork_of(fork.branch).copied();
                    if forks.and_then(|fork| fork.below()).is_some() {
                        self.count("confirmed");
                    }
                }
            }
            ZoneStatus::Expired if tip.height > viewed.belief.latest => {
                self.reader.renew("east-1", tip).unwrap();
                self.count("renewed");
            }
            _ => {}
        }
    }

    fn check(&self) {
        let viewed = self.reader.viewed();
        for held in self.made_up() {
            assert!(
                held.branch == viewed.belief.branch && self.is_ahead(&held.header),
                "{held:?} counts, and never was: {:?}",
                viewed.zone
            );
        }
        // Nothing is out of reach for the honest chain, were it to go on for two hours.
        let shown = viewed
            .open_fork()
            .map_or(viewed.belief.latest, |fork| fork.shown);
        assert!(shown.0 < self.tip().height.0 + 2 * 3_600);
    }
}
