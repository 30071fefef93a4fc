//! How an IAVL tree hashes its nodes (cosmos/iavl v1), and the path from a leaf to the root.
//!
//! ```text
//! leaf   00 02 version  len(key) key  20 SHA256(value)         varints, signed ones zigzag
//! inner  height size version  20 left  20 right                height ≥ 1
//! ```

use alloc::vec::Vec;

use tessera_primitives::Hash;

pub use crate::path::{Path, Side, Step};
use crate::{varint, Refusal};

/// Greatest height of an inner node, hence greatest depth of a leaf. A balanced tree of this height has 10¹³ leaves.
pub const MAX_HEIGHT: u8 = 64;

/// Greatest length of the bytes of height, size and version together: `iavl_spec` allows 12 bytes before a left child,
/// of which the last is the child's length. It holds sizes and versions up to 17 billion, and more of one if the other
/// is small.
pub const MAX_HEADER_LENGTH: usize = 11;

/// The length that stands before each hash.
pub(crate) const HASH_LENGTH: u8 = 32;

/// What a leaf's hash starts with: height 0, size 1, and the version that last wrote it.
pub fn leaf_prefix(version: u64) -> Vec<u8> {
    let mut bytes = Vec::from([0, 2]);
    varint::write_signed(version, &mut bytes);
    bytes
}

/// The hash of a leaf. A version above `i64::MAX`, which no tree has, gives a hash that no proof leads to.
pub fn leaf_hash(key: &[u8], value: &[u8], version: u64) -> Hash {
    leaf_hash_of(key, &Hash::sha256(value), version)
}

/// The hash of a leaf whose value is known by its SHA-256.
pub fn leaf_hash_of(key: &[u8], value: &Hash, version: u64) -> Hash {
    let mut bytes = leaf_prefix(version);
    // A usize never has more than 64 bits, so nothing is cut.
    varint::write(key.len() as u64, &mut bytes);
    Hash::sha256_of(&[&bytes, key, &[HASH_LENGTH], value.as_bytes()])
}

/// What an inner node's hash starts with: its height, its number of leaves, its version.
pub fn inner_prefix(height: u8, size: u64, version: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(MAX_HEADER_LENGTH);
    varint::write_signed(height.into(), &mut bytes);
    varint::write_signed(size, &mut bytes);
    varint::write_signed(version, &mut bytes);
    bytes
}

/// The hash of an inner node.
pub fn inner_hash(height: u8, size: u64, version: u64, left: &Hash, right: &Hash) -> Hash {
    hash_children(&inner_prefix(height, size, version), left, right)
}

fn hash_children(header: &[u8], left: &Hash, right: &Hash) -> Hash {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    Hash::sha256_of(&[header, &[HASH_LENGTH], left, &[HASH_LENGTH], right])
}

/// What an inner node says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    height: u8,
    size: u64,
    version: u64,
}

impl Header {
    /// Checks and wraps the height (1 to 64), size and version of an inner node.
    ///
    /// # Errors
    /// [`Refusal::Number`] for another height, [`Refusal::Length`] when the header's bytes are more than 11.
    pub fn new(height: u8, size: u64, version: u64) -> Result<Header, Refusal> {
        Refusal::unless_within(
            "height of an inner node",
            1,
            MAX_HEIGHT.into(),
            height.into(),
        )?;
        let actual = inner_prefix(height, size, version).len();
        if actual > MAX_HEADER_LENGTH {
            return Err(Refusal::Length {
                what: "header of an inner node",
                min: 3,
                max: MAX_HEADER_LENGTH,
                actual,
            });
        }
        Ok(Header {
            height,
            size,
            version,
        })
    }

    /// Reads a header from the start of an inner node's bytes, and returns what follows it.
    ///
    /// # Errors
    /// [`Refusal::Varint`] for bytes in another than the shortest form or for negative numbers, and as
    /// [`Header::new`].
    pub fn read(bytes: &[u8]) -> Result<(Header, &[u8]), Refusal> {
        let what = "header of an inner node";
        let number = |bytes| varint::read_signed(bytes).ok_or(Refusal::Varint { what });
        let (height, bytes) = number(bytes)?;
        let (size, bytes) = number(bytes)?;
        let (version, bytes) = number(bytes)?;
        // 255 is refused as any height above 64 is.
        let height = u8::try_from(height).unwrap_or(u8::MAX);
        Header::new(height, size, version).map(|header| (header, bytes))
    }

    /// Distance to the farthest leaf, 1 to 64.
    pub fn height(&self) -> u8 {
        self.height
    }

    /// Number of leaves below.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The tree's version when the node was made.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The bytes that the node's hash starts with.
    pub fn bytes(&self) -> Vec<u8> {
        inner_prefix(self.height, self.size, self.version)
    }

    /// The node's hash.
    pub fn hash(&self, left: &Hash, right: &Hash) -> Hash {
        hash_children(&self.bytes(), left, right)
    }
}
