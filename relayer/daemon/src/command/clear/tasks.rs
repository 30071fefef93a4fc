//! `tessera clear tasks`

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::bail;
use clap::Args;
use serde::Serialize;
use tessera_primitives::{Height, ZoneId};
use tokio_util::sync::CancellationToken;

use crate::{
    app,
    command::{progress::Progress, start::interrupted, Context, Outcome},
    observe::StuckState,
    relay::Relay,
    running,
};

/// How long, and by which journal.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The journal; beside the configuration unless told. A relayer must not be running with it.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// End after so many seconds whatever is left.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    patience: u64,
}

/// What was done and what was not.
#[derive(Serialize)]
struct Cleared {
    /// Tasks that were seen to their end now.
    finished: u64,
    /// Tasks that are still open: they wait for a deadline, for a proof or for their users.
    open: usize,
    /// What failed so often that it is set aside.
    stuck: Vec<StuckState>,
    /// Whether everything that was due was done in time.
    done: bool,
}

/// Blocks of every zone in which nothing may have become due: what a block brings is provable by the header after it.
const QUIET: u64 = 2;

/// Clears tasks.
///
/// # Errors
/// With what the configuration, a node or the journal says; [`running::RunningError::Another`] while a relayer runs.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let path = context.journal(arguments.journal);
    let config = context.config()?;
    let _running = running::claim(&path)?;
    let mut serving = app::serve_all(&config, &context.keys()).await?;
    if let Some((_, error)) = serving.away.pop_first() {
        return Err(error.into());
    }
    let relay = app::relay(serving, &path, app::policy(&config)?)?;
    let before = relay.ledger().lock().await.knowledge().finished();
    relay.survey().await?;
    let cancel = CancellationToken::new();
    let bar = Progress::new(context, None)?;
    let relaying = relay.clone().run(cancel.clone());
    tokio::pin!(relaying);
    let done = tokio::select! {
        ended = &mut relaying => {
            ended?;
            bail!("the relay ended by itself");
        }
        () = quiet(&relay, &bar) => true,
        () = tokio::time::sleep(Duration::from_secs(arguments.patience)) => false,
        () = interrupted() => false,
    };
    drop(bar);
    cancel.cancel();
    relaying.await?;
    let state = relay.state().await;
    let cleared = Cleared {
        finished: state.finished.saturating_sub(before),
        open: state.open,
        stuck: state.stuck.into_iter().filter(|one| one.aside).collect(),
        done,
    };
    let text = format!(
        "{} tasks were seen to their end; {} are open, {} duties are set aside",
        cleared.finished,
        cleared.open,
        cleared.stuck.len()
    );
    Ok(Outcome::new(text, &cleared)?.with_soundness(done))
}

/// Ends when nothing has been due or under way for some blocks of every zone.
async fn quiet(relay: &Relay, bar: &Progress) {
    let mut since: Option<BTreeMap<ZoneId, Height>> = None;
    loop {
        let news = relay.news();
        {
            let mut ledger = relay.ledger().lock().await;
            let due = !ledger.duties(relay.now()).is_empty();
            let knowledge = ledger.knowledge();
            let height = |zone: &ZoneId| knowledge.height(zone).unwrap_or_default();
            let unread = |zone: &ZoneId| {
                let tip = relay.activity().on(zone).tip;
                tip.is_none_or(|(tip, _)| height(zone) < tip)
            };
            let busy =
                knowledge.zones().any(unread) || knowledge.promises().next().is_some() || due;
            let heights = knowledge.zones().map(|zone| (zone.clone(), height(zone)));
            match &since {
                _ if busy => since = None,
                None => since = Some(heights.collect()),
                Some(since) => {
                    let mut passed = since.iter();
                    if passed.all(|(zone, from)| height(zone).since(*from) >= QUIET) {
                        return;
                    }
                }
            }
            let (open, ended) = (knowledge.open_tasks().count(), knowledge.finished());
            bar.at(
                0,
                format!("{open} tasks are open, {ended} were seen to their end"),
            );
        }
        tokio::select! {
            () = news => {}
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
        }
    }
}
