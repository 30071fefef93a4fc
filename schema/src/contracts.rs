//! JSON schemas of every contract's messages (IDL 1.0, what `ts-codegen` reads).

use anyhow::Result;
use cosmwasm_schema::generate_api;
use tessera_contract_api::{booking, chain_view};

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
    let chain_view = generate_api! {
        name: "chain-view",
        instantiate: chain_view::InstantiateMsg,
        execute: chain_view::ExecuteMsg,
        query: chain_view::QueryMsg,
        migrate: chain_view::MigrateMsg,
    };
    [("booking", booking), ("chain-view", chain_view)]
        .into_iter()
        .map(|(name, api)| {
            let json = api.render().to_string()?;
            Ok(Generated::new(format!("contracts/{name}.json"), &json))
        })
        .collect()
}
