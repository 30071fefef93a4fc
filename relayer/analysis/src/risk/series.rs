use std::io::Read;

use super::{Law, RiskError, Token};

/// Prices of tokens over time: a column a token, a row a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
}

/// Columns that say when, and are no token's.
const WHEN: [&str; 4] = ["date", "time", "timestamp", "day"];

impl Series {
    /// Reads a table with a line of names and a line for each moment, separated by commas. Columns called date, time,
    /// timestamp or day are passed over.
    ///
    /// # Errors
    /// [`RiskError::Table`] with the line, [`RiskError::Short`].
    pub fn read(table: impl Read) -> Result<Series, RiskError> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(table);
        let failed = |error: csv::Error| RiskError::Table {
            line: error.position().map_or(1, csv::Position::line),
            reason: error.to_string(),
        };
        let header = reader.headers().map_err(failed)?.clone();
        let is_price = |name: &str| !WHEN.contains(&name.to_lowercase().as_str());
        let columns: Vec<(usize, String)> = header
            .iter()
            .enumerate()
            .filter(|(_, name)| is_price(name))
            .map(|(place, name)| (place, name.to_string()))
            .collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(failed)?;
            let line = record.position().map_or(0, csv::Position::line);
            let price = |(place, name): &(usize, String)| {
                let text = record.get(*place).unwrap_or_default();
                let price: Option<f64> = text.parse().ok();
                let price = price.filter(|price| price.is_finite() && *price >= 0.0);
                price.ok_or_else(|| RiskError::Table {
                    line,
                    reason: format!("{text:?} is no price of {name}"),
                })
            };
            rows.push(columns.iter().map(price).collect::<Result<Vec<_>, _>>()?);
        }
        if columns.is_empty() {
            let reason = "no column is a token's".into();
            return Err(RiskError::Table { line: 1, reason });
        }
        if rows.len() < 2 {
            return Err(RiskError::Short(rows.len()));
        }
        let names = columns.into_iter().map(|(_, name)| name).collect();
        Ok(Series { names, rows })
    }

    /// The tokens' names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many moments there are.
    pub fn moments(&self) -> usize {
        self.rows.len()
    }

    /// Means, deviations (of a sample) and correlations, for a basket of these amounts.
    ///
    /// # Errors
    /// [`RiskError::Count`] for other amounts than tokens, [`RiskError::Range`] for a price that never changes.
    pub fn fitted(&self, amounts: &[f64]) -> Result<(Vec<Token>, Vec<Vec<f64>>), RiskError> {
        self.check(amounts)?;
        let moments = self.rows.len() as f64;
        let places = || 0..self.names.len();
        let column = |token: usize| {
            let prices = self.rows.iter();
            prices.filter_map(move |row| row.get(token).copied())
        };
        let mean = |token| column(token).sum::<f64>() / moments;
        let covariance = |a: usize, b: usize| {
            let (mean_a, mean_b) = (mean(a), mean(b));
            let products = column(a).zip(column(b));
            let products = products.map(|(x, y)| (x - mean_a) * (y - mean_b));
            products.sum::<f64>() / (moments - 1.0)
        };
        let deviation = |token: usize| covariance(token, token).sqrt();
        let correlation = |a: usize, b: usize| {
            if a == b {
                return 1.0;
            }
            let scale = deviation(a) * deviation(b);
            (covariance(a, b) / scale).clamp(-1.0, 1.0)
        };
        let named = self.names.iter().zip(amounts).enumerate();
        let tokens = named.map(|(place, (name, amount))| Token {
            name: name.clone(),
            mean: mean(place),
            deviation: deviation(place),
            amount: *amount,
        });
        let row = |a: usize| places().map(|b| correlation(a, b)).collect();
        Ok((tokens.collect(), places().map(row).collect()))
    }

    /// The share of moments at which a basket of these amounts cost at most so much: the risk without any law.
    ///
    /// # Errors
    /// [`RiskError::Count`] for other amounts than tokens.
    pub fn risk(&self, amounts: &[f64], price: f64) -> Result<f64, RiskError> {
        let below = self.prices(amounts)?;
        let below = below.iter().filter(|cost| **cost <= price).count();
        Ok(below as f64 / self.rows.len() as f64)
    }

    /// What a basket of these amounts cost at each moment.
    ///
    /// # Errors
    /// [`RiskError::Count`] for other amounts than tokens.
    pub fn prices(&self, amounts: &[f64]) -> Result<Vec<f64>, RiskError> {
        self.check(amounts)?;
        let cost = |row: &Vec<f64>| -> f64 {
            let parts = row.iter().zip(amounts);
            parts.map(|(price, amount)| price * amount).sum()
        };
        Ok(self.rows.iter().map(cost).collect())
    }

    /// A basket by what this series says, under a law.
    ///
    /// # Errors
    /// As [`Series::fitted`] and [`super::Basket::new`].
    pub fn basket(&self, amounts: &[f64], law: Law) -> Result<super::Basket, RiskError> {
        let (tokens, correlations) = self.fitted(amounts)?;
        super::Basket::new(&tokens, &correlations, law)
    }

    fn check(&self, amounts: &[f64]) -> Result<(), RiskError> {
        if amounts.len() == self.names.len() {
            return Ok(());
        }
        Err(RiskError::Count {
            what: "amounts",
            expected: self.names.len(),
            actual: amounts.len(),
        })
    }
}
