use core::fmt;

use serde::{de, Deserialize, Deserializer, Serialize, Serializer};

use crate::Overflow;

/// A length of time in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Seconds(pub u64);

/// Block time: nanoseconds since 1970-01-01T00:00:00Z. In JSON a decimal string, as `cosmwasm_std::Timestamp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub u64);

const NANOS: u64 = 1_000_000_000;

impl Timestamp {
    /// The moment `length` later.
    ///
    /// # Errors
    /// [`Overflow`] after the year 2554.
    pub fn plus(self, length: Seconds) -> Result<Timestamp, Overflow> {
        let nanos = length.0.checked_mul(NANOS).ok_or(Overflow("time"))?;
        self.0
            .checked_add(nanos)
            .map(Timestamp)
            .ok_or(Overflow("time"))
    }

    /// Time passed since `earlier`, rounded up to whole seconds so that nothing looks fresher than it is; zero when
    /// `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0).div_ceil(NANOS))
    }

    /// Whole seconds since 1970, rounded down.
    pub fn seconds(self) -> u64 {
        self.0 / NANOS
    }

    /// The given whole second.
    ///
    /// # Errors
    /// [`Overflow`] after the year 2554.
    pub fn from_seconds(seconds: u64) -> Result<Timestamp, Overflow> {
        seconds
            .checked_mul(NANOS)
            .map(Timestamp)
            .ok_or(Overflow("time"))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.0 / NANOS, self.0 % NANOS)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.0)
        } else {
            serializer.serialize_u64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        if deserializer.is_human_readable() {
            let text = alloc::string::String::deserialize(deserializer)?;
            crate::canonical::parse_decimal(&text)
                .map_err(de::Error::custom)
                .map(Timestamp)
        } else {
            u64::deserialize(deserializer).map(Timestamp)
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> String {
        "Timestamp".into()
    }

    fn json_schema(generator: &mut schemars::gen::SchemaGenerator) -> schemars::schema::Schema {
        crate::canonical::text_schema(
            generator,
            "nanoseconds since 1970, a decimal string",
            Some("^[0-9]+$"),
        )
    }
}
