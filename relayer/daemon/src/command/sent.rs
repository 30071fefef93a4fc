//! What a user sends, and what it cost.

use serde::Serialize;
use tessera_primitives::{Amount, Hash, Height};

use crate::chain::{Call, Chain};

/// A transaction that a block has.
#[derive(Serialize)]
pub(super) struct Sent {
    pub(super) height: Height,
    transaction: Hash,
    gas_used: u64,
    fee: Amount,
}

/// Sends messages as one transaction.
///
/// # Errors
/// With what the zone refused.
pub(super) async fn send(chain: &dyn Chain, calls: &[Call]) -> anyhow::Result<Sent> {
    let prepared = chain.prepare(calls).await?;
    let fee = prepared.fee;
    let included = chain.send(prepared).await?;
    Ok(Sent {
        height: included.height,
        transaction: included.hash,
        gas_used: included.gas_used,
        fee,
    })
}
