//! What attacks cost, against closed forms and against an attacker who tries at random.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tessera_analysis::risk::{Pool, RiskError, Staked};

const THIRD: f64 = 1.0 / 3.0;
const TWO_THIRDS: f64 = 2.0 / 3.0;

fn pool(tokens: &[(f64, f64)]) -> Pool {
    let staked = tokens.iter().map(|(value, max_share)| Staked {
        name: String::new(),
        value: *value,
        max_share: *max_share,
    });
    Pool::new(staked.collect()).unwrap()
}

fn near(actual: f64, expected: f64) {
    assert!(
        (actual / expected - 1.0).abs() < 1e-4,
        "{actual} is not {expected}"
    );
}

#[test]
fn without_caps_a_third_is_half_as_much_again_and_two_thirds_twice() {
    let pool = pool(&[(600.0, 1.0), (300.0, 1.0)]);
    near(pool.weight(), 900.0);
    near(pool.buying(THIRD), 300.0);
    near(pool.buying(TWO_THIRDS), 600.0);
    near(pool.adding(THIRD), 450.0);
    near(pool.adding(TWO_THIRDS), 1_800.0);
}

/// The hub's 400 and a token of 600 with a cap of 20 %: W = 500, of which the token counts for 100.
#[test]
fn a_capped_token_costs_more_to_buy_and_adds_for_less_than_its_stake() {
    let pool = pool(&[(400.0, 1.0), (600.0, 0.2)]);
    near(pool.weight(), 500.0);
    // Weight of the hub's token is bought at par, weight of the capped one at six times that.
    near(pool.buying(THIRD), 500.0 / 3.0);
    near(pool.buying(0.9), 400.0 + 50.0 * 6.0);
    // By the hub's token alone x / (500 + x / 0.8) must be a third; half of all that is staked would be 500.
    near(pool.adding(THIRD), 500.0 / 3.0 / (1.0 - 1.25 / 3.0));
    assert!(pool.adding(THIRD) < pool.value() / 2.0);
}

#[test]
fn what_is_no_stake_is_refused() {
    for (value, max_share) in [
        (-1.0, 1.0),
        (f64::NAN, 1.0),
        (1e30, 1.0),
        (1.0, 0.0),
        (1.0, 1.1),
    ] {
        let staked = Staked {
            name: String::new(),
            value,
            max_share,
        };
        let refused = Pool::new(vec![staked]).unwrap_err();
        assert!(matches!(refused, RiskError::Range { .. }), "{refused}");
    }
    assert!(pool(&[(0.0, 1.0)]).adding(THIRD).is_infinite());
    assert!(pool(&[(5.0, 1.0)]).adding(1.0).is_infinite());
}

/// The attacker's share of the weight after adding this much of each token.
fn share(tokens: &[(f64, f64)], added: &[f64]) -> f64 {
    let together: Vec<(f64, f64)> = tokens
        .iter()
        .zip(added)
        .map(|((value, cap), more)| (value + more, *cap))
        .collect();
    let pool = pool(&together);
    let weights = pool.counted().map(|(_, counted)| counted);
    let own = weights
        .zip(together.iter().zip(added))
        .map(|(counted, ((value, _), more))| {
            if *value > 0.0 {
                counted * more / value
            } else {
                0.0
            }
        });
    own.sum::<f64>() / pool.weight()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Nobody who tries at random finds a cheaper way; and that there is one so cheap, the closest try shows.
    #[test]
    fn nobody_adds_a_share_for_less(
        hub in 10.0..1e3f64, others in prop::collection::vec((1.0..2e3f64, 0.05..0.33f64), 1..3), part in 0.1..0.7f64,
        seed in any::<u64>(),
    ) {
        let mut tokens = vec![(hub, 1.0)];
        tokens.extend(others);
        let told = pool(&tokens).adding(part);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut cheapest = f64::INFINITY;
        for _ in 0..300 {
            let ways: Vec<f64> = tokens.iter().map(|_| random.gen::<f64>().powi(4)).collect();
            let at = |money: f64| -> Vec<f64> {
                let all: f64 = ways.iter().sum();
                ways.iter().map(|way| money * way / all).collect()
            };
            // The least money in this mixture that is enough.
            let (mut low, mut high) = (0.0, told.max(1.0) * 64.0);
            if share(&tokens, &at(high)) < part {
                continue;
            }
            for _ in 0..60 {
                let middle = f64::midpoint(low, high);
                if share(&tokens, &at(middle)) < part { low = middle } else { high = middle }
            }
            cheapest = cheapest.min(high);
        }
        prop_assert!(cheapest >= told * (1.0 - 1e-3), "{cheapest} < {told}");
        prop_assert!(cheapest <= told * 1.25, "{cheapest} is far above {told}");
    }
}
