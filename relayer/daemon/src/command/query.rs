//! `tessera query`

mod stake;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use clap::Subcommand;
use serde::Serialize;
use tessera_contract_api::transaction_lock::{self, LegResponse, OpenTask, Waiting};
use tessera_primitives::{Address, Hash};

use super::{table, Context, Outcome};
use crate::{
    app,
    config::Config,
    control::{self, Request},
    duties::{ask, ask_all, ask_views},
    relay::Zone,
};

/// How long a relayer on this machine may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What to ask.
#[derive(Debug, Subcommand)]
pub enum Arguments {
    /// What a chain's view knows of other zones.
    View {
        /// The chain id.
        #[arg(long)]
        chain: String,
    },
    /// How a task stands on every configured chain.
    Task {
        /// The task's id, in hexadecimal.
        task: String,
    },
    /// What the running relayer fails at again and again, has set aside or leaves to others, and what an owner should look at.
    Stuck {
        /// The journal that it was started with; asked beside it where [rest] is disabled.
        #[arg(long, value_name = "FILE")]
        journal: Option<PathBuf>,
    },
    /// The legs that have not ended, by deadline.
    OpenTasks {
        /// The chain id.
        #[arg(long)]
        chain: String,
    },
    /// A stake-pool: its epoch, its tokens with prices, caps and shares of the weight, what it owes.
    Pool {
        /// The chain id.
        #[arg(long)]
        chain: String,
    },
    /// The validators of a stake-pool, or one of them.
    Validator {
        /// The chain id.
        #[arg(long)]
        chain: String,
        /// The validator's number; all unless told.
        #[arg(long)]
        validator: Option<u32>,
    },
    /// Somebody's stake: what is bonded where, what is unbonding until when, what can be collected.
    Delegation {
        /// The chain id.
        #[arg(long)]
        chain: String,
        /// Whose.
        #[arg(long)]
        delegator: Address,
    },
    /// Somebody's rewards.
    Rewards {
        /// The chain id.
        #[arg(long)]
        chain: String,
        /// Whose.
        #[arg(long)]
        delegator: Address,
    },
    /// Proposals about which tokens count, with their votes.
    Proposals {
        /// The chain id.
        #[arg(long)]
        chain: String,
        /// The proposal's number; all unless told.
        #[arg(long)]
        proposal: Option<u64>,
    },
}

/// Asks.
///
/// # Errors
/// With what the configuration, the node or the contract says.
pub async fn run(context: &Context, arguments: Arguments) -> anyhow::Result<Outcome> {
    let config = context.config()?;
    match arguments {
        Arguments::View { chain } => view(&config, &chain).await,
        Arguments::Task { task } => self::task(&config, &task).await,
        Arguments::Stuck { journal } => stuck(&config, &context.journal(journal)).await,
        Arguments::OpenTasks { chain } => open_tasks(&config, &chain).await,
        Arguments::Pool { chain } => stake::pool(&config, &chain).await,
        Arguments::Validator { chain, validator } => {
            stake::validator(&config, &chain, validator).await
        }
        Arguments::Delegation { chain, delegator } => {
            stake::delegation(&config, &chain, delegator).await
        }
        Arguments::Rewards { chain, delegator } => stake::rewards(&config, &chain, delegator).await,
        Arguments::Proposals { chain, proposal } => {
            stake::proposals(&config, &chain, proposal).await
        }
    }
}

async fn zone(config: &Config, chain: &str) -> anyhow::Result<Zone> {
    Ok(app::serve(config.chain(chain)?, None).await?)
}

async fn view(config: &Config, chain: &str) -> anyhow::Result<Outcome> {
    let zone = zone(config, chain).await?;
    let views = ask_views(zone.chain.as_ref(), &zone.view).await?;
    let mut table = table(&[
        "zone", "status", "height", "time", "branch", "headers", "reserve",
    ]);
    for view in &views {
        table.add_row([
            view.zone.to_string(),
            format!("{:?}", view.status).to_lowercase(),
            view.latest.height.to_string(),
            view.latest.time.to_string(),
            view.branch.to_string(),
            view.accepted.to_string(),
            view.reserve.to_string(),
        ]);
    }
    Outcome::new(table.to_string(), &views)
}

/// A leg as one chain tells it.
#[derive(Serialize)]
struct TaskOn {
    zone: String,
    leg: Option<LegResponse>,
}

async fn task(config: &Config, task: &str) -> anyhow::Result<Outcome> {
    let task_id = Hash::from_hex(task)?;
    let mut legs = Vec::new();
    let mut table = table(&["zone", "leg", "committed at", "deadline"]);
    for chain in config.chains.iter().filter(|chain| chain.locks.is_some()) {
        let zone = app::serve(chain, None).await?;
        let question = transaction_lock::QueryMsg::Leg { task_id };
        let leg: Option<LegResponse> = ask(zone.chain.as_ref(), &zone.lock, &question).await?;
        let terms = leg.as_ref().and_then(|leg| leg.terms.as_ref());
        let committed = leg
            .as_ref()
            .map(|leg| leg.committed_at)
            .filter(|at| at.0 > 0);
        let state = leg.as_ref().map_or("unregistered", |leg| leg.state.name());
        table.add_row([
            chain.id.to_string(),
            state.to_string(),
            committed.map_or_else(String::new, |at| at.to_string()),
            terms.map_or_else(String::new, |terms| terms.deadline.to_string()),
        ]);
        legs.push(TaskOn {
            zone: chain.id.to_string(),
            leg,
        });
    }
    Outcome::new(table.to_string(), &legs)
}

/// What `/state` of the running relayer says: its journal is its own.
async fn stuck(config: &Config, journal: &Path) -> anyhow::Result<Outcome> {
    let rest = &config.rest;
    let state = if rest.enabled {
        let address = SocketAddr::new(rest.host, rest.port);
        let state = state(address).await;
        state.with_context(|| format!("no relayer answers at {address}, the address of [rest]"))?
    } else {
        control::tell(journal, &Request::State).await?
    };
    let [stuck, left, alarms] =
        ["stuck", "left", "alarms"].map(|key| state.get(key).cloned().unwrap_or_default());
    let mut table = table(&["what", "times", "why"]);
    let text = |value: Option<&serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) => text.clone(),
        other => other.map(ToString::to_string).unwrap_or_default(),
    };
    for one in [&stuck, &left]
        .into_iter()
        .filter_map(|list| list.as_array())
        .flatten()
    {
        table.add_row(["what", "times", "reason"].map(|key| text(one.get(key))));
    }
    for alarm in alarms.as_array().into_iter().flatten() {
        table.add_row([text(Some(alarm)), String::new(), "look at it".into()]);
    }
    let result = serde_json::json!({ "stuck": stuck, "left": left, "alarms": alarms });
    Outcome::new(table.to_string(), &result)
}

async fn state(address: SocketAddr) -> anyhow::Result<serde_json::Value> {
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .no_proxy()
        .build()?;
    let asked = client.get(format!("http://{address}/state")).send().await;
    let told = match asked {
        Ok(answer) if answer.status().is_success() => answer.text().await,
        Ok(_) => Ok(String::new()),
        Err(error) if error.is_timeout() => {
            let seconds = PATIENCE.as_secs();
            anyhow::bail!("what listens there says nothing for {seconds} s");
        }
        Err(error) if error.is_connect() => {
            anyhow::bail!("nothing listens there: `tessera start` does");
        }
        Err(error) => Err(error),
    };
    let state: Option<serde_json::Value> = serde_json::from_str(&told.unwrap_or_default()).ok();
    let state = state.filter(|state| state.get("stuck").is_some());
    state.context("another program does: give one of the two another port")
}

async fn open_tasks(config: &Config, chain: &str) -> anyhow::Result<Outcome> {
    let zone = zone(config, chain).await?;
    let page = |last: Option<&OpenTask>, limit| transaction_lock::QueryMsg::OpenTasks {
        start_after: last.map(|last| Waiting {
            deadline: last.deadline,
            task_id: last.task_id,
        }),
        limit,
    };
    let open = ask_all(zone.chain.as_ref(), &zone.lock, page).await?;
    let mut table = table(&["deadline", "task", "leg"]);
    for task in &open {
        table.add_row([
            task.deadline.to_string(),
            task.task_id.to_string(),
            task.state.name().to_string(),
        ]);
    }
    Outcome::new(table.to_string(), &open)
}
