//! A random walk against those who sign what they like: forged headers on whatever parents, pairs of them, ancestors that
//! never were, and hashes without signatures. An honest owner admits and renews, a relayer keeps the view fresh, and a
//! watcher shows the true header wherever another one is stored, as soon as there is one that contradicts it. In every
//! third world the watcher sleeps.
//!
//! After each step, whatever was forged and shown: no root counts that the honest chain does not have, save on the
//! current branch one that is dated later, and lies higher, than the honest chain has come. Where the watcher sleeps: none
//! that the owner has denied. In either: nothing climbs faster than time and a block each, and while a fork is open
//! nothing does.
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

mod adversary;
#[path = "../world/mod.rs"]
mod world;

use std::collections::BTreeMap;

use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};
use tessera_header::TrustedHeader;
use tessera_primitives::{Height, ZoneStatus};
use tessera_view::{
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
    /// Headers that were stored when the owner said that another one is true.
    denied: Vec<TrustedHeader>,
    asleep: bool,
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
        denied: Vec::new(),
        asleep: false,
        tally: BTreeMap::new(),
    };
    for step in 0..steps {
        if step % EPISODE == 0 {
            walk.reader = Reader::new(&walk.honest);
            walk.forged.clear();
            walk.denied.clear();
            walk.asleep = walk.below(3) == 0;
        }
        walk.step();
    }
    println!("{:#?}", walk.tally);
    let happened = [
        "planted",
        "pairs",
        "framed",
        "exact on what never was",
        "links",
        "links refused",
        "filled",
        "forks",
        "second forks",
        "admitted",
        "confirmed",
        "confirmed later",
        "denied",
        "links onto what was confirmed",
        "renewed",
        "no ratchet",
        "no veto",
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
        let before = (self.reader.standing(), self.shown());
        match self.act() {
            Ok(_) => {}
            Err(Refusal::TooHigh { .. }) => self.count("too high"),
            Err(Refusal::AboveShown { .. }) => self.count("no veto"),
            Err(Refusal::Unconfirmed { .. }) => self.count("links refused"),
            Err(_) => {}
        }
        if before.0.branch_fork != self.reader.standing().branch_fork {
            self.count("second forks");
        }
        if before.0.status == ZoneStatus::Forked {
            assert_eq!(before.1, self.shown(), "an admission is put off");
        }
        self.watch();
        if self.below(4) == 0 {
            self.govern();
        }
        self.check();
    }

    fn act(&mut self) -> Result<Step, Refusal> {
        match self.below(13) {
            12 => self.frame(),
            10 => self.ratchet(),
            11 => {
                let (low, high) = self.veto();
                self.reader.report(low, high)
            }
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
                    Some(pair) => {
                        // As deep as it takes to where they may meet.
                        let deep = self.below(2) * (1 + self.below(12));
                        let deep = (deep > 0).then_some(deep);
                        (self.down(pair.a.hash, deep), self.down(pair.b.hash, deep))
                    }
                    None => (Vec::new(), Vec::new()),
                };
                let step = self.reader.links(branch, a, b)?;
                self.count("links");
                if branch < viewed.belief.branch {
                    self.count("links onto what was confirmed");
                }
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
        if self.asleep {
            return;
        }
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
                let shown = self.reader.advance(from, tip);
                assert!(self.asleep || shown.is_ok(), "{shown:?}");
            }
        }
    }

    /// The highest header that was shown.
    fn shown(&self) -> Height {
        let viewed = self.reader.viewed();
        let open = viewed.open_fork();
        open.map_or(viewed.belief.latest, |fork| fork.shown)
    }

    /// Notes what the owner is about to deny.
    fn deny(&mut self, branch: u32, parent: Option<Block>) {
        let Some(parent) = parent else {
            return;
        };
        let mut held = self.reader.stored();
        held.retain(|held| held.branch == branch && held.header.height == parent.height);
        held.retain(|held| held.header.hash != parent.hash);
        for held in held {
            self.denied.push(held.header);
            self.count("denied");
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
                    self.deny(fork.branch, parent);
                    self.reader.admit_above(tip, parent).unwrap();
                    self.count("admitted");
                    let forks = self.reader.viewed().fork_of(fork.branch).copied();
                    if forks.and_then(|fork| fork.below()).is_some() {
                        self.count("confirmed");
                    }
                }
            }
            ZoneStatus::Active if viewed.belief.branch > 0 => {
                // Once more, with what the owner has learned since.
                let height = 51 + self.below(tip.height.0 - 50);
                let parent = Some(self.honest.block(0, height));
                let admitted = self.honest.header(0, viewed.zone.admitted.0);
                let mut trial = self.reader.clone();
                if trial.admit_above(admitted, parent).is_ok() {
                    self.deny(viewed.belief.branch - 1, parent);
                    self.reader = trial;
                    self.count("confirmed later");
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
            assert!(!self.denied.contains(&held.header), "{held:?} was denied");
            assert!(
                self.asleep || held.branch == viewed.belief.branch && self.is_ahead(&held.header),
                "{held:?} counts, and never was: {:?}",
                viewed.zone
            );
        }
        // Nothing climbs faster than a block a second from where the view began, up to the drift, and a block each.
        let began = self.honest.header(0, 50).time.0;
        let seconds = (self.reader.now.time.0 - began) / SECOND + 10;
        let most = 50 + seconds + viewed.belief.accepted + 1;
        assert!(self.shown().0 <= most, "{:?} above {most}", self.shown());
    }
}
