use alloc::string::String;
use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Address, Amount, Canonical, Malformed, Reader, Writer};

/// A native denom, as the Cosmos SDK writes them: a letter, then 2 to 127 letters, digits or `/:._-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Denom(String);

impl Denom {
    /// Greatest length, in bytes.
    pub const MAX_LENGTH: usize = 128;

    /// Checks and wraps a denom.
    ///
    /// # Errors
    /// [`Malformed::Length`], [`Malformed::Character`].
    pub fn new(text: impl Into<String>) -> Result<Denom, Malformed> {
        let text = text.into();
        if !(3..=Self::MAX_LENGTH).contains(&text.len()) {
            return Err(Malformed::Length {
                what: "denom",
                min: 3,
                max: Self::MAX_LENGTH,
                actual: text.len(),
            });
        }
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"/:._-".contains(&byte);
        if !text.starts_with(|first: char| first.is_ascii_alphabetic()) || !text.bytes().all(inner)
        {
            return Err(Malformed::Character {
                what: "denom",
                text,
            });
        }
        Ok(Denom(text))
    }

    /// The denom.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Denom {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Denom, Malformed> {
        Denom::new(text)
    }
}

impl FromStr for Denom {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Denom, Malformed> {
        Denom::new(text)
    }
}

impl From<Denom> for String {
    fn from(denom: Denom) -> String {
        denom.0
    }
}

impl fmt::Display for Denom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What can be moved on one zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Asset {
    /// A coin of the bank module, vouchers (`ibc/…`) among them.
    Native(Denom),
    /// A token contract with the cw20 interface.
    Cw20(Address),
}

impl Canonical for Asset {
    fn write(&self, writer: &mut Writer) {
        match self {
            Asset::Native(denom) => writer.byte(0).value(denom),
            Asset::Cw20(token) => writer.byte(1).value(token),
        };
    }

    fn read(reader: &mut Reader<'_>) -> Result<Asset, Malformed> {
        match reader.byte()? {
            0 => reader.value().map(Asset::Native),
            1 => reader.value().map(Asset::Cw20),
            _ => Err(reader.wrong()),
        }
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Asset::Native(denom) => write!(f, "native:{denom}"),
            Asset::Cw20(token) => write!(f, "cw20:{token}"),
        }
    }
}

/// An amount of one asset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Coin {
    /// What is moved.
    pub asset: Asset,
    /// How much of it, in base units.
    pub amount: Amount,
}

impl Canonical for Coin {
    fn write(&self, writer: &mut Writer) {
        writer.value(&self.asset).value(&self.amount);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Coin, Malformed> {
        Ok(Coin {
            asset: reader.value()?,
            amount: reader.value()?,
        })
    }
}

impl fmt::Display for Coin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.asset)
    }
}
