//! Blocks that no node of a zone has any more: what they told is lost, so the contracts are asked how they stand. Where
//! every block can be read this is never needed, and it is less: a task whose body was told in a lost block cannot be
//! relayed from here.

use std::collections::{BTreeMap, BTreeSet};

use tessera_contract_api::{
    chain_view::{self, HeaderResponse, ViewResponse},
    transaction_lock::{self as lock, LegResponse, OpenTask, OwedResponse, Owing, Waiting},
};
use tessera_planner::{Observation, Survey, SurveyedLeg, SurveyedView};
use tessera_primitives::{Hash, Height};

use crate::{
    chain::ChainError,
    duties::{ask, ask_most, ask_views},
    relay::{Relay, RelayError, Zone},
};

/// Entries of one list that are asked for at most.
const MOST: usize = 10_000;

/// Whether a missing block lies below the earliest that the node still has.
///
/// # Errors
/// [`ChainError`] when the node does not answer.
pub(super) async fn is_pruned(zone: &Zone, tip: Height) -> Result<bool, ChainError> {
    match zone.chain.block(tip).await {
        Ok(_) => Ok(true),
        Err(ChainError::Missing { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Asks the contracts how they stand, and writes that down in the place of the blocks up to `tip`. What happens while
/// they answer is read again from the blocks above, and changes nothing then.
///
/// # Errors
/// [`RelayError`]: nothing is written down then.
pub(super) async fn cross(relay: &Relay, zone: &Zone, tip: Height) -> Result<(), RelayError> {
    super::survey(relay, zone).await?;
    let block = zone.chain.block(tip).await?;
    let id = zone.chain.zone().clone();
    let open = open_tasks(zone).await?;
    let owed = owed(zone).await?;
    let known: BTreeSet<Hash> = {
        let ledger = relay.ledger().lock().await;
        ledger.knowledge().open_tasks_on(&id).collect()
    };
    let mut legs = Vec::new();
    for task in &known {
        let question = lock::QueryMsg::Leg { task_id: *task };
        let leg: Option<LegResponse> = ask(zone.chain.as_ref(), &zone.lock, &question).await?;
        legs.push(SurveyedLeg {
            task: *task,
            state: leg.as_ref().map(|leg| leg.state),
            committed_at: leg.map_or(Height(0), |leg| leg.committed_at),
            owed: owed.get(task).cloned().unwrap_or_default(),
        });
    }
    let mut views = Vec::new();
    for view in ask_views(zone.chain.as_ref(), &zone.view).await? {
        views.push(surveyed(zone, view).await?);
    }
    let unknown: BTreeSet<Hash> = open.difference(&known).copied().collect();
    tracing::warn!(
        zone = %id, height = %tip, known = known.len(), unknown = unknown.len(),
        "blocks are gone: the contracts were asked instead; tasks that are unknown need a relayer that has read them"
    );
    let survey = Survey {
        zone: id,
        height: tip,
        time: block.time,
        legs,
        unknown,
        views,
    };
    let mut ledger = relay.ledger().lock().await;
    Ok(ledger.observe(Observation::Survey(survey))?)
}

async fn open_tasks(zone: &Zone) -> Result<BTreeSet<Hash>, RelayError> {
    let page = |last: Option<&OpenTask>, limit| lock::QueryMsg::OpenTasks {
        start_after: last.map(|last| Waiting {
            deadline: last.deadline,
            task_id: last.task_id,
        }),
        limit,
    };
    let open = ask_most(zone.chain.as_ref(), &zone.lock, MOST, page).await?;
    Ok(open.into_iter().map(|open| open.task_id).collect())
}

async fn owed(zone: &Zone) -> Result<BTreeMap<Hash, BTreeSet<u8>>, RelayError> {
    let page = |last: Option<&OwedResponse>, limit| lock::QueryMsg::Owed {
        start_after: last.map(|last| Owing {
            task_id: last.task_id,
            effect: last.effect,
        }),
        limit,
    };
    let mut by_task: BTreeMap<Hash, BTreeSet<u8>> = BTreeMap::new();
    for owed in ask_most(zone.chain.as_ref(), &zone.lock, MOST, page).await? {
        by_task.entry(owed.task_id).or_default().insert(owed.effect);
    }
    Ok(by_task)
}

async fn surveyed(zone: &Zone, view: ViewResponse) -> Result<SurveyedView, RelayError> {
    let page = |last: Option<&HeaderResponse>, limit| chain_view::QueryMsg::Headers {
        zone: view.zone.clone(),
        start_after: last.map(|last| last.header.height),
        limit,
    };
    let headers = ask_most(zone.chain.as_ref(), &zone.view, MOST, page).await?;
    let headers = headers.iter().map(|found| {
        let header = &found.header;
        (header.height, header.hash, header.time, found.branch)
    });
    Ok(SurveyedView {
        branch: view.branch,
        admitted: view.admitted,
        fork: view.fork.map(|record| record.told()),
        branch_fork: view.branch_fork.map(|record| record.told()),
        closing: view.closing,
        until: view.until,
        headers: headers.collect(),
        of: view.zone,
    })
}
