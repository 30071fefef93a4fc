//! A chain as the Cosmos chain registry describes it: `chain.json`. It is somebody else's file, so fields that are not known
//! are nobody's mistake.

use serde::Deserialize;
use tessera_primitives::ZoneId;

use super::GasPrice;
use crate::document;

/// What a relayer takes from a `chain.json`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Registered {
    /// Its chain id.
    pub chain_id: ZoneId,
    /// The prefix of its addresses.
    pub bech32_prefix: String,
    #[serde(default)]
    slip44: Option<u32>,
    #[serde(default)]
    key_algos: Vec<String>,
    #[serde(default)]
    fees: Fees,
    #[serde(default)]
    apis: Apis,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Fees {
    #[serde(default)]
    fee_tokens: Vec<FeeToken>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct FeeToken {
    denom: String,
    fixed_min_gas_price: Option<f64>,
    low_gas_price: Option<f64>,
    average_gas_price: Option<f64>,
    high_gas_price: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Apis {
    #[serde(default)]
    rpc: Vec<Api>,
    #[serde(default)]
    grpc: Vec<Api>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Api {
    address: String,
}

/// SLIP-44's number of Cosmos keys.
const COSMOS: u32 = 118;

impl Registered {
    /// Reads a file's text.
    ///
    /// # Errors
    /// With what is wrong with it, or with its keys, which cannot sign here.
    pub fn parse(text: &str) -> Result<Registered, String> {
        let chain: Registered = document::json(text)?;
        if !chain.key_algos.is_empty() && !chain.key_algos.iter().any(|algo| algo == "secp256k1") {
            let algos = chain.key_algos.join(", ");
            return Err(format!(
                "{} has {algos} keys; only secp256k1 keys sign here",
                chain.chain_id
            ));
        }
        Ok(chain)
    }

    /// The price of gas in its first fee token: the average, or the least that is told, and never under the minimum.
    ///
    /// # Errors
    /// When it tells none.
    pub fn gas_price(&self) -> Result<GasPrice, String> {
        let token = self.fees.fee_tokens.first();
        let token = token.ok_or_else(|| {
            format!(
                "{} names no fee token: add gas_price by hand",
                self.chain_id
            )
        })?;
        let least = token.fixed_min_gas_price.unwrap_or_default();
        let told = [
            token.average_gas_price,
            token.low_gas_price,
            token.high_gas_price,
        ];
        let price = told
            .into_iter()
            .flatten()
            .next()
            .unwrap_or(least)
            .max(least);
        Ok(GasPrice {
            price,
            denom: token.denom.clone(),
        })
    }

    /// The derivation path to give to `tessera keys add --hd-path`, where it is not the usual one.
    pub fn unusual_path(&self) -> Option<String> {
        let number = self.slip44.filter(|number| *number != COSMOS)?;
        Some(format!("m/44'/{number}'/0'/0/0"))
    }

    /// Its nodes' RPC addresses.
    pub fn rpc(&self) -> Vec<String> {
        addresses(&self.apis.rpc, "https")
    }

    /// Its nodes' gRPC addresses.
    pub fn grpc(&self) -> Vec<String> {
        addresses(&self.apis.grpc, "https")
    }
}

/// Each once, without a slash at its end, and with a scheme: those without one are nearly always TLS.
fn addresses(apis: &[Api], scheme: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for api in apis {
        let bare = api.address.trim().trim_end_matches('/');
        let whole = if bare.contains("://") {
            bare.to_string()
        } else {
            format!("{scheme}://{bare}")
        };
        if !bare.is_empty() && !found.contains(&whole) {
            found.push(whole);
        }
    }
    found
}
