use cosmrs::proto::{
    cosmos::{
        auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse},
        bank::v1beta1::{
            QueryAllBalancesRequest, QueryAllBalancesResponse, QueryBalanceRequest,
            QueryBalanceResponse,
        },
        base::v1beta1::Coin,
        tx::v1beta1::{SimulateRequest, SimulateResponse},
    },
    cosmwasm::wasm::v1::{
        ContractInfo, QueryCodeRequest, QueryContractInfoRequest, QueryContractInfoResponse,
        QuerySmartContractStateRequest, QuerySmartContractStateResponse,
    },
};
use prost::Message;
use tessera_primitives::{Address, Amount, Asset, Hash};

use super::{
    fault::Trouble,
    lane::Place,
    node::{Node, Objection},
    ChainError, Wasmd,
};

impl Wasmd {
    /// Calls a gRPC method of the application on whichever node answers.
    pub(super) async fn call<A: Message, B: Message + Default>(
        &self,
        path: &'static str,
        request: &A,
    ) -> Result<Result<B, Objection>, ChainError> {
        let answer = self
            .pool()
            .with(None, |node| async move { node.call(path, request).await })
            .await;
        answer.map_err(|unserved| unserved.error(self.id(), path))
    }

    pub(super) async fn ask_contract(
        &self,
        contract: &Address,
        question: &[u8],
    ) -> Result<Vec<u8>, ChainError> {
        let request = QuerySmartContractStateRequest {
            address: contract.to_string(),
            query_data: question.to_vec(),
        };
        let path = "/cosmwasm.wasm.v1.Query/SmartContractState";
        let answer: Result<QuerySmartContractStateResponse, Objection> =
            self.call(path, &request).await?;
        match answer {
            Ok(answer) => Ok(answer.data),
            Err(objection) => Err(ChainError::Query {
                zone: self.id().clone(),
                contract: contract.clone(),
                reason: objection.reason,
            }),
        }
    }

    /// Whether whoever is to pay the fees has granted them.
    pub(super) async fn is_granted(&self) -> Result<bool, ChainError> {
        let Some(granter) = self.settings().fee_granter.clone() else {
            return Ok(true);
        };
        let request = AllowanceRequest {
            granter: granter.to_string(),
            grantee: self.lane()?.account.to_string(),
        };
        let path = "/cosmos.feegrant.v1beta1.Query/Allowance";
        let answer: Result<AllowanceResponse, Objection> = self.call(path, &request).await?;
        Ok(answer.is_ok())
    }

    /// A contract's code and admin, as the wasm module has them.
    ///
    /// # Errors
    /// [`ChainError::Query`] when there is no such contract, and what its nodes say.
    pub async fn contract(&self, contract: &Address) -> Result<ContractInfo, ChainError> {
        let request = QueryContractInfoRequest {
            address: contract.to_string(),
        };
        let path = "/cosmwasm.wasm.v1.Query/ContractInfo";
        let answer: Result<QueryContractInfoResponse, Objection> =
            self.call(path, &request).await?;
        answer
            .map(|answer| answer.contract_info.unwrap_or_default())
            .map_err(|objection| ChainError::Query {
                zone: self.id().clone(),
                contract: contract.clone(),
                reason: objection.reason,
            })
    }

    /// The SHA-256 of a stored code's Wasm.
    ///
    /// # Errors
    /// [`ChainError::Malformed`] when there is no such code, and what its nodes say.
    pub async fn checksum(&self, code: u64) -> Result<Hash, ChainError> {
        let path = "/cosmwasm.wasm.v1.Query/CodeInfo";
        let wrong = |reason: String| ChainError::malformed(self.id(), "code", reason);
        let answer: CodeInfo = self
            .call(path, &QueryCodeRequest { code_id: code })
            .await?
            .map_err(|objection| wrong(objection.reason))?;
        let bytes: [u8; 32] = answer
            .checksum
            .try_into()
            .map_err(|_| wrong(format!("the checksum of code {code} is not 32 bytes")))?;
        Ok(Hash(bytes))
    }

    /// What somebody holds: the first hundred native denoms.
    ///
    /// # Errors
    /// [`ChainError::Malformed`] for amounts that are none, and what its nodes say.
    pub async fn balances(&self, holder: &Address) -> Result<Vec<(String, Amount)>, ChainError> {
        let request = QueryAllBalancesRequest {
            address: holder.to_string(),
            ..QueryAllBalancesRequest::default()
        };
        let path = "/cosmos.bank.v1beta1.Query/AllBalances";
        let answer: QueryAllBalancesResponse = self
            .call(path, &request)
            .await?
            .map_err(|objection| ChainError::malformed(self.id(), path, objection.reason))?;
        let coin = |coin: Coin| match coin.amount.parse() {
            Ok(amount) => Ok((coin.denom, amount)),
            Err(error) => Err(ChainError::malformed(self.id(), "balance", error)),
        };
        answer.balances.into_iter().map(coin).collect()
    }

    pub(super) async fn ask_balance(
        &self,
        holder: &Address,
        asset: &Asset,
    ) -> Result<Amount, ChainError> {
        let zone = self.id();
        match asset {
            Asset::Native(denom) => {
                let request = QueryBalanceRequest {
                    address: holder.to_string(),
                    denom: denom.to_string(),
                };
                let path = "/cosmos.bank.v1beta1.Query/Balance";
                let answer: QueryBalanceResponse = self
                    .call(path, &request)
                    .await?
                    .map_err(|objection| ChainError::malformed(zone, path, objection.reason))?;
                let amount = answer.balance.map(|coin| coin.amount).unwrap_or_default();
                amount
                    .parse()
                    .map_err(|error| ChainError::malformed(zone, "balance", error))
            }
            Asset::Cw20(token) => {
                let question = serde_json::json!({ "balance": { "address": holder } });
                let answer = self
                    .ask_contract(token, question.to_string().as_bytes())
                    .await?;
                let answer: Cw20Balance = serde_json::from_slice(&answer)
                    .map_err(|error| ChainError::malformed(zone, "cw20 balance", error))?;
                Ok(answer.balance)
            }
        }
    }
}

impl Node {
    /// An account's number and next sequence as committed. An account that never received a coin does not exist.
    pub(super) async fn place(
        &self,
        account: &Address,
    ) -> Result<Result<Place, Objection>, Trouble> {
        let request = QueryAccountRequest {
            address: account.to_string(),
        };
        let path = "/cosmos.auth.v1beta1.Query/Account";
        let answer: QueryAccountResponse = match self.call(path, &request).await? {
            Ok(answer) => answer,
            Err(objection) => return Ok(Err(objection)),
        };
        let account = answer.account.unwrap_or_default();
        let account = BaseAccount::decode(account.value.as_slice());
        let account = account
            .map_err(|error| super::fault::Fault::Garbled(format!("an account: {error}")))?;
        Ok(Ok(Place {
            account_number: account.account_number,
            sequence: account.sequence,
        }))
    }

    /// Gas that a transaction would use.
    pub(super) async fn gas(&self, transaction: &[u8]) -> Result<Result<u64, Objection>, Trouble> {
        #[allow(deprecated)]
        let request = SimulateRequest {
            tx: None,
            tx_bytes: transaction.to_vec(),
        };
        let path = "/cosmos.tx.v1beta1.Service/Simulate";
        let answer: Result<SimulateResponse, Objection> = self.call(path, &request).await?;
        Ok(answer
            .map(|answer| answer.gas_info.map(|gas| gas.gas_used).unwrap_or_default())
            .map_err(Objection::of_simulation))
    }
}

/// `cosmos.feegrant.v1beta1.QueryAllowanceRequest`
#[derive(Clone, PartialEq, prost::Message)]
struct AllowanceRequest {
    #[prost(string, tag = "1")]
    granter: String,
    #[prost(string, tag = "2")]
    grantee: String,
}

/// `cosmos.feegrant.v1beta1.QueryAllowanceResponse`: that there is one is enough.
#[derive(Clone, PartialEq, prost::Message)]
struct AllowanceResponse {}

#[derive(serde::Deserialize)]
struct Cw20Balance {
    balance: Amount,
}

/// What `Query/CodeInfo` answers, without the code itself; the protobuf crate does not have it yet.
#[derive(Clone, PartialEq, Message)]
struct CodeInfo {
    #[prost(bytes = "vec", tag = "3")]
    checksum: Vec<u8>,
}
