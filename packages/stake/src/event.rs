//! What a pool says has happened.

use alloc::string::String;

use tessera_primitives::{facts, Address, Amount, Asset, Hash, Timestamp};

facts! {
    /// A fact of the pool.
    pub enum Event {
        /// A validator was created.
        ValidatorCreated = "stake_validator_created" {
            /// Its number.
            validator: u32,
            /// Who runs it.
            operator: Address,
        },
        /// A validator's name or commission changed.
        ValidatorEdited = "stake_validator_edited" {
            /// The validator.
            validator: u32,
            /// Its commission from the next snapshot on, in billionths.
            commission: u32,
        },
        /// A validator has another vote key.
        VoteKeyRotated = "stake_vote_key_rotated" {
            /// The validator.
            validator: u32,
        },
        /// A validator is no candidate any more.
        CandidateOut = "stake_candidate_out" {
            /// The validator.
            validator: u32,
            /// Why: left, displaced, jailed or tombstoned.
            reason: String,
        },
        /// A validator is a candidate again.
        CandidateBack = "stake_candidate_back" {
            /// The validator.
            validator: u32,
        },
        /// Stake was bonded.
        Bonded = "stake_bonded" {
            /// Who did.
            delegator: Address,
            /// To whom.
            validator: u32,
            /// What.
            token: u16,
            /// How much.
            amount: Amount,
            /// The first epoch in which it counts.
            from: u32,
        },
        /// Stake was unbonded.
        Unbonded = "stake_unbonded" {
            /// Who did.
            delegator: Address,
            /// From whom.
            validator: u32,
            /// What.
            token: u16,
            /// How much.
            amount: Amount,
            /// The last epoch in which it counts.
            until: u32,
            /// When it matures.
            matures: Timestamp,
        },
        /// Stake was moved.
        Redelegated = "stake_redelegated" {
            /// Who did.
            delegator: Address,
            /// From whom.
            validator: u32,
            /// To whom.
            to: u32,
            /// What.
            token: u16,
            /// How much.
            amount: Amount,
        },
        /// Matured stake was paid out.
        Withdrawn = "stake_withdrawn" {
            /// To whom.
            delegator: Address,
            /// From whom.
            validator: u32,
            /// What.
            token: u16,
            /// How much.
            amount: Amount,
        },
        /// Rewards were paid out.
        RewardsPaid = "stake_rewards_paid" {
            /// To whom.
            delegator: Address,
            /// Of which validator.
            validator: u32,
            /// How much of the hub's token.
            amount: Amount,
        },
        /// Commission was paid out.
        CommissionPaid = "stake_commission_paid" {
            /// Whose.
            validator: u32,
            /// How much of the hub's token.
            amount: Amount,
        },
        /// The hub's token was given.
        Funded = "stake_funded" {
            /// By whom.
            sender: Address,
            /// How much.
            amount: Amount,
            /// Whether for the reserve.
            reserve: bool,
        },
        /// A snapshot was taken.
        SnapshotTaken = "stake_snapshot_taken" {
            /// The epoch.
            epoch: u32,
            /// How many members it has.
            members: u32,
            /// Their weight.
            total: String,
            /// Whether it kept earlier prices.
            held: bool,
        },
        /// An epoch's rewards were distributed.
        Turned = "stake_turned" {
            /// The epoch.
            epoch: u32,
            /// How much was distributed.
            distributed: Amount,
            /// Who was paid for it.
            caller: Address,
        },
        /// A slash was accepted.
        SlashAccepted = "stake_slash_accepted" {
            /// Its number.
            slash: u32,
            /// Whom it takes from.
            validator: u32,
            /// Who asked for it.
            slasher: u16,
            /// The first epoch that pays.
            from: u32,
            /// The last one.
            to: u32,
            /// What it takes, in billionths.
            fraction: u32,
            /// The evidence's id.
            evidence: Hash,
        },
        /// A slash takes nothing.
        SlashPassed = "stake_slash_passed" {
            /// Of whom.
            validator: u32,
            /// The evidence's id.
            evidence: Hash,
            /// Why.
            reason: String,
        },
        /// A slash is drained.
        Drained = "stake_drained" {
            /// Its number.
            slash: u32,
        },
        /// A slash took from a token.
        Taken = "stake_taken" {
            /// Its number.
            slash: u32,
            /// What.
            token: u16,
            /// How much.
            amount: Amount,
        },
        /// A validator joined a core.
        Joined = "stake_joined" {
            /// The core.
            slasher: u16,
            /// The validator.
            validator: u32,
        },
        /// A snapshot's stake is held.
        Held = "stake_held" {
            /// By whom.
            slasher: u16,
            /// The snapshot's epoch.
            snapshot: u32,
        },
        /// A snapshot's stake will be free.
        Released = "stake_released" {
            /// By whom.
            slasher: u16,
            /// The snapshot's epoch.
            snapshot: u32,
            /// When, if no other kernel holds it.
            at: Timestamp,
        },
        /// Something was proposed.
        Proposed = "stake_proposed" {
            /// Its number.
            proposal: u64,
            /// By whom.
            proposer: Address,
            /// Until when deposits are gathered.
            until: Timestamp,
        },
        /// A proposal was supported.
        Deposited = "stake_deposited" {
            /// Which.
            proposal: u64,
            /// By whom.
            depositor: Address,
            /// What.
            token: u16,
            /// How much.
            amount: Amount,
        },
        /// Voting began.
        VotingOpened = "stake_voting_opened" {
            /// On what.
            proposal: u64,
            /// The epoch whose stake votes.
            epoch: u32,
            /// Until when.
            until: Timestamp,
        },
        /// A vote was cast.
        Voted = "stake_voted" {
            /// On what.
            proposal: u64,
            /// By whom.
            voter: Address,
            /// With the stake of which validator.
            validator: u32,
            /// The weight.
            power: String,
        },
        /// A proposal is in another phase.
        Concluded = "stake_concluded" {
            /// Which.
            proposal: u64,
            /// The phase.
            phase: String,
        },
        /// Deposits were credited.
        Refunded = "stake_refunded" {
            /// Of which proposal.
            proposal: u64,
            /// To whom.
            depositor: Address,
        },
        /// A credit was paid out, or burned.
        Collected = "stake_collected" {
            /// To whom; nobody when burned.
            holder: Option<Address>,
            /// What.
            token: u16,
            /// How much.
            amount: Amount,
        },
        /// A token was whitelisted.
        TokenAdded = "stake_token_added" {
            /// Its number.
            token: u16,
            /// What it is.
            asset: Asset,
        },
        /// A token is leaving.
        TokenLeaving = "stake_token_leaving" {
            /// Its number.
            token: u16,
            /// When its weight has decayed.
            until: Timestamp,
        },
        /// A token's weight has decayed.
        TokenLeft = "stake_token_left" {
            /// Its number.
            token: u16,
        },
        /// A token's feed or share changed.
        TokenChanged = "stake_token_changed" {
            /// Its number.
            token: u16,
        },
        /// A contract may slash.
        SlasherRegistered = "stake_slasher_registered" {
            /// Its number.
            slasher: u16,
            /// The contract.
            address: Address,
        },
        /// A contract may slash no more.
        SlasherRevoked = "stake_slasher_revoked" {
            /// Its number.
            slasher: u16,
        },
        /// The owner set the parameters.
        ParametersSet = "stake_parameters_set" {
            /// Who gets what slashes take.
            treasury: Address,
        },
    }
}
