use std::{collections::BTreeSet, sync::Arc};

use anyhow::bail;
use cosmwasm_std::{
    Addr, Api, BankMsg, BankQuery, Binary, BlockInfo, CustomMsg, CustomQuery, Querier, Storage,
};
use cw_multi_test::{AppResponse, Bank, BankKeeper, BankSudo, CosmosRouter, Module};
use serde::de::DeserializeOwned;

/// The bank, with accounts that may not receive, as module accounts are on a real chain: a send to one of them fails.
#[derive(Clone, Debug, Default)]
pub struct GuardedBank {
    pub(crate) closed: Arc<BTreeSet<Addr>>,
}

impl Bank for GuardedBank {}

impl Module for GuardedBank {
    type ExecT = BankMsg;
    type QueryT = BankQuery;
    type SudoT = BankSudo;

    fn execute<ExecC, QueryC>(
        &self,
        api: &dyn Api,
        storage: &mut dyn Storage,
        router: &dyn CosmosRouter<ExecC = ExecC, QueryC = QueryC>,
        block: &BlockInfo,
        sender: Addr,
        message: BankMsg,
    ) -> anyhow::Result<AppResponse>
    where
        ExecC: CustomMsg + DeserializeOwned + 'static,
        QueryC: CustomQuery + DeserializeOwned + 'static,
    {
        if let BankMsg::Send { to_address, .. } = &message {
            if self.closed.contains(&Addr::unchecked(to_address)) {
                bail!("{to_address} is not allowed to receive funds: unauthorized");
            }
        }
        BankKeeper::new().execute(api, storage, router, block, sender, message)
    }

    fn query(
        &self,
        api: &dyn Api,
        storage: &dyn Storage,
        querier: &dyn Querier,
        block: &BlockInfo,
        request: BankQuery,
    ) -> anyhow::Result<Binary> {
        BankKeeper::new().query(api, storage, querier, block, request)
    }

    fn sudo<ExecC, QueryC>(
        &self,
        api: &dyn Api,
        storage: &mut dyn Storage,
        router: &dyn CosmosRouter<ExecC = ExecC, QueryC = QueryC>,
        block: &BlockInfo,
        message: BankSudo,
    ) -> anyhow::Result<AppResponse>
    where
        ExecC: CustomMsg + DeserializeOwned + 'static,
        QueryC: CustomQuery + DeserializeOwned + 'static,
    {
        BankKeeper::new().sudo(api, storage, router, block, message)
    }
}
