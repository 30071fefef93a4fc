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

#[path = "../../tests/bad_node/mod.rs"]
mod bad_node;
#[allow(dead_code)]
#[path = "../../tests/zones/batch.rs"]
mod batch;
mod catch_up;
#[path = "../gas/figure.rs"]
mod figure;
#[allow(dead_code)]
#[path = "../../tests/zones/ground.rs"]
mod ground;
mod latency;
mod memory;
#[allow(dead_code)]
#[path = "../../tests/zones/operator.rs"]
mod operator;
#[allow(dead_code)]
#[path = "../../tests/zones/people.rs"]
mod people;
mod process;
mod rate;
mod start;
#[allow(dead_code)]
#[path = "../../tests/zones/task.rs"]
mod task;

use std::path::PathBuf;

use clap::Parser;

use batch::User;
use figure::Figures;
use ground::Ground;

/// Measures the relayer on wasmd zones.
#[derive(Parser)]
struct Arguments {
    /// Where the figures go.
    #[arg(long, default_value = "target/measured.jsonl")]
    out: PathBuf,
    /// The commit that is measured.
    #[arg(long, default_value = "uncommitted")]
    commit: String,
    /// The day on which it is measured.
    #[arg(long, default_value = "")]
    date: String,
    /// Only these: `settle_rate`, `settle_latency_ms`, `relayer_memory_mb`, `start_ms`, `catch_up_rate`; `relayer_cpu` comes
    /// with the first and the third.
    #[arg(long)]
    only: Vec<String>,
    /// What `cargo bench` hands to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

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
    let arguments = Arguments::parse();
    let names = MEASURES.map(|(name, _)| name);
    for asked in &arguments.only {
        assert!(
            names.contains(&asked.as_str()),
            "{asked} is none of {names:?}"
        );
    }
    let ground = Ground::new(2);
    let users = ground
        .people(["payer", "payee"])
        .map(|person| User::new(&ground, person));
    let mut figures = Figures::new(&arguments.commit, &arguments.date);
    for (name, measure) in MEASURES {
        if arguments.only.is_empty() || arguments.only.iter().any(|only| only == name) {
            measure(&ground, &users, &mut figures);
            // What was measured is not lost when something else fails.
            figures.write(&arguments.out).unwrap();
        }
    }
    println!("{} figures in {}", figures.len(), arguments.out.display());
}
