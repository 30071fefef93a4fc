//! Prices, from the oracle.

use cosmwasm_std::QuerierWrapper;
use tessera_contract_api::price_oracle::{PriceOracle, WeightPrice};
use tessera_stake::{
    input::Quote,
    state::{Token, TokenNumber},
    Reads, Refusal,
};

use crate::{
    state::{self, Book},
    PoolError,
};

/// Fresh prices of tokens, for an entry: all in one question.
pub fn fresh(
    querier: &QuerierWrapper,
    book: &Book,
    tokens: &[TokenNumber],
) -> Result<Vec<Quote>, PoolError> {
    let (oracle, feeds) = question(book, tokens)?;
    let prices = oracle
        .fresh_prices(querier, &feeds)
        .map_err(|error| PoolError::NoPrice {
            oracle: oracle.0.clone(),
            reason: error.to_string(),
        })?;
    Ok(quotes(tokens, prices))
}

/// The prices that weigh, for a snapshot: all in one question. An oracle that does not answer has no price for any token,
/// and then the rule keeps those of the last snapshot: its outage must not stop the epochs of zones that stake secures.
pub fn weighing(querier: &QuerierWrapper, book: &Book) -> Result<Vec<Quote>, PoolError> {
    let tokens = book.pool()?.tokens;
    let (oracle, feeds) = question(book, &tokens)?;
    let answered = oracle.weight_prices(querier, &feeds).unwrap_or_default();
    let answered = answered.into_iter().map(|known: WeightPrice| known.price);
    let prices = answered.chain(std::iter::repeat(None));
    Ok(quotes(&tokens, prices))
}

fn question(book: &Book, tokens: &[TokenNumber]) -> Result<(PriceOracle, Vec<String>), PoolError> {
    let oracle = PriceOracle(state::oracle(book)?);
    let feeds = tokens.iter().map(|number| Ok(token(book, *number)?.feed));
    Ok((oracle, feeds.collect::<Result<_, PoolError>>()?))
}

fn token(book: &Book, number: TokenNumber) -> Result<Token, PoolError> {
    let unknown = Refusal::UnknownToken { token: number };
    Ok(book.token(number)?.ok_or(unknown)?)
}

fn quotes(
    tokens: &[TokenNumber],
    prices: impl IntoIterator<Item = Option<tessera_primitives::Price>>,
) -> Vec<Quote> {
    let each = tokens.iter().zip(prices);
    each.map(|(token, price)| Quote {
        token: *token,
        price,
    })
    .collect()
}
