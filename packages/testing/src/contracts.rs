//! Codes for a zone: Tessera's contracts, cw20-base, cw1-whitelist, and a small one to try a zone with.

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

/// The code of `stake-pool`.
pub fn stake_pool() -> Box<dyn Contract<Empty>> {
    use stake_pool::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}

/// The code of cw1-whitelist: it says what its owners say, and so stands where a contract is asked for.
pub fn cw1() -> Box<dyn Contract<Empty>> {
    use cw1_whitelist::contract::{execute, instantiate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query))
}

/// The code of cw20-base.
pub fn cw20() -> Box<dyn Contract<Empty>> {
    use cw20_base::contract::{execute, instantiate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query))
}
