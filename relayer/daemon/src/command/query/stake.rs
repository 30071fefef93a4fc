//! `tessera query pool | validator | delegation | rewards | proposals`

use comfy_table::Table;
use serde::Serialize;
use tessera_contract_api::{
    price_oracle::{self, Quote},
    stake_pool::{
        ConfigResponse, CreditResponse, DelegationResponse, PartResponse, PoolResponse,
        ProposalResponse, QueryMsg, RewardsResponse, TokenResponse, ValidatorResponse,
        VotesResponse, WeightsResponse,
    },
};
use tessera_primitives::{Address, Weight};
use tessera_stake::{
    state::{Content, Epoch, Phase, Standing, TokenNumber, ValidatorNumber, FOREVER},
    Share,
};

use crate::{
    command::{
        pool::{asset_name, open, Pool},
        table, Outcome,
    },
    config::Config,
    duties::{ask, ask_all},
};

/// A pool, its tokens and its last snapshot.
#[derive(Serialize)]
struct Standings {
    config: ConfigResponse,
    pool: PoolResponse,
    tokens: Vec<Weighed>,
    snapshot: Option<WeightsResponse>,
}

/// A token with its price, and what it counted for in the last snapshot.
#[derive(Serialize)]
struct Weighed {
    #[serde(flatten)]
    token: TokenResponse,
    quote: Option<Quote>,
    weight: Option<Weight>,
}

pub(super) async fn pool(config: &Config, chain: &str) -> anyhow::Result<Outcome> {
    let pool = open(config, chain).await?;
    let config = pool.config().await?;
    let now = pool.now().await?;
    let snapshot = last_snapshot(&pool, &now).await?;
    let tokens = pool.tokens().await?;
    let feeds = tokens
        .iter()
        .map(|token| token.token.feed.clone())
        .collect();
    let question = price_oracle::QueryMsg::Quotes { feeds };
    let quotes: Vec<Option<Quote>> = ask(&pool.chain, &config.oracle, &question).await?;
    let quotes = quotes.into_iter().chain(std::iter::repeat(None));
    let weighed = |(token, quote): (TokenResponse, Option<Quote>)| Weighed {
        weight: weight(snapshot.as_ref(), token.number),
        token,
        quote,
    };
    let tokens: Vec<Weighed> = tokens.into_iter().zip(quotes).map(weighed).collect();
    let total = snapshot.as_ref().map_or(0, |all| all.snapshot.total.0);
    let mut table = table(&[
        "token", "asset", "feed", "price", "may have", "has", "status",
    ]);
    for Weighed {
        token,
        quote,
        weight,
    } in &tokens
    {
        let price = quote.as_ref().map(|quote| {
            let stale = if quote.fresh().is_none() {
                " (not fresh)"
            } else {
                ""
            };
            format!("{}{stale}", decimal(quote.price.0, 18))
        });
        let leaving = token.token.leaving;
        table.add_row([
            token.number.to_string(),
            asset_name(&token.token.asset),
            token.token.feed.clone(),
            price.unwrap_or_else(|| "none".into()),
            fraction(token.token.max_share),
            weight.map_or_else(String::new, |weight| percent(weight.0, total)),
            leaving.map_or_else(|| "active".into(), |until| format!("leaving until {until}")),
        ]);
    }
    let Pool { address, .. } = &pool;
    let text = format!(
        "{address}, epoch {}; last snapshot {}, last turn {}; reserve {}, pot {}, owed {}; {} slashes, {} drained\n{table}",
        now.epoch,
        now.pool.snapshot,
        now.pool.turned,
        now.pool.reserve,
        now.pool.pot,
        now.pool.owed,
        now.pool.slashes,
        now.pool.drained,
    );
    let standings = Standings {
        config,
        pool: now,
        tokens,
        snapshot,
    };
    Outcome::new(text, &standings)
}

/// None before the first.
async fn last_snapshot(pool: &Pool, now: &PoolResponse) -> anyhow::Result<Option<WeightsResponse>> {
    Ok(match now.pool.snapshot {
        0 => None,
        snapshot => Some(pool.ask(&QueryMsg::WeightsAt { snapshot }).await?),
    })
}

/// What a token counted for, after its cap.
fn weight(snapshot: Option<&WeightsResponse>, token: TokenNumber) -> Option<Weight> {
    let unit = snapshot?.snapshot.unit(token)?;
    Some(Weight(unit.value.0))
}

pub(super) async fn validator(
    config: &Config,
    chain: &str,
    number: Option<ValidatorNumber>,
) -> anyhow::Result<Outcome> {
    let pool = open(config, chain).await?;
    let validators: Vec<ValidatorResponse> = match number {
        Some(validator) => vec![pool.ask(&QueryMsg::Validator { validator }).await?],
        None => {
            let page = |last: Option<&ValidatorResponse>, limit| QueryMsg::Validators {
                start_after: last.map(|last| last.number),
                limit,
            };
            ask_all(&pool.chain, &pool.address, page).await?
        }
    };
    let snapshot = last_snapshot(&pool, &pool.now().await?).await?;
    let weight = |number| {
        let members = snapshot.iter().flat_map(|all| &all.members);
        let mut mine = members.filter(|member| member.validator == number);
        let total = snapshot.as_ref().map_or(0, |all| all.snapshot.total.0);
        mine.next().map(|member| percent(member.weight.0, total))
    };
    let mut table = table(&[
        "validator",
        "name",
        "operator",
        "standing",
        "weight",
        "commission",
        "stake",
    ]);
    for found in &validators {
        let validator = &found.validator;
        let stake = validator
            .holdings
            .iter()
            .map(|holding| format!("{}: {}", holding.token, holding.next));
        table.add_row([
            found.number.to_string(),
            found.name.clone(),
            validator.operator.to_string(),
            standing(validator.standing),
            weight(found.number).unwrap_or_else(|| "not active".into()),
            fraction(validator.commission),
            stake.collect::<Vec<_>>().join("\n"),
        ]);
    }
    Outcome::new(table.to_string(), &validators)
}

/// Somebody's stake at one validator, part by part.
#[derive(Serialize)]
struct Delegated {
    #[serde(flatten)]
    delegation: DelegationResponse,
    parts: Vec<PartResponse>,
}

pub(super) async fn delegation(
    config: &Config,
    chain: &str,
    delegator: Address,
) -> anyhow::Result<Outcome> {
    let pool = open(config, chain).await?;
    let page = |last: Option<&DelegationResponse>, limit| QueryMsg::Delegations {
        delegator: delegator.clone(),
        start_after: last.map(|last| last.validator),
        limit,
    };
    let delegations = ask_all(&pool.chain, &pool.address, page).await?;
    let mut table = table(&["validator", "token", "worth", "counts in epochs", "state"]);
    let mut all = Vec::new();
    for delegation in delegations {
        let validator = delegation.validator;
        let question = QueryMsg::Parts {
            delegator: delegator.clone(),
            validator,
        };
        let parts: Vec<PartResponse> = pool.ask(&question).await?;
        for part in &parts {
            table.add_row([
                validator.to_string(),
                part.part.token.to_string(),
                part.worth.to_string(),
                epochs(part.part.from, part.part.until),
                state(part),
            ]);
        }
        all.push(Delegated { delegation, parts });
    }
    let page = |last: Option<&CreditResponse>, limit| QueryMsg::Credits {
        holder: Some(delegator.clone()),
        start_after: last.map(|last| last.token),
        limit,
    };
    let credits = ask_all(&pool.chain, &pool.address, page).await?;
    let mut text = table.to_string();
    for credit in &credits {
        text.push_str(&format!(
            "\n{} of token {} can be collected",
            credit.amount, credit.token
        ));
    }
    let result = serde_json::json!({ "delegations": all, "credits": credits });
    Outcome::new(text, &result)
}

pub(super) async fn rewards(
    config: &Config,
    chain: &str,
    delegator: Address,
) -> anyhow::Result<Outcome> {
    let pool = open(config, chain).await?;
    let page = |last: Option<&RewardsResponse>, limit| QueryMsg::Rewards {
        delegator: delegator.clone(),
        start_after: last.map(|last| last.validator),
        limit,
    };
    let rewards = ask_all(&pool.chain, &pool.address, page).await?;
    let mut table = table(&["validator", "rewards"]);
    for reward in &rewards {
        table.add_row([reward.validator.to_string(), reward.amount.to_string()]);
    }
    Outcome::new(table.to_string(), &rewards)
}

/// A proposal with its votes.
#[derive(Serialize)]
struct Voted {
    #[serde(flatten)]
    proposal: ProposalResponse,
    votes: Option<VotesResponse>,
}

pub(super) async fn proposals(
    config: &Config,
    chain: &str,
    number: Option<u64>,
) -> anyhow::Result<Outcome> {
    let pool = open(config, chain).await?;
    let page = |last: Option<&ProposalResponse>, limit| QueryMsg::Proposals {
        start_after: last.map(|last| last.number),
        limit,
    };
    let mut found = ask_all(&pool.chain, &pool.address, page).await?;
    if let Some(number) = number {
        found.retain(|proposal| proposal.number == number);
        anyhow::ensure!(!found.is_empty(), "there is no proposal {number}");
    }
    let mut table = table(&[
        "proposal", "what", "phase", "yes", "no", "abstain", "veto", "of",
    ]);
    let mut all = Vec::new();
    for proposal in found {
        let voting = matches!(proposal.proposal.phase, Phase::Voting { .. });
        let question = QueryMsg::Votes {
            proposal: proposal.number,
        };
        let votes: Option<VotesResponse> = if voting {
            Some(pool.ask(&question).await?)
        } else {
            None
        };
        row(&mut table, &proposal, votes.as_ref());
        all.push(Voted { proposal, votes });
    }
    Outcome::new(table.to_string(), &all)
}

fn row(table: &mut Table, found: &ProposalResponse, votes: Option<&VotesResponse>) {
    let tally = votes.map_or(found.proposal.tally, |votes| votes.tally);
    let total = votes.and_then(|votes| votes.total);
    table.add_row([
        found.number.to_string(),
        what(&found.proposal.content),
        phase(found.proposal.phase),
        tally.yes.to_string(),
        tally.no.to_string(),
        tally.abstain.to_string(),
        tally.veto.to_string(),
        total.map_or_else(String::new, |total| total.to_string()),
    ]);
}

fn what(content: &Content) -> String {
    match content {
        Content::AddToken { asset, feed, .. } => format!("add {} by {feed}", asset_name(asset)),
        Content::RemoveToken { token } => format!("remove token {token}"),
        Content::ChangeFeed { token, feed } => format!("price token {token} by {feed}"),
        Content::ChangeMaxShare { token, max_share } => {
            format!("let token {token} have {}", fraction(*max_share))
        }
        Content::RegisterSlasher { address, .. } => format!("let {address} slash"),
        Content::RevokeSlasher { slasher } => format!("let slasher {slasher} slash no more"),
    }
}

fn phase(phase: Phase) -> String {
    match phase {
        Phase::Deposit { until } | Phase::Voting { until, .. } => {
            format!("{} until {until}", phase.name())
        }
        Phase::Accepted { at } => format!("accepted, enacted from {at}"),
        ended => ended.name().into(),
    }
}

fn standing(standing: Standing) -> String {
    match standing {
        Standing::Candidate => "candidate".into(),
        Standing::Out => "out".into(),
        Standing::Jailed { until } => format!("jailed until {until}"),
        Standing::Tombstoned => "tombstoned".into(),
    }
}

fn state(part: &PartResponse) -> String {
    match part.matures {
        _ if part.frozen => "frozen: a slash has yet to take".into(),
        None => "bonded".into(),
        Some(_) if part.withdrawable => "can be withdrawn".into(),
        Some(matures) => format!("unbonding until {matures}"),
    }
}

fn epochs(from: Epoch, until: Epoch) -> String {
    match until {
        FOREVER => format!("{from} on"),
        until if until < from => "none".into(),
        until => format!("{from} to {until}"),
    }
}

fn fraction(share: Share) -> String {
    percent(share.billionths().into(), 1_000_000_000)
}

/// A part of a whole with two decimals, rounded down.
fn percent(part: u128, whole: u128) -> String {
    let hundredths = tessera_primitives::wide::multiply_divide(part, 10_000, whole);
    hundredths.map_or_else(
        |_| "none".into(),
        |share| format!("{} %", decimal(share, 2)),
    )
}

/// A number of so many decimals, without trailing zeros beyond the second.
fn decimal(number: u128, decimals: usize) -> String {
    let digits = format!("{number:0>width$}", width = decimals.saturating_add(1));
    let (whole, part) = digits.split_at(digits.len().saturating_sub(decimals));
    let kept = part.trim_end_matches('0').len().max(2).min(decimals);
    format!("{whole}.{}", part.get(..kept).unwrap_or(part))
}
