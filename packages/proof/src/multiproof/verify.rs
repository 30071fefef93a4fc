use alloc::vec::Vec;

use tessera_primitives::{CanonicalAddress, Hash};

use super::{asked, BOTH_SHOWN, FOREIGN_KEY, LEAF, LEFT_HIDDEN, MAX_SHOWN_VALUE, NUMBER, OWN_KEY};
use crate::{
    iavl::{leaf_hash_of, Header, MAX_HEIGHT},
    open::full_key,
    single::{not_neighbours, unless_ascending},
    varint, Refusal,
};

/// Checks that `proof` proves what the tree with `root` holds at `keys` of `contract`, and returns it in the order of
/// `keys`: `None` where a key is absent.
///
/// # Errors
/// [`Refusal`] when it does not prove that for every key.
pub fn verify(
    root: &Hash,
    contract: &CanonicalAddress,
    keys: &[Vec<u8>],
    proof: &[u8],
) -> Result<Vec<Option<Vec<u8>>>, Refusal> {
    let asked = asked(contract, keys)?;
    let mut walk = Walk {
        bytes: proof,
        length: proof.len(),
        own: full_key(contract, &[]),
        pending: &asked,
        found: Vec::new(),
        last: Vec::new(),
        hidden: false,
    };
    let actual = walk.node(MAX_HEIGHT.saturating_add(1), 0)?;
    let found = walk.end()?;
    if actual != *root {
        return Err(Refusal::Root {
            what: "multiproof",
            expected: *root,
            actual,
        });
    }
    let answer = |key: &Vec<u8>| {
        let key = full_key(contract, key);
        let at = found.binary_search_by(|found| found.key.cmp(&key));
        at.ok()
            .and_then(|at| found.get(at))
            .map(|found| found.value.to_vec())
    };
    Ok(keys.iter().map(answer).collect())
}

/// An asked key that is present.
struct Found<'a> {
    key: &'a [u8],
    value: &'a [u8],
}

/// A walk over the tokens, from the least key to the greatest.
struct Walk<'a> {
    /// What is left to read.
    bytes: &'a [u8],
    /// Length of the whole proof.
    length: usize,
    /// `0x03 || contract`.
    own: Vec<u8>,
    /// The asked keys that no leaf has passed yet.
    pending: &'a [Vec<u8>],
    /// The asked keys that are present, ascending.
    found: Vec<Found<'a>>,
    /// The last leaf's key; empty before the first.
    last: Vec<u8>,
    /// Whether a hash stood since the last leaf, or since the start.
    hidden: bool,
}

impl<'a> Walk<'a> {
    /// Reads one node with all below it. Its height must be below `above`, so no walk is deeper than heights go.
    fn node(&mut self, above: u8, parent_version: u64) -> Result<Hash, Refusal> {
        let wrong = self.expected("a node");
        let (tag, rest) = self.bytes.split_first().ok_or(wrong)?;
        self.bytes = rest;
        let (kind, number) = (tag >> 6, tag & NUMBER);
        if kind == LEAF {
            return self.leaf(number, parent_version);
        }
        let height = number.saturating_add(1);
        let highest = above.saturating_sub(1).into();
        Refusal::unless_within("height of an inner node", 1, highest, height.into())?;
        let size = self.number("a size")?;
        let version = self.version(parent_version)?;
        let header = Header::new(height, size, version)?;
        let (left, right) = match kind {
            BOTH_SHOWN => (self.node(height, version)?, self.node(height, version)?),
            LEFT_HIDDEN => (self.hidden()?, self.node(height, version)?),
            _ => (self.node(height, version)?, self.hidden()?),
        };
        Ok(header.hash(&left, &right))
    }

    fn leaf(&mut self, number: u8, parent_version: u64) -> Result<Hash, Refusal> {
        let version = self.version(parent_version)?;
        if number < OWN_KEY {
            return self.asked_leaf(number, version);
        }
        let key = match number {
            FOREIGN_KEY => self.foreign_key()?,
            _ => self.own_key()?,
        };
        let value = self.neighbour_value()?;
        self.pass(&key)?;
        if self.pending.first() == Some(&key) {
            return Err(self.expected("an asked key without its bytes"));
        }
        let hash = leaf_hash_of(&key, &value, version);
        self.last = key;
        Ok(hash)
    }

    fn asked_leaf(&mut self, skipped: u8, version: u64) -> Result<Hash, Refusal> {
        let wrong = self.expected("an asked key that is left");
        let key = self.pending.get(usize::from(skipped)).ok_or(wrong)?;
        let wrong = self.expected("a value");
        let value = self.sized("a value")?;
        if value.is_empty() {
            return Err(wrong);
        }
        self.pass(key)?;
        self.pending = self.pending.split_first().map_or(&[], |(_, later)| later);
        self.found.push(Found { key, value });
        self.last.clone_from(key);
        Ok(leaf_hash_of(key, &Hash::sha256(value), version))
    }

    /// The asked keys below the leaf `key` are absent, since the leaf before it is its neighbour, if none is hidden.
    fn pass(&mut self, key: &[u8]) -> Result<(), Refusal> {
        unless_ascending(&self.last, key)?;
        let passed = self
            .pending
            .iter()
            .take_while(|asked| asked.as_slice() < key)
            .count();
        let (absent, later) = self.pending.split_at_checked(passed).unwrap_or((&[], &[]));
        self.unless_hidden(absent)?;
        self.pending = later;
        self.hidden = false;
        Ok(())
    }

    fn end(self) -> Result<Vec<Found<'a>>, Refusal> {
        if !self.bytes.is_empty() {
            return Err(self.expected("the end"));
        }
        self.unless_hidden(self.pending)?;
        Ok(self.found)
    }

    fn unless_hidden(&self, absent: &[Vec<u8>]) -> Result<(), Refusal> {
        match absent.first() {
            Some(key) if self.hidden => Err(not_neighbours(key)),
            _ => Ok(()),
        }
    }

    fn hidden(&mut self) -> Result<Hash, Refusal> {
        self.hidden = true;
        self.hash()
    }

    fn own_key(&mut self) -> Result<Vec<u8>, Refusal> {
        let rest = self.sized("a key")?;
        Ok([&self.own, rest].concat())
    }

    fn foreign_key(&mut self) -> Result<Vec<u8>, Refusal> {
        let wrong = self.expected("a key of another contract");
        let key = self.sized("a key")?;
        if key.is_empty() || key.starts_with(&self.own) {
            return Err(wrong);
        }
        Ok(key.to_vec())
    }

    fn neighbour_value(&mut self) -> Result<Hash, Refusal> {
        let wrong = self.expected("a short value, or the hash of one");
        let value = self.sized("a value")?;
        if value.len() > MAX_SHOWN_VALUE {
            return Err(wrong);
        }
        if !value.is_empty() {
            return Ok(Hash::sha256(value));
        }
        let hash = self.hash()?;
        if hash == Hash::sha256(&[]) {
            return Err(wrong);
        }
        Ok(hash)
    }

    fn hash(&mut self) -> Result<Hash, Refusal> {
        let wrong = self.expected("a hash");
        let (hash, rest) = self.bytes.split_first_chunk().ok_or(wrong)?;
        self.bytes = rest;
        Ok(Hash(*hash))
    }

    fn version(&mut self, parent: u64) -> Result<u64, Refusal> {
        let wrong = self.expected("a version of 0 to 2⁶³ - 1");
        let zigzag = self.number("a version")?;
        let distance = zigzag >> 1;
        let version = if zigzag & 1 == 0 {
            parent.checked_add(distance)
        } else {
            parent
                .checked_sub(distance)
                .and_then(|version| version.checked_sub(1))
        };
        version
            .filter(|version| i64::try_from(*version).is_ok())
            .ok_or(wrong)
    }

    fn sized(&mut self, what: &'static str) -> Result<&'a [u8], Refusal> {
        let wrong = self.expected(what);
        let length = usize::try_from(self.number("a length")?).ok();
        let split = length.and_then(|length| self.bytes.split_at_checked(length));
        let (head, rest) = split.ok_or(wrong)?;
        self.bytes = rest;
        Ok(head)
    }

    fn number(&mut self, what: &'static str) -> Result<u64, Refusal> {
        let (number, rest) = varint::read(self.bytes).ok_or(self.expected(what))?;
        self.bytes = rest;
        Ok(number)
    }

    /// The refusal for what stands at the place reached.
    fn expected(&self, expected: &'static str) -> Refusal {
        let offset = self.length.saturating_sub(self.bytes.len());
        Refusal::Token { offset, expected }
    }
}
