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

mod read;
mod write;

use alloc::{string::String, vec::Vec};
use core::fmt;

use serde::{de, Deserialize, Deserializer};

pub use self::write::{set, ToJson};
use crate::Malformed;

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
