use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use tessera_lock::{reversal_hash, tx_hash, Effect, Leg, Settlement, Task};
use tessera_primitives::{Amount, CanonicalAddress, Height, ZoneId};

use crate::{chain::account_bytes, document};

/// A task as people write it, in TOML or JSON: what every leg does is spelled out, and hashed here. All registrants must
/// use the same draft, since its hash is the task.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    pub(super) settlement: Settlement,
    pub(super) nonce: u64,
    pub(super) legs: Vec<DraftLeg>,
}

/// One leg, with addresses as its own zone writes them, or in hexadecimal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftLeg {
    pub(super) zone: ZoneId,
    lock: String,
    registrant: String,
    pub(super) tx: Vec<Effect>,
    pub(super) reversal: Vec<Effect>,
    deadline: Height,
    retention: u64,
    /// What relayers of this leg get, in the fee's denom.
    #[serde(default)]
    pub(super) tip: Amount,
}

impl Draft {
    pub(super) fn load(path: &Path) -> anyhow::Result<Draft> {
        let json = path.extension().is_some_and(|end| end == "json");
        document::load(path, if json { document::json } else { document::toml })
    }

    /// The task that it describes, legs in the order of their chain ids.
    pub(super) fn task(&self) -> anyhow::Result<Task> {
        let mut legs = Vec::new();
        for leg in &self.legs {
            legs.push(Leg {
                zone: leg.zone.clone(),
                lock: canonical(&leg.lock)?,
                registrant: canonical(&leg.registrant)?,
                tx_hash: tx_hash(&leg.tx),
                reversal_hash: reversal_hash(&leg.reversal),
                deadline: leg.deadline,
                retention: leg.retention,
            });
        }
        legs.sort_by(|a, b| a.zone.cmp(&b.zone));
        let task = Task {
            legs,
            settlement: self.settlement,
            nonce: self.nonce,
        };
        task.check()?;
        Ok(task)
    }

    pub(super) fn leg(&self, zone: &ZoneId) -> anyhow::Result<&DraftLeg> {
        let found = self.legs.iter().find(|leg| leg.zone == *zone);
        found.with_context(|| {
            let zones: Vec<&str> = self.legs.iter().map(|leg| leg.zone.as_str()).collect();
            format!("the task has no leg on {zone}; it has {zones:?}")
        })
    }
}

/// Raw bytes of an address of any zone.
fn canonical(text: &str) -> anyhow::Result<CanonicalAddress> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let known = account_bytes(text).map(|(_, bytes)| bytes);
    known.map_err(|reason| anyhow::anyhow!("{text:?} is no address: {reason}"))
}
