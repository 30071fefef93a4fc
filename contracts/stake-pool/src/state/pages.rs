//! Pages of what is stored, for queries.

use cosmwasm_std::Storage;
use tessera_primitives::{Address, Amount};
use tessera_stake::{
    evidence::VoteKey,
    state::{
        Ballot, Epoch, Proposal, ProposalNumber, Slash, SlashNumber, Slasher, SlasherNumber,
        Snapshot, Token, TokenNumber, ValidatorNumber,
    },
};

use super::{
    Deposits, Found, BALLOTS, CREDITS, DELEGATIONS, DEPOSITS, NAMES, PROPOSALS, SLASHERS, SLASHES,
    SNAPSHOTS, TOKENS, VALIDATORS, VOTE_KEYS,
};

pub fn tokens(
    storage: &dyn Storage,
    start_after: Option<TokenNumber>,
    limit: u32,
) -> Found<Vec<(TokenNumber, Token)>> {
    Ok(TOKENS.range(storage, start_after.as_ref(), limit)?)
}

/// The numbers of all validators.
pub fn validators(
    storage: &dyn Storage,
    start_after: Option<ValidatorNumber>,
    limit: u32,
) -> Found<Vec<ValidatorNumber>> {
    let all = VALIDATORS.range(storage, start_after.as_ref(), limit)?;
    Ok(all.into_iter().map(|(number, _)| number).collect())
}

/// A validator's name and vote key: none where there is no such validator.
pub fn names_and_keys(
    storage: &dyn Storage,
    number: ValidatorNumber,
) -> Found<Option<(String, VoteKey)>> {
    let name = NAMES.may_load(storage, &number)?;
    Ok(name.zip(VOTE_KEYS.may_load(storage, &number)?))
}

/// The validators at which somebody has a delegation.
pub fn delegations(
    storage: &dyn Storage,
    delegator: &Address,
    start_after: Option<ValidatorNumber>,
    limit: u32,
) -> Found<Vec<ValidatorNumber>> {
    let last = start_after.map(|last| (delegator.clone(), last));
    let all = DELEGATIONS.prefix_range(storage, delegator, last.as_ref(), limit)?;
    Ok(all.into_iter().map(|((_, number), _)| number).collect())
}

pub fn snapshots(
    storage: &dyn Storage,
    start_after: Option<Epoch>,
    limit: u32,
) -> Found<Vec<Snapshot>> {
    let all = SNAPSHOTS.range(storage, start_after.as_ref(), limit)?;
    Ok(all.into_iter().map(|(_, snapshot)| snapshot).collect())
}

pub fn slashes(
    storage: &dyn Storage,
    start_after: Option<SlashNumber>,
    limit: u32,
) -> Found<Vec<(SlashNumber, Slash)>> {
    Ok(SLASHES.range(storage, start_after.as_ref(), limit)?)
}

pub fn slashers(
    storage: &dyn Storage,
    start_after: Option<SlasherNumber>,
    limit: u32,
) -> Found<Vec<(SlasherNumber, Slasher)>> {
    Ok(SLASHERS.range(storage, start_after.as_ref(), limit)?)
}

pub fn proposals(
    storage: &dyn Storage,
    start_after: Option<ProposalNumber>,
    limit: u32,
) -> Found<Vec<(ProposalNumber, Proposal)>> {
    Ok(PROPOSALS.range(storage, start_after.as_ref(), limit)?)
}

pub fn deposits(
    storage: &dyn Storage,
    proposal: ProposalNumber,
    start_after: Option<Address>,
    limit: u32,
) -> Found<Vec<(Address, Deposits)>> {
    let last = start_after.map(|last| (proposal, last));
    let all = DEPOSITS.prefix_range(storage, &proposal, last.as_ref(), limit)?;
    let all = all.into_iter();
    Ok(all.map(|((_, who), deposits)| (who, deposits)).collect())
}

pub fn ballots(
    storage: &dyn Storage,
    proposal: ProposalNumber,
    start_after: Option<(Address, ValidatorNumber)>,
    limit: u32,
) -> Found<Vec<(Address, ValidatorNumber, Ballot)>> {
    let last = start_after.map(|(voter, number)| (proposal, voter, number));
    let all = BALLOTS.prefix_range(storage, &proposal, last.as_ref(), limit)?;
    let all = all.into_iter();
    Ok(all
        .map(|((_, voter, number), ballot)| (voter, number, ballot))
        .collect())
}

pub fn credits(
    storage: &dyn Storage,
    holder: &Option<Address>,
    start_after: Option<TokenNumber>,
    limit: u32,
) -> Found<Vec<(TokenNumber, Amount)>> {
    let last = start_after.map(|last| (holder.clone(), last));
    let all = CREDITS.prefix_range(storage, holder, last.as_ref(), limit)?;
    let all = all.into_iter();
    Ok(all.map(|((_, token), amount)| (token, amount)).collect())
}
