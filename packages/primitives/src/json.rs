//! JSON as a small tree, and values read from it.
//!
//! Contracts pay for code: a message that is read by `serde`'s derived code takes a kilobyte of Wasm a field, since every
//! decoder is made anew for every field of every variant. A tree is read by one decoder, and what follows are lookups. It
//! is for messages, whose size a transaction bounds; the depth is bounded by the JSON reader beneath.
//!
//! Answers and messages to others are written by way of a tree for the same reason ([`ToJson`]): what is written is what
//! the derived code would write, in the order of the fields.
//!
//! What is read is what the derived code would read: unknown, repeated and missing fields are refused, an `Option` may be
//! missing or null.

use alloc::{string::String, vec::Vec};
use core::fmt;

use serde::{de, Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    Address, Amount, Asset, Bytes, CanonicalAddress, Closing, Coin, Denom, Fork, Hash, Height,
    Malformed, Root, Seconds, Standing, Timestamp, ZoneId, ZoneStatus,
};

/// A JSON value. Numbers are natural: nothing here has others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A natural number below 2⁶⁴.
    Number(u64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, in the order of its fields.
    Object(Vec<(String, Json)>),
}

/// Why a value cannot be read from a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A field is missing.
    #[error("missing field `{0}`")]
    Missing(&'static str),
    /// A field or a variant that is not known, or stands there twice.
    #[error("unknown or repeated: `{0}`")]
    Unknown(String),
    /// Another kind of value.
    #[error("expected {0}")]
    Kind(&'static str),
    /// A field with another kind of value.
    #[error("`{field}`: expected {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A word that is malformed.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// A value that can be read from a tree.
pub trait FromJson: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// [`Unfit`].
    fn from_json(json: Json) -> Result<Self, Unfit>;

    /// What a missing field of this type means: nothing, but for an `Option`.
    fn absent() -> Option<Self> {
        None
    }
}

impl Json {
    /// The text of a string.
    ///
    /// # Errors
    /// [`Unfit::Kind`].
    pub fn text(self) -> Result<String, Unfit> {
        match self {
            Json::Text(text) => Ok(text),
            _ => Err(Unfit::Kind("a string")),
        }
    }

    /// The number, up to a greatest one.
    ///
    /// # Errors
    /// [`Unfit::Kind`].
    pub fn number(self, max: u64) -> Result<u64, Unfit> {
        match self {
            Json::Number(number) if number <= max => Ok(number),
            _ => Err(Unfit::Kind("a natural number in range")),
        }
    }

    /// The name and the content of a variant: an object with one field.
    ///
    /// # Errors
    /// [`Unfit::Kind`].
    pub fn variant(self) -> Result<(String, Json), Unfit> {
        match self {
            Json::Object(fields) if fields.len() == 1 => {
                fields.into_iter().next().ok_or(Unfit::Kind("a variant"))
            }
            _ => Err(Unfit::Kind("an object with one variant")),
        }
    }

    /// The fields of an object.
    ///
    /// # Errors
    /// [`Unfit::Kind`].
    pub fn fields(self) -> Result<Fields, Unfit> {
        match self {
            Json::Object(fields) => Ok(Fields(fields)),
            _ => Err(Unfit::Kind("an object")),
        }
    }
}

/// The fields of an object that were not read yet.
pub struct Fields(Vec<(String, Json)>);

impl Fields {
    /// Reads a field.
    ///
    /// # Errors
    /// [`Unfit`], with the field's name.
    #[inline(never)]
    pub fn take<T: FromJson>(&mut self, name: &'static str) -> Result<T, Unfit> {
        match self.find(name) {
            Some(json) => T::from_json(json).map_err(|unfit| unfit.of(name)),
            None => T::absent().ok_or(Unfit::Missing(name)),
        }
    }

    /// Reads a field that has a default.
    ///
    /// # Errors
    /// [`Unfit`], with the field's name.
    pub fn take_or<T: FromJson>(&mut self, name: &'static str, default: T) -> Result<T, Unfit> {
        match self.find(name) {
            Some(json) => T::from_json(json).map_err(|unfit| unfit.of(name)),
            None => Ok(default),
        }
    }

    /// Refuses what was not read.
    ///
    /// # Errors
    /// [`Unfit::Unknown`].
    pub fn end(mut self) -> Result<(), Unfit> {
        match self.0.pop() {
            None => Ok(()),
            Some((name, _)) => Err(Unfit::Unknown(name)),
        }
    }

    #[inline(never)]
    fn find(&mut self, name: &str) -> Option<Json> {
        let at = self.0.iter().position(|(field, _)| field == name)?;
        Some(self.0.swap_remove(at).1)
    }
}

impl Unfit {
    #[inline(never)]
    fn of(self, field: &'static str) -> Unfit {
        match self {
            Unfit::Kind(expected) => Unfit::Field { field, expected },
            other => other,
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(Growing)
    }
}

struct Growing;

impl<'de> de::Visitor<'de> for Growing {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a flag, a natural number, a string, an array or an object")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    // Spelled out: the default's message can also write floats, in 6 kB.
    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Json, E> {
        Err(E::custom("expected a natural number"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = entries.next_entry()? {
            fields.push(field);
        }
        Ok(Json::Object(fields))
    }
}

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
    ZoneId
);

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

from_number!(u8, u32);

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

from_text!(Address, Amount, CanonicalAddress, Denom, ZoneId);

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
    Fork { height, exact, first_report }
    Closing { at, last }
    Standing { status, branch, fork, closing, latest }
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

impl FromJson for ZoneStatus {
    fn from_json(json: Json) -> Result<ZoneStatus, Unfit> {
        let name = json.text()?;
        match name.as_str() {
            "active" => Ok(ZoneStatus::Active),
            "expired" => Ok(ZoneStatus::Expired),
            "forked" => Ok(ZoneStatus::Forked),
            "closed" => Ok(ZoneStatus::Closed),
            _ => Err(Unfit::Unknown(name)),
        }
    }
}
