use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};
use tessera_primitives::{canonical, Bytes, Canonical, Hash, Malformed, Reader, Writer};

use crate::{keys::Keys, merkle, varint, Refusal};

/// An ed25519 public key, 32 bytes. It is never parsed as a curve point here: the host does that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValidatorKey(pub [u8; 32]);

impl ValidatorKey {
    /// The address that CometBFT derives of it: the first 20 bytes of its SHA-256.
    pub fn address(&self) -> [u8; 20] {
        let mut address = [0; 20];
        address
            .iter_mut()
            .zip(Hash::sha256(&self.0).0)
            .for_each(|(to, from)| *to = from);
        address
    }
}

impl TryFrom<&[u8]> for ValidatorKey {
    type Error = Malformed;

    fn try_from(bytes: &[u8]) -> Result<ValidatorKey, Malformed> {
        let wrong = |_| Malformed::Length {
            what: "validator key",
            min: 32,
            max: 32,
            actual: bytes.len(),
        };
        bytes.try_into().map(ValidatorKey).map_err(wrong)
    }
}

impl fmt::Display for ValidatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Hash(self.0), f)
    }
}

impl fmt::Debug for ValidatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A validator: a key and its power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validator {
    /// The key.
    pub key: ValidatorKey,
    /// Voting power, from 1.
    pub power: u64,
}

impl Validator {
    /// Protobuf `SimpleValidator`, the leaf of the validators' Merkle tree:
    /// `{ pub_key = 1: { ed25519 = 1: bytes }, voting_power = 2: int64 }`.
    fn leaf(&self) -> Vec<u8> {
        let mut leaf = Vec::with_capacity(46);
        leaf.extend_from_slice(&[0x0a, 0x22, 0x0a, 0x20]);
        leaf.extend_from_slice(&self.key.0);
        leaf.push(0x10);
        varint::write(self.power, |byte| leaf.push(byte));
        leaf
    }
}

/// A validator set in CometBFT's order: 1 to 256 validators, no key twice, total power at most 2⁶⁰ − 1.
///
/// In JSON and in storage one byte string: the number of validators less one (a byte), then for each its key (32
/// bytes) and its power (LEB128, the fewest bytes). About 36 bytes a validator; proposer priorities are left out, as
/// they change with every block and no hash covers them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Bytes", into = "Bytes")]
pub struct ValidatorSet {
    validators: Vec<Validator>,
    total: u64,
}

impl ValidatorSet {
    /// Greatest number of validators: as many as one host batch of signatures holds and one byte can count. No Cosmos
    /// zone has more than 200.
    pub const MAX_VALIDATORS: usize = 256;

    /// CometBFT's limit of a set's power: 2⁶³ / 8, less one.
    pub const MAX_TOTAL: u64 = (1 << 60) - 1;

    /// Checks and wraps a set; the order is kept, since the hash depends on it.
    ///
    /// # Errors
    /// [`Refusal::ValidatorCount`], [`Refusal::Power`], [`Refusal::DuplicateValidator`].
    pub fn new(validators: Vec<Validator>) -> Result<ValidatorSet, Refusal> {
        let (max, actual) = (Self::MAX_VALIDATORS, validators.len());
        if actual == 0 || actual > max {
            return Err(Refusal::ValidatorCount { max, actual });
        }
        let mut total = 0u64;
        for Validator { power, .. } in &validators {
            let max = Self::MAX_TOTAL;
            total = total.saturating_add(*power);
            if *power == 0 || total > max {
                let actual = if *power == 0 { 0 } else { total };
                return Err(Refusal::Power { max, actual });
            }
        }
        let keys = Keys::of(validators.iter().map(|each| &each.key));
        if let Some(key) = keys.repeated() {
            return Err(Refusal::DuplicateValidator { key: *key });
        }
        Ok(ValidatorSet { validators, total })
    }

    /// The validators, in order.
    pub fn validators(&self) -> &[Validator] {
        &self.validators
    }

    /// Their power together.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// CometBFT's `validators_hash`: the Merkle root over the validators as protobuf `SimpleValidator`.
    pub fn hash(&self) -> Hash {
        let leaves: Vec<Vec<u8>> = self.validators.iter().map(Validator::leaf).collect();
        merkle::root(&leaves)
    }
}

impl Canonical for Validator {
    fn write(&self, writer: &mut Writer) {
        writer.fixed(&self.key.0);
        varint::write(self.power, |byte| {
            writer.byte(byte);
        });
    }

    fn read(reader: &mut Reader<'_>) -> Result<Validator, Malformed> {
        Ok(Validator {
            key: ValidatorKey(reader.fixed()?),
            power: varint::read(reader)?,
        })
    }
}

/// The bytes of a set, before it is known to be one.
struct Listed(Vec<Validator>);

impl Canonical for Listed {
    fn write(&self, writer: &mut Writer) {
        // A set has 1 to 256 validators.
        writer.byte(u8::try_from(self.0.len().saturating_sub(1)).unwrap_or(u8::MAX));
        self.0.iter().for_each(|each| each.write(writer));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Listed, Malformed> {
        let last = reader.byte()?;
        (0..=last)
            .map(|_| reader.value())
            .collect::<Result<_, _>>()
            .map(Listed)
    }
}

impl From<ValidatorSet> for Bytes {
    fn from(set: ValidatorSet) -> Bytes {
        Bytes(canonical::encode(&Listed(set.validators)))
    }
}

impl TryFrom<Bytes> for ValidatorSet {
    type Error = Refusal;

    fn try_from(bytes: Bytes) -> Result<ValidatorSet, Refusal> {
        let Listed(validators) = canonical::decode("validator set", bytes.as_slice())?;
        ValidatorSet::new(validators)
    }
}
