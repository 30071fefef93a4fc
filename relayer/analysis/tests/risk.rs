//! Risks against other sources: the paper's figures, closed forms, and draws with a fixed seed.
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
use tessera_analysis::risk::{
    draw, metcalfe, turn, Basket, Comparison, Curve, Format, Law, RiskError, Series, Token,
};

fn alike(count: u32, law: Law) -> Basket {
    Basket::alike(count, 10.0, 5.0, law).unwrap()
}

fn near(actual: f64, expected: f64, within: f64) {
    assert!(
        (actual - expected).abs() <= within,
        "{actual} is not {expected} within {within}"
    );
}

/// Two independent normal numbers, by Box and Muller.
fn normal(random: &mut ChaCha8Rng) -> (f64, f64) {
    let (u, v): (f64, f64) = (1.0 - random.gen::<f64>(), random.gen());
    let radius = (-2.0 * u.ln()).sqrt();
    let angle = 2.0 * std::f64::consts::PI * v;
    (radius * angle.cos(), radius * angle.sin())
}

/// The share of draws in which something holds.
fn drawn(mut holds: impl FnMut(&mut ChaCha8Rng) -> bool) -> f64 {
    const DRAWS: u32 = 400_000;
    let mut random = ChaCha8Rng::seed_from_u64(20_261_121);
    let held = (0..DRAWS).filter(|_| holds(&mut random)).count();
    held as f64 / f64::from(DRAWS)
}

/// mpos.txt V.B, and both comparisons of its spec.
#[test]
fn the_papers_example_comes_out() {
    let (single, basket) = (alike(1, Law::Normal), alike(2, Law::Normal));
    let compared = Comparison::at(5.0, &single, &basket);
    near(compared.single, 0.135_905, 5e-7);
    near(compared.same_price, 0.014_609, 5e-7);
    near(compared.equal_risk.unwrap(), 12.305, 5e-4);
    near(compared.same_money, 0.0763, 5e-5);
    near(compared.turns_at.unwrap(), 9.375, 5e-4);
}

#[test]
fn draws_agree_with_normal_prices_that_differ_and_are_correlated() {
    let token = |mean, deviation, amount| Token {
        name: String::new(),
        mean,
        deviation,
        amount,
    };
    let tokens = [token(10.0, 5.0, 1.0), token(3.0, 1.0, 4.0)];
    let (correlation, price) = (0.6, 14.0);
    let rows = [vec![1.0, correlation], vec![correlation, 1.0]];
    let basket = Basket::new(&tokens, &rows, Law::Normal).unwrap();
    let found = drawn(|random| {
        let (x, y) = normal(random);
        let z = correlation * x + (1.0_f64 - correlation * correlation).sqrt() * y;
        let cost = (10.0 + 5.0 * x) + 4.0 * (3.0 + z);
        (0.0..=price).contains(&cost)
    });
    near(basket.risk(price), found, 2e-3);
}

#[test]
fn draws_agree_with_fat_tails_in_which_tokens_crash_together() {
    let law = Law::StudentT { degrees: 4.0 };
    let basket = Basket::alike(3, 10.0, 4.0, law).unwrap();
    let price = 12.0;
    let found = drawn(|random| {
        let ((a, b), (c, d), (e, f), (g, _)) = (
            normal(random),
            normal(random),
            normal(random),
            normal(random),
        );
        // One chi-square of four degrees for all: the multivariate law.
        let chi = d * d + e * e + f * f + g * g;
        let scale = 4.0 * (2.0_f64 / 4.0).sqrt() * (4.0 / chi).sqrt();
        let cost = 30.0 + scale * (a + b + c);
        (0.0..=price).contains(&cost)
    });
    near(basket.risk(price), found, 2e-3);
    let normal = Basket::alike(3, 10.0, 4.0, Law::Normal).unwrap();
    assert!(basket.risk(price) > normal.risk(price), "tails are fat");
}

/// Student's law has a closed form at four degrees: ½ + 3/8 · x (1 − x²/12) with x = t / sqrt(1 + t²/4).
#[test]
fn students_law_is_its_closed_form() {
    let basket = Basket::alike(1, 10.0, 2.0, Law::StudentT { degrees: 4.0 }).unwrap();
    let below = |price: f64| {
        let t = (price - 10.0) / (2.0 * (0.5_f64).sqrt());
        let x = t / (1.0 + t * t / 4.0).sqrt();
        0.5 + 3.0 / 8.0 * x * (1.0 - x * x / 12.0)
    };
    for price in [1.0, 5.0, 9.0, 10.0, 13.0] {
        near(basket.risk(price), below(price) - below(0.0), 1e-9);
    }
}

#[test]
fn what_never_was_is_no_basket() {
    let token = |mean, deviation, amount| Token {
        name: "A".into(),
        mean,
        deviation,
        amount,
    };
    let good = token(1.0, 1.0, 1.0);
    let one = vec![vec![1.0]];
    for bad in [
        token(0.0, 1.0, 1.0),
        token(f64::NAN, 1.0, 1.0),
        token(1.0, -1.0, 1.0),
        token(1.0, f64::INFINITY, 1.0),
        token(1.0, 1.0, 0.0),
    ] {
        let refused = Basket::new(&[bad], &one, Law::Normal).unwrap_err();
        assert!(matches!(refused, RiskError::Range { .. }), "{refused}");
    }
    let refused = Basket::new(&[], &[], Law::Normal).unwrap_err();
    assert!(matches!(refused, RiskError::Range { .. }), "{refused}");
    let two = [good.clone(), good.clone()];
    let refused = Basket::new(&two, &one, Law::Normal).unwrap_err();
    assert!(matches!(refused, RiskError::Count { .. }), "{refused}");
    let three = [good.clone(), good.clone(), good];
    // Each two of three cannot be opposites.
    let opposed: Vec<Vec<f64>> = (0..3)
        .map(|row| {
            (0..3)
                .map(|column| if row == column { 1.0 } else { -0.9 })
                .collect()
        })
        .collect();
    let refused = Basket::new(&three, &opposed, Law::Normal).unwrap_err();
    assert!(matches!(refused, RiskError::Correlations(_)), "{refused}");
    let thin = Law::StudentT { degrees: 2.0 };
    let refused = Basket::alike(1, 1.0, 1.0, thin).unwrap_err();
    assert!(matches!(refused, RiskError::Range { .. }), "{refused}");
    let refused = alike(1, Law::Normal).price_at(0.99).unwrap_err();
    assert!(matches!(refused, RiskError::Unreached { .. }), "{refused}");
}

#[test]
fn a_table_of_prices_says_what_is_wrong_with_it() {
    let table =
        "date,ATOM,OSMO\n2026-01-01,10,1\n2026-01-02,12,0.8\n2026-01-03,8,1.2\n2026-01-04,10,1\n";
    let series = Series::read(table.as_bytes()).unwrap();
    assert_eq!(series.names(), ["ATOM", "OSMO"]);
    let (tokens, correlations) = series.fitted(&[1.0, 10.0]).unwrap();
    near(tokens[0].mean, 10.0, 1e-12);
    near(tokens[0].deviation, (8.0_f64 / 3.0).sqrt(), 1e-12);
    near(correlations[0][1], -1.0, 1e-12);
    // They cancel one another out: 20, 20, 20, 20.
    assert_eq!(series.prices(&[1.0, 10.0]).unwrap(), [20.0; 4]);
    near(series.risk(&[1.0, 0.0], 9.0).unwrap(), 0.25, 1e-12);
    near(series.risk(&[1.0, 0.0], 10.0).unwrap(), 0.75, 1e-12);

    for (wrong, told) in [
        ("A\n1\n-2\n", "line 3: \"-2\" is no price of A"),
        ("A,B\n1,2\n3\n", "line 3"),
        ("A\n1\nmany\n", "line 3: \"many\" is no price of A"),
        ("date\n2026-01-01\n2026-01-02\n", "no column is a token's"),
        ("A\n1\n", "1 rows of prices"),
        ("", "no column is a token's"),
    ] {
        let refused = Series::read(wrong.as_bytes()).unwrap_err().to_string();
        assert!(refused.contains(told), "{wrong:?}: {refused}");
    }
    let refused = series.risk(&[1.0], 1.0).unwrap_err();
    assert!(matches!(refused, RiskError::Count { .. }), "{refused}");
}

#[test]
fn a_picture_shows_its_curves_in_both_forms() {
    let curve = |name: &str| Curve {
        name: name.into(),
        points: (0..=20)
            .map(|x| (f64::from(x), f64::from(x) / 20.0))
            .collect(),
    };
    let curves = [curve("one token"), curve("two tokens")];
    let text = String::from_utf8(draw("Risk", &curves, Format::Svg).unwrap()).unwrap();
    for word in ["<svg", "Risk", "one token", "two tokens", "attacking price"] {
        assert!(text.contains(word), "{word}");
    }
    let dots = draw("Risk", &curves, Format::Png).unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(dots))
        .read_info()
        .unwrap();
    assert_eq!(reader.info().size(), (900, 560));
}

#[test]
fn users_square() {
    let found = metcalfe(10.0, 5.0, 3.0, 2.0);
    assert_eq!(found.apart, (100.0, 25.0));
    assert_eq!(found.together, (144.0, 64.0));
}

proptest! {
    /// Proposition 1: at one price up to the mean, n tokens are safer than one.
    #[test]
    fn many_are_safer_than_one_up_to_the_mean(
        mean in 0.1..1e6f64, spread in 0.05..3.0f64, count in 2..16u32, part in 0.01..1.0f64,
    ) {
        let law = Law::Normal;
        let single = Basket::alike(1, mean, mean * spread, law).unwrap();
        let basket = Basket::alike(count, mean, mean * spread, law).unwrap();
        let price = mean * part;
        // Where both risks drown in what a double resolves there is nothing to compare.
        prop_assume!(single.risk(price) > 1e-12);
        prop_assert!(basket.risk(price) < single.risk(price));
    }

    #[test]
    fn the_price_at_a_risk_has_that_risk(
        mean in 1.0..1e3f64, spread in 0.05..2.0f64, count in 1..9u32, part in 0.001..0.9f64, degrees in 2.5..30.0f64,
    ) {
        for law in [Law::Normal, Law::StudentT { degrees }] {
            let basket = Basket::alike(count, mean, mean * spread, law).unwrap();
            let greatest = 1.0 - (1.0 - basket.risk(1e12 * mean));
            let risk = greatest * part;
            let price = basket.price_at(risk).unwrap();
            prop_assert!((basket.risk(price) - risk).abs() < 1e-6, "{} {}", basket.risk(price), risk);
        }
    }

    #[test]
    fn from_the_turn_on_the_basket_is_the_riskier_one(spread in 0.2..0.9f64, count in 2..6u32) {
        let single = Basket::alike(1, 10.0, 10.0 * spread, Law::Normal).unwrap();
        let basket = Basket::alike(count, 10.0, 10.0 * spread, Law::Normal).unwrap();
        if let Some(at) = turn(&single, &basket) {
            let n = f64::from(count);
            let above = at + (10.0 - at) / 2.0;
            prop_assert!(basket.risk(n * above) > single.risk(above));
            prop_assert!(basket.risk(n * (at - 1e-6)) <= single.risk(at - 1e-6) + 1e-12);
        }
    }
}
