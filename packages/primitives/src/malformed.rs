use alloc::string::String;

/// Why a value could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A text or byte string is too short or too long.
    #[error("{what} is {actual} long, expected {min} to {max}")]
    Length {
        /// What was read.
        what: &'static str,
        /// Least length allowed, in bytes.
        min: usize,
        /// Greatest length allowed, in bytes.
        max: usize,
        /// The length given, in bytes.
        actual: usize,
    },
    /// A text has a character that does not belong in it.
    #[error("{what} `{text}` has a character that is not allowed")]
    Character {
        /// What was read.
        what: &'static str,
        /// The text given.
        text: String,
    },
    /// A number is outside its range.
    #[error("{what} is {actual}, expected {min} to {max}")]
    Range {
        /// What was read.
        what: &'static str,
        /// Least value allowed.
        min: u128,
        /// Greatest value allowed.
        max: u128,
        /// The value given.
        actual: u128,
    },
    /// Canonical bytes end too early, go on too long, or hold a tag that nobody assigned.
    #[error("canonical bytes of {what} are wrong at offset {offset}")]
    Canonical {
        /// What was read.
        what: &'static str,
        /// Offset of the first byte that does not fit.
        offset: usize,
    },
    /// A text is not the hexadecimal, decimal or base64 it should be.
    #[error("{what} `{text}` is not {expected}")]
    Encoding {
        /// What was read.
        what: &'static str,
        /// The text given.
        text: String,
        /// The encoding asked for.
        expected: &'static str,
    },
}

/// A sum, difference, product or quotient that does not fit its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("overflow in {0}")]
pub struct Overflow(
    /// The operation, in words.
    pub &'static str,
);
