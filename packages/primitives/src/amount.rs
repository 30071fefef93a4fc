use core::{fmt, str::FromStr};

use serde::{de, Deserialize, Deserializer, Serialize, Serializer};

use crate::{canonical, wide, Malformed, Overflow};

macro_rules! quantity {
    ($(#[$documentation:meta])* $name:ident, $word:literal) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u128);

        impl $name {
            /// Nothing.
            pub const ZERO: $name = $name(0);

            /// Whether this is nothing.
            pub fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// The sum.
            ///
            /// # Errors
            /// [`Overflow`] above `u128::MAX`.
            pub fn plus(self, other: $name) -> Result<$name, Overflow> {
                self.0.checked_add(other.0).map($name).ok_or(Overflow($word))
            }

            /// The difference.
            ///
            /// # Errors
            /// [`Overflow`] below zero.
            pub fn minus(self, other: $name) -> Result<$name, Overflow> {
                self.0.checked_sub(other.0).map($name).ok_or(Overflow($word))
            }
        }

        impl FromStr for $name {
            type Err = Malformed;

            fn from_str(text: &str) -> Result<$name, Malformed> {
                canonical::parse_decimal(text).map($name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(&self.0)
                } else {
                    serializer.serialize_u128(self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                if deserializer.is_human_readable() {
                    let text = alloc::string::String::deserialize(deserializer)?;
                    text.parse().map_err(de::Error::custom)
                } else {
                    u128::deserialize(deserializer).map($name)
                }
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> String {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::gen::SchemaGenerator) -> schemars::schema::Schema {
                canonical::text_schema(generator, concat!($word, ", a decimal string"), Some("^[0-9]+$"))
            }
        }
    };
}

quantity!(
    /// A number of a token's base units.
    Amount,
    "amount"
);
quantity!(
    /// What one whole token costs in the reference currency, × 10¹⁸.
    Price,
    "price"
);
quantity!(
    /// Micro-units (10⁻⁶) of the reference currency.
    Value,
    "value"
);
quantity!(
    /// Voting weight. Only its ratio to a total has a meaning.
    Weight,
    "weight"
);

/// 10¹²: a price has 18 decimals, a value 6.
const PRICE_PER_VALUE: u128 = 1_000_000_000_000;

impl Value {
    /// What `amount` of a token with `decimals` decimals is worth: amount × price / 10^decimals, in micro-units,
    /// rounded down once, at the end.
    ///
    /// # Errors
    /// [`Overflow`] when the value, or 10^(decimals + 12), needs more than 128 bits.
    pub fn of(amount: Amount, price: Price, decimals: u8) -> Result<Value, Overflow> {
        let unit = 10u128
            .checked_pow(u32::from(decimals))
            .and_then(|unit| unit.checked_mul(PRICE_PER_VALUE));
        wide::multiply_divide(amount.0, price.0, unit.ok_or(Overflow("decimals"))?).map(Value)
    }
}

impl Weight {
    /// Whether these votes are a quorum of `total`: `3 * votes > 2 * total`.
    pub fn is_quorum_of(self, total: Weight) -> bool {
        wide::is_quorum(self.0, total.0)
    }
}
