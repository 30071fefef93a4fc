//! What is asked about, from flags or files.

use std::io::Read;

use anyhow::{bail, ensure, Context as _};
use serde::Deserialize;
use tessera_analysis::risk::{Series, Staked, Token};

/// The share of the weight that a token may have which is not the hub's: the stake pool's default.
const MAX_SHARE: f64 = 0.2;

/// Tokens, and what is to be compared.
pub struct Question {
    pub tokens: Vec<Token>,
    pub correlations: Vec<Vec<f64>>,
    pub staked: Vec<Staked>,
    /// The prices that the rest was reckoned from.
    pub series: Option<Series>,
    /// The one token.
    pub single: usize,
    /// Its attacking price.
    pub price: f64,
}

/// `--tokens`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokensFile {
    single: Option<String>,
    price: Option<f64>,
    tokens: Vec<TokenOfFile>,
    #[serde(default)]
    correlations: Vec<CorrelationOfFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenOfFile {
    name: String,
    mean: f64,
    deviation: f64,
    #[serde(default = "one")]
    amount: f64,
    staked: Option<f64>,
    max_share: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CorrelationOfFile {
    between: [String; 2],
    correlation: f64,
}

fn one() -> f64 {
    1.0
}

impl Question {
    /// mpos.txt V.B.
    pub fn of_the_paper() -> Question {
        let token = |name: &str| Token {
            name: name.into(),
            mean: 10.0,
            deviation: 5.0,
            amount: 1.0,
        };
        Question::new(vec![token("A"), token("B")])
    }

    /// `--token` and `--correlation`.
    pub fn of_flags(tokens: &[String], correlations: &[String]) -> anyhow::Result<Question> {
        let tokens = tokens.iter().map(|flag| {
            let (name, numbers) = named("--token", flag)?;
            let (mean, deviation, amount) = match numbers.as_slice() {
                [mean, deviation] => (*mean, *deviation, 1.0),
                [mean, deviation, amount] => (*mean, *deviation, *amount),
                _ => bail!(
                    "--token {flag}: expected NAME=MEAN,DEVIATION or NAME=MEAN,DEVIATION,AMOUNT"
                ),
            };
            Ok(Token {
                name,
                mean,
                deviation,
                amount,
            })
        });
        let mut question = Question::new(tokens.collect::<anyhow::Result<_>>()?);
        question.refuse_twins()?;
        for flag in correlations {
            let (names, numbers) = named("--correlation", flag)?;
            match (names.split_once(','), numbers.as_slice()) {
                (Some((a, b)), [correlation]) => question.correlate([a, b], *correlation)?,
                _ => bail!("--correlation {flag}: expected A,B=CORRELATION"),
            }
        }
        Ok(question)
    }

    /// `--tokens`.
    pub fn of_file(file: TokensFile) -> anyhow::Result<Question> {
        let tokens = file.tokens.iter().map(|token| Token {
            name: token.name.clone(),
            mean: token.mean,
            deviation: token.deviation,
            amount: token.amount,
        });
        let mut question = Question::new(tokens.collect());
        question.refuse_twins()?;
        for pair in &file.correlations {
            let [a, b] = &pair.between;
            question.correlate([a, b], pair.correlation)?;
        }
        for (staked, token) in question.staked.iter_mut().zip(&file.tokens) {
            staked.value = token.staked.unwrap_or(staked.value);
            staked.max_share = token.max_share.unwrap_or(staked.max_share);
        }
        question.compare(file.single.as_deref(), file.price)?;
        Ok(question)
    }

    /// `--prices` and `--amount`.
    pub fn of_prices(table: impl Read, amounts: &[String]) -> anyhow::Result<Question> {
        let series = Series::read(table)?;
        let mut counts = vec![1.0; series.names().len()];
        for flag in amounts {
            let (name, numbers) = named("--amount", flag)?;
            let [amount] = numbers.as_slice() else {
                bail!("--amount {flag}: expected NAME=AMOUNT")
            };
            let place = series.names().iter().position(|known| *known == name);
            let count = place.and_then(|place| counts.get_mut(place));
            *count.with_context(|| format!("no column of prices is named {name}"))? = *amount;
        }
        let (tokens, correlations) = series.fitted(&counts)?;
        let mut question = Question::new(tokens);
        question.refuse_twins()?;
        question.correlations = correlations;
        question.series = Some(series);
        Ok(question)
    }

    fn new(tokens: Vec<Token>) -> Question {
        let places = 0..tokens.len();
        let cell = |a: usize, b: usize| f64::from(u8::from(a == b));
        let row = |a| (0..tokens.len()).map(|b| cell(a, b)).collect();
        let staked = tokens.iter().enumerate().map(|(place, token)| Staked {
            name: token.name.clone(),
            value: token.mean * token.amount,
            max_share: if place == 0 { 1.0 } else { MAX_SHARE },
        });
        Question {
            correlations: places.map(row).collect(),
            staked: staked.collect(),
            series: None,
            single: 0,
            price: tokens.first().map_or(0.0, |token| token.mean / 2.0),
            tokens,
        }
    }

    /// `--staked`.
    pub fn stake(&mut self, flags: &[String]) -> anyhow::Result<()> {
        for flag in flags {
            let (name, numbers) = named("--staked", flag)?;
            let place = self.place(&name)?;
            let Some(staked) = self.staked.get_mut(place) else {
                continue;
            };
            match numbers.as_slice() {
                [value] => staked.value = *value,
                [value, max_share] => (staked.value, staked.max_share) = (*value, *max_share),
                _ => bail!("--staked {flag}: expected NAME=VALUE or NAME=VALUE,MAX_SHARE"),
            }
        }
        Ok(())
    }

    /// `--single` and `--price`.
    pub fn compare(&mut self, single: Option<&str>, price: Option<f64>) -> anyhow::Result<()> {
        if let Some(name) = single {
            self.single = self.place(name)?;
            let mean = self.tokens.get(self.single).map(|token| token.mean);
            self.price = mean.unwrap_or_default() / 2.0;
        }
        if let Some(price) = price {
            ensure!(
                price.is_finite() && price > 0.0,
                "the attacking price is {price}, and must be above 0"
            );
            self.price = price;
        }
        Ok(())
    }

    fn correlate(&mut self, [a, b]: [&str; 2], correlation: f64) -> anyhow::Result<()> {
        let (one, other) = (self.place(a)?, self.place(b)?);
        ensure!(one != other, "{a} cannot be correlated with itself");
        for (row, column) in [(one, other), (other, one)] {
            let row = self.correlations.get_mut(row);
            if let Some(cell) = row.and_then(|row| row.get_mut(column)) {
                *cell = correlation;
            }
        }
        Ok(())
    }

    fn place(&self, name: &str) -> anyhow::Result<usize> {
        let place = self.tokens.iter().position(|token| token.name == name);
        place.with_context(|| format!("no token is named {name}"))
    }

    fn refuse_twins(&self) -> anyhow::Result<()> {
        for (place, token) in self.tokens.iter().enumerate() {
            let first = self.place(&token.name)?;
            ensure!(first == place, "two tokens are named {}", token.name);
        }
        Ok(())
    }
}

/// A flag's name and numbers: `NAME=1,2,3`.
fn named(flag: &str, text: &str) -> anyhow::Result<(String, Vec<f64>)> {
    let (name, numbers) = text.split_once('=').unwrap_or((text, ""));
    ensure!(!name.is_empty(), "{flag} {text}: a name is missing");
    let numbers = numbers.split(',').map(|number| {
        let number: Option<f64> = number.trim().parse().ok();
        let number = number.filter(|number| number.is_finite());
        number.with_context(|| format!("{flag} {text}: expected numbers after ="))
    });
    Ok((name.into(), numbers.collect::<anyhow::Result<_>>()?))
}
