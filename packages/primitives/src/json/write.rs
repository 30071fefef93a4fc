//! Values as trees, and trees as JSON.

use alloc::{string::String, vec::Vec};

use serde::{Serialize, Serializer};

use super::Json;
use crate::{
    Address, Amount, Asset, Bytes, CanonicalAddress, Coin, Denom, Hash, Height, Price, Seconds,
    Timestamp, ZoneId,
};

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Flag(flag) => serializer.serialize_bool(*flag),
            Json::Number(number) => serializer.serialize_u64(*number),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(items) => serializer.collect_seq(items),
            Json::Object(fields) => {
                serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

/// A value that can be written as a tree.
pub trait ToJson {
    /// The tree.
    fn to_json(&self) -> Json;
}

/// Appends a field to an object. Out of line: a contract writes each kind of field many times.
#[inline(never)]
pub fn set<T: ToJson>(fields: &mut Vec<(String, Json)>, name: &str, value: &T) {
    fields.push((name.into(), value.to_json()));
}

impl Json {
    /// An object with one field: a variant of a message.
    #[inline(never)]
    pub fn named(name: &str, content: Json) -> Json {
        Json::Object(Vec::from([(name.into(), content)]))
    }
}

impl ToJson for bool {
    fn to_json(&self) -> Json {
        Json::Flag(*self)
    }
}

impl ToJson for str {
    fn to_json(&self) -> Json {
        Json::Text(self.into())
    }
}

impl ToJson for String {
    fn to_json(&self) -> Json {
        self.as_str().to_json()
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Json {
        self.as_ref().map_or(Json::Null, ToJson::to_json)
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Json {
        Json::List(self.iter().map(ToJson::to_json).collect())
    }
}

impl<T: ToJson> ToJson for &T {
    fn to_json(&self) -> Json {
        (*self).to_json()
    }
}

macro_rules! to_number {
    ($($number:ty),*) => {$(
        impl ToJson for $number {
            fn to_json(&self) -> Json {
                Json::Number((*self).into())
            }
        }
    )*};
}

to_number!(u8, u32, u64);

macro_rules! to_inner {
    ($($newtype:ident),*) => {$(
        impl ToJson for $newtype {
            fn to_json(&self) -> Json {
                Json::Number(self.0)
            }
        }
    )*};
}

to_inner!(Height, Seconds);

macro_rules! to_text {
    ($($word:ty),*) => {$(
        impl ToJson for $word {
            #[inline(never)]
            fn to_json(&self) -> Json {
                Json::Text(alloc::format!("{self}"))
            }
        }
    )*};
}

to_text!(
    Address,
    Amount,
    Bytes,
    CanonicalAddress,
    Denom,
    Hash,
    Price,
    ZoneId
);

impl ToJson for Timestamp {
    fn to_json(&self) -> Json {
        Json::Text(alloc::format!("{}", self.0))
    }
}

/// Implements [`ToJson`] for a structure: its fields by their names.
#[macro_export]
macro_rules! to_json_fields {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl $crate::json::ToJson for $name {
            #[inline(never)]
            fn to_json(&self) -> $crate::json::Json {
                let mut fields = $crate::fact::Vec::new();
                $( $crate::json::set(&mut fields, stringify!($field), &self.$field); )*
                $crate::json::Json::Object(fields)
            }
        }
    )*};
}

/// Implements [`ToJson`] for an enum whose variants have named fields.
#[macro_export]
macro_rules! to_json_variants {
    ($name:ident { $( $text:literal : $variant:ident { $($field:ident),* $(,)? }; )* }) => {
        impl $crate::json::ToJson for $name {
            fn to_json(&self) -> $crate::json::Json {
                let mut fields = $crate::fact::Vec::new();
                let name = match self {
                    $( $name::$variant { $($field),* } => {
                        $( $crate::json::set(&mut fields, stringify!($field), $field); )*
                        $text
                    } )*
                };
                $crate::json::Json::named(name, $crate::json::Json::Object(fields))
            }
        }
    };
}

to_json_fields! {
    Coin { asset, amount }
}

impl ToJson for Asset {
    fn to_json(&self) -> Json {
        match self {
            Asset::Native(denom) => Json::named("native", denom.to_json()),
            Asset::Cw20(token) => Json::named("cw20", token.to_json()),
        }
    }
}
