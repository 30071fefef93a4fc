//! `price-oracle`: median prices of several reporters, with staleness and deviation bounds.
//!
//! Another contract asks by [`PriceOracle`], which has no decoders but those of its answers.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{QuerierWrapper, StdError, StdResult};
use tessera_price::state::{Board, Feed, Reporters};
use tessera_primitives::{
    from_json_fields,
    json::{FromJson, Json, ToJson},
    to_json_variants, Address, Malformed, Price, Ratio, Seconds, Timestamp,
};

/// What messages and answers are made of, for those who do not see the oracle's rule.
pub use tessera_price::{
    state::{Accepted, FeedName, Source},
    Freshness, Quote,
};

pub use crate::price_source::SourcePrice;
use crate::{
    permissions,
    roles::{Appointment, RolesMsg, RolesResponse},
};

/// Most feeds of one question, and of [`InstantiateMsg`]: as many as a pool has tokens.
pub const MAX_FEEDS: usize = 16;

/// Makes an oracle.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct InstantiateMsg {
    /// The owner, who names reporters and sets feeds, and the guardian.
    pub roles: Appointment,
    /// Who reports, 3 to 16; empty for an oracle that has only adapter feeds.
    pub reporters: Vec<Address>,
    /// Young reports that make a price: at least 3, and over half of the reporters; 0 when there are none.
    pub quorum: u8,
    /// The first feeds, at most [`MAX_FEEDS`].
    pub feeds: Vec<NamedFeed>,
}

/// A feed with its name.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct NamedFeed {
    /// Its name.
    pub feed: FeedName,
    /// Its parameters.
    pub settings: FeedSettings,
}

/// A feed's parameters; what is left out has the default of [`Feed::with_defaults`]. Bounds are in [`Feed`].
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct FeedSettings {
    /// Where its prices come from. A contract that is named answers
    /// [`PriceSourceQuery`](crate::price_source::PriceSourceQuery).
    pub source: Source,
    /// For how long a report is young, and a price Fresh: 300 s.
    pub max_age: Option<Seconds>,
    /// At most one accepted price in so long: 30 s.
    pub interval: Option<Seconds>,
    /// How far from the base a price may be: 1/10.
    pub max_deviation: Option<Ratio>,
    /// How many of the last accepted prices the base is the median of: 12.
    pub count: Option<u8>,
    /// A Suspect price that stays so long is accepted: 3,600 s.
    pub confirm: Option<Seconds>,
    /// No quorum of young reports for longer than this is a gap: 900 s.
    pub max_gap: Option<Seconds>,
    /// Nothing is accepted for so long after a gap: 300 s.
    pub recovery: Option<Seconds>,
    /// How old the last accepted price may be and still weigh stake: 3,600 s.
    pub grace: Option<Seconds>,
    /// Stake is weighed by the median of the prices accepted in so long: 3,600 s.
    pub weight_window: Option<Seconds>,
    /// How long accepted prices are kept: 30 days.
    pub history: Option<Seconds>,
}

impl FeedSettings {
    /// All defaults.
    pub fn new(source: Source) -> FeedSettings {
        FeedSettings {
            source,
            max_age: None,
            interval: None,
            max_deviation: None,
            count: None,
            confirm: None,
            max_gap: None,
            recovery: None,
            grace: None,
            weight_window: None,
            history: None,
        }
    }

    /// The parameters, with the defaults of those that were left out.
    ///
    /// # Errors
    /// None: the defaults are well-formed.
    pub fn parameters(self) -> Result<Feed, Malformed> {
        let all = Feed::with_defaults(self.source)?;
        Ok(Feed {
            source: all.source,
            max_age: self.max_age.unwrap_or(all.max_age),
            interval: self.interval.unwrap_or(all.interval),
            max_deviation: self.max_deviation.unwrap_or(all.max_deviation),
            count: self.count.unwrap_or(all.count),
            confirm: self.confirm.unwrap_or(all.confirm),
            max_gap: self.max_gap.unwrap_or(all.max_gap),
            recovery: self.recovery.unwrap_or(all.recovery),
            grace: self.grace.unwrap_or(all.grace),
            weight_window: self.weight_window.unwrap_or(all.weight_window),
            history: self.history.unwrap_or(all.history),
        })
    }
}

/// What can be done with an oracle.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum ExecuteMsg {
    /// Says what a token costs. Sent by a reporter.
    Report {
        /// The feed.
        feed: FeedName,
        /// The price, in 10⁻¹⁸ of the reference currency per whole token; not zero.
        price: Price,
        /// When it held: later than the reporter's last, younger than the feed's `max_age`, not in the future.
        time: Timestamp,
    },
    /// Asks the source of an adapter feed, whose answer takes the place of a report. Sent by anyone.
    Refresh {
        /// The feed.
        feed: FeedName,
    },
    /// Adds a feed, or replaces all its parameters. Sent by the owner. A feed whose source changes forgets its reports and
    /// keeps its history.
    SetFeed {
        /// The feed.
        feed: FeedName,
        /// Its parameters.
        settings: FeedSettings,
    },
    /// Says who reports. Sent by the owner. Reports of those who go count no more, at once.
    SetReporters {
        /// All of them, 3 to 16.
        reporters: Vec<Address>,
        /// Young reports that make a price: at least 3, and over half of the reporters.
        quorum: u8,
    },
    /// Roles and pause.
    Roles(RolesMsg),
}

permissions! {
    ExecuteMsg {
        "report": ExecuteMsg::Report { .. } => Anyone, Refused;
        "refresh": ExecuteMsg::Refresh { .. } => Anyone, Refused;
        "set_feed": ExecuteMsg::SetFeed { .. } => Owner, Works;
        "set_reporters": ExecuteMsg::SetReporters { .. } => Owner, Works;
        in RolesMsg: ExecuteMsg::Roles;
    }
}

/// What can be asked of an oracle. `source_price` is [`crate::price_source::PriceSourceQuery`]. Names in lists are plain
/// text: one that can be no feed's is like one that no feed has, so that one odd name does not spoil the rest.
#[cw_serde]
#[serde(deny_unknown_fields)]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// Roles and pause.
    #[returns(RolesResponse)]
    Roles {},
    /// Who reports.
    #[returns(Reporters)]
    Reporters {},
    /// The feeds, by the length of their names, then by their text.
    #[returns(Vec<FeedResponse>)]
    Feeds {
        /// The last of the page before.
        start_after: Option<FeedName>,
        /// 30 when absent, at most 100.
        limit: Option<u32>,
    },
    /// One feed: none when there is no such one.
    #[returns(Option<FeedResponse>)]
    Feed {
        /// The feed.
        feed: FeedName,
    },
    /// What was said of a feed, and what it is measured by.
    #[returns(Board)]
    Board {
        /// The feed.
        feed: FeedName,
    },
    /// The last accepted price of a feed, and whether it may be relied on: none before the first.
    #[returns(Option<Quote>)]
    Quote {
        /// The feed.
        feed: FeedName,
    },
    /// The same for several feeds, in the order asked; none for one that there is not.
    #[returns(Vec<Option<Quote>>)]
    Quotes {
        /// The feeds, at most [`MAX_FEEDS`].
        feeds: Vec<String>,
    },
    /// What stake is weighed by, for several feeds in the order asked.
    #[returns(Vec<WeightPrice>)]
    WeightPrices {
        /// The feeds, at most [`MAX_FEEDS`].
        feeds: Vec<String>,
    },
    /// The price that had been accepted last at a time: none before the first that is kept.
    #[returns(Option<Accepted>)]
    PriceAt {
        /// The feed.
        feed: FeedName,
        /// The time.
        time: Timestamp,
    },
    /// Accepted prices that are kept, in order of time.
    #[returns(Vec<Accepted>)]
    History {
        /// The feed.
        feed: FeedName,
        /// The time of the last of the page before, or any other.
        start_after: Option<Timestamp>,
        /// 30 when absent, at most 100.
        limit: Option<u32>,
    },
    /// The price of a feed for another oracle, with the time when it held: none unless it is Fresh.
    #[returns(Option<SourcePrice>)]
    SourcePrice {
        /// The feed.
        feed: FeedName,
    },
}

/// A feed.
#[cw_serde]
#[derive(Eq)]
pub struct FeedResponse {
    /// Its name.
    pub feed: FeedName,
    /// Its parameters.
    pub parameters: Feed,
    /// Its last accepted price, and whether it may be relied on now.
    pub quote: Option<Quote>,
}

/// What stake is weighed by.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct WeightPrice {
    /// The median of the prices accepted in the feed's `weight_window`, or the last one if there is none so young. Past `grace`,
    /// the lower of that and of what a quorum says. None then without a quorum, during recovery, and where what is said is far
    /// lower; before the first, and for a feed that there is not.
    pub price: Option<Price>,
    /// Whether an entry could rely on the feed now: none where nothing was accepted yet.
    pub freshness: Option<Freshness>,
}

to_json_variants! {
    QueryMsg {
        "roles": Roles {};
        "reporters": Reporters {};
        "feeds": Feeds { start_after, limit };
        "feed": Feed { feed };
        "board": Board { feed };
        "quote": Quote { feed };
        "quotes": Quotes { feeds };
        "weight_prices": WeightPrices { feeds };
        "price_at": PriceAt { feed, time };
        "history": History { feed, start_after, limit };
        "source_price": SourcePrice { feed };
    }
}

from_json_fields! {
    WeightPrice { price, freshness }
}

/// The client of an oracle. Its answers are as many as the feeds that were asked about, in their order: an oracle that
/// answers otherwise is one that does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceOracle(pub Address);

impl PriceOracle {
    /// What entries rely on: the Fresh price of each feed, none where it is Stale, Suspect or missing.
    ///
    /// # Errors
    /// When the contract does not answer: there is none, or it was asked about more than [`MAX_FEEDS`].
    pub fn fresh_prices(
        &self,
        querier: &QuerierWrapper,
        feeds: &[String],
    ) -> StdResult<Vec<Option<Price>>> {
        let quotes = self.quotes(querier, feeds)?;
        let fresh = |quote: Option<Quote>| quote.and_then(|quote| quote.fresh());
        Ok(quotes.into_iter().map(fresh).collect())
    }

    /// The last accepted price of each feed, and whether it may be relied on.
    ///
    /// # Errors
    /// As [`PriceOracle::fresh_prices`].
    pub fn quotes(
        &self,
        querier: &QuerierWrapper,
        feeds: &[String],
    ) -> StdResult<Vec<Option<Quote>>> {
        let names = feeds.to_vec();
        let answers = self.ask(querier, &QueryMsg::Quotes { feeds: names })?;
        one_each(feeds, answers)
    }

    /// What snapshots weigh each feed's token by.
    ///
    /// # Errors
    /// As [`PriceOracle::fresh_prices`].
    pub fn weight_prices(
        &self,
        querier: &QuerierWrapper,
        feeds: &[String],
    ) -> StdResult<Vec<WeightPrice>> {
        let names = feeds.to_vec();
        let answers = self.ask(querier, &QueryMsg::WeightPrices { feeds: names })?;
        one_each(feeds, answers)
    }

    /// The price that had been accepted last at a time.
    ///
    /// # Errors
    /// When the contract does not answer: there is none, or no such feed.
    pub fn price_at(
        &self,
        querier: &QuerierWrapper,
        feed: &FeedName,
        time: Timestamp,
    ) -> StdResult<Option<Accepted>> {
        let feed = feed.clone();
        self.ask(querier, &QueryMsg::PriceAt { feed, time })
    }

    fn ask<A: FromJson>(&self, querier: &QuerierWrapper, query: &QueryMsg) -> StdResult<A> {
        let answer: Json = querier.query_wasm_smart(self.0.as_str(), &query.to_json())?;
        A::from_json(answer).map_err(|unfit| StdError::generic_err(unfit.to_string()))
    }
}

fn one_each<A>(feeds: &[String], answers: Vec<A>) -> StdResult<Vec<A>> {
    if answers.len() == feeds.len() {
        return Ok(answers);
    }
    let (asked, answered) = (feeds.len(), answers.len());
    Err(StdError::generic_err(format!(
        "{asked} feeds were asked about, and {answered} answered"
    )))
}
