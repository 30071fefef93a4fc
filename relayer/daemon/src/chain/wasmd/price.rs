//! What a unit of gas costs now: fixed, or asked from the chain where it has a fee market.

use std::time::{Duration, Instant};

use tessera_planner::GasPrice;
use tessera_primitives::Amount;

use super::{Dynamic, Wasmd};

/// How long an answer is used.
const FRESH: Duration = Duration::from_secs(3);
/// After how long a chain without a fee market is asked again whether it has one.
const RETRY: Duration = Duration::from_secs(600);

/// What was learnt last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    price: Option<f64>,
    at: Instant,
}

/// `feemarket.feemarket.v1.GasPriceRequest`
#[derive(Clone, PartialEq, prost::Message)]
struct GasPriceRequest {
    #[prost(string, tag = "1")]
    denom: String,
}

/// `feemarket.feemarket.v1.GasPriceResponse`
#[derive(Clone, PartialEq, prost::Message)]
struct GasPriceResponse {
    #[prost(message, optional, tag = "1")]
    price: Option<DecCoin>,
}

/// `cosmos.base.v1beta1.DecCoin`: the amount is a whole number of 10⁻¹⁸.
#[derive(Clone, PartialEq, prost::Message)]
struct DecCoin {
    #[prost(string, tag = "1")]
    denom: String,
    #[prost(string, tag = "2")]
    amount: String,
}

/// `osmosis.txfees.v1beta1.QueryEipBaseFeeRequest`
#[derive(Clone, PartialEq, prost::Message)]
struct BaseFeeRequest {}

/// `osmosis.txfees.v1beta1.QueryEipBaseFeeResponse`
#[derive(Clone, PartialEq, prost::Message)]
struct BaseFeeResponse {
    #[prost(string, tag = "1")]
    base_fee: String,
}

impl Wasmd {
    /// The price of a unit of gas: the chain's own times the operator's multiplier, up to the operator's greatest, or the
    /// configured one where the chain has no fee market or does not answer.
    pub(super) async fn price(&self) -> f64 {
        let gas = &self.settings().gas;
        let Some(dynamic) = gas.dynamic else {
            return gas.price;
        };
        let mut known = self.shared.price.lock().await;
        let usable = known.filter(|known| {
            let kept = if known.price.is_some() { FRESH } else { RETRY };
            known.at.elapsed() < kept
        });
        let price = match usable {
            Some(known) => known.price,
            None => {
                let price = self.ask_price().await;
                let at = Instant::now();
                *known = Some(Known { price, at });
                price
            }
        };
        price.map_or(gas.price, |price| charged(price, dynamic))
    }

    /// What gas that is used costs now, the operator's multiplier included; none where the configured price holds.
    pub(super) async fn asked_price(&self) -> Option<GasPrice> {
        let gas = &self.settings().gas;
        gas.dynamic?;
        Some(gas_price(gas.multiplier * self.price().await))
    }

    /// Makes the next transaction ask again: the chain found the last price too low.
    pub(super) async fn forget_price(&self) {
        *self.shared.price.lock().await = None;
    }

    async fn ask_price(&self) -> Option<f64> {
        let denom = self.settings().gas.denom.clone();
        let path = "/feemarket.feemarket.v1.Query/GasPrice";
        let market = self
            .call::<_, GasPriceResponse>(path, &GasPriceRequest { denom })
            .await;
        if let Ok(Ok(answer)) = market {
            return answer.price.and_then(|price| decimal(&price.amount));
        }
        let path = "/osmosis.txfees.v1beta1.Query/GetEipBaseFee";
        let base = self
            .call::<_, BaseFeeResponse>(path, &BaseFeeRequest {})
            .await;
        base.ok()?.ok().and_then(|answer| decimal(&answer.base_fee))
    }
}

/// What so much gas costs, in base units, rounded up: a fee that is short is refused.
#[allow(clippy::cast_possible_truncation)] // Saturates; no zone has such a fee.
pub fn fee(gas: u64, price: f64) -> Amount {
    Amount((gas as f64 * price).ceil() as u128)
}

/// The same price for whoever reckons in whole numbers.
#[allow(clippy::cast_possible_truncation)] // Saturates; no zone has such a price.
pub fn gas_price(price: f64) -> GasPrice {
    GasPrice((price * 1e18).ceil() as u128)
}

/// The operator's bounds upon the chain's price.
fn charged(price: f64, dynamic: Dynamic) -> f64 {
    (price * dynamic.multiplier).min(dynamic.max)
}

/// A decimal of the SDK: in protobuf a whole number of 10⁻¹⁸, in some answers with a point. Nothing that is not a price.
fn decimal(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let price = if text.contains('.') {
        number
    } else {
        number / 1e18
    };
    (price.is_finite() && price > 0.0).then_some(price)
}
