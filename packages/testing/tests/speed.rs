//! How long zones take: printed, and bounded generously, so that nobody makes them unusable unnoticed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use std::time::{Duration, Instant};

use tessera_primitives::Height;
use tessera_testing::{contracts::notes, Validators, Zone, ZoneConfig};

/// 1,000 blocks of two transactions that write ten keys each, with `validators` that all sign.
fn thousand_blocks(validators: usize) -> Duration {
    let mut zone = Zone::start(ZoneConfig {
        validators: Validators::equal("v", validators, 1).unwrap(),
        ..ZoneConfig::new("speed-1", "speed").unwrap()
    });
    let alice = zone.account("alice").unwrap();
    let code = zone.store_code(notes::code);
    let notes = zone
        .instantiate(&alice, code, &cosmwasm_std::Empty {}, "notes")
        .unwrap();
    let begun = Instant::now();
    for round in 0..1_000u32 {
        for half in 0..2u8 {
            let entries = (0..10u8).map(|index| {
                let key = [&round.to_be_bytes()[..], &[half, index]].concat();
                (key.into(), vec![index + 1; 40].into())
            });
            let write = notes::ExecuteMsg::Write {
                entries: entries.collect(),
            };
            zone.execute(&alice, &notes, &write, &[]).unwrap();
        }
        zone.next_block().unwrap();
    }
    let took = begun.elapsed();
    let proving = Instant::now();
    for height in 1..=1_000 {
        zone.prove(&notes, &[0, 0, 0, 0, 0, 0], Height(height))
            .unwrap();
    }
    let depth = zone.contract_store(Height(1_000)).unwrap().unwrap().depth();
    println!(
        "1,000 blocks, {validators} validators, 20,000 keys: {took:.2?}; 1,000 proofs up to depth {depth}: {:.2?}",
        proving.elapsed()
    );
    took
}

#[test]
fn a_thousand_blocks_take_seconds() {
    for validators in [1, 4, 100] {
        assert!(thousand_blocks(validators) < Duration::from_secs(120));
    }
}
