//! Proofs of legs: one proof a root, of as many tasks as are proven there.

use std::collections::BTreeMap;

use tessera_lock::{evidence::ZoneProof, key, Task};
use tessera_planner::{Item, RootAt};
use tessera_primitives::{CanonicalAddress, Hash, Height};
use tessera_proof::{multiproof, Proof};

use super::DutyError;
use crate::relay::{Relay, RelayError};

/// The proofs of a message about these items, in their order.
///
/// # Errors
/// [`RelayError`] when a zone cannot prove it any more.
pub(super) async fn proofs(
    relay: &Relay,
    items: &[Item],
    tasks: &[&Task],
) -> Result<Vec<ZoneProof>, RelayError> {
    let mut by_root: BTreeMap<&RootAt, Vec<(u8, Subject)>> = BTreeMap::new();
    for ((position, item), task) in (0u8..).zip(items).zip(tasks) {
        for sight in &item.sights {
            let leg = task.leg(sight.leg).ok_or(DutyError::NoLeg {
                task: item.task,
                leg: sight.leg,
            })?;
            let subject = Subject {
                task: item.task,
                lock: leg.lock.clone(),
            };
            let subjects = by_root.entry(&sight.root).or_default();
            subjects.push((position, subject));
        }
    }
    let mut proofs = Vec::new();
    for (root, subjects) in by_root {
        let on_zone = |task: &&Task| task.legs.iter().any(|leg| leg.zone == root.zone);
        let all = subjects.len() == tasks.iter().filter(|task| on_zone(task)).count();
        let (positions, subjects): (Vec<u8>, Vec<Subject>) = subjects.into_iter().unzip();
        proofs.push(ZoneProof {
            zone: root.zone.clone(),
            height: root.header,
            tasks: if all { Vec::new() } else { positions },
            proof: prove(relay, root, &subjects).await?,
        });
    }
    Ok(proofs)
}

/// A key to prove.
struct Subject {
    task: Hash,
    lock: CanonicalAddress,
}

async fn prove(relay: &Relay, root: &RootAt, subjects: &[Subject]) -> Result<Proof, RelayError> {
    let zone = relay.zone(&root.zone)?;
    // A header carries the root of the state below it.
    let state = Height(root.header.0.saturating_sub(1));
    let mut keys = Vec::new();
    let mut items = Vec::new();
    let mut store = None;
    for subject in subjects {
        let key = key::leg(&subject.task);
        let proven = zone.chain.prove(&subject.lock, &key, state).await?;
        keys.push(key);
        items.push(proven.item);
        store = Some(proven.store);
    }
    let store = store.ok_or(DutyError::NothingToProve)?;
    if let (1, Some(item)) = (items.len(), items.first().cloned()) {
        return Ok(Proof::Single { item, store });
    }
    let lock = subjects.first().map(|subject| subject.lock.clone());
    let lock = lock.ok_or(DutyError::NothingToProve)?;
    let items = multiproof::combine(&lock, &keys, &items).map_err(|reason| DutyError::Proof {
        zone: root.zone.clone(),
        header: root.header,
        reason,
    })?;
    Ok(Proof::Many { items, store })
}
