//! One proof for many keys of one contract under one root, each present or absent, in as few bytes as it takes.
//!
//! A tree is written in pre-order, a byte a node and what its hash needs; what is not shown is a hash.
//!
//! ```text
//! node    tag            then
//! inner   01 height-1    size version node node              both children shown
//!         10 height-1    size version hash node              left child hidden
//!         11 height-1    size version node hash              right child hidden
//! leaf    00 skipped     version length value                an asked key: the one after `skipped` more of the asked
//!         00 111110      version length rest of key, value   another key of this contract, without `0x03 || contract`
//!         00 111111      version length full key, value      any other key
//! ```
//!
//! The tag's first two bits are its kind, the other six a number. `size` and lengths are varints; `version` is the
//! zigzag varint of the difference to the parent's version (to 0 at the root); hashes are 32 bytes. An asked value is
//! its length and its bytes. Another leaf is shown only for its key: its value is its length and its bytes below 32, or
//! a zero and its SHA-256. No value is empty.
//!
//! Asked keys are the distinct full keys in ascending order; every one not yet passed when a greater leaf is reached is
//! absent, which holds only if no hash stood between that leaf and the one before it (or the start, or the end). Heights
//! fall towards the leaves, so a walk is never deeper than 64. Leaves whose keys do not ascend are refused; single proofs
//! of present keys, each by itself, cannot show such a tree, and no search tree is one.

mod combine;
mod verify;

pub use combine::combine;
pub use verify::verify;

use alloc::vec::Vec;

use tessera_primitives::CanonicalAddress;

use crate::{open::full_key, Refusal};

/// Greatest number of distinct keys in one multiproof: what a leaf's tag can point at. A batch of the lock has 30.
pub const MAX_KEYS: usize = 62;

const LEAF: u8 = 0;
const BOTH_SHOWN: u8 = 1;
const LEFT_HIDDEN: u8 = 2;
const RIGHT_HIDDEN: u8 = 3;

/// In a leaf's tag: a key of this contract that was not asked.
const OWN_KEY: u8 = 0b11_1110;
/// In a leaf's tag: a key of anybody.
const FOREIGN_KEY: u8 = 0b11_1111;
/// Bits of a tag that are its number.
const NUMBER: u8 = 0b11_1111;

/// A neighbour's value is written out up to this length.
const MAX_SHOWN_VALUE: usize = 31;

/// The distinct full keys, ascending.
fn asked(contract: &CanonicalAddress, keys: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Refusal> {
    // Inserted one by one: the standard library's sort is 4 kB of a contract, and there are at most 62 keys.
    let mut full: Vec<Vec<u8>> = Vec::new();
    for key in keys {
        let key = full_key(contract, key);
        if let Err(at) = full.binary_search(&key) {
            full.insert(at, key);
        }
    }
    let what = "number of distinct keys of a multiproof";
    Refusal::unless_within(what, 1, MAX_KEYS as u64, full.len() as u64)?;
    Ok(full)
}
