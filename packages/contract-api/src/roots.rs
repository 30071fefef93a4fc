//! Roots of other zones: the query that every contract answers which can be named as a source of them (`chain-view`,
//! `checkpoint-finality`, `meta-block-core`), and its client.
//!
//! A source embeds the variants of [`RootsQuery`] in its own query message, under the same names.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{QuerierWrapper, StdError, StdResult};
use tessera_primitives::{
    json::{FromJson, Json, ToJson},
    to_json_variants, Address, Height, Root, Standing, ZoneId,
};

/// What a source of roots answers. A zone may be named by any id that it had.
#[cw_serde]
#[derive(Eq, QueryResponses)]
pub enum RootsQuery {
    /// The root that the zone's header at this height carries: its app hash, which commits to the state one height
    /// lower. Fails when the source does not hold it, or does not stand by it any more.
    #[returns(Root)]
    Root {
        /// The zone.
        zone: ZoneId,
        /// Height of the *header*.
        height: Height,
    },
    /// How the zone stands.
    #[returns(Standing)]
    Standing {
        /// The zone.
        zone: ZoneId,
    },
    /// Header height of the lowest root above `height` that can be asked for, if there is one.
    #[returns(Option<Height>)]
    NextRootAfter {
        /// The zone.
        zone: ZoneId,
        /// A header height.
        height: Height,
    },
}

to_json_variants! {
    RootsQuery {
        "root": Root { zone, height };
        "standing": Standing { zone };
        "next_root_after": NextRootAfter { zone, height };
    }
}

/// The client of a source of roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootsClient(pub Address);

impl RootsClient {
    /// The root of the zone's header at this height.
    ///
    /// # Errors
    /// When the contract does not answer: there is none, or it has no such root.
    pub fn root(&self, querier: &QuerierWrapper, zone: &ZoneId, height: Height) -> StdResult<Root> {
        let zone = zone.clone();
        self.ask(querier, &RootsQuery::Root { zone, height })
    }

    /// How the zone stands.
    ///
    /// # Errors
    /// When the contract does not answer: there is none, or it does not know the zone.
    pub fn standing(&self, querier: &QuerierWrapper, zone: &ZoneId) -> StdResult<Standing> {
        let zone = zone.clone();
        self.ask(querier, &RootsQuery::Standing { zone })
    }

    /// Header height of the zone's next root above this one.
    ///
    /// # Errors
    /// When the contract does not answer: there is none, or it does not know the zone.
    pub fn next_root_after(
        &self,
        querier: &QuerierWrapper,
        zone: &ZoneId,
        height: Height,
    ) -> StdResult<Option<Height>> {
        let zone = zone.clone();
        self.ask(querier, &RootsQuery::NextRootAfter { zone, height })
    }

    /// The answer is read by way of a tree: every contract that asks for roots would have decoders for all of it else.
    fn ask<A: FromJson>(&self, querier: &QuerierWrapper, query: &RootsQuery) -> StdResult<A> {
        let answer: Json = querier.query_wasm_smart(self.0.as_str(), &query.to_json())?;
        A::from_json(answer).map_err(|unfit| StdError::generic_err(unfit.to_string()))
    }
}
