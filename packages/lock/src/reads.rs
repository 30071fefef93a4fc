use tessera_primitives::{Address, Asset, CanonicalAddress, Hash, ZoneId};

use crate::state::{Exposure, Mark, Owed, Parameters, Peer, Place, Terms};

/// What the rule may ask of storage. Nothing here writes.
pub trait Reads {
    /// Why a read failed.
    type Error;

    /// Where this lock is.
    ///
    /// # Errors
    /// When storage cannot be read; the same for all that follow.
    fn place(&self) -> Result<Place, Self::Error>;

    /// The parameters.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn parameters(&self) -> Result<Parameters, Self::Error>;

    /// A leg's provable value: none for a task that was never registered.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn mark(&self, task: &Hash) -> Result<Option<Mark>, Self::Error>;

    /// An open leg's terms: none for a leg that has ended.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn terms(&self, task: &Hash) -> Result<Option<Terms>, Self::Error>;

    /// A zone that was linked.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn peer(&self, zone: &ZoneId) -> Result<Option<Peer>, Self::Error>;

    /// Whether the owner lets legs call a contract.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn is_target(&self, contract: &Address) -> Result<bool, Self::Error>;

    /// What is at risk from a zone in an asset: none before a cap is set.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn exposure(&self, zone: &ZoneId, asset: &Asset) -> Result<Option<Exposure>, Self::Error>;

    /// What is owed of a task's payout.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn owed(&self, task: &Hash, effect: u8) -> Result<Option<Owed>, Self::Error>;

    /// An address of this zone as the zone writes it.
    ///
    /// # Errors
    /// When the bytes are no address of this zone.
    fn address(&self, canonical: &CanonicalAddress) -> Result<Address, Self::Error>;
}
