use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::{check, Law, RiskError};

/// What is known of a token's price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// Its name.
    pub name: String,
    /// Mean price, above zero.
    pub mean: f64,
    /// Standard deviation of the price, above zero.
    pub deviation: f64,
    /// How many of it are in the basket, above zero.
    pub amount: f64,
}

/// Tokens that are staked together: the paper's virtual token X̃ (equation 4), each token by how much of it is staked.
#[derive(Clone, Debug, PartialEq)]
pub struct Basket {
    mean: f64,
    deviation: f64,
    law: Law,
}

/// How far below zero rounding may bring what is not negative.
const ROUNDING: f64 = 1e-9;

impl Basket {
    /// A basket of these tokens, whose prices are correlated so: a row a token.
    ///
    /// # Errors
    /// [`RiskError::Range`], [`RiskError::Count`], [`RiskError::Correlations`].
    pub fn new(tokens: &[Token], correlations: &[Vec<f64>], law: Law) -> Result<Basket, RiskError> {
        let law = law.checked()?;
        let count = tokens.len();
        check("the number of tokens", "1 or more", count as f64, count > 0)?;
        for token in tokens {
            let positive = |number: f64| number > 0.0;
            check("a mean price", "above 0", token.mean, positive(token.mean))?;
            let deviation = token.deviation;
            check("a deviation", "above 0", deviation, positive(deviation))?;
            check("an amount", "above 0", token.amount, positive(token.amount))?;
        }
        let correlations = matrix(correlations, count)?;
        let scale = tokens.iter().map(|token| token.amount * token.deviation);
        let scale = DVector::from_iterator(count, scale);
        let variance = scale.dot(&correlations.tr_mul(&scale));
        Ok(Basket {
            mean: tokens.iter().map(|token| token.amount * token.mean).sum(),
            // Tokens that cancel one another out leave the rounding.
            deviation: variance.max(f64::MIN_POSITIVE).sqrt(),
            law,
        })
    }

    /// The paper's: n tokens that are alike and independent, one of each.
    ///
    /// # Errors
    /// As [`Basket::new`].
    pub fn alike(count: u32, mean: f64, deviation: f64, law: Law) -> Result<Basket, RiskError> {
        let token = Token {
            name: String::new(),
            mean,
            deviation,
            amount: 1.0,
        };
        let count = count as usize;
        Basket::new(&vec![token; count], &independent(count), law)
    }

    /// Mean price: μ̃.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Standard deviation of the price: σ̃.
    pub fn deviation(&self) -> f64 {
        self.deviation
    }

    /// The security risk at an attacking price, `P(0 ≤ X̃ ≤ p)`: equations 3 and 6. None below a price of zero.
    pub fn risk(&self, price: f64) -> f64 {
        if price <= 0.0 {
            return 0.0;
        }
        self.below(price) - self.below(0.0)
    }

    /// Density of the price: equations 2 and 5.
    pub fn density(&self, price: f64) -> f64 {
        self.law.density(self.deviations(price)) / self.deviation
    }

    /// The price that has this risk: at equal risk, what an attack on the basket may cost.
    ///
    /// # Errors
    /// [`RiskError::Unreached`] for a risk that no price has, [`RiskError::Range`] for one that is none.
    pub fn price_at(&self, risk: f64) -> Result<f64, RiskError> {
        check("a risk", "from 0 to 1", risk, (0.0..=1.0).contains(&risk))?;
        let below_zero = self.below(0.0);
        let greatest = 1.0 - below_zero;
        if risk >= greatest {
            return Err(RiskError::Unreached { risk, greatest });
        }
        let deviations = self.law.quantile(risk + below_zero);
        Ok((self.mean + self.deviation * deviations).max(0.0))
    }

    fn below(&self, price: f64) -> f64 {
        self.law.cumulative(self.deviations(price))
    }

    fn deviations(&self, price: f64) -> f64 {
        (price - self.mean) / self.deviation
    }
}

/// No token's price says anything of another's.
pub(super) fn independent(count: usize) -> Vec<Vec<f64>> {
    let cell = |row: usize, column: usize| f64::from(u8::from(row == column));
    let row = |row| (0..count).map(|column| cell(row, column)).collect();
    (0..count).map(row).collect()
}

/// Correlations that prices can have.
fn matrix(rows: &[Vec<f64>], count: usize) -> Result<DMatrix<f64>, RiskError> {
    let wrong = |actual| RiskError::Count {
        what: "rows and columns of correlations",
        expected: count,
        actual,
    };
    if rows.len() != count {
        return Err(wrong(rows.len()));
    }
    if let Some(row) = rows.iter().find(|row| row.len() != count) {
        return Err(wrong(row.len()));
    }
    for correlation in rows.iter().flatten() {
        let within = (-1.0..=1.0).contains(correlation);
        check("a correlation", "from -1 to 1", *correlation, within)?;
    }
    let matrix = DMatrix::from_row_iterator(count, count, rows.iter().flatten().copied());
    let refused = |reason: &str| Err(RiskError::Correlations(reason.into()));
    let difference = matrix.zip_map(&matrix.transpose(), |one, other| one - other);
    if difference.amax() > ROUNDING {
        return refused("one token's with another is not the other's with the one");
    }
    if matrix
        .diagonal()
        .iter()
        .any(|own| (own - 1.0).abs() > ROUNDING)
    {
        return refused("a token's with itself is not 1");
    }
    if matrix.clone().symmetric_eigenvalues().min() < -ROUNDING * count as f64 {
        return refused("some basket of these tokens would have a negative variance");
    }
    Ok(matrix)
}
