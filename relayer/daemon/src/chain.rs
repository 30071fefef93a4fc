//! One zone, embedded or real, behind one trait: everything above it is the same code.

#[cfg(feature = "demo")]
pub mod embedded;
pub mod grpc;
pub mod wasmd;

use async_trait::async_trait;
use tendermint::{block::signed_header::SignedHeader, validator};
use tessera_planner::GasPrice;
use tessera_primitives::{
    fact::Attribute, Address, Amount, Asset, Bytes, CanonicalAddress, Hash, Height, Malformed,
    Timestamp, ZoneId,
};

/// One zone, and the account that this relayer uses there.
#[async_trait]
pub trait Chain: Send + Sync {
    /// The zone's chain id.
    fn zone(&self) -> &ZoneId;

    /// The account that signs; none where nothing is to be sent.
    fn account(&self) -> Option<&Address>;

    /// The account that pays for gas: the one that signs, or a granter; none where gas costs nothing.
    fn payer(&self) -> Option<&Address> {
        self.account()
    }

    /// What gas that is used costs now, where the chain itself says so; none where the configured price holds.
    async fn gas_price(&self) -> Option<GasPrice> {
        None
    }

    /// How its endpoints serve; none where there are no nodes to ask.
    fn services(&self) -> Vec<wasmd::Service> {
        Vec::new()
    }

    /// Denom that gas is paid in; none where gas costs nothing.
    fn gas_denom(&self) -> Option<String> {
        None
    }

    /// Height of the newest block whose results can be asked for.
    ///
    /// # Errors
    /// [`ChainError`] when the node does not answer, or answers for another chain.
    async fn tip(&self) -> Result<Height, ChainError>;

    /// The block of a height, with what contracts said in it.
    ///
    /// # Errors
    /// [`ChainError::Missing`] when the node does not have it.
    async fn block(&self, height: Height) -> Result<ChainBlock, ChainError>;

    /// The header of a height with its commit and the validators of this and the next height.
    ///
    /// # Errors
    /// [`ChainError::Missing`] when the node does not have it.
    async fn header(&self, height: Height) -> Result<LightBlock, ChainError>;

    /// What a key of a contract held after the block of a height, with the ICS-23 proofs of it.
    ///
    /// # Errors
    /// [`ChainError`] when the node no longer has that state.
    async fn prove(
        &self,
        contract: &CanonicalAddress,
        key: &[u8],
        state: Height,
    ) -> Result<Proven, ChainError>;

    /// A contract's answer, as JSON, to a question, as JSON.
    ///
    /// # Errors
    /// [`ChainError::Query`] with what the contract says.
    async fn query(&self, contract: &Address, question: &[u8]) -> Result<Vec<u8>, ChainError>;

    /// How much of an asset somebody holds.
    ///
    /// # Errors
    /// [`ChainError`].
    async fn balance(&self, holder: &Address, asset: &Asset) -> Result<Amount, ChainError>;

    /// The raw bytes of an address of this zone.
    ///
    /// # Errors
    /// [`ChainError::Address`] when it is none of this zone.
    fn canonical(&self, address: &Address) -> Result<CanonicalAddress, ChainError>;

    /// The text of raw address bytes on this zone.
    ///
    /// # Errors
    /// [`ChainError::Address`].
    fn humanise(&self, address: &CanonicalAddress) -> Result<Address, ChainError>;

    /// Simulates calls as one transaction and signs them.
    ///
    /// # Errors
    /// [`ChainError::Refused`] with what the zone says: nothing was sent.
    async fn prepare(&self, calls: &[Call]) -> Result<Prepared, ChainError>;

    /// Hands a prepared transaction in. An error means that it was not taken, and changes nothing.
    ///
    /// # Errors
    /// [`ChainError::Refused`], [`ChainError::NoMoney`], [`ChainError::Underpriced`], [`ChainError::Busy`].
    async fn offer(&self, prepared: &Prepared) -> Result<Offered, ChainError>;

    /// Waits until an offered transaction is in a block or can no longer be.
    ///
    /// # Errors
    /// [`ChainError::Refused`] when it failed in its block, [`ChainError::TimedOut`]; anything else leaves its fate unknown.
    async fn settled(&self, prepared: &Prepared) -> Result<Included, ChainError>;

    /// Sends a prepared transaction and waits until it is in a block or can no longer be.
    ///
    /// # Errors
    /// As [`Chain::offer`] and [`Chain::settled`].
    async fn send(&self, prepared: Prepared) -> Result<Included, ChainError> {
        self.offer(&prepared).await?;
        self.settled(&prepared).await
    }
}

/// What is known of a transaction that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// It waits for a block.
    Queued,
    /// No node said what it did with it. The same bytes are offered again until that is known.
    Unknown,
}

/// A block as far as a relayer reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainBlock {
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// Its header's hash.
    pub hash: Hash,
    /// What contracts said in transactions that succeeded, in order.
    pub events: Vec<ContractEvent>,
}

/// What one contract said, as the chain wrote it: `contract_api::event` reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractEvent {
    /// The event's type, with the chain's `wasm-`.
    pub kind: String,
    /// Its attributes, with the chain's `_contract_address`.
    pub attributes: Vec<Attribute>,
}

/// A header with what verifies it.
#[derive(Clone, Debug)]
pub struct LightBlock {
    /// The header and the commit for it.
    pub signed_header: SignedHeader,
    /// The validators that signed it.
    pub validators: validator::Set,
    /// The validators of the next height.
    pub next_validators: validator::Set,
}

/// What a key held, proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The value; none when the key was absent.
    pub value: Option<Vec<u8>>,
    /// Protobuf ICS-23 proof of the key in the contract store.
    pub item: Bytes,
    /// Protobuf ICS-23 proof of the contract store under the app hash.
    pub store: Bytes,
}

/// A message to a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The contract.
    pub contract: Address,
    /// The message, as JSON.
    pub message: Vec<u8>,
    /// Native coins sent along.
    pub funds: Vec<(String, Amount)>,
    /// Gas that must be left when its last submessage runs, although it will not be used: simulating does not show it.
    pub spare_gas: u64,
}

/// A signed transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its hash.
    pub hash: Hash,
    /// Height above which no block can include it.
    pub until: Height,
    /// Gas it may use.
    pub gas_limit: u64,
    /// What its sender pays for that gas, used or not.
    pub fee: Amount,
}

/// A transaction that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// Height of its block.
    pub height: Height,
    /// Its hash.
    pub hash: Hash,
    /// Gas that it used; zero where gas is not counted.
    pub gas_used: u64,
}

/// Why a zone did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// No node answers as it should.
    #[error("{zone}: {endpoint} cannot be used: {reason}")]
    Unreachable {
        /// The zone.
        zone: ZoneId,
        /// The node.
        endpoint: String,
        /// What the client says.
        reason: String,
    },
    /// The node serves another chain.
    #[error("{endpoint} serves chain {actual}, not {expected}: check rpc_addr of this chain")]
    WrongChain {
        /// The node.
        endpoint: String,
        /// The configured chain id.
        expected: ZoneId,
        /// The node's.
        actual: String,
    },
    /// The node does not have this height.
    #[error("{zone}: no {what} at height {height}: {reason}")]
    Missing {
        /// The zone.
        zone: ZoneId,
        /// What was asked for.
        what: &'static str,
        /// The height.
        height: Height,
        /// What the node says.
        reason: String,
    },
    /// A contract refused a question.
    #[error("{zone}: {contract} does not answer: {reason}")]
    Query {
        /// The zone.
        zone: ZoneId,
        /// The contract.
        contract: Address,
        /// What it says.
        reason: String,
    },
    /// The zone refused a transaction.
    #[error("{zone}: transaction refused (code {code}, {codespace}): {reason}")]
    Refused {
        /// The zone.
        zone: ZoneId,
        /// Code and codespace as the chain gives them.
        code: u32,
        /// See `code`.
        codespace: String,
        /// What the zone says.
        reason: String,
    },
    /// The signing account has no money, or does not exist yet.
    #[error("{zone}: account {account} cannot pay {needed}: {reason}. Send it some coins")]
    NoMoney {
        /// The zone.
        zone: ZoneId,
        /// The signing account.
        account: Address,
        /// The fee that was needed, where it is known.
        needed: String,
        /// What the zone says.
        reason: String,
    },
    /// Nothing can be signed.
    #[error("{zone}: no key was given to sign with")]
    NoKey {
        /// The zone.
        zone: ZoneId,
    },
    /// More gas is needed than the operator allows.
    #[error("{zone}: {needed} gas are needed and max_gas is {limit}")]
    GasLimit {
        /// The zone.
        zone: ZoneId,
        /// Gas needed, with the multiplier.
        needed: u64,
        /// The configured limit.
        limit: u64,
    },
    /// The transaction has more bytes than the operator or the node allows.
    #[error(
        "{zone}: the transaction has {actual} bytes, and max_tx_size or the node allow {limit}"
    )]
    TooLarge {
        /// The zone.
        zone: ZoneId,
        /// Its bytes.
        actual: usize,
        /// The configured limit.
        limit: usize,
    },
    /// The fee is below what the zone asks for.
    #[error("{zone}: the fee is too low: {reason}. Raise gas_price, or use dynamic_gas_price")]
    Underpriced {
        /// The zone.
        zone: ZoneId,
        /// What the zone says.
        reason: String,
    },
    /// The node takes no transactions now.
    #[error("{zone}: the node takes no transaction now: {reason}")]
    Busy {
        /// The zone.
        zone: ZoneId,
        /// What it says.
        reason: String,
    },
    /// No block up to its timeout height included the transaction.
    #[error("{zone}: transaction {transaction} was in no block up to {until}")]
    TimedOut {
        /// The zone.
        zone: ZoneId,
        /// Its hash.
        transaction: Hash,
        /// Its timeout height.
        until: Height,
    },
    /// An address that is none of this zone's.
    #[error("{zone}: {text} is no address here: {reason}")]
    Address {
        /// The zone.
        zone: ZoneId,
        /// The address.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// The node's answer is not what it should be.
    #[error("{zone}: the node's {what} is malformed: {reason}")]
    Malformed {
        /// The zone.
        zone: ZoneId,
        /// What was asked for.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
}

impl ChainError {
    /// Wraps what a constructor refused in a node's answer.
    pub fn malformed(zone: &ZoneId, what: &'static str, reason: impl ToString) -> ChainError {
        ChainError::Malformed {
            zone: zone.clone(),
            what,
            reason: reason.to_string(),
        }
    }
}

/// The prefix and the bytes of an address of any zone: one key has the same bytes on all.
///
/// # Errors
/// What is wrong with it: no bech32, or a length that is no address's.
pub fn account_bytes(address: &str) -> Result<(String, CanonicalAddress), String> {
    let id: cosmrs::AccountId = address
        .parse()
        .map_err(|error: cosmrs::ErrorReport| error.to_string())?;
    let bytes = CanonicalAddress::new(id.to_bytes()).map_err(|error| error.to_string())?;
    Ok((id.prefix().into(), bytes))
}

/// A height as CometBFT's types write it.
///
/// # Errors
/// [`Malformed`] above `i64::MAX`.
pub fn block_height(height: Height) -> Result<tendermint::block::Height, Malformed> {
    tendermint::block::Height::try_from(height.0).map_err(|_| Malformed::Range {
        what: "block height",
        min: 0,
        max: i64::MAX as u128,
        actual: height.0.into(),
    })
}
