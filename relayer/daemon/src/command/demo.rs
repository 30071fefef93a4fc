//! `tessera demo`

use std::io::IsTerminal;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Context, Outcome};
use crate::demo;

/// The demo takes no options.
#[derive(Debug, Args)]
pub struct Arguments {}

/// Plays the demo.
///
/// # Errors
/// When the relayer or a zone fails; a story that ends differently than it should is an unsound outcome.
pub async fn run(context: &Context, _: Arguments) -> anyhow::Result<Outcome> {
    let visible = std::io::stderr().is_terminal() && !context.is_json();
    let bar = if visible {
        ProgressBar::new(demo::SCENES as u64)
    } else {
        ProgressBar::hidden()
    };
    bar.set_style(ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}")?);
    let mut progress = |done: usize, name: &'static str| {
        bar.set_position(done as u64);
        bar.set_message(name);
        tracing::debug!(done, name, "demo");
    };
    let report = demo::play(&mut progress).await;
    bar.finish_and_clear();
    let report = report?;
    Ok(Outcome::new(report.text(), &report)?.with_soundness(report.is_sound()))
}
