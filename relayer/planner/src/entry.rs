use std::collections::BTreeSet;

use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};
use tessera_primitives::{
    fact::{Attribute, Facts},
    CanonicalAddress, Hash, Height, Seconds, Timestamp, ZoneId,
};

use crate::Duty;

/// One line of the journal, and the only way in which [`Knowledge`](crate::Knowledge) changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// What a zone has shown.
    Observed(Observation),
    /// A duty that was taken on: it is not given out again until it is concluded or can no longer happen.
    Promised(Promise),
    /// How a promise ended.
    Concluded(Conclusion),
}

/// What a zone has shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Observation {
    /// A zone that this relayer serves, with what its contracts say of themselves. A later one replaces an earlier one.
    Zone(Served),
    /// One block of a served zone. A block that is not above the last one absorbed is passed over, so that replaying
    /// is harmless.
    Block(Block),
    /// At this height a header exists that differs from the one which some served zone has stored.
    Conflict {
        /// The zone whose history split.
        zone: ZoneId,
        /// A header height at which two headers were seen.
        height: Height,
    },
}

/// A zone that this relayer serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// Its chain id.
    pub zone: ZoneId,
    /// Its transaction-lock.
    pub lock: CanonicalAddress,
    /// Accounts of this zone whose keys this relayer holds: it may reject their legs.
    pub registrants: BTreeSet<CanonicalAddress>,
    /// Greatest age of a root by which this zone's lock commits.
    pub fresh: Seconds,
    /// Blocks of this zone that an admitted branch is waited for.
    pub fork_grace: u64,
    /// Zones that its chain-view holds a light client of, with its trusting period.
    pub views: Vec<(ZoneId, Seconds)>,
}

/// One block of a served zone, with what its contracts said in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The zone.
    pub zone: ZoneId,
    /// The block's height.
    pub height: Height,
    /// The block's time.
    pub time: Timestamp,
    /// What was said, in order.
    pub facts: Vec<Fact>,
}

/// What a contract said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// The transaction-lock.
    Lock(#[serde(with = "as_attributes")] tessera_lock::Event),
    /// The chain-view.
    View(#[serde(with = "as_attributes")] tessera_view::event::Event),
}

/// A duty that was taken on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Its number in this journal.
    pub id: u64,
    /// What was promised.
    pub duty: Duty,
    /// Height of the duty's zone above which the transaction can no longer be included (its timeout height).
    pub until: Height,
}

/// How a promise ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// The promise.
    pub id: u64,
    /// How it ended.
    pub end: End,
    /// When, by the relayer's clock.
    pub at: Timestamp,
}

/// How a promise ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// Its transaction succeeded in the block of this height.
    Included {
        /// Height of the duty's zone.
        height: Height,
        /// The transaction's hash.
        transaction: Hash,
    },
    /// No block included it, for a reason that says nothing of the duty: another transaction of the account came first,
    /// or blocks were full.
    Lost {
        /// What the zone said.
        reason: String,
    },
    /// It was refused before or in a block, and changed nothing.
    Failed {
        /// What the zone said.
        reason: String,
    },
}

/// Facts cross the journal in the form in which they cross the chain, so that both have one encoding.
mod as_attributes {
    use super::*;

    pub(super) fn serialize<F: Facts, S: Serializer>(
        fact: &F,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        (fact.name(), fact.attributes()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, F: Facts, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<F, D::Error> {
        let (name, attributes) = <(String, Vec<Attribute>)>::deserialize(deserializer)?;
        match F::read(&name, &attributes) {
            Some(fact) => fact.map_err(D::Error::custom),
            None => Err(D::Error::custom(format_args!(
                "no fact is called {name:?}; one of {:?} was expected",
                F::TABLE.iter().map(|(name, _)| name).collect::<Vec<_>>()
            ))),
        }
    }
}
