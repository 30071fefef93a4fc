//! Between the types of `tendermint` and ours.

use alloc::vec::Vec;

use tendermint::{block, PublicKey, Time};
use tessera_primitives::{Hash, Height, Timestamp, ZoneId};

use crate::{merkle::Sha256, Refusal, Validator, ValidatorKey, ValidatorSet};

const NANOS: u64 = 1_000_000_000;

/// The hash of a header, as CometBFT computes it: the Merkle root over its fourteen fields.
pub fn header_hash(header: &block::Header) -> Hash {
    // The root of a tree is never the empty hash.
    hash_of(header.hash_with::<Sha256>()).unwrap_or_default()
}

/// The hash, if it is not the empty one.
pub(crate) fn hash_of(hash: tendermint::Hash) -> Option<Hash> {
    match hash {
        tendermint::Hash::Sha256(bytes) => Some(Hash(bytes)),
        tendermint::Hash::None => None,
    }
}

pub(crate) fn required(
    field: &'static str,
    hash: Option<tendermint::Hash>,
) -> Result<Hash, Refusal> {
    hash.and_then(hash_of).ok_or(Refusal::Field { field })
}

pub(crate) fn comet_hash(hash: &Hash) -> tendermint::Hash {
    tendermint::Hash::Sha256(hash.0)
}

pub(crate) fn height_of(height: block::Height) -> Height {
    Height(height.value())
}

pub(crate) fn comet_height(height: Height) -> Result<block::Height, Refusal> {
    block::Height::try_from(height.0).map_err(|_| Refusal::Field { field: "height" })
}

pub(crate) fn time_of(what: &'static str, time: Time) -> Result<Timestamp, Refusal> {
    u64::try_from(time.unix_timestamp_nanos())
        .map(Timestamp)
        .map_err(|_| Refusal::Time { what })
}

pub(crate) fn comet_time(what: &'static str, time: Timestamp) -> Result<Time, Refusal> {
    let wrong = || Refusal::Time { what };
    let seconds = i64::try_from(time.seconds()).map_err(|_| wrong())?;
    let nanos = u32::try_from(time.0 % NANOS).map_err(|_| wrong())?;
    Time::from_unix_timestamp(seconds, nanos).map_err(|_| wrong())
}

pub(crate) fn comet_zone(zone: &ZoneId) -> Result<tendermint::chain::Id, Refusal> {
    tendermint::chain::Id::try_from(zone.as_str()).map_err(|_| Refusal::Field { field: "chain id" })
}

/// An id of a block, without its hash being empty: CometBFT writes "no block" as an id of empty fields.
pub(crate) fn comet_block_id(
    hash: &Hash,
    parts: u32,
    parts_hash: &Hash,
) -> Result<block::Id, Refusal> {
    let wrong = |_| Refusal::Field {
        field: "block id's parts",
    };
    Ok(block::Id {
        hash: comet_hash(hash),
        part_set_header: block::parts::Header::new(parts, comet_hash(parts_hash)).map_err(wrong)?,
    })
}

pub(crate) fn comet_set(set: &ValidatorSet) -> Result<tendermint::validator::Set, Refusal> {
    let power = |actual| {
        tendermint::vote::Power::try_from(actual).map_err(|_| Refusal::Power {
            max: ValidatorSet::MAX_TOTAL,
            actual,
        })
    };
    let info = |(index, validator): (usize, &Validator)| {
        Ok(tendermint::validator::Info {
            address: tendermint::account::Id::new(validator.key.address()),
            pub_key: PublicKey::from_raw_ed25519(&validator.key.0)
                .ok_or(Refusal::KeyType { index })?,
            power: power(validator.power)?,
            name: None,
            proposer_priority: 0.into(),
        })
    };
    // Not by its constructor, which would sort: the order is part of what was hashed.
    Ok(tendermint::validator::Set {
        validators: set
            .validators()
            .iter()
            .enumerate()
            .map(info)
            .collect::<Result<_, Refusal>>()?,
        proposer: None,
        total_voting_power: power(set.total())?,
    })
}

impl TryFrom<&tendermint::validator::Set> for ValidatorSet {
    type Error = Refusal;

    fn try_from(set: &tendermint::validator::Set) -> Result<ValidatorSet, Refusal> {
        let validator = |(index, info): (usize, &tendermint::validator::Info)| {
            let key = info.pub_key.ed25519().ok_or(Refusal::KeyType { index })?;
            Ok(Validator {
                key: ValidatorKey::try_from(key.as_bytes())
                    .map_err(|_| Refusal::KeyType { index })?,
                power: info.power(),
            })
        };
        let validators: Result<Vec<_>, Refusal> =
            set.validators().iter().enumerate().map(validator).collect();
        ValidatorSet::new(validators?)
    }
}
