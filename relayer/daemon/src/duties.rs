//! From a duty to the message that does it: proofs and headers are fetched here, and nothing is decided.

mod advance;
mod evidence;
mod report_fork;
mod signed;
mod task;

use serde::{de::DeserializeOwned, Serialize};
use tessera_contract_api::{
    chain_view::{self, ViewResponse},
    stake_pool, transaction_lock,
};
use tessera_lock::state::Parameters;
use tessera_planner::{Act, Brings, Duty, RootAt};
use tessera_primitives::{Address, Hash, Height, ZoneId};

use crate::{
    chain::{Call, Chain, ChainError},
    relay::{Relay, RelayError, Zone},
};

pub use advance::{advances, ask_view, light_block, trusted_header, Shown};
pub use signed::{verify, Against};

/// Why a duty could not be made a message.
#[derive(Debug, thiserror::Error)]
pub enum DutyError {
    /// The task is not known here.
    #[error("task {task} is not open here")]
    UnknownTask {
        /// The task.
        task: Hash,
    },
    /// The task has no such leg.
    #[error("task {task} has no leg {leg}")]
    NoLeg {
        /// The task.
        task: Hash,
        /// The index.
        leg: u8,
    },
    /// A proof without keys.
    #[error("a proof of nothing was asked for")]
    NothingToProve,
    /// A node's proofs do not lead to one root.
    #[error("{zone} at header {header}: the node's proofs do not verify: {reason}")]
    Proof {
        /// The zone.
        zone: ZoneId,
        /// The header's height.
        header: Height,
        /// What is wrong.
        reason: tessera_proof::Refusal,
    },
    /// A node's header cannot be written.
    #[error("{zone}: header {header} cannot be shown: {reason}")]
    Header {
        /// The zone.
        zone: ZoneId,
        /// The header's height.
        header: Height,
        /// What is wrong.
        reason: String,
    },
    /// No trusted header lies below the one that is to be shown.
    #[error("{on} has no header of {} below {}", root.zone, root.header)]
    NoTrust {
        /// The reading zone.
        on: ZoneId,
        /// The header that was to be shown.
        root: RootAt,
    },
    /// The fork is known by one node alone.
    #[error("{zone}: no witness shows another header at {height}")]
    NoWitness {
        /// The zone.
        zone: ZoneId,
        /// The height.
        height: Height,
    },
    /// The zone's stake-pool is no longer in the configuration.
    #[error("{on}: no stake-pool is pushed along there any more")]
    NoPool {
        /// The zone.
        on: ZoneId,
    },
    /// A message cannot be written.
    #[error("a message cannot be written: {0}")]
    Message(String),
}

/// The messages that do a duty: one, save where a header is shown over intermediate ones.
///
/// # Errors
/// [`RelayError`].
pub async fn calls(relay: &Relay, zone: &Zone, duty: &Duty) -> Result<Vec<Call>, RelayError> {
    use transaction_lock::ExecuteMsg as Lock;
    let one = match &duty.act {
        Act::Advance { of, height } => {
            let messages = advance::messages(relay, zone, of, *height).await?;
            return messages
                .iter()
                .map(|message| call(&zone.view, message))
                .collect();
        }
        Act::ReportFork { of, height } => {
            let message = report_fork::message(relay, zone, of, *height).await?;
            call(&zone.view, &message)?
        }
        Act::Commit { items } => {
            let calls = items.iter().any(|item| item.brings == Brings::Tx);
            let limits = limits(zone).await?;
            let batch = task::brought(relay, zone, items).await?.to_bytes();
            let call = call(&zone.lock, &Lock::Commit { batch })?;
            Call {
                spare_gas: if calls { limits.lock_gas } else { 0 },
                ..call
            }
        }
        Act::Settle { items } => {
            let limits = limits(zone).await?;
            let batch = task::brought(relay, zone, items).await?.to_bytes();
            let call = call(&zone.lock, &Lock::Settle { batch })?;
            Call {
                spare_gas: limits.payout_gas,
                ..call
            }
        }
        Act::Reject { item } => {
            let message = task::reject(relay, zone, item).await?;
            call(&zone.lock, &message)?
        }
        Act::Lapse { task } => call(&zone.lock, &Lock::Lapse { task_id: *task })?,
        Act::Claim { task, effect } => {
            let (task_id, effect) = (*task, *effect);
            call(&zone.lock, &Lock::Claim { task_id, effect })?
        }
        Act::Prune { of, limit } => {
            let (of, limit) = (of.clone(), *limit);
            let message = chain_view::ExecuteMsg::Prune { zone: of, limit };
            call(&zone.view, &message)?
        }
        Act::Turn => push(zone, &stake_pool::ExecuteMsg::Turn {})?,
        Act::Drain { limit } => push(zone, &stake_pool::ExecuteMsg::Drain { limit: *limit })?,
        Act::Tally { proposal } => {
            let proposal = *proposal;
            push(zone, &stake_pool::ExecuteMsg::Tally { proposal })?
        }
        Act::Enact { proposal } => {
            let proposal = *proposal;
            push(zone, &stake_pool::ExecuteMsg::Enact { proposal })?
        }
    };
    Ok(vec![one])
}

/// A message that pushes a zone's stake-pool along.
fn push(zone: &Zone, message: &stake_pool::ExecuteMsg) -> Result<Call, RelayError> {
    let on = zone.chain.zone().clone();
    let pool = zone.pool.as_ref().ok_or(DutyError::NoPool { on })?;
    call(pool, message)
}

/// The lock's parameters: a submessage with a gas limit needs that much left, or the whole transaction fails.
async fn limits(zone: &Zone) -> Result<Parameters, RelayError> {
    let question = transaction_lock::QueryMsg::Config {};
    let config: transaction_lock::ConfigResponse =
        ask(zone.chain.as_ref(), &zone.lock, &question).await?;
    Ok(config.parameters)
}

/// A message to a contract, as JSON.
///
/// # Errors
/// [`DutyError::Message`].
pub fn call(contract: &Address, message: &impl Serialize) -> Result<Call, RelayError> {
    let message =
        serde_json::to_vec(message).map_err(|error| DutyError::Message(error.to_string()))?;
    Ok(Call {
        contract: contract.clone(),
        message,
        funds: Vec::new(),
        spare_gas: 0,
    })
}

/// A contract's typed answer.
///
/// # Errors
/// [`RelayError`].
pub async fn ask<A: DeserializeOwned>(
    chain: &dyn Chain,
    contract: &Address,
    question: &impl Serialize,
) -> Result<A, RelayError> {
    let question =
        serde_json::to_vec(question).map_err(|error| DutyError::Message(error.to_string()))?;
    let answer = chain.query(contract, &question).await?;
    let wrong = |error| ChainError::malformed(chain.zone(), "contract answer", error);
    Ok(serde_json::from_slice(&answer).map_err(wrong)?)
}

/// Greatest page that our contracts give.
const PAGE: u32 = 100;

/// All pages of a contract's typed list: `question` asks for what follows an entry, at most so many.
///
/// # Errors
/// [`RelayError`].
pub async fn ask_all<A: DeserializeOwned, Q: Serialize>(
    chain: &dyn Chain,
    contract: &Address,
    question: impl Fn(Option<&A>, Option<u32>) -> Q,
) -> Result<Vec<A>, RelayError> {
    ask_most(chain, contract, usize::MAX, question).await
}

/// The same, up to the page that reaches a number of entries: where others decide how long the list is.
///
/// # Errors
/// [`RelayError`].
pub async fn ask_most<A: DeserializeOwned, Q: Serialize>(
    chain: &dyn Chain,
    contract: &Address,
    most: usize,
    question: impl Fn(Option<&A>, Option<u32>) -> Q,
) -> Result<Vec<A>, RelayError> {
    let mut all: Vec<A> = Vec::new();
    loop {
        let question = question(all.last(), Some(PAGE));
        let page: Vec<A> = ask(chain, contract, &question).await?;
        let full = u32::try_from(page.len()).is_ok_and(|length| length == PAGE);
        all.extend(page);
        if !full || all.len() >= most {
            return Ok(all);
        }
    }
}

/// What a chain-view says of every zone that it views.
///
/// # Errors
/// [`RelayError`].
pub async fn ask_views(
    chain: &dyn Chain,
    contract: &Address,
) -> Result<Vec<ViewResponse>, RelayError> {
    let page = |last: Option<&ViewResponse>, limit| chain_view::QueryMsg::ViewList {
        start_after: last.map(|view| view.zone.clone()),
        limit,
    };
    ask_all(chain, contract, page).await
}
