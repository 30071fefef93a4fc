//! Storage: private maps behind [`Reads`], and the writes of a step.

use std::cell::RefCell;

use cosmwasm_std::Storage;
use serde::{Deserialize, Serialize};
use tessera_contract_kit::{
    packed::{PackedError, PackedItem, PackedMap},
    provable,
};
use tessera_header::{TrustedHeader, ValidatorSet};
use tessera_primitives::{canonical, Denom, Hash, Height, Malformed, Timestamp, ZoneId};
use tessera_view::{
    key,
    state::{Belief, StoredHeader, Zone},
    Reads, Write,
};

const RESERVE_DENOM: PackedItem<Denom> = PackedItem::new("d");
const ZONE_COUNT: PackedItem<u32> = PackedItem::new("n");
const ALIASES: PackedMap<ZoneId, ZoneId> = PackedMap::new("a");
const ZONES: PackedMap<ZoneId, Zone> = PackedMap::new("z");
const HEADERS: PackedMap<(u32, Height), PackedHeader> = PackedMap::new("h");
const SETS: PackedMap<(u32, u8), ValidatorSet> = PackedMap::new("s");

/// What storage holds and cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StateError {
    /// An item does not unpack.
    #[error(transparent)]
    Packed(#[from] PackedError),
    /// A provable value is not a belief.
    #[error("what is believed of {zone}: {reason}")]
    Belief {
        /// The zone.
        zone: ZoneId,
        /// What is wrong with it.
        reason: Malformed,
    },
}

/// A header without its height, which its key has.
#[derive(Serialize, Deserialize)]
struct PackedHeader {
    hash: Hash,
    time: Timestamp,
    app_hash: Hash,
    next_validators_hash: Hash,
    parent: Hash,
    branch: u32,
}

impl PackedHeader {
    fn of(stored: &StoredHeader) -> PackedHeader {
        PackedHeader {
            hash: stored.header.hash,
            time: stored.header.time,
            app_hash: stored.header.app_hash,
            next_validators_hash: stored.header.next_validators_hash,
            parent: stored.header.parent,
            branch: stored.branch,
        }
    }

    fn at(self, height: Height) -> StoredHeader {
        StoredHeader {
            header: TrustedHeader {
                height,
                hash: self.hash,
                time: self.time,
                app_hash: self.app_hash,
                next_validators_hash: self.next_validators_hash,
                parent: self.parent,
            },
            branch: self.branch,
        }
    }
}

/// The first writes of a contract.
pub(crate) fn open(storage: &mut dyn Storage, reserve_denom: &Denom) -> Result<(), StateError> {
    RESERVE_DENOM.save(storage, reserve_denom)?;
    Ok(ZONE_COUNT.save(storage, &0)?)
}

/// What reserves are in.
pub(crate) fn reserve_denom(storage: &dyn Storage) -> Result<Denom, StateError> {
    Ok(RESERVE_DENOM.load(storage)?)
}

/// The ids that zones were registered with, after `start_after`.
pub(crate) fn zones(
    storage: &dyn Storage,
    start_after: Option<&ZoneId>,
    limit: u32,
) -> Result<Vec<ZoneId>, StateError> {
    let page = ZONES.range(storage, start_after, limit)?;
    Ok(page.into_iter().map(|(id, _)| id).collect())
}

/// Takes the writes of a step.
pub(crate) fn apply(storage: &mut dyn Storage, writes: Vec<Write>) -> Result<(), StateError> {
    for write in writes {
        match write {
            Write::ZoneCount(count) => ZONE_COUNT.save(storage, &count)?,
            Write::Alias { id, zone } => ALIASES.save(storage, &id, &zone)?,
            Write::Zone { id, zone } => ZONES.save(storage, &id, &zone)?,
            Write::Belief { id, belief } => {
                provable::write(storage, &key::view(&id), &canonical::encode(&belief));
            }
            Write::Header { number, stored } => {
                let at = (number, stored.header.height);
                HEADERS.save(storage, &at, &PackedHeader::of(&stored))?;
            }
            Write::DropHeader { number, height } => HEADERS.remove(storage, &(number, height)),
            Write::ValidatorSet { number, slot, set } => {
                SETS.save(storage, &(number, slot), &set)?;
            }
        }
    }
    Ok(())
}

/// Storage as the rule reads it. Evidence and transition ask for the same zone, belief and trusted header, so what was
/// read last is remembered.
pub(crate) struct State<'a> {
    storage: &'a dyn Storage,
    zone: Memo<ZoneId, Option<Zone>>,
    belief: Memo<ZoneId, Option<Belief>>,
    header: Memo<(u32, Height), Option<StoredHeader>>,
    set: Memo<(u32, u8), Option<ValidatorSet>>,
}

impl<'a> State<'a> {
    /// Over this storage.
    pub(crate) fn new(storage: &'a dyn Storage) -> State<'a> {
        State {
            storage,
            zone: Memo::default(),
            belief: Memo::default(),
            header: Memo::default(),
            set: Memo::default(),
        }
    }
}

/// The last thing that was read, and where.
struct Memo<K, V>(RefCell<Option<(K, V)>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Memo<K, V> {
        Memo(RefCell::new(None))
    }
}

impl<K: PartialEq, V: Clone> Memo<K, V> {
    fn get(&self, key: K, read: impl FnOnce() -> Result<V, StateError>) -> Result<V, StateError> {
        if let Some((known, value)) = self.0.borrow().as_ref() {
            if *known == key {
                return Ok(value.clone());
            }
        }
        let value = read()?;
        self.0.replace(Some((key, value.clone())));
        Ok(value)
    }
}

impl Reads for State<'_> {
    type Error = StateError;

    fn alias(&self, id: &ZoneId) -> Result<Option<ZoneId>, StateError> {
        Ok(ALIASES.may_load(self.storage, id)?)
    }

    fn zone(&self, id: &ZoneId) -> Result<Option<Zone>, StateError> {
        self.zone
            .get(id.clone(), || Ok(ZONES.may_load(self.storage, id)?))
    }

    fn belief(&self, id: &ZoneId) -> Result<Option<Belief>, StateError> {
        self.belief.get(id.clone(), || {
            let value = provable::read(self.storage, &key::view(id));
            let decoded = value.map(|value| canonical::decode("belief", &value));
            decoded.transpose().map_err(|reason| StateError::Belief {
                zone: id.clone(),
                reason,
            })
        })
    }

    fn zone_count(&self) -> Result<u32, StateError> {
        Ok(ZONE_COUNT.load(self.storage)?)
    }

    fn header(&self, number: u32, height: Height) -> Result<Option<StoredHeader>, StateError> {
        self.header.get((number, height), || {
            let packed = HEADERS.may_load(self.storage, &(number, height))?;
            Ok(packed.map(|packed| packed.at(height)))
        })
    }

    fn header_below(
        &self,
        number: u32,
        height: Height,
    ) -> Result<Option<StoredHeader>, StateError> {
        let found = HEADERS.range_back(self.storage, &number, Some(&(number, height)), 1)?;
        Ok(unpacked(found).pop())
    }

    fn header_above(
        &self,
        number: u32,
        height: Height,
    ) -> Result<Option<StoredHeader>, StateError> {
        let found = HEADERS.prefix_range(self.storage, &number, Some(&(number, height)), 1)?;
        Ok(unpacked(found).pop())
    }

    fn headers_from(
        &self,
        number: u32,
        height: Height,
        limit: usize,
    ) -> Result<Vec<StoredHeader>, StateError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        // From a height on is after the one below; from 0 on is all.
        let after = height.minus(1).ok().map(|below| (number, below));
        let found = HEADERS.prefix_range(self.storage, &number, after.as_ref(), limit)?;
        Ok(unpacked(found))
    }

    fn validator_set(&self, number: u32, slot: u8) -> Result<Option<ValidatorSet>, StateError> {
        self.set.get((number, slot), || {
            Ok(SETS.may_load(self.storage, &(number, slot))?)
        })
    }
}

fn unpacked(found: Vec<((u32, Height), PackedHeader)>) -> Vec<StoredHeader> {
    let stored = |((_, height), packed): ((u32, Height), PackedHeader)| packed.at(height);
    found.into_iter().map(stored).collect()
}
