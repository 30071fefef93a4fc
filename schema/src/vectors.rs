//! Vectors: canonical bytes, tagged hashes and provable keys, which the Rust and the TypeScript sides both read.

use anyhow::Result;
use serde::Serialize;
use tessera_primitives::{
    canonical::{self, Canonical},
    Amount, Asset, Coin, Hash, Height, ZoneId,
};

use crate::Generated;

/// A structure, its canonical bytes and its tagged hash.
#[derive(Serialize)]
struct HashVector {
    /// What it shows.
    name: &'static str,
    /// The tag of the hash.
    tag: &'static str,
    /// The value, as messages carry it.
    value: serde_json::Value,
    /// Its canonical bytes, in hexadecimal.
    bytes: String,
    /// `H(tag, value)`.
    hash: Hash,
}

impl HashVector {
    fn of<T: Canonical + Serialize>(
        name: &'static str,
        tag: &'static str,
        value: &T,
    ) -> Result<HashVector> {
        Ok(HashVector {
            name,
            tag,
            value: serde_json::to_value(value)?,
            bytes: hex::encode(canonical::encode(value)),
            hash: canonical::hash(tag, value),
        })
    }
}

/// All vectors.
///
/// # Errors
/// When an example value is malformed.
pub fn all() -> Result<Vec<Generated>> {
    Ok(vec![Generated::new(
        "vectors/canonical.json",
        &serde_json::to_string_pretty(&words()?)?,
    )])
}

/// The encodings that all other structures are made of.
fn words() -> Result<Vec<HashVector>> {
    const TAG: &str = "tessera/vector/v1";
    let native = Asset::Native("utessera".parse()?);
    let cw20 = Asset::Cw20("wasm1token".parse()?);
    Ok(vec![
        HashVector::of("integer", TAG, &Height(1))?,
        HashVector::of("hash", TAG, &Hash::sha256(b"tessera"))?,
        HashVector::of("string", TAG, &"tessera-1".parse::<ZoneId>()?)?,
        HashVector::of("option, none", TAG, &Option::<u64>::None)?,
        HashVector::of("option, some", TAG, &Some(7u64))?,
        HashVector::of(
            "structure with an enum",
            TAG,
            &Coin {
                asset: native,
                amount: Amount(u128::MAX),
            },
        )?,
        HashVector::of(
            "the enum's other variant",
            TAG,
            &Coin {
                asset: cw20,
                amount: Amount(0),
            },
        )?,
    ])
}
