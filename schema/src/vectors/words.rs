//! The encodings that all other structures are made of.

use anyhow::Result;
use tessera_primitives::{Amount, Asset, Coin, Hash, Height, ZoneId};

use super::HashVector;

const TAG: &str = "tessera/vector/v1";

pub(super) fn vectors() -> Result<Vec<HashVector>> {
    let native = Coin {
        asset: Asset::Native("utessera".parse()?),
        amount: Amount(u128::MAX),
    };
    let cw20 = Coin {
        asset: Asset::Cw20("wasm1token".parse()?),
        amount: Amount(0),
    };
    Ok(vec![
        HashVector::of("integer", TAG, &Height(1))?,
        HashVector::of("hash", TAG, &Hash::sha256(b"tessera"))?,
        HashVector::of("string", TAG, &"tessera-1".parse::<ZoneId>()?)?,
        HashVector::of("option, none", TAG, &Option::<u64>::None)?,
        HashVector::of("option, some", TAG, &Some(7u64))?,
        HashVector::of("structure with an enum", TAG, &native)?,
        HashVector::of("the enum's other variant", TAG, &cw20)?,
    ])
}
