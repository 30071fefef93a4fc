//! `stake-pool`: stake in many tokens, delegation, rewards, slashing, and the votes by which its owners decide which tokens.
//!
//! Tokens come in two ways, and a message never says how much: native coins as the funds of the message, exactly one
//! denom; cw20 tokens by the token's `send` to the pool, with an [`Entry`] as JSON. Rewards, and what [`ExecuteMsg::Fund`]
//! brings, are in the hub's own native token, number 0.
//!
//! Messages and queries are read by way of a tree, as the lock's are: that takes a tenth of the code. Cores and the league call the pool by [`StakePool`], which has no encoders but those of what it is asked for.

mod client;
mod json;
mod query;
mod response;
mod settings;

use cosmwasm_std::{to_json_vec, StdResult};
use schemars::JsonSchema;
use serde::Serialize;
use tessera_primitives::{Address, Amount, Asset, Bytes, Hash, Seconds, Timestamp};
use tessera_stake::{
    state::{Choice, Content, Epoch, Kind, ProposalNumber, TokenNumber, ValidatorNumber},
    Share,
};

pub use client::StakePool;
pub use query::{BallotOf, QueryMsg};
pub use response::{
    BallotResponse, ConfigResponse, CreditResponse, DelegationResponse, DepositResponse,
    PartResponse, PoolResponse, ProposalResponse, RewardsResponse, SeatResponse, SlashResponse,
    SlasherResponse, StakedToken, TokenResponse, UnbondingResponse, ValidatorResponse,
    VotesResponse, WeightsResponse,
};
pub use settings::Settings;

use crate::{
    permissions,
    roles::{Appointment, RolesMsg},
};

/// Makes a pool. Its first epoch begins in the block that makes it.
#[derive(Serialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstantiateMsg {
    /// The owner, who sets parameters, and the guardian.
    pub roles: Appointment,
    /// The price oracle, for good: a token's price comes from elsewhere by a vote on its feed.
    pub oracle: Address,
    /// An epoch's length, for good: at least a second and `unbonding` / 32.
    pub epoch: Seconds,
    /// How long unbonded stake waits, for good: a minute to 180 days.
    pub unbonding: Seconds,
    /// The parameters.
    pub settings: Settings,
    /// The hub's own token, which is native, and up to 15 others.
    pub tokens: Vec<FirstToken>,
    /// Contracts that may slash from the beginning, at most 32.
    pub slashers: Vec<FirstSlasher>,
}

/// A token that is whitelisted from the beginning.
#[derive(Serialize, Clone, Debug, PartialEq, Eq, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstToken {
    /// What it is on this zone.
    pub asset: Asset,
    /// Its decimals, 0 to 18, for good.
    pub decimals: u8,
    /// The oracle's feed.
    pub feed: String,
    /// How much of the weight it may have: 20 % when absent, under a third; the hub's has all.
    pub max_share: Option<Share>,
}

/// A contract that may slash from the beginning.
#[derive(Serialize, Clone, Debug, PartialEq, Eq, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstSlasher {
    /// The contract.
    pub address: Address,
    /// Most that it may take of one validator in an unbonding period.
    pub max_fraction: Share,
}

/// A validator to be: what [`ExecuteMsg::CreateValidator`] says. The tokens that come along are its first stake.
#[derive(Serialize, Clone, Debug, PartialEq, Eq, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Candidacy {
    /// Its name, 1 to 64 printable bytes.
    pub name: String,
    /// Its vote key: a BLS12-381 public key in G1, compressed, 48 bytes.
    pub vote_key: Bytes,
    /// A signature under that key of [`tessera_stake::key::possession`], 96 bytes.
    pub possession: Bytes,
    /// Its share of its delegators' rewards.
    pub commission: Share,
    /// The greatest share that it will ever take.
    pub max_commission: Share,
    /// How much the share may change in a day.
    pub max_change: Share,
}

/// A proposal to be: what [`ExecuteMsg::Propose`] says. The tokens that come along are its first deposit.
#[derive(Serialize, Clone, Debug, PartialEq, Eq, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// What it would do.
    pub content: Content,
    /// Where the evaluation's report is, up to 256 bytes.
    pub link: String,
    /// The report's hash.
    pub report: Hash,
}

/// What is done with tokens that are sent to the pool: the `msg` of a cw20 token's `send`. The same as the messages of
/// these names do with native coins.
#[derive(Serialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Entry {
    /// [`ExecuteMsg::CreateValidator`].
    CreateValidator(Candidacy),
    /// [`ExecuteMsg::Bond`].
    Bond {
        /// To whom.
        validator: ValidatorNumber,
    },
    /// [`ExecuteMsg::Propose`].
    Propose(Draft),
    /// [`ExecuteMsg::Deposit`].
    Deposit {
        /// On what.
        proposal: ProposalNumber,
    },
}

impl Entry {
    /// The `msg` of a cw20 token's `send`.
    ///
    /// # Errors
    /// When it cannot be written as JSON; none can fail to.
    pub fn to_bytes(&self) -> StdResult<Bytes> {
        to_json_vec(self).map(Bytes)
    }
}

/// A slash: what a registered slasher says.
#[derive(Serialize, Clone, Debug, PartialEq, Eq, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlashOrder {
    /// Whom it takes from.
    pub validator: ValidatorNumber,
    /// What it does besides.
    pub kind: Kind,
    /// The first epoch of the snapshots that weighed the guilty votes.
    pub from: Epoch,
    /// The last one.
    pub to: Epoch,
    /// What it takes.
    pub fraction: Share,
    /// The evidence's id: each counts once against a validator.
    pub evidence: Hash,
    /// Who gets the challenger's share.
    pub reward_to: Address,
}

/// What can be done with a pool.
#[derive(Serialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ExecuteMsg {
    /// Makes the sender a validator, with the coins sent along as its first stake.
    CreateValidator(Candidacy),
    /// Bonds the coins sent along to a validator: they count from the next epoch on.
    Bond {
        /// To whom.
        validator: ValidatorNumber,
    },
    /// Proposes a change of the whitelist, with the coins sent along as the first deposit.
    Propose(Draft),
    /// Supports a proposal with the coins sent along. At `min_deposit` voting opens, once the epoch has its snapshot.
    Deposit {
        /// Which.
        proposal: ProposalNumber,
    },
    /// cw20's hook, sent by a whitelisted token. What `sender` is, the token says.
    Receive {
        /// Who sent the tokens.
        sender: Address,
        /// How many.
        amount: Amount,
        /// An [`Entry`] as JSON.
        msg: Bytes,
    },
    /// Changes the sender's validator's name or commission, from the next snapshot on.
    Edit {
        /// The new name.
        name: Option<String>,
        /// The new commission.
        commission: Option<Share>,
    },
    /// Gives the sender's validator another vote key, from the next kernel on. What the old one signed stays slashable.
    RotateVoteKey {
        /// The key, 48 bytes.
        vote_key: Bytes,
        /// The proof of possession, 96 bytes.
        possession: Bytes,
    },
    /// Takes the sender's validator out of the next snapshot.
    Leave {},
    /// Brings the sender's validator back, if it is out, or was jailed long enough.
    Unjail {},
    /// Takes stake back: it counts through this epoch, and can be withdrawn once it has matured.
    Unbond {
        /// From whom.
        validator: ValidatorNumber,
        /// What.
        token: TokenNumber,
        /// How much, of what it is worth now.
        amount: Amount,
    },
    /// Moves stake to another validator: it counts there from the next epoch on.
    Redelegate {
        /// From whom.
        validator: ValidatorNumber,
        /// To whom.
        to: ValidatorNumber,
        /// What.
        token: TokenNumber,
        /// How much, of what it is worth now.
        amount: Amount,
    },
    /// Pays out all matured stake of a token that nothing holds back.
    WithdrawUnbonded {
        /// From whom.
        validator: ValidatorNumber,
        /// What.
        token: TokenNumber,
    },
    /// Pays out the sender's rewards, as far as one claim walks.
    WithdrawRewards {
        /// Of which validator.
        validator: ValidatorNumber,
    },
    /// Pays out the commission of the sender's validator.
    WithdrawCommission {},
    /// Gives the coins sent along, of the hub's token.
    Fund {
        /// Whether they are for the reserve; else the next turn distributes them.
        reserve: bool,
    },
    /// Takes the epoch's snapshot, if it was not taken: what a kernel does that opens in it.
    Snapshot {},
    /// Takes the epoch's snapshot, if it was not taken, and distributes its rewards, once. Paid.
    Turn {},
    /// Takes from those whose stake counted. Sent by a registered slasher; never fails for one.
    Slash(SlashOrder),
    /// Lets accepted slashes take, the oldest first. Paid for each item.
    Drain {
        /// Most items, 1 to 100.
        limit: u32,
    },
    /// Says that a validator joined the sender, a registered slasher: what it holds holds this validator's stake.
    Join {
        /// The validator.
        validator: ValidatorNumber,
    },
    /// Holds what counted in a snapshot, for a kernel of the sender, a registered slasher.
    Hold {
        /// The snapshot's epoch.
        snapshot: Epoch,
    },
    /// Ends one such hold.
    Release {
        /// The snapshot's epoch.
        snapshot: Epoch,
        /// When its stake is free, at most 400 days ahead.
        at: Timestamp,
    },
    /// Votes with the sender's stake that counted at a validator when voting opened. A second vote takes the place of the
    /// first.
    Vote {
        /// On what.
        proposal: ProposalNumber,
        /// Where it counted.
        validator: ValidatorNumber,
        /// Where it is now, 1 to 8: this validator, and those that it was redelegated to.
        via: Vec<ValidatorNumber>,
        /// What.
        choice: Choice,
    },
    /// Votes with the stake of those of the sender's delegators who do not.
    VoteAsValidator {
        /// On what.
        proposal: ProposalNumber,
        /// What.
        choice: Choice,
    },
    /// Counts the votes of a proposal whose voting is over, or revokes one that did not gather its deposit. Paid.
    Tally {
        /// Which.
        proposal: ProposalNumber,
    },
    /// Does what was accepted. Paid.
    Enact {
        /// Which.
        proposal: ProposalNumber,
    },
    /// Credits the sender's deposits on a proposal that ended without a veto.
    Refund {
        /// Which.
        proposal: ProposalNumber,
    },
    /// Pays out what is credited to the sender in one token, so that a token that cannot move holds back no other.
    Collect {
        /// Which.
        token: TokenNumber,
    },
    /// Burns what slashes and vetoes left to be burned of one token. Sent by anyone.
    Burn {
        /// Which.
        token: TokenNumber,
    },
    /// Sets the parameters, all of them: what is left out has its default again. Sent by the owner.
    SetParameters {
        /// The parameters.
        settings: Settings,
    },
    /// Roles and pause.
    Roles(RolesMsg),
}

permissions! {
    ExecuteMsg {
        "create_validator": ExecuteMsg::CreateValidator(_) => Anyone, Refused;
        "bond": ExecuteMsg::Bond { .. } => Anyone, Refused;
        "propose": ExecuteMsg::Propose(_) => Anyone, Refused;
        "deposit": ExecuteMsg::Deposit { .. } => Anyone, Refused;
        "receive": ExecuteMsg::Receive { .. } => Anyone, Refused;
        "edit": ExecuteMsg::Edit { .. } => Anyone, Works;
        "rotate_vote_key": ExecuteMsg::RotateVoteKey { .. } => Anyone, Works;
        "leave": ExecuteMsg::Leave {} => Anyone, Works;
        "unjail": ExecuteMsg::Unjail {} => Anyone, Works;
        "unbond": ExecuteMsg::Unbond { .. } => Anyone, Works;
        "redelegate": ExecuteMsg::Redelegate { .. } => Anyone, Refused;
        "withdraw_unbonded": ExecuteMsg::WithdrawUnbonded { .. } => Anyone, Works;
        "withdraw_rewards": ExecuteMsg::WithdrawRewards { .. } => Anyone, Works;
        "withdraw_commission": ExecuteMsg::WithdrawCommission {} => Anyone, Works;
        "fund": ExecuteMsg::Fund { .. } => Anyone, Refused;
        "snapshot": ExecuteMsg::Snapshot {} => Anyone, Works;
        "turn": ExecuteMsg::Turn {} => Anyone, Works;
        "slash": ExecuteMsg::Slash(_) => Anyone, Works;
        "drain": ExecuteMsg::Drain { .. } => Anyone, Works;
        "join": ExecuteMsg::Join { .. } => Anyone, Works;
        "hold": ExecuteMsg::Hold { .. } => Anyone, Works;
        "release": ExecuteMsg::Release { .. } => Anyone, Works;
        "vote": ExecuteMsg::Vote { .. } => Anyone, Works;
        "vote_as_validator": ExecuteMsg::VoteAsValidator { .. } => Anyone, Works;
        "tally": ExecuteMsg::Tally { .. } => Anyone, Works;
        "enact": ExecuteMsg::Enact { .. } => Anyone, Works;
        "refund": ExecuteMsg::Refund { .. } => Anyone, Works;
        "collect": ExecuteMsg::Collect { .. } => Anyone, Works;
        "burn": ExecuteMsg::Burn { .. } => Anyone, Works;
        "set_parameters": ExecuteMsg::SetParameters { .. } => Owner, Works;
        in RolesMsg: ExecuteMsg::Roles;
    }
}
