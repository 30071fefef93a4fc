//! `tessera demo`

use clap::Args;

use super::{progress::Progress, Context, Outcome};
use crate::demo;

/// The demo takes no options.
#[derive(Debug, Args)]
pub struct Arguments {}

/// Plays the demo.
///
/// # Errors
/// When the relayer or a zone fails; a story that ends differently than it should is an unsound outcome.
pub async fn run(context: &Context, _: Arguments) -> anyhow::Result<Outcome> {
    let bar = Progress::new(context, Some(demo::SCENES))?;
    let mut progress = |done: usize, name: &'static str| {
        bar.at(done, name);
        tracing::debug!(done, name, "demo");
    };
    let report = demo::play(&mut progress).await?;
    drop(bar);
    Ok(Outcome::new(report.text(), &report)?.with_soundness(report.is_sound()))
}
