use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};
use tessera_primitives::{
    canonical, from_json_fields,
    json::{FromJson, Json, Unfit},
    Canonical, CanonicalAddress, Hash, Height, Malformed, Reader, Writer, ZoneId,
};

use crate::{Effect, Refusal};

/// Fewest legs: with one there is nothing to agree on.
pub const MIN_LEGS: usize = 2;
/// Most legs of a task. A settle of eight legs shows seven zones' evidence: seven roots of up to 8 kB of proof, which
/// is what one transaction of a zone with usual limits can carry.
pub const MAX_LEGS: usize = 8;
/// Most tasks of one `commit` or `settle`. With 30 the root, the store's proof and the transaction itself are shared
/// so widely that more tasks save nothing, and 62 keys is what a multiproof may hold.
pub const MAX_BATCH: usize = 30;

const TASK: &str = "tessera/task/v1";
const TX: &str = "tessera/tx/v1";
const REVERSAL: &str = "tessera/reversal/v1";

/// The share of a task that one zone commits: the paper's `ctx` without its mirror (reliable-ibc.txt IV.A).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// The zone.
    pub zone: ZoneId,
    /// The lock contract on it.
    pub lock: CanonicalAddress,
    /// Who brings the leg's funds, and gets them back when the leg is rejected or lapses.
    pub registrant: CanonicalAddress,
    /// [`tx_hash`] of the leg's `tx`.
    pub tx_hash: Hash,
    /// [`reversal_hash`] of the leg's `tx'`.
    pub reversal_hash: Hash,
    /// The first height of the zone at which the leg cannot commit any more.
    pub deadline: Height,
    /// For how many of the zone's blocks after `deadline` the leg's key stays provable at least: only within them is an
    /// absent key evidence.
    pub retention: u64,
}

impl Leg {
    /// The first height at which an absent key says nothing any more.
    ///
    /// # Errors
    /// [`Refusal::Overflow`] above `u64::MAX`.
    pub fn retained_until(&self) -> Result<Height, Refusal> {
        Ok(self.deadline.plus(self.retention)?)
    }
}

impl Canonical for Leg {
    fn write(&self, writer: &mut Writer) {
        writer
            .value(&self.zone)
            .value(&self.lock)
            .value(&self.registrant)
            .value(&self.tx_hash)
            .value(&self.reversal_hash)
            .value(&self.deadline)
            .value(&self.retention);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Leg, Malformed> {
        Ok(Leg {
            zone: reader.value()?,
            lock: reader.value()?,
            registrant: reader.value()?,
            tx_hash: reader.value()?,
            reversal_hash: reader.value()?,
            deadline: reader.value()?,
            retention: reader.value()?,
        })
    }
}

/// When a committed task is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// As soon as the outcome is proven (Atomix, ios.txt section 7).
    OnProof,
    /// Not before the deadlines of all zones (reliable-ibc.txt IV.B, "Terminate"), so that the gossip network has time
    /// to show a fork.
    AfterDeadlines,
}

impl Canonical for Settlement {
    fn write(&self, writer: &mut Writer) {
        writer.byte(match self {
            Settlement::OnProof => 0,
            Settlement::AfterDeadlines => 1,
        });
    }

    fn read(reader: &mut Reader<'_>) -> Result<Settlement, Malformed> {
        match reader.byte()? {
            0 => Ok(Settlement::OnProof),
            1 => Ok(Settlement::AfterDeadlines),
            _ => Err(reader.wrong()),
        }
    }
}

/// A cross-zone task: the same bytes on every zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// 2 to 8 legs, chain ids strictly ascending.
    pub legs: Vec<Leg>,
    /// When it is settled.
    pub settlement: Settlement,
    /// Tells tasks apart that are otherwise the same.
    pub nonce: u64,
}

impl Task {
    /// `H("tessera/task/v1", legs, settlement, nonce)`.
    pub fn id(&self) -> Hash {
        canonical::hash(TASK, self)
    }

    /// Whether the task could be one on any zone: the number of legs, and their order.
    ///
    /// # Errors
    /// [`Refusal::Legs`], [`Refusal::LegOrder`], [`Refusal::Overflow`].
    pub fn check(&self) -> Result<(), Refusal> {
        if !(MIN_LEGS..=MAX_LEGS).contains(&self.legs.len()) {
            return Err(Refusal::Legs {
                min: MIN_LEGS,
                max: MAX_LEGS,
                actual: self.legs.len(),
            });
        }
        for pair in self.legs.windows(2) {
            if let [left, right] = pair {
                if left.zone >= right.zone {
                    return Err(Refusal::LegOrder {
                        first: left.zone.clone(),
                        second: right.zone.clone(),
                    });
                }
            }
        }
        self.legs
            .iter()
            .try_for_each(|leg| leg.retained_until().map(|_| ()))
    }

    /// The leg on `zone` under `lock`, and its index.
    pub fn leg_of(&self, zone: &ZoneId, lock: &CanonicalAddress) -> Option<(u8, &Leg)> {
        (0u8..)
            .zip(&self.legs)
            .find(|(_, leg)| leg.zone == *zone && leg.lock == *lock)
    }

    /// The leg of an index.
    pub fn leg(&self, index: u8) -> Option<&Leg> {
        self.legs.get(usize::from(index))
    }

    /// All legs but the one of this index, with their indices.
    pub fn others(&self, own: u8) -> impl Iterator<Item = (u8, &Leg)> {
        (0u8..)
            .zip(&self.legs)
            .filter(move |(index, _)| *index != own)
    }
}

impl Canonical for Task {
    fn write(&self, writer: &mut Writer) {
        writer
            .list(&self.legs)
            .value(&self.settlement)
            .value(&self.nonce);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Task, Malformed> {
        Ok(Task {
            legs: reader.list(MAX_LEGS)?,
            settlement: reader.value()?,
            nonce: reader.value()?,
        })
    }
}

/// A task with what one zone's leg does: what storage does not keep, so that every verb brings the part it needs, in a
/// [`Batch`](crate::Batch). The event `registered` has its canonical bytes, with everything. `tx` is needed to commit a leg with calls and to keep one, `reversal` to
/// reverse one; what is not needed is better left out, since a byte costs 13.3 gas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskBody {
    /// The task.
    pub task: Task,
    /// The own leg's `tx`, where it is needed.
    pub tx: Option<Vec<Effect>>,
    /// The own leg's `tx'`, where it is needed.
    pub reversal: Option<Vec<Effect>>,
}

impl TaskBody {
    /// The bytes that the event `registered` has.
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical::encode(self)
    }

    /// Reads what [`TaskBody::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] for any other bytes, and beyond the limits of lists.
    pub fn from_bytes(bytes: &[u8]) -> Result<TaskBody, Refusal> {
        Ok(canonical::decode("task body", bytes)?)
    }
}

impl Canonical for TaskBody {
    fn write(&self, writer: &mut Writer) {
        writer.value(&self.task);
        write_effects(&self.tx, writer);
        write_effects(&self.reversal, writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<TaskBody, Malformed> {
        Ok(TaskBody {
            task: reader.value()?,
            tx: read_effects(reader)?,
            reversal: read_effects(reader)?,
        })
    }
}

pub(crate) fn write_effects(effects: &Option<Vec<Effect>>, writer: &mut Writer) {
    match effects {
        None => writer.byte(0),
        Some(effects) => writer.byte(1).list(effects),
    };
}

pub(crate) fn read_effects(reader: &mut Reader<'_>) -> Result<Option<Vec<Effect>>, Malformed> {
    match reader.byte()? {
        0 => Ok(None),
        1 => reader.list(crate::MAX_EFFECTS).map(Some),
        _ => Err(reader.wrong()),
    }
}

from_json_fields! {
    Leg { zone, lock, registrant, tx_hash, reversal_hash, deadline, retention }
    Task { legs, settlement, nonce }
}

impl FromJson for Settlement {
    fn from_json(json: Json) -> Result<Settlement, Unfit> {
        let name = json.text()?;
        match name.as_str() {
            "on_proof" => Ok(Settlement::OnProof),
            "after_deadlines" => Ok(Settlement::AfterDeadlines),
            _ => Err(Unfit::Unknown(name)),
        }
    }
}

/// `H("tessera/tx/v1", tx)`: what a leg says of its `tx`.
pub fn tx_hash(tx: &[Effect]) -> Hash {
    hash_effects(TX, tx)
}

/// `H("tessera/reversal/v1", tx')`: what a leg says of its reversal.
pub fn reversal_hash(reversal: &[Effect]) -> Hash {
    hash_effects(REVERSAL, reversal)
}

fn hash_effects(tag: &str, effects: &[Effect]) -> Hash {
    // A list as `Writer::list` writes it, from a borrowed slice. It has at most `MAX_EFFECTS` items.
    let mut bytes = canonical::encode(&u32::try_from(effects.len()).unwrap_or(u32::MAX));
    for effect in effects {
        bytes.extend(canonical::encode(effect));
    }
    canonical::hash_bytes(tag, &bytes)
}

/// Names a zone's leg in a text for people: its index and chain id.
pub(crate) fn name_leg(index: u8, leg: &Leg) -> String {
    alloc::format!("leg {index} ({})", leg.zone)
}
