//! Facts: what a rule says has happened, as attributes of text.
//!
//! A rule declares its events once, with [`facts!`](crate::facts); `contract-api` writes them into the chain's events
//! and the relayer reads the same structs back. Nobody parses free text.

use alloc::string::String;
pub use alloc::vec::Vec;

use crate::{
    Address, Amount, Asset, Bytes, CanonicalAddress, Denom, Hash, Height, Malformed, Seconds,
    Timestamp, ZoneId, ZoneStatus,
};

/// One attribute of an event: its key and its value.
pub type Attribute = (String, String);

/// A value that can stand in one attribute.
pub trait Field: Sized {
    /// The value as text.
    fn to_text(&self) -> String;

    /// Reads what [`Field::to_text`] wrote.
    ///
    /// # Errors
    /// [`Malformed`] for any other text.
    fn from_text(text: &str) -> Result<Self, Malformed>;
}

macro_rules! field_by_display {
    ($($kind:ty),*) => {$(
        impl Field for $kind {
            fn to_text(&self) -> String {
                alloc::format!("{self}")
            }

            fn from_text(text: &str) -> Result<Self, Malformed> {
                text.parse()
            }
        }
    )*};
}

field_by_display!(Address, Amount, CanonicalAddress, Denom, ZoneId);

macro_rules! field_by_number {
    ($($kind:ty),*) => {$(
        impl Field for $kind {
            fn to_text(&self) -> String {
                alloc::format!("{self}")
            }

            fn from_text(text: &str) -> Result<Self, Malformed> {
                crate::canonical::parse_decimal(text)
            }
        }
    )*};
}

field_by_number!(u8, u16, u32, u64);

macro_rules! field_by_inner {
    ($($newtype:ident),*) => {$(
        impl Field for $newtype {
            fn to_text(&self) -> String {
                self.0.to_text()
            }

            fn from_text(text: &str) -> Result<Self, Malformed> {
                u64::from_text(text).map($newtype)
            }
        }
    )*};
}

field_by_inner!(Height, Seconds, Timestamp);

impl Field for Hash {
    fn to_text(&self) -> String {
        alloc::format!("{self}")
    }

    fn from_text(text: &str) -> Result<Self, Malformed> {
        Hash::from_hex(text)
    }
}

impl Field for Bytes {
    fn to_text(&self) -> String {
        hex::encode(&self.0)
    }

    fn from_text(text: &str) -> Result<Self, Malformed> {
        hex::decode(text)
            .map(Bytes)
            .map_err(|_| encoding("bytes", text, "hexadecimal"))
    }
}

impl Field for String {
    fn to_text(&self) -> String {
        self.clone()
    }

    fn from_text(text: &str) -> Result<Self, Malformed> {
        Ok(text.into())
    }
}

impl Field for bool {
    fn to_text(&self) -> String {
        alloc::format!("{self}")
    }

    fn from_text(text: &str) -> Result<Self, Malformed> {
        text.parse()
            .map_err(|_| encoding("flag", text, "true or false"))
    }
}

impl Field for Asset {
    fn to_text(&self) -> String {
        alloc::format!("{self}")
    }

    fn from_text(text: &str) -> Result<Self, Malformed> {
        match text.split_once(':') {
            Some(("native", denom)) => denom.parse().map(Asset::Native),
            Some(("cw20", token)) => token.parse().map(Asset::Cw20),
            _ => Err(encoding("asset", text, "native:<denom> or cw20:<address>")),
        }
    }
}

impl Field for ZoneStatus {
    fn to_text(&self) -> String {
        let word = match self {
            ZoneStatus::Active => "active",
            ZoneStatus::Expired => "expired",
            ZoneStatus::Forked => "forked",
            ZoneStatus::Closed => "closed",
        };
        word.into()
    }

    fn from_text(text: &str) -> Result<Self, Malformed> {
        let all = [
            ZoneStatus::Active,
            ZoneStatus::Expired,
            ZoneStatus::Forked,
            ZoneStatus::Closed,
        ];
        let found = all.into_iter().find(|status| status.to_text() == text);
        found.ok_or_else(|| encoding("status", text, "active, expired, forked or closed"))
    }
}

/// Nothing is the empty text, so it fits only values that are never empty themselves.
impl<T: Field> Field for Option<T> {
    fn to_text(&self) -> String {
        self.as_ref().map(Field::to_text).unwrap_or_default()
    }

    fn from_text(text: &str) -> Result<Self, Malformed> {
        if text.is_empty() {
            Ok(None)
        } else {
            T::from_text(text).map(Some)
        }
    }
}

/// The facts of one rule.
pub trait Facts: Sized {
    /// The names of all facts and of their attributes, in order: for the event table.
    const TABLE: &'static [(&'static str, &'static [&'static str])];

    /// The fact's name.
    fn name(&self) -> &'static str;

    /// The fact's attributes, in the order of [`Facts::TABLE`].
    fn attributes(&self) -> Vec<Attribute>;

    /// Reads a fact back: `None` when no fact has this name. Attributes that it does not know (the chain adds
    /// `_contract_address`) are passed over.
    ///
    /// # Errors
    /// [`Malformed`] when an attribute is missing or does not parse.
    fn read(name: &str, attributes: &[Attribute]) -> Option<Result<Self, Malformed>>;
}

/// Appends one attribute. Out of line: contracts write each kind of field many times.
#[inline(never)]
pub fn note<T: Field>(attributes: &mut Vec<Attribute>, key: &'static str, field: &T) {
    attributes.push((key.into(), field.to_text()));
}

/// Finds and parses one attribute.
///
/// # Errors
/// [`Malformed`] when it is missing, stands there twice, or does not parse.
pub fn read_field<T: Field>(key: &'static str, attributes: &[Attribute]) -> Result<T, Malformed> {
    let mut found = attributes.iter().filter(|(name, _)| name == key);
    match (found.next(), found.next()) {
        (Some((_, text)), None) => T::from_text(text),
        (None, _) => Err(Malformed::Range {
            what: key,
            min: 1,
            max: 1,
            actual: 0,
        }),
        (Some(_), Some(_)) => Err(Malformed::Range {
            what: key,
            min: 1,
            max: 1,
            actual: 2,
        }),
    }
}

fn encoding(what: &'static str, text: &str, expected: &'static str) -> Malformed {
    Malformed::Encoding {
        what,
        text: text.into(),
        expected,
    }
}

/// Declares the facts of a rule: an enum with named fields, and its [`Facts`].
///
/// ```
/// use tessera_primitives::{fact::Facts, facts, Hash, Height};
///
/// facts! {
///     /// What the lock says.
///     pub enum Event {
///         /// A leg was registered.
///         Registered = "registered" {
///             /// The task.
///             task: Hash,
///             /// Its deadline on this zone.
///             deadline: Height,
///         },
///     }
/// }
///
/// let event = Event::Registered { task: Hash::ZERO, deadline: Height(7) };
/// assert_eq!(Event::read(event.name(), &event.attributes()), Some(Ok(event)));
/// ```
#[macro_export]
macro_rules! facts {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$variant_meta:meta])*
                $variant:ident = $text:literal { $( $(#[$field_meta:meta])* $field:ident : $kind:ty ),* $(,)? }
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant { $( $(#[$field_meta])* $field: $kind ),* } ),*
        }

        impl $crate::fact::Facts for $name {
            const TABLE: &'static [(&'static str, &'static [&'static str])] =
                &[$( ($text, &[$( stringify!($field) ),*]) ),*];

            fn name(&self) -> &'static str {
                match self {
                    $( $name::$variant { .. } => $text ),*
                }
            }

            fn attributes(&self) -> $crate::fact::Vec<$crate::fact::Attribute> {
                match self {
                    $( $name::$variant { $( $field ),* } => {
                        let mut attributes = $crate::fact::Vec::new();
                        $( $crate::fact::note(&mut attributes, stringify!($field), $field); )*
                        attributes
                    } ),*
                }
            }

            fn read(
                name: &str,
                attributes: &[$crate::fact::Attribute],
            ) -> Option<Result<Self, $crate::Malformed>> {
                match name {
                    $( $text => Some((|| Ok($name::$variant {
                        $( $field: $crate::fact::read_field(stringify!($field), attributes)? ),*
                    }))()), )*
                    _ => None,
                }
            }
        }
    };
}
