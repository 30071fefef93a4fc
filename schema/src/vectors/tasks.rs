//! A task on two zones, as its registrants hash and send it.

use anyhow::Result;
use serde::Serialize;
use tessera_lock::{reversal_hash, tx_hash, Effect, Leg, Settlement, Task, TaskBody};
use tessera_primitives::{
    canonical, Address, Amount, Asset, Bytes, CanonicalAddress, Coin, Hash, Height,
};

/// A task, what one of its legs does, and every hash and byte string that is made of them.
#[derive(Serialize)]
pub(super) struct TaskVector {
    name: &'static str,
    task: Task,
    tx: Vec<Effect>,
    reversal: Vec<Effect>,
    /// `H("tessera/tx/v1", tx)`: the first leg's `tx_hash`.
    tx_hash: Hash,
    /// `H("tessera/reversal/v1", reversal)`: the first leg's `reversal_hash`.
    reversal_hash: Hash,
    /// Canonical bytes of the task, in hexadecimal.
    bytes: String,
    /// `H("tessera/task/v1", legs, settlement, nonce)`.
    task_id: Hash,
    /// The body that `settle` takes to keep the leg, in base64: the task and its `tx`.
    body_to_keep: Bytes,
    /// The body that `settle` takes to reverse the leg: the task and its reversal.
    body_to_reverse: Bytes,
}

pub(super) fn vectors() -> Result<Vec<TaskVector>> {
    let transfer = |to: &str| -> Result<Effect> {
        Ok(Effect::Transfer {
            asset: Asset::Native("utessera".parse()?),
            amount: Amount(1_000_000),
            to: to.parse()?,
        })
    };
    let call = |funds: Vec<Coin>| -> Result<Effect> {
        Ok(Effect::Call {
            contract: "wasm1booking".parse()?,
            payload: Bytes(br#"{"item":"berth","units":1,"price":"5"}"#.to_vec()),
            funds,
        })
    };
    let price = Coin {
        asset: Asset::Native("utessera".parse()?),
        amount: Amount(5),
    };
    let payee: Address = "wasm1payee".parse()?;
    let registrant: Address = "wasm1registrant".parse()?;
    let refund = Effect::Transfer {
        asset: price.asset.clone(),
        amount: price.amount,
        to: registrant.clone(),
    };
    Ok(vec![
        vector(
            "a transfer, settled on proof",
            Settlement::OnProof,
            vec![transfer(payee.as_str())?],
            vec![transfer(registrant.as_str())?],
        )?,
        vector(
            "a call with funds, settled after the deadlines",
            Settlement::AfterDeadlines,
            vec![call(vec![price])?],
            vec![call(Vec::new())?, refund],
        )?,
    ])
}

fn vector(
    name: &'static str,
    settlement: Settlement,
    tx: Vec<Effect>,
    reversal: Vec<Effect>,
) -> Result<TaskVector> {
    let leg = |zone: &str, fill: u8, tx_hash, reversal_hash| -> Result<Leg> {
        Ok(Leg {
            zone: zone.parse()?,
            lock: CanonicalAddress::new([fill; 32])?,
            registrant: CanonicalAddress::new([fill; 20])?,
            tx_hash,
            reversal_hash,
            deadline: Height(1_000),
            retention: 200_000,
        })
    };
    let (tx_hash, reversal_hash) = (tx_hash(&tx), reversal_hash(&reversal));
    let other = Hash::sha256(b"what the other leg does");
    let task = Task {
        legs: vec![
            leg("tessera-1", 1, tx_hash, reversal_hash)?,
            leg("tessera-2", 2, other, other)?,
        ],
        settlement,
        nonce: 7,
    };
    let body = |tx: Option<&Vec<Effect>>, reversal: Option<&Vec<Effect>>| {
        let (tx, reversal) = (tx.cloned(), reversal.cloned());
        let task = task.clone();
        Bytes(TaskBody { task, tx, reversal }.to_bytes())
    };
    Ok(TaskVector {
        name,
        tx_hash,
        reversal_hash,
        bytes: hex::encode(canonical::encode(&task)),
        task_id: task.id(),
        body_to_keep: body(Some(&tx), None),
        body_to_reverse: body(None, Some(&reversal)),
        task,
        tx,
        reversal,
    })
}
