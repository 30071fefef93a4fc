use serde::{Deserialize, Serialize};
use tessera_primitives::{from_json_names, Address, Hash, Timestamp};

use super::{Epoch, SlashNumber, SlasherNumber, ValidatorNumber};
use crate::Share;

/// Most slashers that are registered at a time.
pub const MAX_SLASHERS: usize = 32;

/// Slashes on a validator's list, of which the last tombstones.
pub const MAX_MARKS: usize = 64;

/// Slashes on a tombstoned validator's list. No stake comes to it any more, and the second half is for slashes that take as
/// much as 1 % of what it weighed at most: so what fills it was paid by the very stake that it would shield.
pub const MAX_LISTED: usize = 2 * MAX_MARKS;

/// Most snapshots that one core holds.
pub const MAX_HOLDS: usize = 256;

/// What a slash does besides taking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nothing. At most one a validator and epoch, of at least 1 %: smaller ones wait in the core.
    Leak,
    /// The validator is out for a while, at once.
    Jail,
    /// The validator is out for ever, at once.
    Tombstone,
}

from_json_names! {
    Kind { "leak": Leak, "jail": Jail, "tombstone": Tombstone }
}

/// A slash as a validator's list has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Its number among all slashes of the pool.
    pub number: SlashNumber,
    /// The first epoch of the guilty votes' snapshots.
    pub from: Epoch,
    /// The last one.
    pub to: Epoch,
    /// What it takes.
    pub fraction: Share,
    /// The epoch in which it was accepted: rewards of this epoch and later ones are for what it leaves.
    pub epoch: Epoch,
}

impl Mark {
    /// Whether stake that counted from `from` through `until` pays. Stake that never counted has `until < from`.
    pub fn meets(&self, from: Epoch, until: Epoch) -> bool {
        from <= until && from <= self.to && until >= self.from
    }
}

/// An accepted slash, until it is drained and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Slash {
    /// Whom it takes from.
    pub validator: ValidatorNumber,
    /// As it stands on the validator's list.
    pub mark: Mark,
    /// Who asked for it.
    pub slasher: SlasherNumber,
    /// What it does besides.
    pub kind: Kind,
    /// The evidence's id.
    pub evidence: Hash,
    /// Who gets the challenger's share.
    pub reward_to: Address,
    /// The share of the whole weight that it takes, by the heaviest snapshot of the guilty votes: what the throttle counts.
    pub cost: Share,
}

/// Who may slash: a core, or the league.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Slasher {
    /// The contract.
    pub address: Address,
    /// Most that it may take of one validator in an unbonding period, all its fractions summed; a slash that met a smaller
    /// share of the weight than another counts, beside that, for as much less.
    pub max_fraction: Share,
    /// Whether it may no more.
    pub revoked: bool,
}

/// What a slasher has taken of a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Spent {
    /// The epoch in which it was accepted.
    pub epoch: Epoch,
    /// The fraction.
    pub fraction: Share,
    /// The share of the whole weight that it was taken of.
    pub of: Share,
}

/// A snapshot that a core's open kernels weigh by: what counted in it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The snapshot's epoch.
    pub snapshot: Epoch,
    /// How many kernels of it have not released it.
    pub open: u32,
    /// When the last release takes effect.
    pub until: Timestamp,
}

impl Hold {
    /// Whether nothing is held any more.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.open == 0 && self.until <= now
    }
}
