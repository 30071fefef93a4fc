use cosmwasm_schema::{cw_serde, QueryResponses};
use schemars::JsonSchema;
use serde::Serialize;
use tessera_primitives::{Address, Asset, Bytes};
use tessera_stake::state::{
    Epoch, Hold, Mark, Proposal, ProposalNumber, Slash, SlashNumber, SlasherNumber, Snapshot,
    TokenNumber, ValidatorNumber,
};

use super::response::*;
use crate::roles::RolesResponse;

/// What can be asked of a pool. Lists are in the order of their numbers: `start_after` is the last of the page before,
/// `limit` is 30 when absent, at most 100.
#[derive(Serialize, Clone, Debug, PartialEq, JsonSchema, QueryResponses)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum QueryMsg {
    /// Roles and pause.
    #[returns(RolesResponse)]
    Roles {},
    /// Where the pool is, its clock, its parameters and its oracle.
    #[returns(ConfigResponse)]
    Config {},
    /// What the pool knows of itself, and which epoch it is.
    #[returns(PoolResponse)]
    Pool {},
    /// All tokens that are or were whitelisted.
    #[returns(Vec<TokenResponse>)]
    Tokens {
        /// The last of the page before.
        start_after: Option<TokenNumber>,
        /// Most items.
        limit: Option<u32>,
    },
    /// The number of an asset that is or was whitelisted.
    #[returns(Option<TokenNumber>)]
    TokenOf {
        /// The asset.
        asset: Asset,
    },
    /// A validator as it stands in this epoch.
    #[returns(ValidatorResponse)]
    Validator {
        /// Its number.
        validator: ValidatorNumber,
    },
    /// All validators.
    #[returns(Vec<ValidatorResponse>)]
    Validators {
        /// The last of the page before.
        start_after: Option<ValidatorNumber>,
        /// Most items.
        limit: Option<u32>,
    },
    /// The numbers of those who can be active.
    #[returns(Vec<ValidatorNumber>)]
    Candidates {
        /// The last of the page before.
        start_after: Option<ValidatorNumber>,
        /// Most items.
        limit: Option<u32>,
    },
    /// What an operator runs.
    #[returns(Option<ValidatorNumber>)]
    ValidatorOf {
        /// The operator.
        operator: Address,
    },
    /// Whose a vote key is or was.
    #[returns(Option<ValidatorNumber>)]
    KeyOwner {
        /// The key, 48 bytes.
        vote_key: Bytes,
    },
    /// Somebody's stake at all validators, by validator.
    #[returns(Vec<DelegationResponse>)]
    Delegations {
        /// Whose.
        delegator: Address,
        /// The last of the page before.
        start_after: Option<ValidatorNumber>,
        /// Most items.
        limit: Option<u32>,
    },
    /// The parts of somebody's stake at a validator: at most 32.
    #[returns(Vec<PartResponse>)]
    Parts {
        /// Whose.
        delegator: Address,
        /// Where.
        validator: ValidatorNumber,
    },
    /// Which of them are unbonded, and when they can be withdrawn.
    #[returns(Vec<UnbondingResponse>)]
    Unbonding {
        /// Whose.
        delegator: Address,
        /// Where.
        validator: ValidatorNumber,
    },
    /// Somebody's rewards at all validators, as far as one claim walks.
    #[returns(Vec<RewardsResponse>)]
    Rewards {
        /// Whose.
        delegator: Address,
        /// The last of the page before.
        start_after: Option<ValidatorNumber>,
        /// Most items.
        limit: Option<u32>,
    },
    /// An epoch's snapshot, without its members.
    #[returns(Option<Snapshot>)]
    Snapshot {
        /// The epoch.
        snapshot: Epoch,
    },
    /// All snapshots, without their members.
    #[returns(Vec<Snapshot>)]
    Snapshots {
        /// The last of the page before.
        start_after: Option<Epoch>,
        /// Most items.
        limit: Option<u32>,
    },
    /// A snapshot with its members, at most 300: what a kernel copies.
    #[returns(WeightsResponse)]
    WeightsAt {
        /// The epoch.
        snapshot: Epoch,
    },
    /// Who proposes next, by the last snapshot.
    #[returns(Vec<ValidatorNumber>)]
    ProposerSchedule {
        /// How many proposers, at most 1,000.
        proposers: u16,
    },
    /// All accepted slashes.
    #[returns(Vec<SlashResponse>)]
    Slashes {
        /// The last of the page before.
        start_after: Option<SlashNumber>,
        /// Most items.
        limit: Option<u32>,
    },
    /// Those that have yet to take, the oldest first: at most 100.
    #[returns(Vec<Slash>)]
    Queue {},
    /// The slashes of a validator: at most 64.
    #[returns(Vec<Mark>)]
    Marks {
        /// The validator.
        validator: ValidatorNumber,
    },
    /// All contracts that may or might slash.
    #[returns(Vec<SlasherResponse>)]
    Slashers {
        /// The last of the page before.
        start_after: Option<SlasherNumber>,
        /// Most items.
        limit: Option<u32>,
    },
    /// What a slasher holds, by snapshot.
    #[returns(Vec<Hold>)]
    Holds {
        /// The slasher.
        slasher: SlasherNumber,
        /// The last of the page before.
        start_after: Option<Epoch>,
        /// Most items.
        limit: Option<u32>,
    },
    /// A proposal.
    #[returns(Option<Proposal>)]
    Proposal {
        /// Its number.
        proposal: ProposalNumber,
    },
    /// All proposals.
    #[returns(Vec<ProposalResponse>)]
    Proposals {
        /// The last of the page before.
        start_after: Option<ProposalNumber>,
        /// Most items.
        limit: Option<u32>,
    },
    /// The deposits on a proposal that were not given back, by depositor: shorter addresses first, then by their text.
    #[returns(Vec<DepositResponse>)]
    Deposits {
        /// The proposal.
        proposal: ProposalNumber,
        /// The last of the page before.
        start_after: Option<Address>,
        /// Most items.
        limit: Option<u32>,
    },
    /// The votes on a proposal so far.
    #[returns(VotesResponse)]
    Votes {
        /// The proposal.
        proposal: ProposalNumber,
    },
    /// What is voted at a validator.
    #[returns(SeatResponse)]
    Seat {
        /// The proposal.
        proposal: ProposalNumber,
        /// The validator.
        validator: ValidatorNumber,
    },
    /// What delegators voted themselves, by voter and validator: shorter addresses first.
    #[returns(Vec<BallotResponse>)]
    Ballots {
        /// The proposal.
        proposal: ProposalNumber,
        /// The last of the page before.
        start_after: Option<BallotOf>,
        /// Most items.
        limit: Option<u32>,
    },
    /// What is credited to somebody, or to be burned, by token.
    #[returns(Vec<CreditResponse>)]
    Credits {
        /// To whom; what is to be burned when absent.
        holder: Option<Address>,
        /// The last of the page before.
        start_after: Option<TokenNumber>,
        /// Most items.
        limit: Option<u32>,
    },
}

/// Whose vote, with the stake of which validator.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct BallotOf {
    /// The voter.
    pub voter: Address,
    /// The validator.
    pub validator: ValidatorNumber,
}
