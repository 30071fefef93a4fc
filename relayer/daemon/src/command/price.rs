//! `tessera price`

use std::{fmt::Write as _, time::Duration};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::{start::interrupted, Context, Outcome};
use crate::{
    prices::{self, Plan, Reported, Reporter, Ways},
    relay::wall_clock,
};

/// What to do with prices.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// Report prices to an oracle: by what [chains.prices] says, until interrupted. `tessera start` does so beside its other
    /// work.
    Report(Report),
}

/// Where, and how often.
#[derive(Debug, Args)]
pub struct Report {
    /// The chain id.
    #[arg(long)]
    chain: String,
    /// Report once what can be reported now.
    #[arg(long)]
    once: bool,
    /// Say what would be reported, and send nothing.
    #[arg(long, requires = "once")]
    dry_run: bool,
    /// Report prices that moved further than the oracle allows at once, too: you have looked at them.
    #[arg(long, requires = "once")]
    confirm: bool,
}

/// Reports.
///
/// # Errors
/// With what the configuration, the key or the node says.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let Arguments::Report(arguments) = arguments;
    let config = context.config()?;
    let chain = config.chain(&arguments.chain)?;
    let prices = chain.prices.as_ref();
    let prices = prices.with_context(|| format!("chain {} has no [chains.prices]", chain.id))?;
    let plan = Plan::open(chain, prices, &context.keys()).await?;
    let interval = plan.interval();
    let mut reporter = Reporter::new(plan, Box::new(wall_clock));
    if arguments.once {
        let ways = Ways {
            dry: arguments.dry_run,
            confirmed: arguments.confirm,
        };
        return outcome(&reporter.round(None, ways).await?);
    }
    let rounds = repeat(&mut reporter, interval).await;
    Outcome::new(
        format!("stopped after {rounds} rounds"),
        &serde_json::json!({ "rounds": rounds }),
    )
}

async fn repeat(reporter: &mut Reporter, interval: Duration) -> u64 {
    let mut rounds: u64 = 0;
    let stopped = interrupted();
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            round = reporter.round(None, Ways::default()) => match round {
                Ok(round) => {
                    rounds = rounds.saturating_add(1);
                    for reported in &round {
                        tracing::info!("{}", line(reported));
                    }
                }
                Err(error) => tracing::warn!(%error, "no prices were reported"),
            },
            () = &mut stopped => return rounds,
        }
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            () = &mut stopped => return rounds,
        }
    }
}

fn outcome(round: &[Reported]) -> anyhow::Result<Outcome> {
    let sound = |one: &Reported| {
        let outcome = &one.outcome;
        matches!(outcome, prices::Outcome::Reported | prices::Outcome::Ready)
    };
    let mut text = String::new();
    for reported in round {
        let _ = writeln!(text, "{}", line(reported));
    }
    Ok(Outcome::new(text.trim_end(), &round)?.with_soundness(round.iter().all(sound)))
}

fn line(reported: &Reported) -> String {
    let price = reported.price.map(|price| format!(" at {price}"));
    let feed = format!("{}{}", reported.feed, price.unwrap_or_default());
    match &reported.outcome {
        prices::Outcome::Reported => format!("{feed}: reported"),
        prices::Outcome::Ready => format!("{feed}: would be reported"),
        prices::Outcome::Held(reason) => format!("{feed}: kept back: {reason}"),
        prices::Outcome::Failed(reason) => format!("{feed}: {reason}"),
    }
}
