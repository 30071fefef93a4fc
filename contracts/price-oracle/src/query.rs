use cosmwasm_std::{to_json_binary, Binary, Deps, Env};
use tessera_contract_api::{
    price_oracle::{FeedName, FeedResponse, QueryMsg, WeightPrice, MAX_FEEDS},
    price_source::SourcePrice,
};
use tessera_contract_kit::{pagination::page, roles};
use tessera_price::{answer as rule, state::Feed, Reads};
use tessera_primitives::Timestamp;

use crate::{
    state::{self, State},
    OracleError,
};

pub fn answer(deps: Deps, env: &Env, message: QueryMsg) -> Result<Binary, OracleError> {
    let now = Timestamp(env.block.time.nanos());
    let storage = deps.storage;
    let reads = State::new(storage);
    let json = match message {
        QueryMsg::Roles {} => to_json_binary(&roles::query(storage)?),
        QueryMsg::Reporters {} => to_json_binary(&reads.reporters()?),
        QueryMsg::Feeds { start_after, limit } => {
            let feeds = state::feeds(storage, start_after.as_ref(), page(limit))?;
            let feeds = feeds
                .into_iter()
                .map(|(name, feed)| describe(now, &reads, name, feed));
            to_json_binary(&feeds.collect::<Result<Vec<_>, _>>()?)
        }
        QueryMsg::Feed { feed: name } => {
            let feed = reads.feed(&name)?;
            let feed = feed.map(|feed| describe(now, &reads, name, feed));
            to_json_binary(&feed.transpose()?)
        }
        QueryMsg::Board { feed } => to_json_binary(&rule::board(&reads, &feed)?),
        QueryMsg::Quote { feed } => to_json_binary(&rule::quote(now, &reads, &feed)?),
        QueryMsg::Quotes { feeds } => {
            let quotes = each(&reads, feeds, |name| Ok(rule::quote(now, &reads, name)?))?;
            to_json_binary(&quotes.into_iter().map(Option::flatten).collect::<Vec<_>>())
        }
        QueryMsg::WeightPrices { feeds } => {
            let weights = each(&reads, feeds, |name| weight(now, &reads, name))?;
            let none = WeightPrice {
                price: None,
                freshness: None,
            };
            let weights = weights.into_iter().map(|found| found.unwrap_or(none));
            to_json_binary(&weights.collect::<Vec<_>>())
        }
        QueryMsg::PriceAt { feed, time } => to_json_binary(&rule::price_at(&reads, &feed, time)?),
        QueryMsg::History {
            feed,
            start_after,
            limit,
        } => {
            rule::board(&reads, &feed)?;
            let history = state::history(storage, &feed, start_after, page(limit))?;
            to_json_binary(&history)
        }
        QueryMsg::SourcePrice { feed } => {
            let held = rule::held(now, &reads, &feed)?;
            to_json_binary(&held.map(|held| SourcePrice {
                price: held.price,
                time: held.time,
            }))
        }
    };
    Ok(json?)
}

fn describe(
    now: Timestamp,
    reads: &State,
    feed: FeedName,
    parameters: Feed,
) -> Result<FeedResponse, OracleError> {
    let quote = rule::quote(now, reads, &feed)?;
    Ok(FeedResponse {
        feed,
        parameters,
        quote,
    })
}

/// Asks about each feed, in order: nothing about one that there is not, whatever its name.
fn each<T>(
    reads: &State,
    feeds: Vec<String>,
    ask: impl Fn(&FeedName) -> Result<T, OracleError>,
) -> Result<Vec<Option<T>>, OracleError> {
    let (max, actual) = (MAX_FEEDS, feeds.len());
    if actual > max {
        return Err(OracleError::TooManyFeeds { max, actual });
    }
    let answers = feeds.into_iter().map(|text| {
        let Ok(name) = FeedName::new(text) else {
            return Ok(None);
        };
        match reads.feed(&name)? {
            Some(_) => ask(&name).map(Some),
            None => Ok(None),
        }
    });
    answers.collect()
}

fn weight(now: Timestamp, reads: &State, name: &FeedName) -> Result<WeightPrice, OracleError> {
    let quote = rule::quote(now, reads, name)?;
    Ok(WeightPrice {
        price: rule::weight_price(now, reads, name)?,
        freshness: quote.map(|quote| quote.freshness),
    })
}
