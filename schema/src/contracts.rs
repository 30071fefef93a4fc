//! JSON schemas of every contract's messages (IDL 1.0, what `ts-codegen` reads).

use anyhow::Result;
use cosmwasm_schema::generate_api;
use cosmwasm_std::Empty;
use tessera_contract_api::{booking, chain_view, price_oracle, stake_pool, transaction_lock};

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
        migrate: Empty,
    };
    let chain_view = generate_api! {
        name: "chain-view",
        instantiate: chain_view::InstantiateMsg,
        execute: chain_view::ExecuteMsg,
        query: chain_view::QueryMsg,
        migrate: chain_view::MigrateMsg,
    };
    let price_oracle = generate_api! {
        name: "price-oracle",
        instantiate: price_oracle::InstantiateMsg,
        execute: price_oracle::ExecuteMsg,
        query: price_oracle::QueryMsg,
        migrate: Empty,
    };
    let stake_pool = generate_api! {
        name: "stake-pool",
        instantiate: stake_pool::InstantiateMsg,
        execute: stake_pool::ExecuteMsg,
        query: stake_pool::QueryMsg,
        migrate: Empty,
    };
    let transaction_lock = generate_api! {
        name: "transaction-lock",
        instantiate: transaction_lock::InstantiateMsg,
        execute: transaction_lock::ExecuteMsg,
        query: transaction_lock::QueryMsg,
        migrate: Empty,
    };
    let contracts = [
        ("booking", booking),
        ("chain-view", chain_view),
        ("price-oracle", price_oracle),
        ("stake-pool", stake_pool),
        ("transaction-lock", transaction_lock),
    ];
    contracts
        .into_iter()
        .map(|(name, api)| {
            let json = api.render().to_string()?;
            Ok(Generated::new(format!("contracts/{name}.json"), &json))
        })
        .collect()
}
