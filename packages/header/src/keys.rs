//! Finding validators by their key. A set has at most 256 members, so a scan over the first eight bytes of each key
//! costs a contract less than sorting 32-byte keys would, in gas (some 20 for two sets of 100) and in code (100 kB).

use alloc::vec::Vec;

use crate::ValidatorKey;

/// Keys with a place each.
pub(crate) struct Keys<'a> {
    starts: Vec<u64>,
    keys: Vec<&'a ValidatorKey>,
}

impl<'a> Keys<'a> {
    pub fn of(keys: impl Iterator<Item = &'a ValidatorKey>) -> Keys<'a> {
        let keys: Vec<&ValidatorKey> = keys.collect();
        Keys {
            starts: keys.iter().map(|key| start(key)).collect(),
            keys,
        }
    }

    /// The first place that has the key.
    pub fn place_of(&self, key: &ValidatorKey) -> Option<usize> {
        let wanted = start(key);
        let mut places = self.starts.iter().zip(&self.keys);
        places.position(|(start, each)| *start == wanted && *each == key)
    }

    /// A key that has two places.
    pub fn repeated(&self) -> Option<&'a ValidatorKey> {
        let mut places = self.keys.iter().enumerate();
        places
            .find(|(place, key)| self.place_of(key) != Some(*place))
            .map(|(_, key)| *key)
    }
}

fn start(key: &ValidatorKey) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = key.0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
