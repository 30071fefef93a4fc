//! Whether a relayer's journal explains what its keys have sent.

use std::{collections::BTreeMap, path::Path};

use tessera::journal::Journal;
use tessera_planner::{End, Entry};
use tessera_primitives::Hash;

use super::chain::{promised, Sent};

/// A transaction that was promised, whether or not it was sent then.
struct Promised {
    zone: String,
    until: u64,
    deeds: Vec<String>,
    /// The transaction that it was concluded with, where it was in a block.
    included: Option<Hash>,
}

/// What a journal says of its relayer's transactions.
pub struct Explained {
    /// How many were promised.
    pub promised: usize,
    /// Those that no promise explains.
    pub unexplained: Vec<String>,
    /// Conclusions that name a transaction which is in no block, or failed in it.
    pub false_conclusions: Vec<Hash>,
}

/// Finds for every transaction a promise of its own: the one that was concluded with it, else one of the same deeds with
/// the same timeout height. `ids` are the zones' chain ids.
pub fn explain(journal: &Path, ids: &[&str], sent: &[&Sent]) -> Explained {
    let mut promises = read(journal);
    let promised = promises.len();
    let mut concluded: BTreeMap<Hash, Promised> = BTreeMap::new();
    promises.retain_mut(|promise| {
        let Some(hash) = promise.included else {
            return true;
        };
        let deeds = std::mem::take(&mut promise.deeds);
        let zone = promise.zone.clone();
        concluded.insert(
            hash,
            Promised {
                zone,
                deeds,
                ..*promise
            },
        );
        false
    });
    let mut unexplained = Vec::new();
    let mut found = Vec::new();
    for one in sent {
        let fits = |promise: &Promised| {
            promise.zone == ids[one.zone]
                && promise.until == one.until
                && promise.deeds == one.deeds
        };
        if concluded.get(&one.hash).is_some_and(fits) {
            if one.succeeded {
                found.push(one.hash);
            }
        } else if let Some(place) = promises.iter().position(fits) {
            promises.swap_remove(place);
        } else {
            unexplained.push(format!(
                "{} at {}: {:?}",
                ids[one.zone], one.height, one.deeds
            ));
        }
    }
    let of_none = concluded.into_keys().filter(|hash| !found.contains(hash));
    Explained {
        promised,
        unexplained,
        false_conclusions: of_none.collect(),
    }
}

fn read(journal: &Path) -> Vec<Promised> {
    let journal = Journal::open(journal).unwrap();
    // By the number of the first promise in the transaction; and each promise's transaction.
    let mut transactions: BTreeMap<u64, Promised> = BTreeMap::new();
    let mut of: BTreeMap<u64, u64> = BTreeMap::new();
    let read = journal.entries(|_, entry| match entry {
        Entry::Promised(promise) if promise.together > 0 => {
            of.insert(promise.id, promise.transaction);
            let entry = transactions.entry(promise.transaction);
            let entry = entry.or_insert_with(|| Promised {
                zone: promise.duty.on.to_string(),
                until: promise.until.0,
                deeds: Vec::new(),
                included: None,
            });
            entry.deeds.push(promised(&promise.duty));
        }
        Entry::Concluded(conclusion) => {
            if let End::Included { transaction, .. } = conclusion.end {
                let group = transactions.get_mut(&of[&conclusion.id]).unwrap();
                group.included = Some(transaction);
            }
        }
        _ => {}
    });
    read.unwrap();
    transactions.into_values().collect()
}
