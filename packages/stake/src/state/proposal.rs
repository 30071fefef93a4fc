use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};
use tessera_primitives::{
    from_json_names, from_json_variants, Address, Amount, Asset, Hash, Timestamp, Weight,
};

use super::{Epoch, SlasherNumber, TokenNumber};
use crate::Share;

/// Greatest length of a proposal's link, in bytes.
pub const MAX_LINK: usize = 256;

/// Most delegations that one vote names.
pub const MAX_VIA: usize = 8;

/// What a proposal would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// Whitelist a token, or one again that has left.
    AddToken {
        /// What it is on this zone.
        asset: Asset,
        /// Its decimals.
        decimals: u8,
        /// The price oracle's feed.
        feed: String,
        /// How much of the weight it may have.
        max_share: Share,
    },
    /// Let a token leave.
    RemoveToken {
        /// The token.
        token: TokenNumber,
    },
    /// Price a token by another feed.
    ChangeFeed {
        /// The token.
        token: TokenNumber,
        /// The feed.
        feed: String,
    },
    /// Let a token have another share of the weight.
    ChangeMaxShare {
        /// The token.
        token: TokenNumber,
        /// The share.
        max_share: Share,
    },
    /// Let a contract slash.
    RegisterSlasher {
        /// The contract.
        address: Address,
        /// Most that it may take of a validator in an unbonding period.
        max_fraction: Share,
    },
    /// Let a contract slash no more, and end its holds.
    RevokeSlasher {
        /// The slasher.
        slasher: SlasherNumber,
    },
}

impl Content {
    /// Whether it may end an outage of prices: it can be proposed while too much stake has none.
    pub fn mends_prices(&self) -> bool {
        matches!(
            self,
            Content::RemoveToken { .. } | Content::ChangeFeed { .. }
        )
    }
}

from_json_variants! {
    Content {
        "add_token": AddToken { asset, decimals, feed, max_share };
        "remove_token": RemoveToken { token };
        "change_feed": ChangeFeed { token, feed };
        "change_max_share": ChangeMaxShare { token, max_share };
        "register_slasher": RegisterSlasher { address, max_fraction };
        "revoke_slasher": RevokeSlasher { slasher };
    }
}

/// Where a proposal stands. The drawing is in the crate's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Phase {
    /// Deposits are gathered.
    Deposit {
        /// Until when.
        until: Timestamp,
    },
    /// Stake votes.
    Voting {
        /// The epoch whose stake does.
        opened: Epoch,
        /// Until when.
        until: Timestamp,
    },
    /// It won, and waits.
    Accepted {
        /// When it can be enacted.
        at: Timestamp,
    },
    /// It was done. The end.
    Enacted,
    /// It won, and could not be done any more. The end.
    Failed,
    /// It lost. The end.
    Rejected,
    /// It lost by veto, and its deposits with it. The end.
    Vetoed,
    /// It did not gather its deposit. The end.
    Revoked,
}

impl Phase {
    /// Whether deposits can be taken back.
    pub fn refunds(self) -> bool {
        matches!(
            self,
            Phase::Accepted { .. }
                | Phase::Enacted
                | Phase::Failed
                | Phase::Rejected
                | Phase::Revoked
        )
    }

    /// Its name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Deposit { .. } => "deposit",
            Phase::Voting { .. } => "voting",
            Phase::Accepted { .. } => "accepted",
            Phase::Enacted => "enacted",
            Phase::Failed => "failed",
            Phase::Rejected => "rejected",
            Phase::Vetoed => "vetoed",
            Phase::Revoked => "revoked",
        }
    }
}

/// What can be voted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// For it.
    Yes,
    /// Against it.
    No,
    /// Neither.
    Abstain,
    /// Against it and its deposits.
    Veto,
}

from_json_names! {
    Choice { "yes": Yes, "no": No, "abstain": Abstain, "veto": Veto }
}

/// The votes so far, by weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// For it.
    pub yes: Weight,
    /// Against it.
    pub no: Weight,
    /// Neither.
    pub abstain: Weight,
    /// Against it and its deposits.
    pub veto: Weight,
}

impl Tally {
    pub(crate) fn of(&mut self, choice: Choice) -> &mut Weight {
        match choice {
            Choice::Yes => &mut self.yes,
            Choice::No => &mut self.no,
            Choice::Abstain => &mut self.abstain,
            Choice::Veto => &mut self.veto,
        }
    }
}

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Who proposed it.
    pub proposer: Address,
    /// What it would do.
    pub content: Content,
    /// Where the evaluation's report is.
    pub link: String,
    /// The report's hash.
    pub report: Hash,
    /// Where it stands.
    pub phase: Phase,
    /// The sums of its deposits, by token.
    pub deposits: Vec<(TokenNumber, Amount)>,
    /// The votes.
    pub tally: Tally,
}

/// What is voted at a validator on a proposal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// The weight of its delegators who voted themselves.
    pub direct: Weight,
    /// What the validator votes with the rest.
    pub choice: Option<Choice>,
}

/// What a delegator voted on a proposal with the stake that counted at a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ballot {
    /// What.
    pub choice: Choice,
    /// With how much.
    pub power: Weight,
}
