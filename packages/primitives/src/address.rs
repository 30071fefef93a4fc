use alloc::{string::String, vec::Vec};
use core::{fmt, str::FromStr};

use serde::{de, Deserialize, Deserializer, Serialize, Serializer};

use crate::Malformed;

/// An address of the zone that reads it, in its own text form (bech32). Whoever made it has checked it against that
/// zone (`addr_validate` in a contract); this type only keeps lengths and characters sane.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

impl Address {
    /// Greatest length of an address text, in bytes.
    pub const MAX_LENGTH: usize = 255;

    /// Wraps an address text of 1 to 255 printable ASCII characters.
    ///
    /// # Errors
    /// [`Malformed::Length`], [`Malformed::Character`].
    pub fn new(text: impl Into<String>) -> Result<Address, Malformed> {
        let text = text.into();
        if text.is_empty() || text.len() > Self::MAX_LENGTH {
            return Err(Malformed::Length {
                what: "address",
                min: 1,
                max: Self::MAX_LENGTH,
                actual: text.len(),
            });
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Malformed::Character {
                what: "address",
                text,
            });
        }
        Ok(Address(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Address {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Address, Malformed> {
        Address::new(text)
    }
}

impl FromStr for Address {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Address, Malformed> {
        Address::new(text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address as its raw bytes (1 to 64): how an address of *another* zone is compared and hashed, since text forms
/// differ from zone to zone (CWA-2022-002). In JSON lower-case hexadecimal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CanonicalAddress(Vec<u8>);

impl CanonicalAddress {
    /// Greatest length, in bytes. Accounts have 20, contracts 32.
    pub const MAX_LENGTH: usize = 64;

    /// Wraps raw address bytes.
    ///
    /// # Errors
    /// [`Malformed::Length`] when there are none or more than 64.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<CanonicalAddress, Malformed> {
        let bytes = bytes.into();
        if bytes.is_empty() || bytes.len() > Self::MAX_LENGTH {
            let (what, actual) = ("canonical address", bytes.len());
            return Err(Malformed::Length {
                what,
                min: 1,
                max: Self::MAX_LENGTH,
                actual,
            });
        }
        Ok(CanonicalAddress(bytes))
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn from_hex(text: &str) -> Result<CanonicalAddress, Malformed> {
        let bytes = hex::decode(text).map_err(|_| Malformed::Encoding {
            what: "canonical address",
            text: text.into(),
            expected: "hexadecimal",
        })?;
        CanonicalAddress::new(bytes)
    }
}

impl FromStr for CanonicalAddress {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<CanonicalAddress, Malformed> {
        CanonicalAddress::from_hex(text)
    }
}

impl fmt::Display for CanonicalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CanonicalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for CanonicalAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&hex::encode(&self.0))
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for CanonicalAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CanonicalAddress, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            CanonicalAddress::from_hex(&text).map_err(de::Error::custom)
        } else {
            let bytes = Vec::<u8>::deserialize(deserializer)?;
            CanonicalAddress::new(bytes).map_err(de::Error::custom)
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for CanonicalAddress {
    fn schema_name() -> String {
        "CanonicalAddress".into()
    }

    fn json_schema(generator: &mut schemars::gen::SchemaGenerator) -> schemars::schema::Schema {
        crate::canonical::text_schema(
            generator,
            "raw address bytes in hexadecimal",
            Some("^([0-9a-f]{2}){1,64}$"),
        )
    }
}
