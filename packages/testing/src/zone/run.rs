use anyhow::Context;
use cosmwasm_std::{
    from_json, to_json_vec, Addr, BlockInfo, Coin, CosmosMsg, Empty, Querier, QueryRequest,
    Storage, WasmMsg, WasmQuery,
};
use cw_multi_test::{
    no_init, App, AppBuilder, AppResponse, Contract, DistributionKeeper, FailingModule,
    GovFailingModule, IbcFailingModule, MockApiBech32, StakeKeeper, StargateFailing, WasmKeeper,
};
use serde::{de::DeserializeOwned, Serialize};
use tessera_primitives::Hash;

use crate::{bank::GuardedBank, transaction::Body, State, Transaction, Zone};

/// The `cw-multi-test` application that a zone runs its transactions in.
pub type ZoneApp<S = State> = App<
    GuardedBank,
    MockApiBech32,
    S,
    FailingModule<Empty, Empty, Empty>,
    WasmKeeper<Empty, Empty>,
    StakeKeeper,
    DistributionKeeper,
    IbcFailingModule,
    GovFailingModule,
    StargateFailing,
>;

impl Zone {
    /// Stores a code and gives its id. `code` makes the contract: it is called for each transaction and query, so that a
    /// zone can be copied and sent between threads.
    pub fn store_code(
        &mut self,
        code: impl Fn() -> Box<dyn Contract<Empty>> + Send + Sync + 'static,
    ) -> u64 {
        self.codes.push(std::sync::Arc::new(code));
        self.codes.len() as u64
    }

    /// The zone's address rules and host cryptography.
    pub fn api(&self) -> MockApiBech32 {
        MockApiBech32::new(self.prefix)
    }

    /// Runs messages as one transaction of the open block: all of them, or none. Either way the block holds it.
    ///
    /// # Errors
    /// What the chain or a contract refused, with the contract's own error inside (`root_cause().downcast_ref()`).
    pub fn transact(
        &mut self,
        sender: &Addr,
        messages: Vec<CosmosMsg>,
    ) -> anyhow::Result<Vec<AppResponse>> {
        let body = Body {
            zone: &self.id,
            sender,
            number: self.number,
            messages: &messages,
        };
        let bytes = to_json_vec(&body)?;
        let outcome = self.with_app(|app| app.execute_multi(sender.clone(), messages.clone()));
        self.number = self.number.saturating_add(1);
        self.transactions.push(Transaction {
            hash: Hash::sha256(&bytes),
            bytes,
            sender: sender.clone(),
            messages,
            outcome: outcome
                .as_ref()
                .map(Vec::clone)
                .map_err(|error| format!("{error:#}")),
        });
        outcome
    }

    /// What [`Zone::transact`] would answer now. Nothing changes.
    ///
    /// # Errors
    /// As [`Zone::transact`].
    pub fn simulate(
        &self,
        sender: &Addr,
        messages: Vec<CosmosMsg>,
    ) -> anyhow::Result<Vec<AppResponse>> {
        self.app(self.state.clone())
            .execute_multi(sender.clone(), messages)
    }

    /// Calls a contract, in a transaction of its own.
    ///
    /// # Errors
    /// As [`Zone::transact`].
    pub fn execute(
        &mut self,
        sender: &Addr,
        contract: &Addr,
        message: &impl Serialize,
        funds: &[Coin],
    ) -> anyhow::Result<AppResponse> {
        let call = WasmMsg::Execute {
            contract_addr: contract.to_string(),
            msg: to_json_vec(message)?.into(),
            funds: funds.to_vec(),
        };
        self.one(sender, call.into())
    }

    /// Makes a contract of a code, with its creator as admin; gives its address.
    ///
    /// # Errors
    /// As [`Zone::transact`].
    pub fn instantiate(
        &mut self,
        sender: &Addr,
        code: u64,
        message: &impl Serialize,
        label: &str,
    ) -> anyhow::Result<Addr> {
        let call = WasmMsg::Instantiate {
            admin: Some(sender.to_string()),
            code_id: code,
            msg: to_json_vec(message)?.into(),
            funds: Vec::new(),
            label: label.into(),
        };
        let response = self.one(sender, call.into())?;
        let mut attributes = response.events.iter().flat_map(|event| &event.attributes);
        let address = attributes.find(|attribute| attribute.key == "_contract_address");
        let address = address.context("no event names the new contract")?;
        Ok(Addr::unchecked(&address.value))
    }

    /// Migrates a contract to another code.
    ///
    /// # Errors
    /// As [`Zone::transact`].
    pub fn migrate(
        &mut self,
        sender: &Addr,
        contract: &Addr,
        code: u64,
        message: &impl Serialize,
    ) -> anyhow::Result<AppResponse> {
        let call = WasmMsg::Migrate {
            contract_addr: contract.to_string(),
            new_code_id: code,
            msg: to_json_vec(message)?.into(),
        };
        self.one(sender, call.into())
    }

    fn one(&mut self, sender: &Addr, message: CosmosMsg) -> anyhow::Result<AppResponse> {
        let responses = self.transact(sender, vec![message])?;
        responses
            .into_iter()
            .next()
            .context("a transaction without response")
    }

    /// A contract's answer, in the open block.
    ///
    /// # Errors
    /// What the contract refused, or an answer that is no `T`.
    pub fn query<T: DeserializeOwned>(
        &self,
        contract: &Addr,
        question: &impl Serialize,
    ) -> anyhow::Result<T> {
        Ok(from_json(
            self.query_raw(contract, to_json_vec(question)?)?,
        )?)
    }

    /// A contract's answer as JSON to a question as JSON, in the open block.
    ///
    /// # Errors
    /// What the contract refused.
    pub fn query_raw(&self, contract: &Addr, question: Vec<u8>) -> anyhow::Result<Vec<u8>> {
        self.ask(QueryRequest::Wasm(WasmQuery::Smart {
            contract_addr: contract.to_string(),
            msg: question.into(),
        }))
    }

    /// The chain's answer as JSON to any query, in the open block.
    ///
    /// # Errors
    /// What the chain or a contract refused.
    pub fn ask(&self, request: QueryRequest<Empty>) -> anyhow::Result<Vec<u8>> {
        let app = self.app(self.state.clone());
        let answer = app.raw_query(&to_json_vec(&request)?).into_result();
        let answer = answer
            .map_err(|error| anyhow::anyhow!("{error}"))?
            .into_result();
        Ok(answer.map_err(anyhow::Error::msg)?.into())
    }

    /// Anything else that `cw-multi-test` can do, on the open block's state: sudo, minting, raw storage. What it changes
    /// is committed with the block, but no transaction tells of it.
    pub fn with_app<T>(&mut self, action: impl FnOnce(&mut ZoneApp) -> T) -> T {
        // A copy: if a contract panics, the zone is as it was before.
        let mut app = self.app(self.state.clone());
        let result = action(&mut app);
        self.state = std::mem::take(app.storage_mut());
        result
    }

    fn app<S: Storage>(&self, state: S) -> ZoneApp<S> {
        let builder = AppBuilder::new()
            .with_api(self.api())
            .with_bank(self.bank.clone())
            .with_storage(state)
            .with_block(BlockInfo {
                height: self.height,
                time: cosmwasm_std::Timestamp::from_nanos(self.time.0),
                chain_id: self.id.to_string(),
            });
        let mut app = builder.build(no_init);
        for code in &self.codes {
            app.store_code(code());
        }
        app
    }
}
