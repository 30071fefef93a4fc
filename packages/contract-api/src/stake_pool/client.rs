use cosmwasm_std::{to_json_binary, CosmosMsg, CustomQuery, QuerierWrapper, StdResult, WasmMsg};
use serde::{de::DeserializeOwned, Serialize};
use tessera_primitives::{Address, Timestamp};
use tessera_stake::state::{Epoch, ValidatorNumber};

use super::{SlashOrder, ValidatorResponse, WeightsResponse};

/// The client of a stake pool, for the contracts that weigh by it and slash in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakePool(pub Address);

/// What slashers say. The same words as in [`super::ExecuteMsg`], without its other encoders.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Say<'a> {
    Snapshot {},
    Slash(&'a SlashOrder),
    Join { validator: ValidatorNumber },
    Hold { snapshot: Epoch },
    Release { snapshot: Epoch, at: Timestamp },
}

/// What they ask. The same words as in [`super::QueryMsg`].
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Ask {
    WeightsAt { snapshot: Epoch },
    Validator { validator: ValidatorNumber },
}

impl StakePool {
    /// The message that takes the epoch's snapshot, if it was not taken.
    ///
    /// # Errors
    /// When it cannot be written as JSON; none can fail to. The same for all messages.
    pub fn snapshot(&self) -> StdResult<CosmosMsg> {
        self.say(&Say::Snapshot {})
    }

    /// The message that slashes.
    ///
    /// # Errors
    /// As [`StakePool::snapshot`].
    pub fn slash(&self, order: &SlashOrder) -> StdResult<CosmosMsg> {
        self.say(&Say::Slash(order))
    }

    /// The message that says who joined.
    ///
    /// # Errors
    /// As [`StakePool::snapshot`].
    pub fn join(&self, validator: ValidatorNumber) -> StdResult<CosmosMsg> {
        self.say(&Say::Join { validator })
    }

    /// The message that holds a snapshot's stake.
    ///
    /// # Errors
    /// As [`StakePool::snapshot`].
    pub fn hold(&self, snapshot: Epoch) -> StdResult<CosmosMsg> {
        self.say(&Say::Hold { snapshot })
    }

    /// The message that ends a hold.
    ///
    /// # Errors
    /// As [`StakePool::snapshot`].
    pub fn release(&self, snapshot: Epoch, at: Timestamp) -> StdResult<CosmosMsg> {
        self.say(&Say::Release { snapshot, at })
    }

    /// A snapshot with its members.
    ///
    /// # Errors
    /// When the contract does not answer: there is none, or that epoch has no snapshot.
    pub fn weights_at<C: CustomQuery>(
        &self,
        querier: &QuerierWrapper<C>,
        snapshot: Epoch,
    ) -> StdResult<WeightsResponse> {
        self.ask(querier, &Ask::WeightsAt { snapshot })
    }

    /// A validator, with the vote key that it has now.
    ///
    /// # Errors
    /// When the contract does not answer: there is none, or it does not know the validator.
    pub fn validator<C: CustomQuery>(
        &self,
        querier: &QuerierWrapper<C>,
        validator: ValidatorNumber,
    ) -> StdResult<ValidatorResponse> {
        self.ask(querier, &Ask::Validator { validator })
    }

    fn say(&self, message: &Say<'_>) -> StdResult<CosmosMsg> {
        Ok(WasmMsg::Execute {
            contract_addr: self.0.to_string(),
            msg: to_json_binary(message)?,
            funds: Vec::new(),
        }
        .into())
    }

    fn ask<A: DeserializeOwned, C: CustomQuery>(
        &self,
        querier: &QuerierWrapper<C>,
        query: &Ask,
    ) -> StdResult<A> {
        querier.query_wasm_smart(self.0.as_str(), query)
    }
}
