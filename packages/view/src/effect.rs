//! What a verb does: writes, payments, facts.

use alloc::{boxed::Box, vec::Vec};

use tessera_header::ValidatorSet;
use tessera_primitives::{Address, Amount, Height, ZoneId};

use crate::{
    state::{Belief, StoredHeader, Zone},
    Event,
};

/// What a verb does: all of it, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What storage takes, in this order.
    pub writes: Vec<Write>,
    /// What leaves the contract, after the writes.
    pub effects: Vec<Effect>,
    /// What happened, in words.
    pub events: Vec<Event>,
}

/// A change of storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// The number of registered zones.
    ZoneCount(u32),
    /// A further id of a zone.
    Alias {
        /// The further id.
        id: ZoneId,
        /// The id that it was registered with.
        zone: ZoneId,
    },
    /// A zone.
    Zone {
        /// The id that it was registered with.
        id: ZoneId,
        /// Its record.
        zone: Box<Zone>,
    },
    /// What is believed of a zone: the provable key.
    Belief {
        /// The id that it was registered with.
        id: ZoneId,
        /// The belief.
        belief: Belief,
    },
    /// A header.
    Header {
        /// The zone's number.
        number: u32,
        /// The header.
        stored: StoredHeader,
    },
    /// A header is dropped.
    DropHeader {
        /// The zone's number.
        number: u32,
        /// The header's height.
        height: Height,
    },
    /// A validator set takes a slot.
    ValidatorSet {
        /// The zone's number.
        number: u32,
        /// 0 or 1.
        slot: u8,
        /// The set.
        set: ValidatorSet,
    },
}

/// What leaves the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Coins of the reserve denom.
    Pay {
        /// To whom.
        to: Address,
        /// How many; never zero.
        amount: Amount,
    },
}
