//! Prices for another oracle: the query that every contract answers which can be named as the source of an adapter feed
//! (`price-oracle` itself, and adapters to oracles of other makes), and its client.
//!
//! A source embeds the variant of [`PriceSourceQuery`] in its own query message, under the same name.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{QuerierWrapper, StdError, StdResult};
use tessera_primitives::{
    from_json_fields,
    json::{FromJson, Json, ToJson},
    to_json_variants, Address, Price, Timestamp,
};

/// A feed's name, such as `ATOM/USD`.
pub use tessera_price::state::FeedName;

/// What a source of prices answers.
#[cw_serde]
#[derive(Eq, QueryResponses)]
pub enum PriceSourceQuery {
    /// The price of a feed, if the source itself would rely on it now: none, or a failure, if not.
    #[returns(Option<SourcePrice>)]
    SourcePrice {
        /// The feed, by the name that the asking oracle has for it.
        feed: FeedName,
    },
}

/// A price that its source relies on.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct SourcePrice {
    /// The price, in 10⁻¹⁸ of the reference currency per whole token.
    pub price: Price,
    /// When it held: the time of what it was made of, not of the asking nor of the accepting. So a price that goes round
    /// in a circle of sources grows old.
    pub time: Timestamp,
}

to_json_variants! {
    PriceSourceQuery {
        "source_price": SourcePrice { feed };
    }
}

from_json_fields! {
    SourcePrice { price, time }
}

/// The client of a source of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceSource(pub Address);

impl PriceSource {
    /// The price of a feed, if the source relies on it.
    ///
    /// # Errors
    /// When the contract does not answer: there is none, or it does not know the feed, or it answers something else.
    pub fn price(
        &self,
        querier: &QuerierWrapper,
        feed: &FeedName,
    ) -> StdResult<Option<SourcePrice>> {
        let feed = feed.clone();
        let query = PriceSourceQuery::SourcePrice { feed }.to_json();
        let answer: Json = querier.query_wasm_smart(self.0.as_str(), &query)?;
        let price = FromJson::from_json(answer);
        price.map_err(|unfit| StdError::generic_err(unfit.to_string()))
    }
}
