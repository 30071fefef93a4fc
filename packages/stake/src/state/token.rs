use alloc::string::String;

use serde::{Deserialize, Serialize};
use tessera_primitives::{wide, Asset, Price, Seconds, Timestamp};

use super::TokenNumber;
use crate::Share;

/// The hub's own token: its share is the whole, and it cannot be removed.
pub const HUB: TokenNumber = 0;

/// Most whitelisted tokens: `turn` weighs all of them, for each validator.
pub const MAX_TOKENS: usize = 16;

/// Greatest share of a token other than the hub's: under a third, so that none blocks alone.
pub const MAX_SHARE: u32 = 333_333_333;

/// A whitelisted token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// What it is on this zone; of one number for ever.
    pub asset: Asset,
    /// Its decimals, 0 to 18, fixed for ever.
    pub decimals: u8,
    /// The price oracle's feed.
    pub feed: String,
    /// How much of the resulting weight it may have.
    pub max_share: Share,
    /// When its weight will have decayed, if it is leaving.
    pub leaving: Option<Timestamp>,
}

impl Token {
    /// What of a price weighs: all, or what is left of a leaving token's period, rounded down.
    pub fn decayed(&self, price: Price, now: Timestamp, period: Seconds) -> Price {
        let Some(until) = self.leaving else {
            return price;
        };
        let left = u128::from(until.0.saturating_sub(now.0));
        let whole = u128::from(period.0).saturating_mul(1_000_000_000).max(1);
        let left = wide::multiply_divide(price.0, left.min(whole), whole);
        Price(left.unwrap_or(0))
    }

    /// Whether nothing of its weight is left.
    pub fn has_left(&self, now: Timestamp) -> bool {
        self.leaving.is_some_and(|until| until <= now)
    }

    /// Whether it is a voucher of another zone's token: what is burned here would stay in that zone's escrow.
    pub fn is_voucher(&self) -> bool {
        matches!(&self.asset, Asset::Native(denom) if denom.as_str().starts_with("ibc/"))
    }
}
