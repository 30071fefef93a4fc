use serde::{Deserialize, Serialize};
use tessera_primitives::Value;
use tessera_stake::{
    weigh::{weigh, Stake},
    Share,
};

use super::{check, RiskError};

/// What is staked of a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Staked {
    /// Its name.
    pub name: String,
    /// What all of it is worth, in money.
    pub value: f64,
    /// The share of the total weight that it may have: 1 without a cap.
    pub max_share: f64,
}

/// What is staked, as the stake pool weighs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    tokens: Vec<Weighed>,
    /// What counts, in money: W.
    weight: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct Weighed {
    staked: Staked,
    /// What of its value counts.
    counted: f64,
}

/// Micro-units in a unit of money.
const MICRO: f64 = 1e6;
const BILLION: f64 = 1e9;

impl Pool {
    /// Weighs stake by the rule of the pool itself.
    ///
    /// # Errors
    /// [`RiskError::Range`] for a value or a share that is none, [`RiskError::Stake`] for more than the pool holds.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Both are checked to be in range.
    pub fn new(staked: Vec<Staked>) -> Result<Pool, RiskError> {
        let mut stakes = Vec::new();
        for token in &staked {
            let (value, share) = (token.value, token.max_share);
            check(
                "a staked value",
                "from 0 to 10^20",
                value,
                (0.0..=1e20).contains(&value),
            )?;
            check(
                "a share",
                "above 0 and at most 1",
                share,
                share > 0.0 && share <= 1.0,
            )?;
            stakes.push(Stake {
                value: Value((value * MICRO) as u128),
                max_share: Share::new((share * BILLION).round() as u32)
                    .map_err(|_| RiskError::Stake)?,
            });
        }
        let weights = weigh(&stakes).map_err(|_| RiskError::Stake)?;
        let counted = weights.counted.iter().map(money);
        let tokens = staked.into_iter().zip(counted);
        Ok(Pool {
            tokens: tokens
                .map(|(staked, counted)| Weighed { staked, counted })
                .collect(),
            weight: money(&weights.total),
        })
    }

    /// What counts, in money: W.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// What all stake is worth, counted or not.
    pub fn value(&self) -> f64 {
        self.tokens.iter().map(|token| token.staked.value).sum()
    }

    /// What of each token's value counts.
    pub fn counted(&self) -> impl Iterator<Item = (&str, f64)> {
        let tokens = self.tokens.iter();
        tokens.map(|token| (token.staked.name.as_str(), token.counted))
    }

    /// What it costs, at today's prices, to buy so large a share of the weight from those who have it: the stake that weighs
    /// most for its price first. Without caps it is the share of W.
    pub fn buying(&self, share: f64) -> f64 {
        let mut tokens: Vec<&Weighed> = self.tokens.iter().filter(|t| t.counted > 0.0).collect();
        let dear = |token: &Weighed| token.staked.value / token.counted;
        tokens.sort_by(|a, b| dear(a).total_cmp(&dear(b)));
        let mut wanted = share * self.weight;
        let mut cost = 0.0;
        for token in tokens {
            let bought = wanted.min(token.counted);
            cost += bought * dear(token);
            wanted -= bought;
        }
        cost
    }

    /// What it costs, at today's prices, to bond so much more that it has this share of the weight: the cheapest way there
    /// is. Without caps it is `share / (1 - share)` of W: half of it for a third, twice as much for two thirds.
    ///
    /// Infinite where no stake suffices: nobody adds a share of 1.
    ///
    /// With W′ the weight afterwards, honest stake of a capped token i weighs `m_i W′ V_i / y_i` where all its stake is then
    /// worth `y_i ≥ max(V_i, m_i W′)`. For a given W′ the cheapest y are proportional to `sqrt(m_i W′ V_i)` but for their
    /// least; W′ is searched. Caps make this *cheaper* than the same share of all that is staked: who pushes a capped
    /// token beyond its cap pushes the honest out of it.
    pub fn adding(&self, share: f64) -> f64 {
        if share >= 1.0 || self.weight <= 0.0 {
            return f64::INFINITY;
        }
        let cost = |weight: f64| self.adding_up_to(weight, share);
        // Grid, then halves around its best: the cost has one valley between kinks that the grid parts.
        let (mut low, mut high) = (self.weight, self.weight * 4.0 / (1.0 - share));
        let mut best = f64::INFINITY;
        for _ in 0..12 {
            let step = (high - low) / 400.0;
            let grid = (0..=400).map(|place| low + step * f64::from(place));
            let found = grid
                .map(|weight| (cost(weight), weight))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let Some((cheapest, at)) = found else {
                return best;
            };
            best = best.min(cheapest);
            (low, high) = ((at - step).max(self.weight), at + step);
        }
        best
    }

    /// The cheapest way to the share if all weighs so much afterwards; infinite if there is none.
    fn adding_up_to(&self, weight: f64, share: f64) -> f64 {
        let (free, capped): (Vec<&Weighed>, Vec<&Weighed>) = self
            .tokens
            .iter()
            .partition(|token| token.staked.max_share >= 1.0);
        let free: f64 = free.iter().map(|token| token.staked.value).sum();
        // What honest stake of capped tokens may weigh at most.
        let room = (1.0 - share) * weight - free;
        if room < 0.0 {
            return f64::INFINITY;
        }
        let tokens: Vec<(f64, f64)> = capped
            .iter()
            .map(|token| (token.staked.value, token.staked.max_share * weight))
            .filter(|(value, _)| *value > 0.0)
            .collect();
        let stake = |(value, cap): &(f64, f64), scale: f64| {
            (scale * (cap * value).sqrt()).max(value.max(*cap))
        };
        let honest = |scale: f64| -> f64 {
            let tokens = tokens.iter();
            tokens
                .map(|token| token.0 * token.1 / stake(token, scale))
                .sum()
        };
        let scale = if honest(0.0) <= room {
            0.0
        } else {
            let (mut low, mut high) = (0.0, 1.0);
            while honest(high) > room {
                high *= 2.0;
                if high > 1e18 {
                    return f64::INFINITY;
                }
            }
            for _ in 0..100 {
                let middle = f64::midpoint(low, high);
                if honest(middle) > room {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            high
        };
        let mut counted = 0.0;
        let mut cost = 0.0;
        for token in &tokens {
            let (value, cap) = *token;
            let pushed = stake(token, scale);
            // Up to its cap a token is as good as any that is free, and may be left as it is.
            let beyond = pushed > cap;
            counted += if beyond { cap } else { value.min(cap) };
            cost += if beyond { pushed - value } else { 0.0 };
        }
        let rest = weight - free - counted;
        if rest < 0.0 {
            f64::INFINITY
        } else {
            cost + rest
        }
    }
}

fn money(value: &Value) -> f64 {
    value.0 as f64 / MICRO
}
