//! `tessera risk`: how likely an attack becomes affordable where stake is in one token and where it is in many, and what one
//! costs at today's prices (mpos.txt V.B). It asks no chain and needs no configuration.

mod input;
mod report;

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use clap::Args;
use tessera_analysis::risk::{draw, Format, Law};

use self::{input::Question, report::Report};
use super::{Context, Outcome};
use crate::document;

/// Of which tokens. With none the paper's example: two of mean 10 and deviation 5.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A token: its mean price, the price's standard deviation, and how many of it are in the basket (1).
    #[arg(long, value_name = "NAME=MEAN,DEVIATION[,AMOUNT]")]
    token: Vec<String>,
    /// How two tokens' prices are correlated, from -1 to 1; 0 where nothing is said.
    #[arg(long, value_name = "A,B=CORRELATION", requires = "token")]
    correlation: Vec<String>,
    /// The tokens, their correlations and what is staked, from a TOML file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["token", "prices"])]
    tokens: Option<PathBuf>,
    /// Means, deviations and correlations from prices: a CSV file with a column for each token and a row for each moment.
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    prices: Option<PathBuf>,
    /// How many of a token are in the basket, where the file of prices is all that is known of it: 1.
    #[arg(long, value_name = "NAME=AMOUNT", requires = "prices")]
    amount: Vec<String>,
    /// What all stake in a token is worth, and the share of the weight that it may have. Without it the basket's worth, and 1
    /// for the first token, 0.2 for the others.
    #[arg(long, value_name = "NAME=VALUE[,MAX_SHARE]")]
    staked: Vec<String>,
    /// The one token that the basket is compared with: the first.
    #[arg(long, value_name = "NAME")]
    single: Option<String>,
    /// The price of that token at which an attack becomes affordable: half its mean.
    #[arg(long, value_name = "PRICE")]
    price: Option<f64>,
    /// Degrees of freedom of the fat tails that are shown beside the normal law: above 2.
    #[arg(long, value_name = "NUMBER", default_value_t = 4.0)]
    degrees: f64,
    /// Draw risks over prices into this file: .svg or .png.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

/// Reckons, and draws if asked.
///
/// # Errors
/// With what is wrong with the numbers or the files.
pub async fn run(_context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    // Before anything is reckoned, as every mistake in what was asked.
    let plot = arguments.plot.clone().map(format_of).transpose()?;
    let fat = Law::StudentT {
        degrees: arguments.degrees,
    };
    let question = question(arguments)?;
    let mut report = Report::new(&question, fat)?;
    if let Some((path, format)) = plot {
        let picture = draw("Risk of one token and of many", &report.curves, format)?;
        fs::write(&path, picture).with_context(|| path.display().to_string())?;
        report.plot = Some(path);
    }
    Outcome::new(report.to_string(), &report)
}

fn question(arguments: Arguments) -> anyhow::Result<Question> {
    let mut question = if let Some(path) = &arguments.tokens {
        Question::of_file(document::load(path, document::toml)?)?
    } else if let Some(path) = &arguments.prices {
        let table = fs::File::open(path).with_context(|| path.display().to_string())?;
        Question::of_prices(table, &arguments.amount).with_context(|| path.display().to_string())?
    } else if arguments.token.is_empty() {
        Question::of_the_paper()
    } else {
        Question::of_flags(&arguments.token, &arguments.correlation)?
    };
    question.stake(&arguments.staked)?;
    question.compare(arguments.single.as_deref(), arguments.price)?;
    Ok(question)
}

/// What the name of a picture says.
fn format_of(path: PathBuf) -> anyhow::Result<(PathBuf, Format)> {
    let format = match path.extension().and_then(|end| end.to_str()) {
        Some("svg") => Format::Svg,
        Some("png") => Format::Png,
        _ => anyhow::bail!("--plot {}: expected a name in .svg or .png", path.display()),
    };
    Ok((path, format))
}
