use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use tessera_primitives::{Amount, Throttle};

use super::{
    CellKey, Epoch, ProposalNumber, SlashNumber, SlasherNumber, TaggedKey, TokenNumber,
    ValidatorNumber,
};

/// How far a slash is drained: what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cursor {
    /// The validator's own cells from this key on.
    Cells(CellKey),
    /// Stake redelegated from it, from this key on.
    Tagged(TaggedKey),
}

/// What the pool knows of itself: one item that every verb reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// How many slashes were accepted: the last one's number.
    pub slashes: SlashNumber,
    /// How many of them are drained, first in, first out.
    pub drained: SlashNumber,
    /// How far the first undrained one is, once it has passed the throttle.
    pub cursor: Option<Cursor>,
    /// The throttle, in billionths of the weight: a debt of days when more was staked is paid off as fast as any.
    pub throttle: Throttle,
    /// Nothing below this epoch is slashed any more.
    pub horizon: Epoch,
    /// The last snapshot; 0 for none.
    pub snapshot: Epoch,
    /// Whether it kept the prices of the one before: bonds and proposals wait.
    pub held: bool,
    /// The last epoch that was turned; 0 for none.
    pub turned: Epoch,
    /// Tokens that may weigh: whitelisted ones, and leaving ones that have not decayed.
    pub tokens: Vec<TokenNumber>,
    /// The next token's number.
    pub next_token: TokenNumber,
    /// The next validator's number.
    pub next_validator: ValidatorNumber,
    /// The next proposal's number.
    pub next_proposal: ProposalNumber,
    /// Registered slashers.
    pub slashers: Vec<SlasherNumber>,
    /// The next slasher's number.
    pub next_slasher: SlasherNumber,
    /// What emissions and those who push the pool along are paid from, in the hub's token.
    pub reserve: Amount,
    /// What the next turn distributes besides the emission.
    pub pot: Amount,
    /// What was distributed and not withdrawn.
    pub owed: Amount,
}
