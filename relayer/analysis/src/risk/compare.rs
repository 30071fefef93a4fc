use serde::Serialize;

use super::Basket;

/// One token against a basket that costs so many times as much.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The attacking price p of the one token.
    pub price: f64,
    /// Risk of the one token at p.
    pub single: f64,
    /// Risk of the basket at the same p: the paper's comparison.
    pub same_price: f64,
    /// Risk of the basket at p times what it costs more: per unit of money.
    pub same_money: f64,
    /// The price at which the basket has the one token's risk at p; none when it never has.
    pub equal_risk: Option<f64>,
    /// The price of the one token from which on the basket is the riskier one per unit of money; none when it never is, up
    /// to the mean.
    pub turns_at: Option<f64>,
}

impl Comparison {
    /// Of one token and a basket at an attacking price.
    pub fn at(price: f64, single: &Basket, basket: &Basket) -> Comparison {
        let dearer = basket.mean() / single.mean();
        let risk = single.risk(price);
        Comparison {
            price,
            single: risk,
            same_price: basket.risk(price),
            same_money: basket.risk(price * dearer),
            equal_risk: basket.price_at(risk).ok(),
            turns_at: turn(single, basket),
        }
    }
}

/// The lowest price of the one token, up to its mean, from which on the basket is the riskier one per unit of money.
pub fn turn(single: &Basket, basket: &Basket) -> Option<f64> {
    const STEPS: u32 = 10_000;
    let dearer = basket.mean() / single.mean();
    // Above zero where the basket is the riskier one.
    let excess = |price: f64| basket.risk(price * dearer) - single.risk(price);
    let at = |step: u32| single.mean() * f64::from(step) / f64::from(STEPS);
    let last_safe = (1..=STEPS).rev().find(|step| excess(at(*step)) <= 0.0)?;
    if last_safe == STEPS {
        return None;
    }
    let (mut low, mut high) = (at(last_safe), at(last_safe.saturating_add(1)));
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if excess(middle) <= 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}

/// Metcalfe's estimate of mpos.txt IV.B: a network is worth the square of its users.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Metcalfe {
    /// What the hub and the parachain are worth apart: M² and N².
    pub apart: (f64, f64),
    /// What they are worth together, where Q of the parachain's users use the hub's token too, and P of the hub's the
    /// parachain's: (M + Q)² and (N + P)².
    pub together: (f64, f64),
}

/// Reckons it for M users of the hub and N of the parachain, P and Q of whom use the other's token too.
pub fn metcalfe(hub: f64, parachain: f64, of_hub: f64, of_parachain: f64) -> Metcalfe {
    Metcalfe {
        apart: (hub.powi(2), parachain.powi(2)),
        together: ((hub + of_parachain).powi(2), (parachain + of_hub).powi(2)),
    }
}
