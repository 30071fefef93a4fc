use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tessera_lock::Task;
use tessera_primitives::Hash;

use super::draft::Draft;
use crate::{
    app,
    chain::Call,
    command::{
        sent::{self, Sent},
        Context, Outcome,
    },
    config::Config,
    relay::Zone,
};

/// Which leg of which task.
#[derive(Debug, Args)]
pub struct Which {
    /// The chain of the leg.
    #[arg(long)]
    chain: String,
    /// The task, in TOML or JSON: the same for all its registrants.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// The registrant's key; that of the configuration unless told.
    #[arg(long)]
    key_name: Option<String>,
}

/// A leg, and the zone that it is on, with its registrant's key.
pub(super) struct OwnLeg {
    pub(super) config: Config,
    pub(super) zone: Zone,
    pub(super) draft: Draft,
    pub(super) task: Task,
}

impl Which {
    pub(super) async fn open(&self, context: &Context) -> anyhow::Result<OwnLeg> {
        let config = context.config()?;
        let chain = config.chain(&self.chain)?;
        let draft = Draft::load(&self.file)?;
        let task = draft.task()?;
        let ring = context.keys();
        let key = self.key_name.as_deref().unwrap_or(chain.key_name());
        let zone = app::serve(chain, Some((&ring, &[key]))).await?;
        Ok(OwnLeg {
            config,
            zone,
            draft,
            task,
        })
    }
}

impl OwnLeg {
    /// Sends the messages as one transaction, and says what it did and what it cost.
    pub(super) async fn send(&self, did: &str, calls: &[Call]) -> anyhow::Result<Outcome> {
        let sent = sent::send(self.zone.chain.as_ref(), calls).await?;
        let (task, zone) = (self.task.id(), self.zone.chain.zone());
        let text = format!("{did} task {task} on {zone} at height {}", sent.height);
        Outcome::new(text, &SentTask { task, sent })
    }
}

/// What was sent of a task.
#[derive(Serialize)]
struct SentTask {
    task: Hash,
    #[serde(flatten)]
    sent: Sent,
}
