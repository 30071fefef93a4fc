use cosmwasm_std::{to_json_binary, Binary, Deps, Env, StdResult};
use tessera_contract_api::stake_pool::{
    BallotResponse, ConfigResponse, CreditResponse, DelegationResponse, DepositResponse,
    PartResponse, PoolResponse, ProposalResponse, QueryMsg, RewardsResponse, SeatResponse,
    SlashResponse, SlasherResponse, StakedToken, TokenResponse, UnbondingResponse,
    ValidatorResponse, VotesResponse, WeightsResponse,
};
use tessera_contract_kit::{pagination::page, roles};
use tessera_primitives::{Address, Amount};
use tessera_stake::{
    answer::{self as rule, DelegationView},
    evidence::VoteKey,
    state::{Epoch, Phase, ProposalNumber, ValidatorNumber},
    Now, Reads, Refusal,
};

use crate::{
    execute::now,
    state::{self, Book},
    PoolError,
};

/// One match without wildcard: longer than a function should be, so that no question can be forgotten.
pub fn answer(deps: Deps, env: &Env, message: QueryMsg) -> Result<Binary, PoolError> {
    let storage = deps.storage;
    let asked = Asked {
        deps,
        book: Book::open(storage),
        now: now(env),
    };
    let book = &asked.book;
    let json = match message {
        QueryMsg::Roles {} => to_json_binary(&roles::query(storage)?),
        QueryMsg::Config {} => to_json_binary(&asked.config()?),
        QueryMsg::Pool {} => to_json_binary(&PoolResponse {
            epoch: book.place()?.epoch_at(asked.now.time),
            pool: book.pool()?,
        }),
        QueryMsg::Tokens { start_after, limit } => {
            let all = state::tokens(storage, start_after, page(limit))?;
            let all = all.into_iter();
            json(all.map(|(number, token)| TokenResponse { number, token }))
        }
        QueryMsg::TokenOf { asset } => to_json_binary(&book.token_of(&asset)?),
        QueryMsg::Validator { validator } => to_json_binary(&asked.validator(validator)?),
        QueryMsg::Validators { start_after, limit } => {
            let all = state::validators(storage, start_after, page(limit))?;
            json(each(all, |number| asked.validator(number))?)
        }
        QueryMsg::Candidates { start_after, limit } => {
            let all = book.candidates()?.into_iter();
            json(after(all, start_after, |number| *number).take(size(limit)))
        }
        QueryMsg::ValidatorOf { operator } => to_json_binary(&book.validator_of(&operator)?),
        QueryMsg::KeyOwner { vote_key } => {
            let key = VoteKey::try_from(vote_key.as_slice())?;
            to_json_binary(&book.key_owner(&key)?)
        }
        QueryMsg::Delegations {
            delegator,
            start_after,
            limit,
        } => {
            let all = state::delegations(storage, &delegator, start_after, page(limit))?;
            json(each(all, |number| asked.stake(&delegator, number))?)
        }
        QueryMsg::Parts {
            delegator,
            validator,
        } => json(asked.parts(&delegator, validator)?),
        QueryMsg::Unbonding {
            delegator,
            validator,
        } => json(asked.parts(&delegator, validator)?.filter_map(unbonding)),
        QueryMsg::Rewards {
            delegator,
            start_after,
            limit,
        } => {
            let all = state::delegations(storage, &delegator, start_after, page(limit))?;
            json(each(all, |number| asked.rewards(&delegator, number))?)
        }
        QueryMsg::Snapshot { snapshot } => to_json_binary(&book.snapshot(snapshot)?),
        QueryMsg::Snapshots { start_after, limit } => {
            to_json_binary(&state::snapshots(storage, start_after, page(limit))?)
        }
        QueryMsg::WeightsAt { snapshot } => to_json_binary(&weights(book, snapshot)?),
        QueryMsg::ProposerSchedule { proposers } => {
            to_json_binary(&rule::proposer_schedule(book, proposers)?)
        }
        QueryMsg::Slashes { start_after, limit } => {
            let drained = book.pool()?.drained;
            let all = state::slashes(storage, start_after, page(limit))?.into_iter();
            json(all.map(|(number, slash)| SlashResponse {
                slash,
                drained: number <= drained,
            }))
        }
        QueryMsg::Queue {} => to_json_binary(&rule::queued(book)?),
        QueryMsg::Marks { validator } => to_json_binary(&book.marks(validator)?),
        QueryMsg::Slashers { start_after, limit } => {
            let all = state::slashers(storage, start_after, page(limit))?;
            let all = all.into_iter();
            json(all.map(|(number, slasher)| SlasherResponse { number, slasher }))
        }
        QueryMsg::Holds {
            slasher,
            start_after,
            limit,
        } => {
            let all = book.holds(slasher)?.into_iter();
            json(after(all, start_after, |hold| hold.snapshot).take(size(limit)))
        }
        QueryMsg::Proposal { proposal } => to_json_binary(&book.proposal(proposal)?),
        QueryMsg::Proposals { start_after, limit } => {
            let all = state::proposals(storage, start_after, page(limit))?;
            let all = all.into_iter();
            json(all.map(|(number, proposal)| ProposalResponse { number, proposal }))
        }
        QueryMsg::Deposits {
            proposal,
            start_after,
            limit,
        } => {
            let all = state::deposits(storage, proposal, start_after, page(limit))?;
            let all = all.into_iter();
            json(all.map(|(depositor, deposits)| DepositResponse {
                depositor,
                deposits,
            }))
        }
        QueryMsg::Votes { proposal } => {
            let (tally, total) = rule::votes(book, proposal)?;
            to_json_binary(&VotesResponse { tally, total })
        }
        QueryMsg::Seat {
            proposal,
            validator,
        } => to_json_binary(&seat(book, proposal, validator)?),
        QueryMsg::Ballots {
            proposal,
            start_after,
            limit,
        } => {
            let last = start_after.map(|last| (last.voter, last.validator));
            let all = state::ballots(storage, proposal, last, page(limit))?;
            let all = all.into_iter();
            json(all.map(|(voter, validator, ballot)| BallotResponse {
                voter,
                validator,
                ballot,
            }))
        }
        QueryMsg::Credits {
            holder,
            start_after,
            limit,
        } => {
            let all = state::credits(storage, &holder, start_after, page(limit))?;
            let all = all.into_iter();
            json(all.map(|(token, amount)| CreditResponse { token, amount }))
        }
    };
    Ok(json?)
}

/// What answers are made of.
struct Asked<'a> {
    deps: Deps<'a>,
    book: Book<'a>,
    now: Now,
}

impl Asked<'_> {
    fn config(&self) -> Result<ConfigResponse, PoolError> {
        let (place, parameters, oracle) = self.book.home()?.clone();
        Ok(ConfigResponse {
            place,
            parameters,
            oracle,
        })
    }

    fn validator(&self, number: ValidatorNumber) -> Result<ValidatorResponse, PoolError> {
        let validator = rule::validator(&self.now, &self.book, number)?;
        let unknown = Refusal::UnknownValidator { validator: number };
        let known = state::names_and_keys(self.deps.storage, number)?;
        let (name, vote_key) = known.ok_or(unknown)?;
        Ok(ValidatorResponse {
            number,
            name,
            vote_key,
            validator,
        })
    }

    fn delegation(
        &self,
        delegator: &Address,
        validator: ValidatorNumber,
    ) -> Result<DelegationView, PoolError> {
        Ok(rule::delegation(
            &self.now, &self.book, delegator, validator,
        )?)
    }

    fn parts(
        &self,
        delegator: &Address,
        validator: ValidatorNumber,
    ) -> Result<impl Iterator<Item = PartResponse>, PoolError> {
        let parts = self.delegation(delegator, validator)?.parts.into_iter();
        Ok(parts.map(|view| PartResponse {
            part: view.part,
            worth: view.worth,
            frozen: view.frozen,
            matures: view.matures,
            withdrawable: view.withdrawable,
        }))
    }

    fn stake(
        &self,
        delegator: &Address,
        validator: ValidatorNumber,
    ) -> Result<DelegationResponse, PoolError> {
        let view = self.delegation(delegator, validator)?;
        let mut stake: Vec<StakedToken> = Vec::new();
        for part in view.parts {
            let token = part.part.token;
            let at = stake.binary_search_by_key(&token, |known| known.token);
            let at = at.unwrap_or_else(|at| {
                let none = StakedToken {
                    token,
                    bonded: Amount::ZERO,
                    unbonding: Amount::ZERO,
                };
                stake.insert(at, none);
                at
            });
            if let Some(known) = stake.get_mut(at) {
                let sum = match part.part.is_bonded() {
                    true => &mut known.bonded,
                    false => &mut known.unbonding,
                };
                *sum = Amount(sum.0.saturating_add(part.worth.0));
            }
        }
        Ok(DelegationResponse {
            validator,
            stake,
            rewards: view.rewards,
        })
    }

    fn rewards(
        &self,
        delegator: &Address,
        validator: ValidatorNumber,
    ) -> Result<RewardsResponse, PoolError> {
        let amount = self.delegation(delegator, validator)?.rewards;
        Ok(RewardsResponse { validator, amount })
    }
}

fn unbonding(part: PartResponse) -> Option<UnbondingResponse> {
    Some(UnbondingResponse {
        token: part.part.token,
        amount: part.worth,
        matures: part.matures?,
        frozen: part.frozen,
        withdrawable: part.withdrawable,
    })
}

fn weights(book: &Book, epoch: Epoch) -> Result<WeightsResponse, PoolError> {
    let (snapshot, members) = rule::weights_at(book, epoch)?;
    Ok(WeightsResponse { snapshot, members })
}

/// What is voted at a validator; nothing before voting opened, and after it has ended.
fn seat(
    book: &Book,
    number: ProposalNumber,
    validator: ValidatorNumber,
) -> Result<SeatResponse, PoolError> {
    let unknown = Refusal::UnknownProposal { proposal: number };
    let proposal = book.proposal(number)?.ok_or(unknown)?;
    // No snapshot is of epoch 0: without one the rest weighs nothing.
    let opened = match proposal.phase {
        Phase::Voting { opened, .. } => opened,
        _ => 0,
    };
    let (seat, weight) = rule::seat(book, number, opened, validator)?;
    Ok(SeatResponse { seat, weight })
}

fn size(limit: Option<u32>) -> usize {
    usize::try_from(page(limit)).unwrap_or(usize::MAX)
}

/// The items of a short list after the last one of the page before.
fn after<T, K: PartialOrd>(
    all: impl Iterator<Item = T>,
    last: Option<K>,
    key: impl Fn(&T) -> K,
) -> impl Iterator<Item = T> {
    all.filter(move |item| last.as_ref().is_none_or(|last| key(item) > *last))
}

fn json<T: serde::Serialize>(items: impl IntoIterator<Item = T>) -> StdResult<Binary> {
    to_json_binary(&items.into_iter().collect::<Vec<T>>())
}

fn each<T>(
    numbers: Vec<ValidatorNumber>,
    of: impl Fn(ValidatorNumber) -> Result<T, PoolError>,
) -> Result<Vec<T>, PoolError> {
    numbers.into_iter().map(of).collect()
}
