//! Provable keys and their values: what one zone proves of another's contract storage.

use anyhow::Result;
use serde::Serialize;
use tessera_lock::state::{LegState, Mark};
use tessera_primitives::{canonical, CanonicalAddress, Hash, Height, ZoneId, ZoneStatus};
use tessera_proof::StoragePath;
use tessera_view::state::Belief;

/// A provable key with its value. All bytes in hexadecimal.
#[derive(Serialize)]
pub(super) struct KeyVector {
    contract: &'static str,
    name: &'static str,
    /// What the key is made of.
    about: serde_json::Value,
    /// The key, in the contract's own storage.
    key: String,
    /// The key in the zone's `wasm` store, for a contract with the address of 32 bytes `07`.
    path: String,
    /// What the value says.
    says: serde_json::Value,
    /// The value.
    value: String,
}

pub(super) fn vectors() -> Result<Vec<KeyVector>> {
    let task = Hash::sha256(b"a task");
    let mark = |name, state, height| {
        let mark = Mark {
            state,
            committed_at: Height(height),
        };
        let value = tessera_lock::key::mark_to_bytes(&mark);
        let key = tessera_lock::key::leg(&task);
        vector("transaction-lock", name, &task, key, &mark, &value)
    };
    let zone: ZoneId = "tessera-2".parse()?;
    let belief = Belief {
        latest: Height(120),
        hash: Hash::sha256(b"a header"),
        status: ZoneStatus::Forked,
        branch: 1,
        fork: Height(100),
        first_report: Height(90),
        acceptance_digest: Hash::sha256(b"the headers accepted"),
        accepted: 12,
    };
    let value = canonical::encode(&belief);
    let key = tessera_view::key::view(&zone);
    Ok(vec![
        mark("a registered leg", LegState::Registered, 0)?,
        mark("a committed leg", LegState::Committed, 54)?,
        mark("a kept leg", LegState::Kept, 54)?,
        vector(
            "chain-view",
            "a forked zone",
            &zone,
            key,
            &says(&belief),
            &value,
        )?,
    ])
}

fn says(belief: &Belief) -> serde_json::Value {
    serde_json::json!({
        "latest": belief.latest,
        "hash": belief.hash,
        "status": belief.status,
        "branch": belief.branch,
        "fork": belief.fork,
        "first_report": belief.first_report,
        "acceptance_digest": belief.acceptance_digest,
        "accepted": belief.accepted,
    })
}

fn vector(
    contract: &'static str,
    name: &'static str,
    about: &impl Serialize,
    key: Vec<u8>,
    says: &impl Serialize,
    value: &[u8],
) -> Result<KeyVector> {
    let path = StoragePath {
        contract: CanonicalAddress::new([7; 32])?,
        key: key.clone(),
    };
    Ok(KeyVector {
        contract,
        name,
        about: serde_json::to_value(about)?,
        key: hex::encode(key),
        path: hex::encode(path.full_key()),
        says: serde_json::to_value(says)?,
        value: hex::encode(value),
    })
}
