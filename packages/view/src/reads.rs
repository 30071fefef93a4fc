use alloc::vec::Vec;

use tessera_header::ValidatorSet;
use tessera_primitives::{Height, ZoneId};

use crate::state::{Belief, StoredHeader, Zone};

/// What the rule may ask of storage. Nothing here writes.
///
/// Zones are named by the id that they were registered with, headers and sets by the zone's number.
pub trait Reads {
    /// Why a read failed.
    type Error;

    /// The id that a zone was registered with, by one that it took later.
    ///
    /// # Errors
    /// When storage cannot be read; the same for all that follow.
    fn alias(&self, id: &ZoneId) -> Result<Option<ZoneId>, Self::Error>;

    /// A zone.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn zone(&self, id: &ZoneId) -> Result<Option<Zone>, Self::Error>;

    /// What is believed of a zone.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn belief(&self, id: &ZoneId) -> Result<Option<Belief>, Self::Error>;

    /// How many zones were registered.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn zone_count(&self) -> Result<u32, Self::Error>;

    /// The stored header at a height.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn header(&self, number: u32, height: Height) -> Result<Option<StoredHeader>, Self::Error>;

    /// The highest stored header strictly below a height.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn header_below(
        &self,
        number: u32,
        height: Height,
    ) -> Result<Option<StoredHeader>, Self::Error>;

    /// The lowest stored header strictly above a height.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn header_above(
        &self,
        number: u32,
        height: Height,
    ) -> Result<Option<StoredHeader>, Self::Error>;

    /// Stored headers from a height up, ascending, at most `limit`.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn headers_from(
        &self,
        number: u32,
        height: Height,
        limit: usize,
    ) -> Result<Vec<StoredHeader>, Self::Error>;

    /// The validator set in slot 0 or 1.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn validator_set(&self, number: u32, slot: u8) -> Result<Option<ValidatorSet>, Self::Error>;
}
