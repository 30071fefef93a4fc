use alloc::string::String;
use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Malformed;

/// A zone by its chain id: 1 to 50 printable ASCII characters without space, as CometBFT allows at most 50.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct ZoneId(String);

impl ZoneId {
    /// Greatest length of a chain id, in bytes.
    pub const MAX_LENGTH: usize = 50;

    /// Checks and wraps a chain id.
    ///
    /// # Errors
    /// [`Malformed::Length`], [`Malformed::Character`].
    pub fn new(text: impl Into<String>) -> Result<ZoneId, Malformed> {
        let text = text.into();
        if text.is_empty() || text.len() > Self::MAX_LENGTH {
            return Err(Malformed::Length {
                what: "chain id",
                min: 1,
                max: Self::MAX_LENGTH,
                actual: text.len(),
            });
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Malformed::Character {
                what: "chain id",
                text,
            });
        }
        Ok(ZoneId(text))
    }

    /// The chain id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The revision that Cosmos chains append as `-<number>`: 0 when there is none, or when it is not a number
    /// written without leading zeros. As in ibc-go, no revision follows a dash or stands alone.
    pub fn revision(&self) -> u64 {
        self.split().1
    }

    /// The chain id without its revision.
    pub fn name(&self) -> &str {
        self.split().0
    }

    fn split(&self) -> (&str, u64) {
        match self.0.rsplit_once('-') {
            Some((name, digits))
                if !matches!(name.as_bytes(), [] | [.., b'-']) && !digits.starts_with('0') =>
            {
                match digits.parse() {
                    Ok(revision) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                        (name, revision)
                    }
                    _ => (&self.0, 0),
                }
            }
            _ => (&self.0, 0),
        }
    }
}

impl TryFrom<String> for ZoneId {
    type Error = Malformed;

    fn try_from(text: String) -> Result<ZoneId, Malformed> {
        ZoneId::new(text)
    }
}

impl FromStr for ZoneId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<ZoneId, Malformed> {
        ZoneId::new(text)
    }
}

impl From<ZoneId> for String {
    fn from(zone: ZoneId) -> String {
        zone.0
    }
}

impl fmt::Display for ZoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a zone's view stands. Where several hold, the later one in this list is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ZoneStatus {
    /// Its newest trusted header is inside the trusting period and no fork is known.
    Active,
    /// The trusting period of its newest header has passed: nothing more can be verified until `renew`.
    Expired,
    /// Two conflicting headers were proven and no branch has been admitted yet.
    Forked,
    /// Closed by `close_zone`: its last verified state stands for every later height.
    Closed,
}

impl ZoneStatus {
    /// The byte that stands for it in canonical bytes and provable values.
    pub fn byte(self) -> u8 {
        match self {
            ZoneStatus::Active => 0,
            ZoneStatus::Expired => 1,
            ZoneStatus::Forked => 2,
            ZoneStatus::Closed => 3,
        }
    }

    /// The status that a byte stands for.
    pub fn from_byte(byte: u8) -> Option<ZoneStatus> {
        [
            ZoneStatus::Active,
            ZoneStatus::Expired,
            ZoneStatus::Forked,
            ZoneStatus::Closed,
        ]
        .into_iter()
        .find(|status| status.byte() == byte)
    }
}
