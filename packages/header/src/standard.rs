//! The standard form: protobuf `ibc.lightclients.tendermint.v1.Header`.

use alloc::{string::ToString, vec::Vec};

use ibc_proto::ibc::{core::client::v1::Height as IbcHeight, lightclients::tendermint::v1::Header};
use prost::Message as _;
use tendermint::{
    block::{signed_header::SignedHeader, CommitSig},
    validator::Set,
};
use tendermint_proto::{
    crypto::{public_key::Sum, PublicKey},
    types::{Validator as RawValidator, ValidatorSet as RawSet},
};
use tessera_primitives::{Bytes, Hash, Height, ZoneId};

use crate::{
    comet, untrusted::Opened, LightBlock, Refusal, TrustedHeader, Validator, ValidatorKey,
    ValidatorSet,
};

/// A greater header than any that fits the limits: 256 votes of at most 113 bytes, 513 validators (two sets and a
/// proposer) of at most 92 bytes, and less than 1,000 bytes for the rest.
pub(crate) const MAX_BYTES: usize = 80 * 1024;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Standard {
    pub signed: SignedHeader,
    pub validators: ValidatorSet,
    /// Revision of the trusted height, if there is one.
    revision: Option<u64>,
    pub trusted_height: Option<Height>,
    announced: Option<ValidatorSet>,
}

/// Reads the protobuf, out of line: with the rest of `open` it made 118 locals in one function, and the VM refuses more
/// than 100.
#[inline(never)]
fn decode(bytes: &[u8]) -> Result<Header, Refusal> {
    Header::decode(bytes).map_err(|error| Refusal::Protobuf {
        reason: error.to_string(),
    })
}

impl Standard {
    // Out of line, as `decode`.
    #[inline(never)]
    pub fn read(bytes: &[u8]) -> Result<Standard, Refusal> {
        let protobuf = |reason| Refusal::Protobuf { reason };
        let header = decode(bytes)?;
        let missing = |field| Refusal::Field { field };
        let signed = header.signed_header.ok_or(missing("signed_header"))?;
        let validators = header.validator_set.ok_or(missing("validator_set"))?;
        // A height of zero is how protobuf writes that there is none.
        let trusted = header
            .trusted_height
            .filter(|height| height.revision_height != 0);
        Ok(Standard {
            signed: SignedHeader::try_from(signed).map_err(|error| protobuf(error.to_string()))?,
            validators: read_set(&validators)?,
            revision: trusted.as_ref().map(|height| height.revision_number),
            trusted_height: trusted.map(|height| Height(height.revision_height)),
            announced: header
                .trusted_validators
                .filter(|set| !set.validators.is_empty())
                .map(|set| read_set(&set))
                .transpose()?,
        })
    }

    pub fn resolve(
        &self,
        zone: &ZoneId,
        trusted: Option<&TrustedHeader>,
    ) -> Result<Opened, Refusal> {
        let header = &self.signed.header;
        if header.chain_id.as_str() != zone.as_str() {
            return Err(Refusal::WrongChain {
                expected: zone.clone(),
                actual: header.chain_id.to_string(),
            });
        }
        let expected = zone.revision();
        if let Some(actual) = self.revision.filter(|revision| *revision != expected) {
            return Err(Refusal::WrongRevision { expected, actual });
        }
        // Outside the range of our times nothing could be stored.
        comet::time_of("header time", header.time)?;
        let comet_validators = comet::comet_set(&self.validators)?;
        self.check_slots(&comet_validators)?;
        let validators_hash = comet::required("validators_hash", Some(header.validators_hash))?;
        let announced = match trusted {
            Some(trusted) => self.announced(trusted, &validators_hash)?,
            None => None,
        };
        Ok(Opened {
            hash: comet::header_hash(header),
            signed: self.signed.clone(),
            validators: self.validators.clone(),
            comet_validators,
            validators_hash,
            announced,
            keep: false,
        })
    }

    /// The set that the trusted header announced, if it is another than the header's own. The library leaves this
    /// check to its caller.
    fn announced(
        &self,
        trusted: &TrustedHeader,
        validators_hash: &Hash,
    ) -> Result<Option<ValidatorSet>, Refusal> {
        let expected = trusted.next_validators_hash;
        match &self.announced {
            // The library hashes the header's own set.
            Some(set) if *set == self.validators && expected == *validators_hash => Ok(None),
            Some(set) => {
                let actual = set.hash();
                if actual == expected {
                    return Ok(Some(set.clone()));
                }
                Err(Refusal::ValidatorsHash {
                    set: "trusted validators",
                    expected,
                    actual,
                })
            }
            None if expected == *validators_hash => Ok(None),
            None => Err(Refusal::Field {
                field: "trusted_validators",
            }),
        }
    }

    /// A slot a validator: the vote in it names the validator at its place.
    fn check_slots(&self, set: &Set) -> Result<(), Refusal> {
        let slots = &self.signed.commit.signatures;
        let validators = &set.validators;
        let (expected, actual) = (validators.len(), slots.len());
        if expected != actual {
            return Err(Refusal::SlotCount { expected, actual });
        }
        for (index, (slot, validator)) in slots.iter().zip(validators).enumerate() {
            let named = slot.validator_address();
            if named.is_some_and(|named| named != validator.address) {
                return Err(Refusal::WrongSlot { index });
            }
        }
        Ok(())
    }
}

/// A set of the protobuf form. Its addresses and its total are not looked at: they follow from keys and powers
/// (ISA-2025-003 came of trusting them).
fn read_set(set: &RawSet) -> Result<ValidatorSet, Refusal> {
    let (max, actual) = (ValidatorSet::MAX_VALIDATORS, set.validators.len());
    if actual > max {
        return Err(Refusal::ValidatorCount { max, actual });
    }
    let validator = |(index, raw): (usize, &RawValidator)| {
        let key = match raw.pub_key.as_ref().and_then(|key| key.sum.as_ref()) {
            Some(Sum::Ed25519(key)) => key.as_slice(),
            _ => return Err(Refusal::KeyType { index }),
        };
        Ok(Validator {
            key: ValidatorKey::try_from(key).map_err(|_| Refusal::KeyType { index })?,
            power: u64::try_from(raw.voting_power).map_err(|_| Refusal::Power {
                max: ValidatorSet::MAX_TOTAL,
                actual: 0,
            })?,
        })
    };
    let validators: Result<Vec<_>, _> = set.validators.iter().enumerate().map(validator).collect();
    ValidatorSet::new(validators?)
}

fn write_set(set: &ValidatorSet, proposer: Option<&[u8]>) -> RawSet {
    let validators: Vec<RawValidator> = set.validators().iter().map(write_validator).collect();
    RawSet {
        proposer: validators
            .iter()
            .find(|validator| proposer == Some(validator.address.as_slice()))
            .cloned(),
        validators,
        // Our limit of the total is far below `i64::MAX`.
        total_voting_power: i64::try_from(set.total()).unwrap_or_default(),
    }
}

fn write_validator(validator: &Validator) -> RawValidator {
    RawValidator {
        address: validator.key.address().to_vec(),
        pub_key: Some(PublicKey {
            sum: Some(Sum::Ed25519(validator.key.0.to_vec())),
        }),
        voting_power: i64::try_from(validator.power).unwrap_or_default(),
        proposer_priority: 0,
    }
}

/// Writes the standard form, for a zone that trusts the header at `trusted`, whose next validators are `announced`;
/// neither is needed for [`crate::anchor`].
///
/// # Errors
/// [`Refusal`] when the block is none that could be read back.
pub fn encode_standard(
    block: &LightBlock<'_>,
    zone: &ZoneId,
    trusted: Option<(Height, &ValidatorSet)>,
) -> Result<Bytes, Refusal> {
    let signed = SignedHeader::new(block.header.clone(), block.commit.clone())
        .map_err(|_| Refusal::Field { field: "height" })?;
    let present = |slot: &&CommitSig| !slot.is_absent();
    if signed.commit.signatures.iter().filter(present).count() == 0 {
        return Err(Refusal::NoVotes);
    }
    let header = Header {
        validator_set: Some(write_set(
            block.validators,
            Some(block.header.proposer_address.as_bytes()),
        )),
        signed_header: Some(signed.into()),
        trusted_height: trusted.map(|(height, _)| IbcHeight {
            revision_number: zone.revision(),
            revision_height: height.0,
        }),
        trusted_validators: trusted.map(|(_, set)| write_set(set, None)),
    };
    Ok(Bytes(header.encode_to_vec()))
}
