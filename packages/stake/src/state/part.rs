use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use tessera_primitives::Amount;

use super::{Epoch, SlashNumber, TaggedKey, TokenNumber, ValidatorNumber, FOREVER};

/// Most parts of one delegator at one validator.
pub const MAX_PARTS: usize = 32;

/// Most parts that entries make: the rest is room for exits, each of which may split one.
pub const MAX_BONDED_PARTS: usize = 24;

/// Where redelegated stake counted before, and when: slashes there still take from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The validator.
    pub validator: ValidatorNumber,
    /// The first epoch in which it counted there.
    pub from: Epoch,
    /// The last one.
    pub until: Epoch,
}

/// A part of a delegator's stake at a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The token.
    pub token: TokenNumber,
    /// Its amount after the slashes up to `settled`.
    pub raw: Amount,
    /// The first epoch in which it counts (a).
    pub from: Epoch,
    /// The last one (u): [`FOREVER`] while it is bonded.
    pub until: Epoch,
    /// The number of the last slash that `raw` knows of (s).
    pub settled: SlashNumber,
    /// The epoch through which its rewards were reckoned (p).
    pub paid: Epoch,
    /// Where it counted before.
    pub tag: Option<Tag>,
}

impl Part {
    /// Whether it is bonded.
    pub fn is_bonded(&self) -> bool {
        self.until == FOREVER
    }

    /// Whether it counts (or counted) in an epoch, and at which validator: its own, or its tag's.
    pub fn counts_at(&self, own: ValidatorNumber, epoch: Epoch) -> Option<ValidatorNumber> {
        if let Some(tag) = self.tag.filter(|tag| epoch <= tag.until) {
            return (epoch >= tag.from).then_some(tag.validator);
        }
        (self.from <= epoch && epoch <= self.until).then_some(own)
    }

    /// Where its tagged stake is found, if this is its tag.
    pub(crate) fn tagged_key(&self, own: ValidatorNumber, tag: Tag) -> TaggedKey {
        TaggedKey {
            source: tag.validator,
            source_until: tag.until,
            source_from: tag.from,
            token: self.token,
            validator: own,
            from: self.from,
            until: self.until,
        }
    }

    /// Whether the other differs in nothing but its amount.
    pub fn is_like(&self, other: &Part) -> bool {
        *self
            == Part {
                raw: self.raw,
                ..*other
            }
    }
}

/// All that a delegator has at a validator: one packed item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// The parts, at most [`MAX_PARTS`].
    pub parts: Vec<Part>,
    /// Rewards that were reckoned and not withdrawn, in the hub's token.
    pub earned: Amount,
}

impl Delegation {
    /// Whether nothing is left of it.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.earned.is_zero()
    }
}
