//! Messages from trees.

use tessera_primitives::{deserialize_by_tree, from_json_fields, from_json_variants};

use super::*;

from_json_fields! {
    InstantiateMsg { roles, oracle, epoch, unbonding, settings, tokens, slashers }
    Settings { treasury, min_self_value, min_deposit, burn, challenger_share, max_validators, max_unpriced, emission, throttle_fraction, throttle_period, jail, deposit_period, voting_period, enact_delay, leaving_period, quorum, veto, threshold, rotation, pay }
    FirstToken { asset, decimals, feed, max_share }
    FirstSlasher { address, max_fraction }
    Candidacy { name, vote_key, possession, commission, max_commission, max_change }
    Draft { content, link, report }
    SlashOrder { validator, kind, from, to, fraction, evidence, reward_to }
    BallotOf { voter, validator }
}

from_json_variants! {
    Entry {
        "bond": Bond { validator };
        "deposit": Deposit { proposal };
        in "create_validator": CreateValidator;
        in "propose": Propose;
    }
}

from_json_variants! {
    ExecuteMsg {
        "bond": Bond { validator };
        "deposit": Deposit { proposal };
        "receive": Receive { sender, amount, msg };
        "edit": Edit { name, commission };
        "rotate_vote_key": RotateVoteKey { vote_key, possession };
        "leave": Leave {};
        "unjail": Unjail {};
        "unbond": Unbond { validator, token, amount };
        "redelegate": Redelegate { validator, to, token, amount };
        "withdraw_unbonded": WithdrawUnbonded { validator, token };
        "withdraw_rewards": WithdrawRewards { validator };
        "withdraw_commission": WithdrawCommission {};
        "fund": Fund { reserve };
        "snapshot": Snapshot {};
        "turn": Turn {};
        "drain": Drain { limit };
        "join": Join { validator };
        "hold": Hold { snapshot };
        "release": Release { snapshot, at };
        "vote": Vote { proposal, validator, via, choice };
        "vote_as_validator": VoteAsValidator { proposal, choice };
        "tally": Tally { proposal };
        "enact": Enact { proposal };
        "refund": Refund { proposal };
        "collect": Collect { token };
        "burn": Burn { token };
        "set_parameters": SetParameters { settings };
        in "create_validator": CreateValidator;
        in "propose": Propose;
        in "slash": Slash;
        in "roles": Roles;
    }
}

from_json_variants! {
    QueryMsg {
        "roles": Roles {};
        "config": Config {};
        "pool": Pool {};
        "tokens": Tokens { start_after, limit };
        "token_of": TokenOf { asset };
        "validator": Validator { validator };
        "validators": Validators { start_after, limit };
        "candidates": Candidates { start_after, limit };
        "validator_of": ValidatorOf { operator };
        "key_owner": KeyOwner { vote_key };
        "delegations": Delegations { delegator, start_after, limit };
        "parts": Parts { delegator, validator };
        "unbonding": Unbonding { delegator, validator };
        "rewards": Rewards { delegator, start_after, limit };
        "snapshot": Snapshot { snapshot };
        "snapshots": Snapshots { start_after, limit };
        "weights_at": WeightsAt { snapshot };
        "proposer_schedule": ProposerSchedule { proposers };
        "slashes": Slashes { start_after, limit };
        "queue": Queue {};
        "marks": Marks { validator };
        "slashers": Slashers { start_after, limit };
        "holds": Holds { slasher, start_after, limit };
        "proposal": Proposal { proposal };
        "proposals": Proposals { start_after, limit };
        "deposits": Deposits { proposal, start_after, limit };
        "votes": Votes { proposal };
        "seat": Seat { proposal, validator };
        "ballots": Ballots { proposal, start_after, limit };
        "credits": Credits { holder, start_after, limit };
    }
}

deserialize_by_tree!(InstantiateMsg, Settings, Entry, ExecuteMsg, QueryMsg);
