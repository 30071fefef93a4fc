//! What the relayer itself can do and what it takes, as operators run it: the real binary on two wasmd zones of its own.
//!
//! - `settle_rate`, `relayer_cpu`: many tasks that wait when it starts;
//! - `settle_latency_ms`: single tasks, one after another;
//! - `relayer_memory_mb`, `relayer_cpu`: tasks that stay open;
//! - `start_ms`: a journal of many finished tasks;
//! - `catch_up_rate`: many blocks that it has missed.
//!
//! `ci/bench/run relayer` runs it. Figures of time are the machine's: two zones and the relayer share it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod catch_up;
mod latency;
mod memory;
mod process;
mod rate;
mod start;

#[path = "../../tests/bad_node/mod.rs"]
mod bad_node;
#[path = "../gas/figure.rs"]
mod figure;

// What the stories on zones have; benchmarks use a part of it.
#[allow(dead_code)]
#[path = "../../tests/zones/batch.rs"]
mod batch;
#[allow(dead_code)]
#[path = "../../tests/zones/ground.rs"]
mod ground;
#[allow(dead_code)]
#[path = "../../tests/zones/operator.rs"]
mod operator;
#[allow(dead_code)]
#[path = "../../tests/zones/people.rs"]
mod people;
#[path = "../../tests/zones/shape.rs"]
mod shape;
#[allow(dead_code)]
#[path = "../../tests/zones/task.rs"]
mod task;

use clap::Parser;

use batch::User;
use figure::{Figures, Wanted};
use ground::Ground;

/// A measure, and what measures it.
type Measure = (&'static str, fn(&Ground, &[User; 2], &mut Figures));

/// In this order: the last one makes a zone hurry, and the one before wants it to have some blocks.
const MEASURES: [Measure; 5] = [
    ("settle_rate", rate::measure),
    ("settle_latency_ms", latency::measure),
    ("relayer_memory_mb", memory::measure),
    ("start_ms", start::measure),
    ("catch_up_rate", catch_up::measure),
];

fn main() {
    // `cargo test` starts benchmarks too.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let wanted = Wanted::parse();
    let names = MEASURES.map(|(name, _)| name);
    for asked in &wanted.only {
        assert!(
            names.contains(&asked.as_str()),
            "{asked} is none of {names:?}"
        );
    }
    let ground = Ground::new(2);
    let users = ground
        .people(["payer", "payee"])
        .map(|person| User::new(&ground, person));
    let mut figures = Figures::new(&wanted);
    for (name, measure) in MEASURES {
        if wanted.wants(name) {
            measure(&ground, &users, &mut figures);
            // What was measured is not lost when something else fails.
            figures.write(&wanted.out).unwrap();
        }
    }
    println!("{} figures in {}", figures.len(), wanted.out.display());
}
