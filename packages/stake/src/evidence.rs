//! Proofs in, evidence out: that an operator has its vote key.

use alloc::vec::Vec;
use core::fmt;

use serde::{de, Deserialize, Deserializer, Serialize, Serializer};
use tessera_primitives::{Address, Bytes, Malformed};
use tessera_proof::Crypto;

use crate::{key, state::Place, Refusal};

/// A BLS12-381 public key in G1, compressed: 48 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct VoteKey(pub [u8; 48]);

impl TryFrom<&[u8]> for VoteKey {
    type Error = Malformed;

    fn try_from(bytes: &[u8]) -> Result<VoteKey, Malformed> {
        let key = <[u8; 48]>::try_from(bytes).map_err(|_| Malformed::Length {
            what: "vote key",
            min: 48,
            max: 48,
            actual: bytes.len(),
        })?;
        Ok(VoteKey(key))
    }
}

impl fmt::Debug for VoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for VoteKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Bytes(Vec::from(self.0)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for VoteKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<VoteKey, D::Error> {
        let bytes = Bytes::deserialize(deserializer)?;
        VoteKey::try_from(bytes.as_slice()).map_err(de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for VoteKey {
    fn schema_name() -> std::string::String {
        "VoteKey".into()
    }

    fn json_schema(generator: &mut schemars::gen::SchemaGenerator) -> schemars::schema::Schema {
        Bytes::json_schema(generator)
    }
}

/// A vote key whose possession one operator has proven. Only [`possession`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenKey {
    key: VoteKey,
    operator: Address,
}

impl ProvenKey {
    /// The key.
    pub fn key(&self) -> VoteKey {
        self.key
    }

    /// Whose it is.
    pub fn operator(&self) -> &Address {
        &self.operator
    }
}

/// Checks a proof of possession: a signature of [`key::possession`] under the key itself. Without it a key could be made
/// from others' keys so that their sum is known (a rogue key).
///
/// # Errors
/// [`Refusal::Malformed`] for a wrong length, [`Refusal::Possession`] for anything that is no valid signature; the
/// identity, as key or signature, never is.
pub fn possession<C: Crypto>(
    crypto: &C,
    place: &Place,
    operator: &Address,
    key: &[u8],
    signature: &[u8],
) -> Result<ProvenKey, Refusal> {
    let key = VoteKey::try_from(key)?;
    let message = key::possession(&place.chain, &place.pool, operator, &key.0);
    let refused = tessera_proof::is_identity(&key.0) || tessera_proof::is_identity(signature);
    if refused || !crypto.bls_verify(message.as_bytes(), signature, &key.0) {
        let operator = operator.clone();
        return Err(Refusal::Possession { operator });
    }
    Ok(ProvenKey {
        key,
        operator: operator.clone(),
    })
}
