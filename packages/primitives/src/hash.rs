use alloc::string::String;
use core::fmt;

use serde::{de, Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::Malformed;

/// 32 bytes of SHA-256. In JSON and in text 64 lower-case hexadecimal digits; in provable keys and canonical bytes
/// the 32 raw bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// 32 zero bytes: where Algorithm 1's digest starts.
    pub const ZERO: Hash = Hash([0; 32]);

    /// SHA-256 of `bytes`, without a tag: for what other stacks define (headers, proofs, Algorithm 1). Structures of
    /// our own are hashed with a tag by [`crate::canonical::hash`].
    pub fn sha256(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }

    /// SHA-256 of the parts, one after the other.
    pub fn sha256_of(parts: &[&[u8]]) -> Hash {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Hash(hasher.finalize().into())
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads 64 hexadecimal digits of either case.
    ///
    /// # Errors
    /// [`Malformed::Encoding`] when the text is anything else.
    pub fn from_hex(text: &str) -> Result<Hash, Malformed> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| Malformed::Encoding {
            what: "hash",
            text: text.into(),
            expected: "64 hexadecimal digits",
        })?;
        Ok(Hash(bytes))
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = Malformed;

    fn try_from(bytes: &[u8]) -> Result<Hash, Malformed> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| Malformed::Length {
            what: "hash",
            min: 32,
            max: 32,
            actual: bytes.len(),
        })?;
        Ok(Hash(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&hex::encode(self.0))
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            Hash::from_hex(&text).map_err(de::Error::custom)
        } else {
            <[u8; 32]>::deserialize(deserializer).map(Hash)
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Hash {
    fn schema_name() -> String {
        "Hash".into()
    }

    fn json_schema(generator: &mut schemars::gen::SchemaGenerator) -> schemars::schema::Schema {
        crate::canonical::text_schema(
            generator,
            "SHA-256: 64 lower-case hexadecimal digits",
            Some("^[0-9a-f]{64}$"),
        )
    }
}
