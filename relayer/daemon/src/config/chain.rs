//! `[[chains]]`: one section a zone.

use std::{collections::BTreeSet, fmt, path::PathBuf, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tessera_primitives::{Address, Height, Ratio, ZoneId};

use super::{
    duration::{duration, maybe_duration, write_duration, write_maybe_duration},
    PricesConfig,
};

/// `[[chains]]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
    /// Its chain id.
    pub id: ZoneId,
    /// CometBFT's RPC addresses, the preferred one first; never empty.
    #[serde(alias = "rpc_addr", deserialize_with = "one_or_many")]
    pub rpc_addrs: Vec<String>,
    /// The SDK's gRPC addresses: only ordinary IBC needs one.
    #[serde(default, alias = "grpc_addr", deserialize_with = "one_or_many")]
    pub grpc_addrs: Vec<String>,
    /// What says that there is a new block.
    #[serde(default)]
    pub event_source: EventSource,
    /// Other nodes of the chain: their headers are compared with the first one's.
    #[serde(default)]
    pub witness_addrs: Vec<String>,
    /// How long a request may take.
    #[serde(
        default = "ten_seconds",
        deserialize_with = "duration",
        serialize_with = "write_duration"
    )]
    pub rpc_timeout: Duration,
    /// How often new blocks are asked for.
    #[serde(
        default = "poll_interval",
        deserialize_with = "duration",
        serialize_with = "write_duration"
    )]
    pub poll_interval: Duration,
    /// The prefix of its addresses.
    pub account_prefix: String,
    /// How its addresses are derived from keys.
    #[serde(default)]
    pub address_type: AddressType,
    /// The keys that sign, the first where one is enough; none where packets alone are relayed.
    #[serde(default, alias = "key_name", deserialize_with = "one_or_many")]
    pub key_names: Vec<String>,
    /// The key that signs packets of ordinary IBC, none of `key_names`; none where they are not relayed.
    pub packet_key_name: Option<String>,
    /// `[chains.signer]`: the keys are elsewhere.
    pub signer: Option<SignerConfig>,
    /// Price of a unit of gas.
    pub gas_price: GasPrice,
    /// What simulated gas is multiplied with.
    #[serde(default = "multiplier")]
    pub gas_multiplier: f64,
    /// Gas of a transaction that cannot be simulated; `max_gas` unless told.
    pub default_gas: Option<u64>,
    /// Greatest gas of one transaction.
    #[serde(default = "max_gas")]
    pub max_gas: u64,
    /// Gas priced by what the chain asks.
    #[serde(default)]
    pub dynamic_gas_price: DynamicGasPrice,
    /// Greatest number of messages in one transaction.
    #[serde(default = "default_messages")]
    pub max_msg_num: usize,
    /// Greatest size of one transaction, in bytes.
    #[serde(default = "default_tx_size")]
    pub max_tx_size: usize,
    /// The account that pays the fees, if it is not the signer: it must have granted them.
    pub fee_granter: Option<Address>,
    /// Text that goes with every transaction.
    #[serde(default)]
    pub memo_prefix: String,
    /// How far its clock may be from ours.
    #[serde(
        default = "five_seconds",
        deserialize_with = "duration",
        serialize_with = "write_duration"
    )]
    pub clock_drift: Duration,
    /// Longest time between two of its blocks.
    #[serde(
        default = "thirty_seconds",
        deserialize_with = "duration",
        serialize_with = "write_duration"
    )]
    pub max_block_time: Duration,
    /// How long a client of it trusts a header; two thirds of its unbonding period unless told.
    #[serde(
        default,
        deserialize_with = "maybe_duration",
        serialize_with = "write_maybe_duration"
    )]
    pub trusting_period: Option<Duration>,
    /// Share of trusted validators' weight that must have signed a header.
    #[serde(default = "two_thirds")]
    pub trust_threshold: TrustThreshold,
    /// Which channels' packets are relayed.
    #[serde(default)]
    pub packet_filter: PacketFilter,
    /// `[chains.views]`
    pub views: Option<ViewsConfig>,
    /// `[chains.locks]`
    pub locks: Option<LocksConfig>,
    /// `[chains.stake]`
    pub stake: Option<StakeConfig>,
    /// `[chains.prices]`
    pub prices: Option<PricesConfig>,
}

/// `gas_price`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GasPrice {
    /// Price of a unit of gas.
    pub price: f64,
    /// The fee's denom.
    pub denom: String,
}

/// `dynamic_gas_price`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DynamicGasPrice {
    /// Whether the chain is asked for its price.
    pub enabled: bool,
    /// What that price is multiplied with.
    pub multiplier: f64,
    /// Greatest price that is paid.
    pub max: f64,
}

/// `event_source`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, tag = "mode", rename_all = "lowercase")]
pub enum EventSource {
    /// Only the clock: blocks are asked for every `poll_interval`.
    #[default]
    Pull,
    /// A websocket wakes; blocks are asked for all the same.
    Push {
        /// Its address.
        url: String,
    },
}

/// `address_type`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, tag = "derivation", rename_all = "lowercase")]
pub enum AddressType {
    /// secp256k1 keys, RIPEMD-160 of SHA-256. The only one there is.
    #[default]
    Cosmos,
}

/// `[chains.signer]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerConfig {
    /// The signer's gRPC address: `https`, or `http` on loopback.
    pub addr: String,
    /// The address that its key must have here: another is refused at the start.
    pub account: Address,
    /// PEM file of the authority that signed the signer's certificate.
    pub ca: Option<PathBuf>,
    /// PEM file of our certificate.
    pub cert: Option<PathBuf>,
    /// PEM file of our certificate's key.
    pub key: Option<PathBuf>,
}

/// `packet_filter`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PacketFilter {
    /// What the list means.
    pub policy: FilterPolicy,
    /// Pairs of port and channel; `*` stands for any text.
    pub list: Vec<(String, String)>,
}

/// `packet_filter.policy`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterPolicy {
    /// The list does not matter.
    #[default]
    AllowAll,
    /// Only those of the list.
    Allow,
    /// All but those of the list.
    Deny,
}

/// `[chains.views]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewsConfig {
    /// Address of the chain-view.
    pub contract: Address,
    /// Zones that it holds views of.
    #[serde(default)]
    pub zones: BTreeSet<ZoneId>,
}

/// `[chains.locks]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocksConfig {
    /// Address of the transaction-lock.
    pub contract: Address,
    /// Height from which blocks are read when the journal is new.
    #[serde(default = "first_height")]
    pub start_height: Height,
}

/// `[chains.stake]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StakeConfig {
    /// Address of the stake-pool.
    pub contract: Address,
    /// Whether a running relayer pushes it along where that pays.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// A share from 1/3 to 1, written as `"1/3"` or `{ numerator = 1, denominator = 3 }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustThreshold {
    numerator: u64,
    denominator: u64,
}

impl TrustThreshold {
    /// Checks and wraps a share.
    ///
    /// # Errors
    /// With what it should be: below a third, validators of whom nobody is honest could sign; above one, nobody can.
    pub fn new(numerator: u64, denominator: u64) -> Result<TrustThreshold, String> {
        let share = Ratio::new(numerator, denominator).ok();
        let third = Ratio::new(1, 3).ok();
        if share.is_none() || share < third {
            return Err(format!("{numerator}/{denominator} is not from 1/3 to 1"));
        }
        Ok(TrustThreshold {
            numerator,
            denominator,
        })
    }

    /// The part above the line.
    pub fn numerator(self) -> u64 {
        self.numerator
    }

    /// The part below the line, never zero.
    pub fn denominator(self) -> u64 {
        self.denominator
    }
}

impl FromStr for TrustThreshold {
    type Err = String;

    fn from_str(text: &str) -> Result<TrustThreshold, String> {
        let wrong = || format!("{text:?} is no share: \"1/3\" is");
        let (numerator, denominator) = text.split_once('/').ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong());
        TrustThreshold::new(number(numerator)?, number(denominator)?)
    }
}

impl fmt::Display for TrustThreshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl Serialize for TrustThreshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TrustThreshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TrustThreshold, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a share such as \"1/3\"")]
        enum Written {
            Text(String),
            Parts { numerator: u64, denominator: u64 },
        }
        let share = match Written::deserialize(deserializer)? {
            Written::Text(text) => text.parse(),
            Written::Parts {
                numerator,
                denominator,
            } => TrustThreshold::new(numerator, denominator),
        };
        share.map_err(serde::de::Error::custom)
    }
}

/// One text stands for a list of one.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a text or a list of texts")]
    enum Written {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::One(text) => vec![text],
        Written::Many(texts) => texts,
    })
}

impl Default for DynamicGasPrice {
    fn default() -> DynamicGasPrice {
        DynamicGasPrice {
            enabled: false,
            multiplier: 1.1,
            max: 0.6,
        }
    }
}

fn five_seconds() -> Duration {
    Duration::from_secs(5)
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

fn thirty_seconds() -> Duration {
    Duration::from_secs(30)
}

pub(super) fn poll_interval() -> Duration {
    Duration::from_millis(500)
}

pub(super) fn multiplier() -> f64 {
    1.3
}

pub(super) fn max_gas() -> u64 {
    30_000_000
}

fn default_messages() -> usize {
    30
}

fn default_tx_size() -> usize {
    180_000
}

fn two_thirds() -> TrustThreshold {
    TrustThreshold {
        numerator: 2,
        denominator: 3,
    }
}

fn yes() -> bool {
    true
}

fn first_height() -> Height {
    Height(1)
}

impl ChainConfig {
    /// The preferred node.
    pub fn rpc_addr(&self) -> &str {
        self.rpc_addrs.first().map_or("", String::as_str)
    }

    /// Whether gas costs anything.
    pub fn is_gas_paid(&self) -> bool {
        self.gas_price.price > 0.0 || self.dynamic_gas_price.enabled
    }

    /// The key that signs where one is enough: that for packets where there is no other.
    pub fn key_name(&self) -> &str {
        let name = self.key_names.first().or(self.packet_key_name.as_ref());
        name.map_or("", String::as_str)
    }
}
