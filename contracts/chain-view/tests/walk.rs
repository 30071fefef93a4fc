//! A random walk over the contract with signed headers of three histories of one zone: whatever comes in whatever order,
//! the money adds up, and what was verified stays.
//!
//! `TESSERA_WALK_STEPS` (default 10,000) and `TESSERA_WALK_SEED` (default 1) change the walk; both are printed.
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

use chain_view::ChainViewError;
use cosmwasm_std::coins;
use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};
use tessera_contract_api::chain_view::{ExecuteMsg, HeaderResponse, QueryMsg};
use tessera_header::Header;
use tessera_primitives::Height;
use tessera_testing::Zone;
use tessera_view::{
    evidence::{ForkProof, Sighted, Sighting},
    state::Block,
};
use world::*;

/// Steps from one fresh world to the next.
const EPISODE: usize = 200;
/// Blocks that every history has.
const BLOCKS: u64 = 40;

fn number(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().expect(name),
        Err(_) => default,
    }
}

struct Walk {
    random: TestRng,
    world: World,
    histories: Vec<Zone>,
}

impl Walk {
    fn below(&mut self, bound: u64) -> u64 {
        self.random.next_u64() % bound
    }

    fn header(&mut self) -> Header {
        let heights = self.world.heights();
        let trusted = heights[self.below(heights.len() as u64) as usize].min(BLOCKS - 1);
        let height = trusted + 1 + self.below(BLOCKS - trusted);
        let index = self.below(3) as usize;
        let compact = self.below(2) == 0;
        let (history, heights) = (&self.histories[index], (Height(height), Height(trusted)));
        if compact {
            let cached = [history.validators().clone()];
            history
                .compact_header(heights.0, heights.1, third(), &cached, false)
                .unwrap()
        } else {
            history.standard_header(heights.0, heights.1).unwrap()
        }
    }

    fn sighting(&mut self) -> Sighting {
        let heights = self.world.heights();
        let stored = heights[self.below(heights.len() as u64) as usize];
        let header = match self.below(3) {
            0 => Sighted::Stored(Height(stored)),
            _ => Sighted::Shown(self.header()),
        };
        let links = Vec::new();
        Sighting { header, links }
    }

    fn links(&mut self) -> ForkProof {
        let view = self.world.view();
        let record = view.branch_fork.or(view.fork);
        let branch = if view.branch_fork.is_some() {
            view.branch
        } else {
            0
        };
        let deep = 1 + self.below(20);
        let down = |block: tessera_view::state::Block| {
            let height = block.height;
            let own = |zone: &&Zone| zone.block(height).is_ok_and(|own| own.hash == block.hash);
            match self.histories.iter().find(own) {
                Some(zone) => links(zone, height.0, deep.min(height.0 - 1)),
                None => Vec::new(),
            }
        };
        let (a, b) = match record {
            Some(record) => (down(record.pair.a), down(record.pair.b)),
            None => (Vec::new(), Vec::new()),
        };
        ForkProof::Links { branch, a, b }
    }

    fn step(&mut self) -> (&'static str, Result<(), ChainViewError>) {
        let (owner, relayer) = (self.world.owner.clone(), self.world.relayer.clone());
        let zone = east();
        if self.below(10) == 0 {
            let seconds = 1 + self.below(60);
            self.world
                .west
                .next_block_after(tessera_primitives::Seconds(seconds))
                .unwrap();
        }
        let (verb, sender, message, funds) = match self.below(20) {
            0..=9 => ("advance", relayer, advance(self.header()), 0),
            10..=12 => {
                let (a, b) = (self.sighting(), self.sighting());
                let proof = ForkProof::Pair { a, b };
                (
                    "report_pair",
                    relayer,
                    ExecuteMsg::ReportFork { zone, proof },
                    0,
                )
            }
            13..=14 => {
                let proof = self.links();
                (
                    "report_links",
                    relayer,
                    ExecuteMsg::ReportFork { zone, proof },
                    0,
                )
            }
            15 => {
                let height = BLOCKS - self.below(4);
                let index = self.below(3) as usize;
                let history = &self.histories[index];
                let header = history.first_header(Height(height)).unwrap();
                let fork = self.world.view().fork;
                let parent = fork.map(|fork| fork.height().minus(1).unwrap());
                let parent = parent.map(|height| Block {
                    height,
                    hash: history.block(height).unwrap().hash,
                });
                // Now and then by somebody who may not.
                let sender = if self.below(5) == 0 { relayer } else { owner };
                ("admit_branch", sender, admit_above(header, parent), 0)
            }
            16 => {
                let height = self.world.view().fork.map_or(10, |fork| fork.height().0);
                let index = self.below(3) as usize;
                let height = Height(height.saturating_sub(1).clamp(1, BLOCKS));
                let header = self.histories[index].first_header(height).unwrap();
                ("fill_by_hash", relayer, advance(header), 0)
            }
            17 | 18 => (
                "fund",
                relayer,
                ExecuteMsg::Fund { zone },
                u128::from(self.below(200)),
            ),
            _ => {
                let limit = self.below(4) as u32;
                ("prune", relayer, ExecuteMsg::Prune { zone, limit }, 0)
            }
        };
        let funds = match funds {
            0 => Vec::new(),
            some => {
                self.world.west.mint(&sender, some, DENOM).unwrap();
                coins(some, DENOM)
            }
        };
        let outcome = self.world.execute_with(&sender, &message, &funds);
        (verb, outcome.map(|_| ()))
    }
}

fn stored(world: &World) -> BTreeMap<u64, HeaderResponse> {
    let headers: Vec<HeaderResponse> = world.query(&QueryMsg::Headers {
        zone: east(),
        start_after: None,
        limit: Some(100),
    });
    headers
        .into_iter()
        .map(|stored| (stored.header.height.0, stored))
        .collect()
}

/// The money is where the reserve says; what was stored is what is stored, unless the owner denied it; the newest height does not go back.
fn check(before: &World, after: &World, refused: bool) {
    let (old, new) = (before.view(), after.view());
    let contract = after.view.clone();
    assert_eq!(after.west.balance(&contract, DENOM).unwrap(), new.reserve);
    assert!(new.latest.height >= old.latest.height);
    let (then, now) = (stored(before), stored(after));
    for (height, header) in &then {
        match now.get(height) {
            Some(same) => assert_eq!(same.header, header.header),
            None => {
                let confirmed = [new.fork, new.branch_fork].into_iter().flatten();
                let mut confirmed = confirmed.filter_map(|fork| fork.confirmed);
                let denied = confirmed
                    .any(|block| block.height.0 == *height && block.hash != header.header.hash);
                let until = header.header.time.plus(params().trusting_period).unwrap();
                assert!(denied || until <= after.west.time(), "{header:?}");
            }
        }
    }
    if refused {
        assert_eq!((old, then), (new, now));
        return;
    }
    for (height, header) in now {
        assert_eq!(
            after.root(height).is_ok(),
            header.counts,
            "root at {height}"
        );
    }
}

#[test]
fn the_money_adds_up_and_what_was_verified_stays() {
    let steps = number("TESSERA_WALK_STEPS", 10_000) as usize;
    let seed = number("TESSERA_WALK_SEED", 1);
    println!("{steps} steps, seed {seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut fresh = World::new(4);
    fresh.produce(BLOCKS - 10);
    let mut other = fresh.east.fork_at(Height(15)).unwrap();
    other.produce(BLOCKS - 14).unwrap();
    let mut third = other.fork_at(Height(25)).unwrap();
    third.produce(BLOCKS - 24).unwrap();
    let mut walk = Walk {
        random,
        world: fresh.clone(),
        histories: vec![fresh.east.clone(), other, third],
    };
    let mut tally: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for step in 0..steps {
        if step % EPISODE == 0 {
            walk.world = fresh.clone();
        }
        let before = walk.world.clone();
        let (verb, outcome) = walk.step();
        check(&before, &walk.world, outcome.is_err());
        tally.entry(verb).or_default()[usize::from(outcome.is_ok())] += 1;
    }
    for (verb, [refused, accepted]) in &tally {
        println!("{verb:14} {accepted:6} accepted {refused:6} refused");
    }
    if steps >= 10_000 {
        for verb in [
            "advance",
            "report_pair",
            "report_links",
            "admit_branch",
            "fill_by_hash",
            "fund",
        ] {
            assert!(tally[verb][1] > 0, "the walk never got through {verb}");
        }
    }
}
