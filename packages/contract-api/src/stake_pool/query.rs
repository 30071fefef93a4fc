use cosmwasm_schema::{cw_serde, QueryResponses};
use schemars::JsonSchema;
use serde::Serialize;
use tessera_primitives::{Address, Amount, Asset, Bytes, Timestamp, Weight};
use tessera_stake::{
    evidence::VoteKey,
    state::{
        Ballot, Epoch, Hold, Mark, Member, Parameters, Part, Place, Pool, Proposal, ProposalNumber,
        Seat, Slash, SlashNumber, Slasher, SlasherNumber, Snapshot, Tally, Token, TokenNumber,
        Validator, ValidatorNumber,
    },
};

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

/// Where a pool is, and how it is set.
#[cw_serde]
#[derive(Eq)]
pub struct ConfigResponse {
    /// Where it is, and its clock.
    pub place: Place,
    /// The parameters.
    pub parameters: Parameters,
    /// The price oracle.
    pub oracle: Address,
}

/// What a pool knows of itself.
#[cw_serde]
#[derive(Eq)]
pub struct PoolResponse {
    /// The epoch that it is.
    pub epoch: Epoch,
    /// The rest.
    pub pool: Pool,
}

/// A token.
#[cw_serde]
#[derive(Eq)]
pub struct TokenResponse {
    /// Its number.
    pub number: TokenNumber,
    /// The token.
    pub token: Token,
}

/// A validator.
#[cw_serde]
#[derive(Eq)]
pub struct ValidatorResponse {
    /// Its number.
    pub number: ValidatorNumber,
    /// Its name.
    pub name: String,
    /// Its vote key.
    pub vote_key: VoteKey,
    /// The rest, with pending stake folded in and commission reckoned.
    pub validator: Validator,
}

/// What somebody has of one token at a validator.
#[cw_serde]
#[derive(Eq)]
pub struct StakedToken {
    /// The token.
    pub token: TokenNumber,
    /// What is bonded, after all slashes.
    pub bonded: Amount,
    /// What is unbonded and not withdrawn.
    pub unbonding: Amount,
}

/// Somebody's stake at a validator.
#[cw_serde]
#[derive(Eq)]
pub struct DelegationResponse {
    /// The validator.
    pub validator: ValidatorNumber,
    /// By token.
    pub stake: Vec<StakedToken>,
    /// Rewards now, in the hub's token, as far as one claim walks.
    pub rewards: Amount,
}

/// A part of somebody's stake.
#[cw_serde]
#[derive(Eq)]
pub struct PartResponse {
    /// As it is stored.
    pub part: Part,
    /// What it is worth after all accepted slashes.
    pub worth: Amount,
    /// Whether one of them has yet to take: until then it cannot be moved.
    pub frozen: bool,
    /// When it matures, once it is unbonded.
    pub matures: Option<Timestamp>,
    /// Whether it can be withdrawn now.
    pub withdrawable: bool,
}

/// Unbonded stake.
#[cw_serde]
#[derive(Eq)]
pub struct UnbondingResponse {
    /// The token.
    pub token: TokenNumber,
    /// What it is worth after all accepted slashes.
    pub amount: Amount,
    /// When it matures.
    pub matures: Timestamp,
    /// Whether a slash has yet to take of it.
    pub frozen: bool,
    /// Whether it can be withdrawn now.
    pub withdrawable: bool,
}

/// Somebody's rewards at a validator.
#[cw_serde]
#[derive(Eq)]
pub struct RewardsResponse {
    /// The validator.
    pub validator: ValidatorNumber,
    /// How much of the hub's token.
    pub amount: Amount,
}

/// A snapshot with its members.
#[cw_serde]
#[derive(Eq)]
pub struct WeightsResponse {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// Its members, by number.
    pub members: Vec<Member>,
}

/// An accepted slash.
#[cw_serde]
#[derive(Eq)]
pub struct SlashResponse {
    /// The slash; its number is in its mark.
    pub slash: Slash,
    /// Whether it has taken all.
    pub drained: bool,
}

/// A contract that may or might slash.
#[cw_serde]
#[derive(Eq)]
pub struct SlasherResponse {
    /// Its number.
    pub number: SlasherNumber,
    /// The slasher.
    pub slasher: Slasher,
}

/// A proposal.
#[cw_serde]
#[derive(Eq)]
pub struct ProposalResponse {
    /// Its number.
    pub number: ProposalNumber,
    /// The proposal.
    pub proposal: Proposal,
}

/// Somebody's deposits on a proposal.
#[cw_serde]
#[derive(Eq)]
pub struct DepositResponse {
    /// Whose.
    pub depositor: Address,
    /// How much of what.
    pub deposits: Vec<(TokenNumber, Amount)>,
}

/// The votes on a proposal.
#[cw_serde]
#[derive(Eq)]
pub struct VotesResponse {
    /// So far.
    pub tally: Tally,
    /// The weight that they are measured against, while voting is open.
    pub total: Option<Weight>,
}

/// What is voted at a validator.
#[cw_serde]
#[derive(Eq)]
pub struct SeatResponse {
    /// By its delegators together, and by itself.
    pub seat: Seat,
    /// What its own vote weighs now: the rest of its weight.
    pub weight: Weight,
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

/// What a delegator voted.
#[cw_serde]
#[derive(Eq)]
pub struct BallotResponse {
    /// Who.
    pub voter: Address,
    /// With the stake of which validator.
    pub validator: ValidatorNumber,
    /// What, with how much.
    pub ballot: Ballot,
}

/// A credit.
#[cw_serde]
#[derive(Eq)]
pub struct CreditResponse {
    /// The token.
    pub token: TokenNumber,
    /// How much of it.
    pub amount: Amount,
}
