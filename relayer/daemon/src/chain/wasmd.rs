//! A real zone: CometBFT 0.38 with wasmd, asked over RPC. Every application query goes through `abci_query` too, so one
//! port of a node is enough.
//!
//! ```text
//!   Wasmd (one account) ─► lane ── its own node: sequence, mempool, simulation
//!      │                                │ fails, and nothing of unknown fate is under way: another node
//!      └─► pool of nodes ◄──────────────┘
//!            health of each: latency, faults by cause, heights; probes bring them back
//! ```
//!
//! Invariants:
//! - no answer is used that is of another height, chain or key than asked for, or whose proof does not lead to the app
//!   hash in the node's header; answers have limits of size and time;
//! - an error of [`Chain::offer`] means that nothing was sent; while the fate of a transaction is unknown, its lane signs
//!   no other one;
//! - addresses of nodes are shown as `scheme://host:port`: what else they hold may be a secret.
//!
//! Not withstood here: one node that invents a whole consistent chain, or hides events. Views and witnesses find the
//! first, surveys the second.

mod abci;
mod fault;
pub mod health;
mod lane;
mod node;
mod outcome;
mod pool;
mod price;
mod transaction;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use cosmrs::AccountId;
use tendermint_rpc::endpoint::status::SyncInfo;
use tessera_planner::GasPrice;
use tessera_primitives::{Address, Amount, Asset, CanonicalAddress, Height, ZoneId};
use tokio::sync::Mutex;

use super::{
    account_bytes, block_height, Call, Chain, ChainBlock, ChainError, Included, LightBlock,
    Offered, Prepared, Proven,
};
use crate::keys::SigningKey;

use fault::Trouble;
use lane::{execute_message, Lane};
use node::Node;
use pool::Pool;

pub use fault::Fault;
pub use health::Service;
pub use node::shown;
pub use outcome::Outcome;
pub use price::{fee, gas_price};

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
    /// Whether the chain's own price is asked for, where it has one.
    pub dynamic: Option<Dynamic>,
}

/// How the chain's own price of gas is used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dynamic {
    /// What it is multiplied with.
    pub multiplier: f64,
    /// Greatest price that is paid.
    pub max: f64,
}

/// What is needed to use a real zone.
pub struct Settings {
    /// Its chain id.
    pub zone: ZoneId,
    /// RPC addresses of its nodes, the preferred one first.
    pub endpoints: Vec<String>,
    /// The prefix of its addresses.
    pub account_prefix: String,
    /// How transactions are paid.
    pub gas: Gas,
    /// Who pays the fees, where it is not the account that signs.
    pub fee_granter: Option<Address>,
    /// Greatest size of a transaction, in bytes.
    pub max_bytes: usize,
    /// Text that goes with every transaction.
    pub memo: String,
    /// How long a request may take.
    pub timeout: Duration,
    /// Blocks after which a transaction can no longer be included.
    pub timeout_blocks: u64,
}

/// What all accounts of a zone share.
struct Shared {
    settings: Settings,
    pool: Arc<Pool>,
    price: Mutex<Option<price::Known>>,
}

/// How far a node says that it is, if it serves the zone: for whoever chooses among nodes.
///
/// # Errors
/// With what is wrong, without the address.
pub async fn sync_info(
    zone: &ZoneId,
    endpoint: &str,
    patience: Duration,
) -> Result<SyncInfo, String> {
    match Node::new(zone, endpoint, patience)?.sync_info().await {
        Ok(info) => Ok(info),
        Err(Trouble::Fault(fault)) => Err(fault.to_string()),
        Err(Trouble::Lacks(said)) => Err(format!("it answers: {said}")),
    }
}

/// A real zone, and an account there.
pub struct Wasmd {
    shared: Arc<Shared>,
    lane: Option<Lane>,
}

impl Wasmd {
    /// Connects, and makes sure that the nodes serve the configured chain. Without a key nothing can be sent.
    ///
    /// # Errors
    /// [`ChainError::Unreachable`] when no node answers, [`ChainError::WrongChain`] when any serves another chain,
    /// [`ChainError::Address`] for a prefix that makes no address.
    pub async fn connect(settings: Settings, key: Option<SigningKey>) -> Result<Wasmd, ChainError> {
        let reader = Wasmd::open(settings)?;
        reader.check().await?;
        match key {
            Some(key) => reader.with_key(key),
            None => Ok(reader),
        }
    }

    /// A zone to read from, without asking anything yet: whom a node serves is checked before it is first used.
    ///
    /// # Errors
    /// [`ChainError::Unreachable`] for an address that is none.
    pub fn open(settings: Settings) -> Result<Wasmd, ChainError> {
        let pool = Pool::new(&settings.zone, &settings.endpoints, settings.timeout)?;
        let shared = Shared {
            settings,
            pool,
            price: Mutex::new(None),
        };
        Ok(Wasmd {
            shared: Arc::new(shared),
            lane: None,
        })
    }

    /// The same zone with another key: a lane of its own, and the same nodes.
    ///
    /// # Errors
    /// [`ChainError::Address`] for a prefix that makes no address.
    pub fn with_key(&self, key: SigningKey) -> Result<Wasmd, ChainError> {
        let prefix = &self.settings().account_prefix;
        let account = key.account(prefix);
        let account = account.map_err(|error| ChainError::Address {
            zone: self.id().clone(),
            text: prefix.clone(),
            reason: error.to_string(),
        })?;
        Ok(Wasmd {
            shared: self.shared.clone(),
            lane: Some(Lane {
                key,
                account,
                state: Mutex::default(),
            }),
        })
    }

    /// Makes sure that a node answers, and that those which do serve the configured chain.
    ///
    /// # Errors
    /// As [`Wasmd::connect`].
    pub async fn check(&self) -> Result<(), ChainError> {
        self.pool().check().await
    }

    /// Asks every endpoint how it is, and says so.
    pub async fn probe(&self) -> Vec<Service> {
        let pool = self.pool();
        pool.probe_all(true).await;
        pool.services()
    }

    /// Sends and waits, and answers with what the transaction said.
    ///
    /// # Errors
    /// As [`Chain::send`].
    pub async fn broadcast(&self, prepared: Prepared) -> Result<Outcome, ChainError> {
        self.hand_in(&prepared).await?;
        self.outcome(prepared.hash, prepared.until).await
    }

    fn id(&self) -> &ZoneId {
        &self.shared.settings.zone
    }

    fn pool(&self) -> &Arc<Pool> {
        &self.shared.pool
    }

    fn settings(&self) -> &Settings {
        &self.shared.settings
    }
}

#[async_trait]
impl Chain for Wasmd {
    fn zone(&self) -> &ZoneId {
        self.id()
    }

    fn account(&self) -> Option<&Address> {
        self.lane.as_ref().map(|lane| &lane.account)
    }

    fn gas_denom(&self) -> Option<String> {
        Some(self.settings().gas.denom.clone())
    }

    fn payer(&self) -> Option<&Address> {
        let Settings {
            gas, fee_granter, ..
        } = self.settings();
        let pays = gas.price > 0.0 || gas.dynamic.is_some();
        let payer = fee_granter.as_ref().or(self.account());
        payer.filter(|_| pays)
    }

    async fn gas_price(&self) -> Option<GasPrice> {
        self.asked_price().await
    }

    fn services(&self) -> Vec<Service> {
        self.pool().services()
    }

    async fn tip(&self) -> Result<Height, ChainError> {
        let tip = self.pool().tip().await;
        tip.map_err(|unserved| unserved.error(self.id(), "height"))
    }

    async fn block(&self, height: Height) -> Result<ChainBlock, ChainError> {
        let block = self
            .pool()
            .with(Some(height), |node| async move { node.block(height).await })
            .await;
        block.map_err(|unserved| unserved.at(self.id(), "block", height))
    }

    async fn header(&self, height: Height) -> Result<LightBlock, ChainError> {
        let block = self
            .pool()
            .with(Some(height), |node| async move {
                node.light_block(height).await
            })
            .await;
        block.map_err(|unserved| unserved.at(self.id(), "header", height))
    }

    async fn prove(
        &self,
        contract: &CanonicalAddress,
        key: &[u8],
        state: Height,
    ) -> Result<Proven, ChainError> {
        let proven = self
            .pool()
            .with(Some(state), |node| async move {
                node.prove(contract, key, state).await
            })
            .await;
        proven.map_err(|unserved| unserved.at(self.id(), "contract storage", state))
    }

    async fn query(&self, contract: &Address, question: &[u8]) -> Result<Vec<u8>, ChainError> {
        self.ask_contract(contract, question).await
    }

    async fn balance(&self, holder: &Address, asset: &Asset) -> Result<Amount, ChainError> {
        self.ask_balance(holder, asset).await
    }

    fn canonical(&self, address: &Address) -> Result<CanonicalAddress, ChainError> {
        let wrong = |reason: String| ChainError::Address {
            zone: self.id().clone(),
            text: address.to_string(),
            reason,
        };
        let expected = &self.settings().account_prefix;
        let (prefix, bytes) = account_bytes(address.as_str()).map_err(wrong)?;
        if prefix != *expected {
            return Err(wrong(format!("its prefix is {prefix}, not {expected}")));
        }
        Ok(bytes)
    }

    fn humanise(&self, address: &CanonicalAddress) -> Result<Address, ChainError> {
        let wrong = |reason: String| ChainError::Address {
            zone: self.id().clone(),
            text: address.to_string(),
            reason,
        };
        let id = AccountId::new(&self.settings().account_prefix, address.as_bytes())
            .map_err(|error| wrong(error.to_string()))?;
        Address::new(id.to_string()).map_err(|error| wrong(error.to_string()))
    }

    async fn prepare(&self, calls: &[Call]) -> Result<Prepared, ChainError> {
        let sender = &self.lane()?.account;
        let messages = calls.iter().map(|call| execute_message(sender, call));
        let spare = calls.iter().map(|call| call.spare_gas).max();
        let max_bytes = self.settings().max_bytes;
        self.sign(messages.collect(), spare.unwrap_or_default(), max_bytes)
            .await
    }

    async fn offer(&self, prepared: &Prepared) -> Result<Offered, ChainError> {
        self.hand_in(prepared).await
    }

    async fn settled(&self, prepared: &Prepared) -> Result<Included, ChainError> {
        let outcome = self.outcome(prepared.hash, prepared.until).await;
        outcome.map(|outcome| outcome.included)
    }
}
