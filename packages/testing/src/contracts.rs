//! Codes for a zone: Tessera's contracts, cw20-base, and a small one to try a zone with.

pub mod notes;

use cosmwasm_std::Empty;
use cw_multi_test::{Contract, ContractWrapper};

/// The code of `chain-view`.
pub fn chain_view() -> Box<dyn Contract<Empty>> {
    use chain_view::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}

/// The code of `transaction-lock`.
pub fn transaction_lock() -> Box<dyn Contract<Empty>> {
    use transaction_lock::contract::{execute, instantiate, migrate, query, reply};
    let doors = ContractWrapper::new(execute, instantiate, query);
    Box::new(doors.with_reply(reply).with_migrate(migrate))
}

/// The code of `booking`.
pub fn booking() -> Box<dyn Contract<Empty>> {
    use booking::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}

/// The code of `price-oracle`.
pub fn price_oracle() -> Box<dyn Contract<Empty>> {
    use price_oracle::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}

/// The code of cw20-base.
pub fn cw20() -> Box<dyn Contract<Empty>> {
    use cw20_base::contract::{execute, instantiate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query))
}
