use alloc::vec::Vec;

use tessera_primitives::{
    canonical, Bytes, Canonical, CanonicalAddress, Malformed, Reader, Writer, ZoneId,
};

use crate::{
    evidence::{ZoneProof, MAX_PROOFS},
    task::{read_effects, write_effects},
    Leg, Refusal, Task, TaskBody, MAX_BATCH, MAX_LEGS, MIN_LEGS,
};

/// What `commit`, `settle` and `reject` bring: tasks, and what is proven of their other legs. Its bytes travel in one
/// base64 field, since a byte costs 13.3 gas and JSON needs two for each: relayers write them, wallets need not show them.
///
/// Locks and registrants are named once, and legs say which they mean: 30 tasks of two legs are 4 kB shorter for it. The
/// order of the names is free, so a batch may be written in several ways; it is never hashed.
///
/// ```text
/// locks: list of (chain id, lock)    registrants: list of addresses
/// tasks: number, then each           legs: number, then each
///   legs, settlement, nonce,           lock, registrant (a byte each), tx hash, reversal hash,
///   tx and reversal where needed       deadline, retention
/// proofs: list
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// 1 to 30 tasks, each with the effects of the own leg that the verb needs.
    pub tasks: Vec<TaskBody>,
    /// At most 28 proofs.
    pub proofs: Vec<ZoneProof>,
}

/// The names that legs refer to.
struct Names {
    locks: Vec<(ZoneId, CanonicalAddress)>,
    registrants: Vec<CanonicalAddress>,
}

impl Batch {
    /// The bytes that travel.
    pub fn to_bytes(&self) -> Bytes {
        Bytes(canonical::encode(self))
    }

    /// Reads what [`Batch::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] for any other bytes, and beyond the limits of lists, before what is in them is read.
    pub fn from_bytes(bytes: &[u8]) -> Result<Batch, Refusal> {
        Ok(canonical::decode("batch", bytes)?)
    }
}

impl From<Batch> for Bytes {
    fn from(batch: Batch) -> Bytes {
        batch.to_bytes()
    }
}

impl Names {
    fn of(tasks: &[TaskBody]) -> Names {
        let mut names = Names {
            locks: Vec::new(),
            registrants: Vec::new(),
        };
        for leg in tasks.iter().flat_map(|body| &body.task.legs) {
            let lock = (leg.zone.clone(), leg.lock.clone());
            if !names.locks.contains(&lock) {
                names.locks.push(lock);
            }
            if !names.registrants.contains(&leg.registrant) {
                names.registrants.push(leg.registrant.clone());
            }
        }
        names
    }

    fn write_leg(&self, leg: &Leg, writer: &mut Writer) {
        let same = |lock: &(ZoneId, CanonicalAddress)| lock.0 == leg.zone && lock.1 == leg.lock;
        let lock = self.locks.iter().position(same);
        let registrants = &mut self.registrants.iter();
        let registrant = registrants.position(|registrant| *registrant == leg.registrant);
        writer
            .byte(index(lock))
            .byte(index(registrant))
            .value(&leg.tx_hash)
            .value(&leg.reversal_hash)
            .value(&leg.deadline)
            .value(&leg.retention);
    }

    fn read_leg(&self, reader: &mut Reader<'_>) -> Result<Leg, Malformed> {
        let lock = self.locks.get(usize::from(reader.byte()?));
        let (zone, lock) = lock.ok_or_else(|| reader.wrong())?;
        let registrant = self.registrants.get(usize::from(reader.byte()?));
        let registrant = registrant.ok_or_else(|| reader.wrong())?;
        Ok(Leg {
            zone: zone.clone(),
            lock: lock.clone(),
            registrant: registrant.clone(),
            tx_hash: reader.value()?,
            reversal_hash: reader.value()?,
            deadline: reader.value()?,
            retention: reader.value()?,
        })
    }

    fn read_body(&self, reader: &mut Reader<'_>) -> Result<TaskBody, Malformed> {
        let mut legs = Vec::new();
        for _ in 0..number(reader, MIN_LEGS, MAX_LEGS)? {
            legs.push(self.read_leg(reader)?);
        }
        Ok(TaskBody {
            task: Task {
                legs,
                settlement: reader.value()?,
                nonce: reader.value()?,
            },
            tx: read_effects(reader)?,
            reversal: read_effects(reader)?,
        })
    }
}

impl Canonical for Batch {
    fn write(&self, writer: &mut Writer) {
        let names = Names::of(&self.tasks);
        writer.list(&names.locks).list(&names.registrants);
        writer.byte(count(self.tasks.len()));
        for body in &self.tasks {
            writer.byte(count(body.task.legs.len()));
            for leg in &body.task.legs {
                names.write_leg(leg, writer);
            }
            writer.value(&body.task.settlement).value(&body.task.nonce);
            write_effects(&body.tx, writer);
            write_effects(&body.reversal, writer);
        }
        writer.list(&self.proofs);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Batch, Malformed> {
        const MAX_NAMES: usize = MAX_BATCH * MAX_LEGS;
        let names = Names {
            locks: reader.list(MAX_NAMES)?,
            registrants: reader.list(MAX_NAMES)?,
        };
        let mut tasks = Vec::new();
        for _ in 0..number(reader, 1, MAX_BATCH)? {
            tasks.push(names.read_body(reader)?);
        }
        let proofs = reader.list(MAX_PROOFS)?;
        Ok(Batch { tasks, proofs })
    }
}

/// A batch has at most 240 names; one that had more could not be read back.
fn index(position: Option<usize>) -> u8 {
    position.map_or(u8::MAX, count)
}

fn count(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

fn number(reader: &mut Reader<'_>, min: usize, max: usize) -> Result<usize, Malformed> {
    let actual = usize::from(reader.byte()?);
    if (min..=max).contains(&actual) {
        return Ok(actual);
    }
    Err(Malformed::Range {
        what: "number of tasks or legs of a batch",
        min: min as u128,
        max: max as u128,
        actual: actual as u128,
    })
}
