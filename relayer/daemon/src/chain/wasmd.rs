//! A real zone: CometBFT 0.38 with wasmd, asked over RPC. Every application query goes through `abci_query` too, so one
//! endpoint is enough.

mod abci;
mod block;
mod proof;
mod transaction;

use std::time::Duration;

use async_trait::async_trait;
use cosmrs::AccountId;
use tendermint_rpc::{client::CompatMode, Client, HttpClient, HttpClientUrl};
use tessera_primitives::{Address, Amount, Asset, CanonicalAddress, Height, ZoneId};
use tokio::sync::Mutex;

use super::{
    block_height, Call, Chain, ChainBlock, ChainError, Included, LightBlock, Prepared, Proven,
};
use crate::keys::SigningKey;

use transaction::execute_message;

pub use transaction::Outcome;

/// How transactions of one zone are paid.
#[derive(Clone, Debug, PartialEq)]
pub struct Gas {
    /// Price of one unit of gas, in `denom`.
    pub price: f64,
    /// The fee's denom.
    pub denom: String,
    /// What simulated gas is multiplied with.
    pub multiplier: f64,
    /// Greatest gas of one transaction.
    pub limit: u64,
}

/// What is needed to use a real zone.
pub struct Settings {
    /// Its chain id.
    pub zone: ZoneId,
    /// Its node's RPC address.
    pub endpoint: String,
    /// The prefix of its addresses.
    pub account_prefix: String,
    /// How transactions are paid.
    pub gas: Gas,
    /// Text that goes with every transaction.
    pub memo: String,
    /// How long a request may take.
    pub timeout: Duration,
    /// Blocks after which a transaction can no longer be included.
    pub timeout_blocks: u64,
}

/// A key, and its account here.
struct Signer {
    key: SigningKey,
    account: Address,
}

/// A real zone.
pub struct Wasmd {
    settings: Settings,
    client: HttpClient,
    signer: Option<Signer>,
    lane: Mutex<Option<transaction::Lane>>,
}

impl Signer {
    fn new(settings: &Settings, key: SigningKey) -> Result<Signer, ChainError> {
        let account = key.account(&settings.account_prefix);
        let account = account.map_err(|error| ChainError::Address {
            zone: settings.zone.clone(),
            text: settings.account_prefix.clone(),
            reason: error.to_string(),
        })?;
        Ok(Signer { key, account })
    }
}

impl Wasmd {
    /// Connects, and makes sure that the node serves the configured chain. Without a key nothing can be sent.
    ///
    /// # Errors
    /// [`ChainError::Unreachable`], [`ChainError::WrongChain`], [`ChainError::Address`] for a prefix that makes no
    /// address.
    pub async fn connect(settings: Settings, key: Option<SigningKey>) -> Result<Wasmd, ChainError> {
        let unreachable = |reason: String| ChainError::Unreachable {
            zone: settings.zone.clone(),
            endpoint: settings.endpoint.clone(),
            reason,
        };
        let url: HttpClientUrl = settings
            .endpoint
            .parse()
            .map_err(|error| unreachable(detail(error)))?;
        let client = HttpClient::builder(url)
            .timeout(settings.timeout)
            .compat_mode(CompatMode::V0_38)
            .build()
            .map_err(|error| unreachable(detail(error)))?;
        let status = client
            .status()
            .await
            .map_err(|error| unreachable(detail(error)))?;
        if status.node_info.network.as_str() != settings.zone.as_str() {
            return Err(ChainError::WrongChain {
                endpoint: settings.endpoint.clone(),
                expected: settings.zone.clone(),
                actual: status.node_info.network.to_string(),
            });
        }
        let signer = key.map(|key| Signer::new(&settings, key)).transpose()?;
        let lane = Mutex::new(None);
        Ok(Wasmd {
            settings,
            client,
            signer,
            lane,
        })
    }

    fn signer(&self) -> Result<&Signer, ChainError> {
        self.signer.as_ref().ok_or_else(|| ChainError::NoKey {
            zone: self.settings.zone.clone(),
        })
    }

    fn unreachable(&self, error: tendermint_rpc::Error) -> ChainError {
        ChainError::Unreachable {
            zone: self.settings.zone.clone(),
            endpoint: self.settings.endpoint.clone(),
            reason: detail(error),
        }
    }

    /// A height that the node answers an error for is one that it does not have; anything else is the connection.
    fn missing(
        &self,
        what: &'static str,
        height: Height,
    ) -> impl FnOnce(tendermint_rpc::Error) -> ChainError + '_ {
        move |error| match error.detail() {
            tendermint_rpc::error::ErrorDetail::Response(response) => ChainError::Missing {
                zone: self.settings.zone.clone(),
                what,
                height,
                reason: response.source.to_string(),
            },
            _ => self.unreachable(error),
        }
    }
}

/// The error in one line, without the trace that `flex-error` appends.
fn detail(error: tendermint_rpc::Error) -> String {
    error.detail().to_string()
}

#[async_trait]
impl Chain for Wasmd {
    fn zone(&self) -> &ZoneId {
        &self.settings.zone
    }

    fn account(&self) -> Option<&Address> {
        self.signer.as_ref().map(|signer| &signer.account)
    }

    async fn tip(&self) -> Result<Height, ChainError> {
        // What the application has committed: the node stores a block before it has that block's results.
        let info = self
            .client
            .abci_info()
            .await
            .map_err(|error| self.unreachable(error))?;
        Ok(Height(info.last_block_height.value()))
    }

    async fn block(&self, height: Height) -> Result<ChainBlock, ChainError> {
        self.read_block(height).await
    }

    async fn header(&self, height: Height) -> Result<LightBlock, ChainError> {
        self.read_header(height).await
    }

    async fn prove(
        &self,
        contract: &CanonicalAddress,
        key: &[u8],
        state: Height,
    ) -> Result<Proven, ChainError> {
        self.read_proof(contract, key, state).await
    }

    async fn query(&self, contract: &Address, question: &[u8]) -> Result<Vec<u8>, ChainError> {
        self.ask_contract(contract, question).await
    }

    async fn balance(&self, holder: &Address, asset: &Asset) -> Result<Amount, ChainError> {
        self.ask_balance(holder, asset).await
    }

    fn canonical(&self, address: &Address) -> Result<CanonicalAddress, ChainError> {
        let wrong = |reason: String| ChainError::Address {
            zone: self.settings.zone.clone(),
            text: address.to_string(),
            reason,
        };
        let id: AccountId = address
            .as_str()
            .parse()
            .map_err(|error: cosmrs::ErrorReport| wrong(error.to_string()))?;
        if id.prefix() != self.settings.account_prefix {
            return Err(wrong(format!(
                "its prefix is {}, not {}",
                id.prefix(),
                self.settings.account_prefix
            )));
        }
        CanonicalAddress::new(id.to_bytes()).map_err(|error| wrong(error.to_string()))
    }

    fn humanise(&self, address: &CanonicalAddress) -> Result<Address, ChainError> {
        let wrong = |reason: String| ChainError::Address {
            zone: self.settings.zone.clone(),
            text: address.to_string(),
            reason,
        };
        let id = AccountId::new(&self.settings.account_prefix, address.as_bytes())
            .map_err(|error| wrong(error.to_string()))?;
        Address::new(id.to_string()).map_err(|error| wrong(error.to_string()))
    }

    async fn prepare(&self, calls: &[Call]) -> Result<Prepared, ChainError> {
        let sender = &self.signer()?.account;
        let messages = calls.iter().map(|call| execute_message(sender, call));
        let spare = calls.iter().map(|call| call.spare_gas).max();
        self.sign(messages.collect(), spare.unwrap_or_default())
            .await
    }

    async fn send(&self, prepared: Prepared) -> Result<Included, ChainError> {
        let sent = self.broadcast(prepared).await;
        sent.map(|outcome| outcome.included)
    }
}
