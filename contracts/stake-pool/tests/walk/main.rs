//! A random walk over every verb of the contract, beside the rule on maps: the same generator as the rule's own walk, the
//! same words to both. What the one refuses the other refuses, what the one says the other says, and after each step the
//! pool holds exactly what the rule accounts for. A third of the steps is taken, the others both refuse. Prices come from the real oracle: they jump, go stale and come back.
//! `TESSERA_SEED`, `TESSERA_STEPS` and `TESSERA_LONG` change it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

#[path = "../../../../packages/stake/tests/walk/generate.rs"]
mod generate;
mod pair;
#[path = "../../../../packages/stake/tests/world/mod.rs"]
mod world;

use std::collections::BTreeMap;

use generate::{Generator, OPERATORS};
use pair::Pair;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn from_environment(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(default, |text| text.parse().unwrap())
}

/// What a walk of this length comes across, whatever its seed.
const FACTS: [&str; 28] = [
    "stake_validator_created",
    "stake_candidate_out",
    "stake_candidate_back",
    "stake_bonded",
    "stake_unbonded",
    "stake_redelegated",
    "stake_withdrawn",
    "stake_rewards_paid",
    "stake_commission_paid",
    "stake_funded",
    "stake_snapshot_taken",
    "stake_turned",
    "stake_slash_accepted",
    "stake_slash_passed",
    "stake_drained",
    "stake_taken",
    "stake_joined",
    "stake_held",
    "stake_released",
    "stake_proposed",
    "stake_deposited",
    "stake_voting_opened",
    "stake_voted",
    "stake_concluded",
    "stake_refunded",
    "stake_collected",
    "stake_parameters_set",
    "stake_validator_edited",
];

#[test]
fn the_contract_does_what_the_rule_does_on_any_walk() {
    let long = std::env::var_os("TESSERA_LONG").is_some();
    let seed = from_environment("TESSERA_SEED", 20_261_122);
    let steps = from_environment("TESSERA_STEPS", if long { 300_000 } else { 30_000 });
    println!("TESSERA_SEED={seed} TESSERA_STEPS={steps}");
    let mut pair = Pair::new();
    let fresh = pair.clone();
    let mut generator = Generator {
        random: ChaCha8Rng::seed_from_u64(seed),
        secrets: 0,
    };
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let (mut done, mut lives) = (0u64, 1u64);
    for step in 1..=steps {
        if generator.random.gen_bool(0.25) {
            let before = pair.model.time;
            generator.pass(&mut pair.model);
            let jump = generator.random.gen_bool(0.05);
            pair.pass(pair.model.time - before, jump);
        }
        let input = generator.any(&pair.model);
        if let Some(said) = pair.act(input, generator.secrets) {
            done += 1;
            for name in said {
                *counts.entry(name).or_default() += 1;
            }
            pair.check_money();
        }
        if step % 250 == 0 {
            pair.check_answers();
        }
        let dead = pair.model.pool.validators.len() == OPERATORS.len()
            && pair.model.pool.candidates.is_empty();
        if step % 2_500 == 0 || dead && generator.random.gen_bool(0.02) {
            pair = fresh.clone();
            generator.secrets = 0;
            lives += 1;
        }
    }
    println!("{done} of {steps} steps were taken, {lives} pools, {counts:?}");
    if steps >= 10_000 {
        for fact in FACTS {
            assert!(counts.contains_key(fact), "never {fact}");
        }
    }
}
