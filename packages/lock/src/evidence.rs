//! Proofs in, evidence out: the one place that opens proofs.
//!
//! One root and one multiproof a zone serve all tasks of a batch. A zone may be shown at several roots, as a fork
//! demands (one below it and one above): each is a [`ZoneProof`] of its own.

use alloc::{boxed::Box, vec::Vec};

use tessera_primitives::{
    Canonical, CanonicalAddress, Hash, Height, Malformed, Reader, Root, Writer, ZoneId,
};
use tessera_proof::Proof;

use crate::{key, Refusal, Shown, Sighting, Task, MAX_BATCH};

/// Most proofs of one message: every other zone of a task with 8 legs at four roots.
pub const MAX_PROOFS: usize = 28;

/// A proof of what a zone's lock holds for tasks of the same message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneProof {
    /// The zone.
    pub zone: ZoneId,
    /// The header height of the root.
    pub height: Height,
    /// Which tasks are proven, by their positions in the message's list, in the proof's order. None means every task
    /// that has a leg on the zone.
    pub tasks: Vec<u8>,
    /// The proof of their keys under the lock that their legs name.
    pub proof: Proof,
}

impl Canonical for ZoneProof {
    fn write(&self, writer: &mut Writer) {
        writer.value(&self.zone).value(&self.height);
        writer.bytes(&self.tasks);
        match &self.proof {
            Proof::Single { item, store } => writer.byte(0).value(item).value(store),
            Proof::Many { items, store } => writer.byte(1).value(items).value(store),
        };
    }

    fn read(reader: &mut Reader<'_>) -> Result<ZoneProof, Malformed> {
        Ok(ZoneProof {
            zone: reader.value()?,
            height: reader.value()?,
            tasks: reader.value()?,
            proof: match reader.byte()? {
                0 => Proof::Single {
                    item: reader.value()?,
                    store: reader.value()?,
                },
                1 => Proof::Many {
                    items: reader.value()?,
                    store: reader.value()?,
                },
                _ => return Err(reader.wrong()),
            },
        })
    }
}

/// What a message has proven: for each task of its list, at each root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence(Vec<Proven>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Proven {
    task: Hash,
    sighting: Sighting,
}

impl Evidence {
    /// What was proven about one task.
    pub fn of(&self, task: &Hash) -> Vec<Sighting> {
        let of_task = self.0.iter().filter(|proven| proven.task == *task);
        of_task.map(|proven| proven.sighting).collect()
    }
}

/// Opens all proofs of a message. `root` answers for a zone's root at a header height; it is asked once a proof.
///
/// # Errors
/// What `root` refuses; [`Refusal::Number`], [`Refusal::NoSubject`], [`Refusal::TwoLocks`], [`Refusal::Proof`].
/// Any of them refuses the whole message.
pub fn open<E: From<Refusal>>(
    tasks: &[&Task],
    proofs: &[ZoneProof],
    mut root: impl FnMut(&ZoneId, Height) -> Result<Root, E>,
) -> Result<Evidence, E> {
    Refusal::unless_within("tasks of a message", 1, MAX_BATCH, tasks.len())?;
    Refusal::unless_within("proofs of a message", 0, MAX_PROOFS, proofs.len())?;
    let ids: Vec<Hash> = tasks.iter().map(|task| task.id()).collect();
    let mut all = Vec::new();
    for proof in proofs {
        let subjects = subjects(tasks, &ids, proof)?;
        let root = root(&proof.zone, proof.height)?;
        all.extend(prove(&subjects, proof, root)?);
    }
    Ok(Evidence(all))
}

/// A leg that a proof is about.
struct Subject<'a> {
    task: Hash,
    leg: u8,
    lock: &'a CanonicalAddress,
}

fn subjects<'a>(
    tasks: &[&'a Task],
    ids: &[Hash],
    proof: &ZoneProof,
) -> Result<Vec<Subject<'a>>, Refusal> {
    Refusal::unless_within("tasks of a proof", 0, MAX_BATCH, proof.tasks.len())?;
    let leg_on_zone = |position: u8| {
        let task = tasks.get(usize::from(position))?;
        let id = ids.get(usize::from(position))?;
        let (leg, found) = (0u8..)
            .zip(&task.legs)
            .find(|(_, leg)| leg.zone == proof.zone)?;
        Some(Subject {
            task: *id,
            leg,
            lock: &found.lock,
        })
    };
    if proof.tasks.is_empty() {
        let positions = (0u8..).take(tasks.len());
        return Ok(positions.filter_map(leg_on_zone).collect());
    }
    let named = proof.tasks.iter().map(|position| {
        leg_on_zone(*position).ok_or_else(|| Refusal::NoSubject {
            zone: proof.zone.clone(),
            position: *position,
        })
    });
    named.collect()
}

fn prove(subjects: &[Subject<'_>], proof: &ZoneProof, root: Root) -> Result<Vec<Proven>, Refusal> {
    Refusal::unless_within("legs of a proof", 1, MAX_BATCH, subjects.len())?;
    let lock = one_lock(subjects, proof)?;
    let keys: Vec<Vec<u8>> = subjects
        .iter()
        .map(|subject| key::leg(&subject.task))
        .collect();
    let values =
        tessera_proof::open(&root.app_hash, lock, &keys, &proof.proof).map_err(|reason| {
            Refusal::Proof {
                zone: proof.zone.clone(),
                height: proof.height,
                reason: Box::new(reason),
            }
        })?;
    Refusal::unless_within(
        "values of a proof",
        subjects.len(),
        subjects.len(),
        values.len(),
    )?;
    let proven = subjects.iter().zip(values).map(|(subject, value)| Proven {
        task: subject.task,
        sighting: Sighting {
            leg: subject.leg,
            root,
            mark: read(value),
        },
    });
    Ok(proven.collect())
}

/// What a proven value says. One that is no mark is the fault of its zone, not of whoever shows it: to refuse the message
/// for it would let one lock hold up all tasks that share a batch with its own, and its own for good.
fn read(value: Option<Vec<u8>>) -> Shown {
    match value.map(|bytes| key::mark_from_bytes(&bytes)) {
        None => Shown::Absent,
        Some(Ok(mark)) => Shown::Mark(mark),
        Some(Err(_)) => Shown::Unreadable,
    }
}

fn one_lock<'a>(
    subjects: &[Subject<'a>],
    proof: &ZoneProof,
) -> Result<&'a CanonicalAddress, Refusal> {
    let mut locks = subjects.iter().map(|subject| subject.lock);
    let first = locks.next().ok_or(Refusal::NothingMissing)?;
    match locks.find(|lock| *lock != first) {
        None => Ok(first),
        Some(second) => Err(Refusal::TwoLocks {
            zone: proof.zone.clone(),
            first: first.clone(),
            second: second.clone(),
        }),
    }
}
