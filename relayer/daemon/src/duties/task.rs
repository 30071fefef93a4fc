//! Messages about tasks: their bodies with what the verb needs of them, and the proofs.

use tessera_contract_api::transaction_lock::ExecuteMsg;
use tessera_lock::{Batch, Task, TaskBody};
use tessera_planner::{Brings, Item};

use super::{evidence, DutyError};
use crate::relay::{Relay, RelayError, Zone};

/// Bodies and proofs of a batch.
pub(super) async fn brought(
    relay: &Relay,
    zone: &Zone,
    items: &[Item],
) -> Result<Batch, RelayError> {
    let mut tasks = Vec::new();
    for item in items {
        tasks.push(trimmed(relay, zone, item).await?);
    }
    let proven: Vec<&Task> = tasks.iter().map(|body| &body.task).collect();
    let proofs = evidence::proofs(relay, items, &proven).await?;
    Ok(Batch { tasks, proofs })
}

/// The message that takes a leg back.
pub(super) async fn reject(
    relay: &Relay,
    zone: &Zone,
    item: &Item,
) -> Result<ExecuteMsg, RelayError> {
    let batch = brought(relay, zone, std::slice::from_ref(item)).await?;
    Ok(ExecuteMsg::Reject {
        batch: batch.to_bytes(),
    })
}

/// The task with the effects that the verb needs: a byte costs 13.3 gas.
async fn trimmed(relay: &Relay, zone: &Zone, item: &Item) -> Result<TaskBody, RelayError> {
    let ledger = relay.ledger().lock().await;
    let bytes = ledger.knowledge().body(zone.chain.zone(), &item.task);
    let unknown = || DutyError::UnknownTask { task: item.task };
    let body = TaskBody::from_bytes(bytes.ok_or_else(unknown)?.as_slice());
    let body = body.map_err(|_| unknown())?;
    let task: Task = body.task;
    let (tx, reversal) = match item.brings {
        Brings::Nothing => (None, None),
        Brings::Tx => (body.tx, None),
        Brings::Reversal => (None, body.reversal),
    };
    Ok(TaskBody { task, tx, reversal })
}
