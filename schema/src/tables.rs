//! Tables for people and for review: permissions and events of every contract.

use std::fmt::Write;

use tessera_contract_api::{
    booking, chain_view,
    event::PREFIX,
    permission::{Paused, Permission, Permitted},
    price_oracle, stake_pool, transaction_lock,
};
use tessera_primitives::fact::Facts;

use crate::Generated;

type Permissions = Vec<(&'static str, Permission)>;
type Events = &'static [(&'static str, &'static [&'static str])];

/// Who may send which message, and whether it works while the contract is paused.
pub fn permissions() -> Generated {
    let contracts: [(&str, Permissions); 5] = [
        ("booking", booking::ExecuteMsg::table()),
        ("chain-view", chain_view::ExecuteMsg::table()),
        ("price-oracle", price_oracle::ExecuteMsg::table()),
        ("stake-pool", stake_pool::ExecuteMsg::table()),
        ("transaction-lock", transaction_lock::ExecuteMsg::table()),
    ];
    let mut text = String::from("# Permissions\n\nGenerated. `*` in the last column: refused while the contract is paused.\n");
    for (contract, table) in contracts {
        let _ = write!(
            text,
            "\n## {contract}\n\n| message | who | paused |\n| --- | --- | --- |\n"
        );
        for (message, permission) in table {
            let paused = match permission.paused {
                Paused::Works => "",
                Paused::Refused => "*",
            };
            let _ = writeln!(text, "| `{message}` | {} | {paused} |", permission.who);
        }
    }
    Generated::new("permissions.md", &text)
}

/// Every event with its attributes, in their order.
pub fn events() -> Generated {
    let contracts: [(&str, Events); 5] = [
        ("booking", booking::Event::TABLE),
        ("chain-view", tessera_view::Event::TABLE),
        ("price-oracle", tessera_price::Event::TABLE),
        ("stake-pool", tessera_stake::Event::TABLE),
        ("transaction-lock", tessera_lock::Event::TABLE),
    ];
    let mut text = String::from(
        "# Events\n\nGenerated. Each carries `_contract_address` too, which the chain adds.\n",
    );
    for (contract, table) in contracts {
        let _ = write!(
            text,
            "\n## {contract}\n\n| event | attributes |\n| --- | --- |\n"
        );
        for (event, attributes) in table {
            let attributes: Vec<_> = attributes.iter().map(|name| format!("`{name}`")).collect();
            let _ = writeln!(text, "| `{PREFIX}{event}` | {} |", attributes.join(", "));
        }
    }
    Generated::new("events.md", &text)
}
