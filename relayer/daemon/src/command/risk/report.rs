//! What was reckoned, as a table and as JSON.

use std::{fmt, path::PathBuf};

use comfy_table::Table;
use serde::Serialize;
use tessera_analysis::risk::{Basket, Comparison, Curve, Law, Pool, RiskError, Staked, Token};

use super::input::Question;
use crate::command::table;

/// Places along a curve.
const PLACES: u32 = 300;

/// Everything that was reckoned.
#[derive(Serialize)]
pub struct Report {
    tokens: Vec<TokenLine>,
    correlations: Vec<Vec<f64>>,
    basket: BasketLine,
    /// The token that the basket is compared with.
    single: String,
    /// Its attacking price.
    price: f64,
    comparisons: Vec<Compared>,
    pool: PoolLine,
    attacks: Vec<Attack>,
    /// Where the picture was drawn.
    pub plot: Option<PathBuf>,
    /// What the picture shows.
    #[serde(skip)]
    pub curves: Vec<Curve>,
}

#[derive(Serialize)]
struct TokenLine {
    #[serde(flatten)]
    token: Token,
    /// What all stake in it is worth.
    staked: f64,
    max_share: f64,
    /// What of that counts.
    counted: f64,
}

#[derive(Serialize)]
struct BasketLine {
    mean: f64,
    deviation: f64,
}

#[derive(Serialize)]
struct PoolLine {
    value: f64,
    weight: f64,
}

/// The risks under one law; under none what prices did.
#[derive(Serialize)]
struct Compared {
    law: String,
    #[serde(flatten)]
    risks: Comparison,
}

/// What a share of the weight costs at today's prices.
#[derive(Serialize)]
struct Attack {
    share: &'static str,
    buying: f64,
    buying_without_caps: f64,
    /// None where no stake suffices.
    adding: Option<f64>,
    adding_without_caps: Option<f64>,
}

impl Report {
    /// Reckons under the normal law, under fat tails, and by prices if there are any.
    ///
    /// # Errors
    /// [`RiskError`] for what is no token, no law, or no stake.
    pub fn new(question: &Question, fat: Law) -> Result<Report, RiskError> {
        let mut comparisons = Vec::new();
        let (single, basket) = pair(question, Law::Normal)?;
        let (fat_single, fat_basket) = pair(question, fat)?;
        let price = question.price;
        let mut compare = |law: String, single: &Basket, basket: &Basket| {
            let risks = Comparison::at(price, single, basket);
            comparisons.push(Compared { law, risks });
        };
        compare("normal".into(), &single, &basket);
        compare(name(fat), &fat_single, &fat_basket);
        let dearer = basket.mean() / single.mean();
        if let Some(compared) = by_prices(question, dearer)? {
            comparisons.push(compared);
        }
        let pool = Pool::new(question.staked.clone())?;
        let uncapped = question.staked.iter().map(|staked| Staked {
            max_share: 1.0,
            ..staked.clone()
        });
        let uncapped = Pool::new(uncapped.collect())?;
        Ok(Report {
            tokens: lines(question, &pool),
            correlations: question.correlations.clone(),
            basket: BasketLine {
                mean: basket.mean(),
                deviation: basket.deviation(),
            },
            single: of(question).name.clone(),
            price,
            comparisons,
            pool: PoolLine {
                value: pool.value(),
                weight: pool.weight(),
            },
            attacks: attacks(&pool, &uncapped),
            plot: None,
            curves: curves(
                &of(question).name,
                [&single, &basket, &fat_basket],
                &name(fat),
            ),
        })
    }
}

/// The one token. A question has one: every way to ask refuses to be without tokens when the basket is made.
fn of(question: &Question) -> &Token {
    const NONE: &Token = &Token {
        name: String::new(),
        mean: 0.0,
        deviation: 0.0,
        amount: 0.0,
    };
    question.tokens.get(question.single).unwrap_or(NONE)
}

/// One of the one token, and the basket.
fn pair(question: &Question, law: Law) -> Result<(Basket, Basket), RiskError> {
    let basket = Basket::new(&question.tokens, &question.correlations, law)?;
    let single = Token {
        amount: 1.0,
        ..of(question).clone()
    };
    Ok((Basket::new(&[single], &[vec![1.0]], law)?, basket))
}

fn name(law: Law) -> String {
    match law {
        Law::Normal => "normal".into(),
        Law::StudentT { degrees } => format!("Student t, {degrees}"),
    }
}

/// How often prices were so low.
fn by_prices(question: &Question, dearer: f64) -> Result<Option<Compared>, RiskError> {
    let Some(series) = &question.series else {
        return Ok(None);
    };
    let price = question.price;
    let amounts: Vec<f64> = question.tokens.iter().map(|token| token.amount).collect();
    let places = 0..question.tokens.len();
    let alone: Vec<f64> = places
        .map(|place| f64::from(u8::from(place == question.single)))
        .collect();
    let risks = Comparison {
        price,
        single: series.risk(&alone, price)?,
        same_price: series.risk(&amounts, price)?,
        same_money: series.risk(&amounts, price * dearer)?,
        equal_risk: None,
        turns_at: None,
    };
    let law = format!("{} prices", series.moments());
    Ok(Some(Compared { law, risks }))
}

fn lines(question: &Question, pool: &Pool) -> Vec<TokenLine> {
    let tokens = question.tokens.iter().zip(&question.staked);
    let lines = tokens.zip(pool.counted());
    lines
        .map(|((token, staked), (_, counted))| TokenLine {
            token: token.clone(),
            staked: staked.value,
            max_share: staked.max_share,
            counted,
        })
        .collect()
}

fn attacks(pool: &Pool, uncapped: &Pool) -> Vec<Attack> {
    let finite = |cost: f64| Some(cost).filter(|cost| cost.is_finite());
    let attack = |(share, part)| Attack {
        share,
        buying: pool.buying(part),
        buying_without_caps: uncapped.buying(part),
        adding: finite(pool.adding(part)),
        adding_without_caps: finite(uncapped.adding(part)),
    };
    let shares = [("a third", 1.0 / 3.0), ("two thirds", 2.0 / 3.0)];
    shares.map(attack).into()
}

/// Risks over the one token's price, far enough to see where it has the basket's.
fn curves(token: &str, [single, basket, fat]: [&Basket; 3], tails: &str) -> Vec<Curve> {
    let dearer = basket.mean() / single.mean();
    let right =
        (single.mean() + 2.0 * single.deviation()).max(basket.mean().min(2.0 * single.mean()));
    let curve = |name: String, risk: &dyn Fn(f64) -> f64| Curve {
        name,
        points: (0..=PLACES)
            .map(|place| right * f64::from(place) / f64::from(PLACES))
            .map(|price| (price, risk(price)))
            .collect(),
    };
    vec![
        curve(format!("{token} alone"), &|price| single.risk(price)),
        curve("basket, at the same price".into(), &|price| {
            basket.risk(price)
        }),
        curve("basket, for the same money".into(), &|price| {
            basket.risk(price * dearer)
        }),
        curve(format!("the same, {tails}"), &|price| {
            fat.risk(price * dearer)
        }),
    ]
}

fn money(amount: f64) -> String {
    format!("{amount:.3}")
}

fn perhaps(amount: Option<f64>, otherwise: &str) -> String {
    amount.map_or_else(|| otherwise.into(), money)
}

impl Report {
    fn tokens_table(&self) -> Table {
        let mut table = table(&[
            "token",
            "mean",
            "deviation",
            "amount",
            "staked",
            "may weigh",
            "counts",
        ]);
        for line in &self.tokens {
            let token = &line.token;
            table.add_row([
                token.name.clone(),
                money(token.mean),
                money(token.deviation),
                money(token.amount),
                money(line.staked),
                format!("{:.1} %", line.max_share * 100.0),
                money(line.counted),
            ]);
        }
        table
    }

    fn risks_table(&self) -> Table {
        let alone = format!("{} alone", self.single);
        let mut table = table(&[
            "law",
            &alone,
            "basket, same price",
            "basket, same money",
            "equal risk at",
        ]);
        for compared in &self.comparisons {
            let risks = &compared.risks;
            table.add_row([
                compared.law.clone(),
                format!("{:.6}", risks.single),
                format!("{:.6}", risks.same_price),
                format!("{:.6}", risks.same_money),
                perhaps(risks.equal_risk, ""),
            ]);
        }
        table
    }

    fn attacks_table(&self) -> Table {
        let mut table = table(&[
            "of the weight",
            "bought",
            "without caps",
            "added",
            "without caps",
        ]);
        for attack in &self.attacks {
            table.add_row([
                attack.share.to_string(),
                money(attack.buying),
                money(attack.buying_without_caps),
                perhaps(attack.adding, "no stake suffices"),
                perhaps(attack.adding_without_caps, "no stake suffices"),
            ]);
        }
        table
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (single, price) = (&self.single, money(self.price));
        let (mean, deviation) = (money(self.basket.mean), money(self.basket.deviation));
        let (weight, value) = (money(self.pool.weight), money(self.pool.value));
        writeln!(f, "{}\n", self.tokens_table())?;
        writeln!(
            f,
            "Risk that {single} costs at most {price}, and that the basket (mean {mean}, deviation {deviation}) does, or at \
             most as much more as it costs:\n\n{}\n",
            self.risks_table()
        )?;
        let normal = self.comparisons.first();
        match normal.and_then(|compared| compared.risks.turns_at) {
            Some(price) => writeln!(
                f,
                "For the same money the basket is the safer one below a price of {price:.3}, and the riskier one from there on.\n"
            )?,
            None => writeln!(
                f,
                "For the same money the basket is the safer one up to the mean price.\n"
            )?,
        }
        writeln!(
            f,
            "What an attack costs at today's prices, where {weight} of {value} staked counts:\n\n{}\n",
            self.attacks_table()
        )?;
        write!(
            f,
            "A token under a cap counts for less than it is worth, so less must be outweighed: where caps bind, adding is cheaper."
        )?;
        if let Some(path) = &self.plot {
            write!(f, "\nDrawn into {}.", path.display())?;
        }
        Ok(())
    }
}
