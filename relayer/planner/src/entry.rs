use std::collections::BTreeSet;

use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};
use tessera_lock::state::LegState;
use tessera_primitives::{
    fact::{Attribute, Facts},
    Amount, CanonicalAddress, Fork, Hash, Height, Seconds, Timestamp, ZoneId,
};
use tessera_stake::state::{Cursor, Epoch, Place, ProposalNumber, SlashNumber};

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
    /// At this height two headers exist that the zone's validators have signed: both were verified before this is written.
    Conflict {
        /// The zone whose history split.
        zone: ZoneId,
        /// A header height at which two headers were seen.
        height: Height,
    },
    /// Two headers were seen at this height and are no more: one node was mistaken, and holds now what the other does.
    Agreed {
        /// The zone.
        zone: ZoneId,
        /// The height of the conflict.
        height: Height,
    },
    /// The header that this relayer's own node of a zone has, at a height of which some view says something.
    Header {
        /// The zone.
        zone: ZoneId,
        /// The header's height, at most that of the newest block.
        height: Height,
        /// Its hash; none when the node has forgotten it.
        hash: Option<Hash>,
    },
    /// What a view says of the header right below an exact fork.
    Parent {
        /// The zone of the view.
        on: ZoneId,
        /// The forked zone.
        of: ZoneId,
        /// The fork's height; the same height as reported, or a lower one that was reported since.
        fork: Height,
        /// The hash of the header below it that both reported headers name; none when the fork is no longer exact.
        parent: Option<Hash>,
    },
    /// How a zone's contracts stand, where its blocks can no longer be read one after another.
    Survey(Survey),
    /// How a zone's stake-pool stands. A later one replaces an earlier one.
    Pool(PoolStanding),
}

/// How a stake-pool stands, as far as it wants to be pushed along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolStanding {
    /// The zone.
    pub zone: ZoneId,
    /// Where the pool is, and its clock.
    pub place: Place,
    /// The last epoch that was turned.
    pub turned: Epoch,
    /// Slashes that were accepted.
    pub slashes: SlashNumber,
    /// The last of them that has taken all.
    pub drained: SlashNumber,
    /// How far the next one is.
    pub cursor: Option<Cursor>,
    /// Proposals that have not ended, by number.
    pub proposals: Vec<PendingProposal>,
    /// The number that the next proposal gets.
    pub next_proposal: ProposalNumber,
    /// What pushing once earns, as far as the reserve reaches, in the hub's token.
    pub pay: Amount,
}

/// A proposal that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingProposal {
    /// Its number.
    pub number: ProposalNumber,
    /// When it can go on.
    pub due: Timestamp,
    /// Whether it is then enacted; else its votes are counted, or it is revoked.
    pub accepted: bool,
}

/// How a zone's contracts stand after blocks that no node has any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// The zone.
    pub zone: ZoneId,
    /// The height at which it was asked, as far as is known: everything below counts as read.
    pub height: Height,
    /// That block's time.
    pub time: Timestamp,
    /// Legs of this zone whose tasks were known.
    pub legs: Vec<SurveyedLeg>,
    /// Open tasks whose bodies were told in a block that is gone: somebody else must relay them.
    pub unknown: BTreeSet<Hash>,
    /// What its chain-view holds.
    pub views: Vec<SurveyedView>,
}

/// A leg as its lock answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyedLeg {
    /// The task.
    pub task: Hash,
    /// Its state; none while it is not registered.
    pub state: Option<LegState>,
    /// When it was committed; zero for never.
    pub committed_at: Height,
    /// Effects that are owed.
    pub owed: BTreeSet<u8>,
}

/// A view as its contract answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyedView {
    /// The zone that it is of.
    pub of: ZoneId,
    /// How many branches were admitted.
    pub branch: u32,
    /// Height of the header that admitted the current branch; zero on branch 0.
    pub admitted: Height,
    /// The fork of branch 0.
    pub fork: Option<Fork>,
    /// The fork of an admitted branch, the newest that forked.
    pub branch_fork: Option<Fork>,
    /// When it closes or closed.
    pub closing: Option<Timestamp>,
    /// Until when it takes headers, if it closes.
    pub until: Option<Timestamp>,
    /// The stored headers: height, hash, time, branch.
    pub headers: Vec<(Height, Hash, Timestamp, u32)>,
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
    /// Greatest distance of a deadline at which this zone's lock registers a leg, in blocks.
    pub max_horizon: u64,
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
    /// The number of the first promise in its transaction.
    pub transaction: u64,
    /// How many duties share the transaction; zero where none was sent.
    pub together: u32,
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
    /// It was refused before or in a block, and changed nothing. Where duties shared the transaction, nobody knows whose
    /// fault it was: each is tried by itself before that counts against it.
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
