//! Canonical bytes, and the tagged hash over them.
//!
//! | field | bytes |
//! | --- | --- |
//! | enum tag | one byte |
//! | integer | fixed width, big-endian |
//! | [`Hash`] | its 32 bytes |
//! | string, byte string | length as u32 big-endian, then the bytes |
//! | list | number of items as u32 big-endian, then the items |
//! | option | one byte, 0 or 1, then the value if 1 |
//!
//! `H(tag, fields…)` is SHA-256 of the tag (ASCII, `tessera/<thing>/v1`), one zero byte, and the fields in order. No tag
//! has a zero byte, so no two structures share a preimage.
//!
//! Bytes decode back by [`decode`], which accepts exactly what [`encode`] produces: a structure that crosses zones has
//! one encoding, and its hash can be taken of the bytes as they came.

use alloc::{string::String, vec::Vec};

use crate::{Hash, Malformed};

/// The tagged hash `H(tag, fields…)` of one value.
pub fn hash<T: Canonical>(tag: &str, value: &T) -> Hash {
    hash_bytes(tag, &encode(value))
}

/// The tagged hash of fields that are canonical bytes already.
pub fn hash_bytes(tag: &str, fields: &[u8]) -> Hash {
    Hash::sha256_of(&[tag.as_bytes(), &[0], fields])
}

/// The canonical bytes of a value.
pub fn encode<T: Canonical>(value: &T) -> Vec<u8> {
    let mut writer = Writer::default();
    value.write(&mut writer);
    writer.bytes
}

/// Reads a value from canonical bytes, all of them.
///
/// # Errors
/// [`Malformed`] when the bytes are not exactly what [`encode`] produces for some value.
pub fn decode<T: Canonical>(what: &'static str, bytes: &[u8]) -> Result<T, Malformed> {
    let mut reader = Reader {
        what,
        bytes,
        offset: 0,
    };
    let value = T::read(&mut reader)?;
    if reader.bytes.is_empty() {
        Ok(value)
    } else {
        Err(reader.wrong())
    }
}

/// A structure with canonical bytes.
pub trait Canonical: Sized {
    /// Appends the value's bytes.
    fn write(&self, writer: &mut Writer);

    /// Reads what [`Canonical::write`] wrote.
    ///
    /// # Errors
    /// [`Malformed`] for any other bytes.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed>;
}

/// Collects canonical bytes.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An enum's tag, or a number below 256.
    pub fn byte(&mut self, byte: u8) -> &mut Self {
        self.bytes.push(byte);
        self
    }

    /// Bytes of a length that both sides know.
    pub fn fixed(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A byte string: its length and its bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.length(bytes.len()).fixed(bytes)
    }

    /// Another value.
    pub fn value<T: Canonical>(&mut self, value: &T) -> &mut Self {
        value.write(self);
        self
    }

    /// A list: its length and its items.
    pub fn list<T: Canonical>(&mut self, items: &[T]) -> &mut Self {
        self.length(items.len());
        items.iter().for_each(|item| item.write(self));
        self
    }

    /// No list or byte string here comes near 4 GiB: messages are limited to kilobytes. One that did would be cut to
    /// `u32::MAX`, which no bytes can follow, so it could never be read back.
    fn length(&mut self, length: usize) -> &mut Self {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.fixed(&length.to_be_bytes())
    }
}

/// Reads canonical bytes.
pub struct Reader<'a> {
    what: &'static str,
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// One byte.
    ///
    /// # Errors
    /// [`Malformed::Canonical`] at the end.
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        self.fixed::<1>().map(|[byte]| byte)
    }

    /// Bytes of a length that both sides know.
    ///
    /// # Errors
    /// [`Malformed::Canonical`] when fewer are left.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (head, tail) = self
            .bytes
            .split_first_chunk::<N>()
            .ok_or_else(|| self.wrong())?;
        self.advance_to(tail);
        Ok(*head)
    }

    /// A byte string.
    ///
    /// # Errors
    /// [`Malformed::Canonical`] when fewer bytes are left than its length says.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.length()?;
        let (head, tail) = self
            .bytes
            .split_at_checked(length)
            .ok_or_else(|| self.wrong())?;
        self.advance_to(tail);
        Ok(head)
    }

    /// Another value.
    ///
    /// # Errors
    /// [`Malformed`], as that value's `read`.
    pub fn value<T: Canonical>(&mut self) -> Result<T, Malformed> {
        T::read(self)
    }

    /// A list of at most `max` items. The limit is checked before anything is read, so that a length alone cannot
    /// make the reader work.
    ///
    /// # Errors
    /// [`Malformed::Range`] for more items, [`Malformed`] as the items' `read`.
    pub fn list<T: Canonical>(&mut self, max: usize) -> Result<Vec<T>, Malformed> {
        let length = self.length()?;
        if length > max {
            let (what, max, actual) = (self.what, max as u128, length as u128);
            return Err(Malformed::Range {
                what,
                min: 0,
                max,
                actual,
            });
        }
        (0..length).map(|_| T::read(self)).collect()
    }

    /// The refusal for bytes that do not fit at the place reached.
    pub fn wrong(&self) -> Malformed {
        Malformed::Canonical {
            what: self.what,
            offset: self.offset,
        }
    }

    fn length(&mut self) -> Result<usize, Malformed> {
        let length = u32::from_be_bytes(self.fixed()?);
        usize::try_from(length).map_err(|_| self.wrong())
    }

    fn advance_to(&mut self, tail: &'a [u8]) {
        self.offset = self
            .offset
            .saturating_add(self.bytes.len().saturating_sub(tail.len()));
        self.bytes = tail;
    }
}

macro_rules! canonical_integer {
    ($($integer:ty),*) => {$(
        impl Canonical for $integer {
            fn write(&self, writer: &mut Writer) {
                writer.fixed(&self.to_be_bytes());
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                reader.fixed().map(<$integer>::from_be_bytes)
            }
        }
    )*};
}

canonical_integer!(u8, u16, u32, u64, u128);

/// For newtypes whose only field is a public integer or array.
macro_rules! canonical_newtype {
    ($($newtype:ident($inner:ty)),*) => {$(
        impl Canonical for crate::$newtype {
            fn write(&self, writer: &mut Writer) {
                writer.value(&self.0);
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                reader.value::<$inner>().map(crate::$newtype)
            }
        }
    )*};
}

canonical_newtype!(
    Height(u64),
    Timestamp(u64),
    Seconds(u64),
    Amount(u128),
    Price(u128),
    Value(u128),
    Weight(u128)
);

impl Canonical for Hash {
    fn write(&self, writer: &mut Writer) {
        writer.fixed(&self.0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.fixed().map(Hash)
    }
}

impl Canonical for Vec<u8> {
    fn write(&self, writer: &mut Writer) {
        writer.bytes(self);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.bytes().map(<[u8]>::to_vec)
    }
}

impl Canonical for String {
    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.as_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let bytes = reader.bytes()?;
        core::str::from_utf8(bytes)
            .map(Into::into)
            .map_err(|_| reader.wrong())
    }
}

impl<T: Canonical> Canonical for Option<T> {
    fn write(&self, writer: &mut Writer) {
        match self {
            None => writer.byte(0),
            Some(value) => writer.byte(1).value(value),
        };
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        match reader.byte()? {
            0 => Ok(None),
            1 => reader.value().map(Some),
            _ => Err(reader.wrong()),
        }
    }
}

macro_rules! canonical_tuple {
    ($($part:ident . $index:tt),*) => {
        /// A tuple is its parts in order.
        impl<$($part: Canonical),*> Canonical for ($($part),*) {
            fn write(&self, writer: &mut Writer) {
                $( writer.value(&self.$index); )*
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                Ok(($(reader.value::<$part>()?),*))
            }
        }
    };
}

/// Nothing: the prefix that all keys share.
impl Canonical for () {
    fn write(&self, _: &mut Writer) {}

    fn read(_: &mut Reader<'_>) -> Result<(), Malformed> {
        Ok(())
    }
}

canonical_tuple!(A.0, B.1);
canonical_tuple!(A.0, B.1, C.2);

macro_rules! canonical_text {
    ($($newtype:ident),*) => {$(
        impl Canonical for crate::$newtype {
            fn write(&self, writer: &mut Writer) {
                writer.bytes(self.as_str().as_bytes());
            }

            fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                crate::$newtype::new(reader.value::<String>()?)
            }
        }
    )*};
}

canonical_text!(ZoneId, Address, Denom);

impl Canonical for crate::CanonicalAddress {
    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.as_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        crate::CanonicalAddress::new(reader.bytes()?)
    }
}

/// Reads a decimal number as JSON carries u64 and u128: digits only.
pub(crate) fn parse_decimal<T: core::str::FromStr>(text: &str) -> Result<T, Malformed> {
    let wrong = || Malformed::Encoding {
        what: "number",
        text: text.into(),
        expected: "a decimal number in range",
    };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

#[cfg(feature = "schema")]
pub(crate) fn text_schema(
    generator: &mut schemars::gen::SchemaGenerator,
    description: &str,
    pattern: Option<&str>,
) -> schemars::schema::Schema {
    use schemars::JsonSchema;
    let mut schema = String::json_schema(generator).into_object();
    schema.metadata().description = Some(description.into());
    schema.string().pattern = pattern.map(Into::into);
    schema.into()
}
