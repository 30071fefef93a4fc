//! JSON schemas of every contract's messages (IDL 1.0, what `ts-codegen` reads).

use anyhow::Result;
use cosmwasm_schema::generate_api;
use tessera_contract_api::booking;

use crate::Generated;

/// One file a contract. A contract's versions are the workspace's.
///
/// # Errors
/// When a schema cannot be written as JSON.
pub fn schemas() -> Result<Vec<Generated>> {
    let booking = generate_api! {
        name: "booking",
        instantiate: booking::InstantiateMsg,
        execute: booking::ExecuteMsg,
        query: booking::QueryMsg,
    };
    [("booking", booking.render().to_string()?)]
        .into_iter()
        .map(|(name, json)| Ok(Generated::new(format!("contracts/{name}.json"), &json)))
        .collect()
}
