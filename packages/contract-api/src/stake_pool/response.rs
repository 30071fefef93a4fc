use cosmwasm_schema::cw_serde;
use tessera_primitives::{Address, Amount, Timestamp, Weight};
use tessera_stake::{
    evidence::VoteKey,
    state::{
        Ballot, Epoch, Member, Parameters, Part, Place, Pool, Proposal, ProposalNumber, Seat,
        Slash, Slasher, SlasherNumber, Snapshot, Tally, Token, TokenNumber, Validator,
        ValidatorNumber,
    },
};

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
