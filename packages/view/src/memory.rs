//! [`Reads`] over maps: for tests, models and the simulator.

use alloc::{collections::BTreeMap, vec::Vec};
use core::convert::Infallible;

use tessera_header::ValidatorSet;
use tessera_primitives::{Height, ZoneId};

use crate::{
    effect::Write,
    state::{Belief, StoredHeader, Zone},
    Reads,
};

/// The state of one `chain-view`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    count: u32,
    aliases: BTreeMap<ZoneId, ZoneId>,
    zones: BTreeMap<ZoneId, Zone>,
    beliefs: BTreeMap<ZoneId, Belief>,
    headers: BTreeMap<(u32, Height), StoredHeader>,
    sets: BTreeMap<(u32, u8), ValidatorSet>,
}

impl Memory {
    /// Takes the writes of a step.
    pub fn apply(&mut self, writes: Vec<Write>) {
        for write in writes {
            match write {
                Write::ZoneCount(count) => self.count = count,
                Write::Alias { id, zone } => {
                    self.aliases.insert(id, zone);
                }
                Write::Zone { id, zone } => {
                    self.zones.insert(id, *zone);
                }
                Write::Belief { id, belief } => {
                    self.beliefs.insert(id, belief);
                }
                Write::Header { number, stored } => {
                    self.headers.insert((number, stored.header.height), stored);
                }
                Write::DropHeader { number, height } => {
                    self.headers.remove(&(number, height));
                }
                Write::ValidatorSet { number, slot, set } => {
                    self.sets.insert((number, slot), set);
                }
            }
        }
    }
}

impl Reads for Memory {
    type Error = Infallible;

    fn alias(&self, id: &ZoneId) -> Result<Option<ZoneId>, Infallible> {
        Ok(self.aliases.get(id).cloned())
    }

    fn zone(&self, id: &ZoneId) -> Result<Option<Zone>, Infallible> {
        Ok(self.zones.get(id).cloned())
    }

    fn belief(&self, id: &ZoneId) -> Result<Option<Belief>, Infallible> {
        Ok(self.beliefs.get(id).copied())
    }

    fn zone_count(&self) -> Result<u32, Infallible> {
        Ok(self.count)
    }

    fn header(&self, number: u32, height: Height) -> Result<Option<StoredHeader>, Infallible> {
        Ok(self.headers.get(&(number, height)).copied())
    }

    fn header_below(
        &self,
        number: u32,
        height: Height,
    ) -> Result<Option<StoredHeader>, Infallible> {
        let below = self.headers.range((number, Height(0))..(number, height));
        Ok(below.last().map(|(_, stored)| *stored))
    }

    fn header_above(
        &self,
        number: u32,
        height: Height,
    ) -> Result<Option<StoredHeader>, Infallible> {
        match height.plus(1) {
            Ok(next) => Ok(self.headers_from(number, next, 1)?.first().copied()),
            Err(_) => Ok(None),
        }
    }

    fn headers_from(
        &self,
        number: u32,
        height: Height,
        limit: usize,
    ) -> Result<Vec<StoredHeader>, Infallible> {
        let from = self
            .headers
            .range((number, height)..=(number, Height(u64::MAX)));
        Ok(from.take(limit).map(|(_, stored)| *stored).collect())
    }

    fn validator_set(&self, number: u32, slot: u8) -> Result<Option<ValidatorSet>, Infallible> {
        Ok(self.sets.get(&(number, slot)).cloned())
    }
}
