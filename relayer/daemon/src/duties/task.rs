//! Messages about tasks: their bodies with what the verb needs of them, and the proofs.

use tessera_contract_api::transaction_lock::ExecuteMsg;
use tessera_lock::{evidence::ZoneProof, Task, TaskBody};
use tessera_planner::{Brings, Item};
use tessera_primitives::Bytes;

use super::{evidence, DutyError};
use crate::relay::{Relay, RelayError, Zone};

/// Bodies and proofs of a batch.
pub(super) async fn brought(
    relay: &Relay,
    zone: &Zone,
    items: &[Item],
) -> Result<(Vec<Bytes>, Vec<ZoneProof>), RelayError> {
    let mut bodies = Vec::new();
    let mut tasks = Vec::new();
    for item in items {
        let body = trimmed(relay, zone, item).await?;
        bodies.push(Bytes(body.to_bytes()));
        tasks.push(body.task);
    }
    let proofs = evidence::proofs(relay, items, &tasks).await?;
    Ok((bodies, proofs))
}

/// The message that takes a leg back.
pub(super) async fn reject(
    relay: &Relay,
    zone: &Zone,
    item: &Item,
) -> Result<ExecuteMsg, RelayError> {
    let (mut bodies, proofs) = brought(relay, zone, std::slice::from_ref(item)).await?;
    let task = bodies.pop().unwrap_or_default();
    Ok(ExecuteMsg::Reject { task, proofs })
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
