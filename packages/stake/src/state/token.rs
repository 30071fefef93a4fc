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
    /// What is left of its weight: all, unless it is leaving.
    pub fn left(&self, now: Timestamp, period: Seconds) -> Left {
        let whole = u128::from(period.0).saturating_mul(1_000_000_000).max(1);
        let part = self.leaving.map_or(whole, |until| {
            u128::from(until.0.saturating_sub(now.0)).min(whole)
        });
        Left { part, whole }
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

/// How much of a leaving token's weight is left. Its price decays, and its share too: what is worth much more than its share
/// would otherwise weigh all of that to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    part: u128,
    whole: u128,
}

impl Left {
    /// What is left of a price, rounded down.
    pub fn of_price(self, price: Price) -> Price {
        Price(self.of(price.0))
    }

    /// What is left of a share, rounded down.
    pub fn of_share(self, share: Share) -> Share {
        let left = u32::try_from(self.of(share.billionths().into()));
        left.ok()
            .and_then(|left| Share::new(left).ok())
            .unwrap_or(share)
    }

    fn of(self, amount: u128) -> u128 {
        wide::multiply_divide(amount, self.part, self.whole).unwrap_or(0)
    }
}
