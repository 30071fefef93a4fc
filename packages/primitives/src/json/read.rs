//! Values of each kind, from trees.

use alloc::{string::String, vec::Vec};

use super::{FromJson, Json, Unfit};
use crate::{
    Address, Amount, Asset, Bytes, CanonicalAddress, Closing, Coin, Denom, Fork, Hash, Height,
    Price, Root, Seconds, Standing, Timestamp, Value, ZoneId, ZoneStatus,
};

impl FromJson for Json {
    fn from_json(json: Json) -> Result<Json, Unfit> {
        Ok(json)
    }
}

impl FromJson for String {
    fn from_json(json: Json) -> Result<String, Unfit> {
        json.text()
    }
}

impl FromJson for bool {
    fn from_json(json: Json) -> Result<bool, Unfit> {
        match json {
            Json::Flag(flag) => Ok(flag),
            _ => Err(Unfit::Kind("true or false")),
        }
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: Json) -> Result<Option<T>, Unfit> {
        match json {
            Json::Null => Ok(None),
            json => T::from_json(json).map(Some),
        }
    }

    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json) -> Result<Vec<T>, Unfit> {
        let Json::List(items) = json else {
            return Err(Unfit::Kind("an array"));
        };
        let mut list = Vec::new();
        for item in items {
            list.push(T::from_json(item)?);
        }
        Ok(list)
    }
}

macro_rules! from_number {
    ($($number:ty),*) => {$(
        impl FromJson for $number {
            fn from_json(json: Json) -> Result<$number, Unfit> {
                let number = json.number(<$number>::MAX.into())?;
                <$number>::try_from(number).map_err(|_| Unfit::Kind("a natural number in range"))
            }
        }
    )*};
}

from_number!(u8, u16, u32);

impl FromJson for u64 {
    fn from_json(json: Json) -> Result<u64, Unfit> {
        json.number(u64::MAX)
    }
}

macro_rules! from_text {
    ($($word:ty),*) => {$(
        impl FromJson for $word {
            #[inline(never)]
            fn from_json(json: Json) -> Result<$word, Unfit> {
                Ok(json.text()?.parse()?)
            }
        }
    )*};
}

from_text!(
    Address,
    Amount,
    CanonicalAddress,
    Denom,
    Price,
    Value,
    ZoneId
);

macro_rules! from_inner {
    ($($newtype:ident),*) => {$(
        impl FromJson for $newtype {
            fn from_json(json: Json) -> Result<$newtype, Unfit> {
                FromJson::from_json(json).map($newtype)
            }
        }
    )*};
}

from_inner!(Height, Seconds);

impl FromJson for Timestamp {
    fn from_json(json: Json) -> Result<Timestamp, Unfit> {
        Ok(Timestamp(crate::canonical::parse_decimal(&json.text()?)?))
    }
}

impl FromJson for Hash {
    #[inline(never)]
    fn from_json(json: Json) -> Result<Hash, Unfit> {
        Ok(Hash::from_hex(&json.text()?)?)
    }
}

impl FromJson for Bytes {
    fn from_json(json: Json) -> Result<Bytes, Unfit> {
        Bytes::from_base64(&json.text()?).ok_or(Unfit::Kind("base64"))
    }
}

/// Implements [`FromJson`] for a structure: its fields by their names.
#[macro_export]
macro_rules! from_json_fields {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl $crate::json::FromJson for $name {
            #[inline(never)]
            fn from_json(json: $crate::json::Json) -> Result<Self, $crate::json::Unfit> {
                let mut fields = json.fields()?;
                let value = $name { $( $field: fields.take(stringify!($field))? ),* };
                fields.end()?;
                Ok(value)
            }
        }
    )*};
}

/// Implements [`FromJson`] for an enum whose variants have named fields, and whose names are those of its JSON; `in` hands
/// a variant over to the message that it wraps.
#[macro_export]
macro_rules! from_json_variants {
    ($name:ident { $( $text:literal : $variant:ident { $($field:ident),* $(,)? }; )* $( in $outer:literal : $wrapped:ident; )* }) => {
        impl $crate::json::FromJson for $name {
            fn from_json(json: $crate::json::Json) -> Result<Self, $crate::json::Unfit> {
                let (name, content) = json.variant()?;
                $( if name == $outer {
                    return $crate::json::FromJson::from_json(content).map($name::$wrapped);
                } )*
                let mut fields = content.fields()?;
                let value = match name.as_str() {
                    $( $text => $name::$variant { $( $field: fields.take(stringify!($field))? ),* }, )*
                    _ => return Err($crate::json::Unfit::Unknown(name)),
                };
                fields.end()?;
                Ok(value)
            }
        }
    };
}

/// Implements [`FromJson`] for an enum whose variants have no fields, by their names.
#[macro_export]
macro_rules! from_json_names {
    ($($name:ident { $($text:literal : $variant:ident),* $(,)? })*) => {$(
        impl $crate::json::FromJson for $name {
            #[inline(never)]
            fn from_json(json: $crate::json::Json) -> Result<Self, $crate::json::Unfit> {
                let name = json.text()?;
                match name.as_str() {
                    $( $text => Ok($name::$variant), )*
                    _ => Err($crate::json::Unfit::Unknown(name)),
                }
            }
        }
    )*};
}

/// Implements `Deserialize` by [`FromJson`], for messages: they come as JSON alone.
#[macro_export]
macro_rules! deserialize_by_tree {
    ($($name:ident),*) => {$(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = <$crate::json::Json as serde::Deserialize>::deserialize(deserializer)?;
                $crate::json::FromJson::from_json(json).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

from_json_fields! {
    Coin { asset, amount }
    Fork { branch, height, exact, first_report }
    Closing { at, last }
    Standing { status, branch, fork, branch_fork, closing, latest }
    Root { app_hash, state_height, time, branch, standing, next }
}

impl FromJson for Asset {
    #[inline(never)]
    fn from_json(json: Json) -> Result<Asset, Unfit> {
        let (name, content) = json.variant()?;
        match name.as_str() {
            "native" => FromJson::from_json(content).map(Asset::Native),
            "cw20" => FromJson::from_json(content).map(Asset::Cw20),
            _ => Err(Unfit::Unknown(name)),
        }
    }
}

from_json_names! {
    ZoneStatus { "active": Active, "expired": Expired, "forked": Forked, "closed": Closed }
}
