use alloc::{collections::BTreeMap, vec::Vec};

use tessera_primitives::{Bytes, CanonicalAddress, Hash};

use super::{
    asked, verify, BOTH_SHOWN, FOREIGN_KEY, LEFT_HIDDEN, MAX_SHOWN_VALUE, OWN_KEY, RIGHT_HIDDEN,
};
use crate::{
    iavl::{Header, Path, Side},
    open::full_key,
    single::{self, Shown},
    varint, Refusal,
};

/// Makes a multiproof of single proofs, as `abci_query` gives them at one height: `items[i]` is the protobuf ICS-23
/// `CommitmentProof` of `keys[i]`, present or absent. What comes out has been verified.
///
/// # Errors
/// [`Refusal`] when an item is not a proof for its key, or not all items lead to one root.
pub fn combine(
    contract: &CanonicalAddress,
    keys: &[Vec<u8>],
    items: &[Bytes],
) -> Result<Bytes, Refusal> {
    let asked = asked(contract, keys)?;
    let expected = keys.len() as u64;
    Refusal::unless_within("number of items", expected, expected, items.len() as u64)?;
    let mut root = None;
    let mut leaves = BTreeMap::new();
    for (key, item) in keys.iter().zip(items) {
        let key = full_key(contract, key);
        for path in paths(&key, item)? {
            single::verify(
                root.get_or_insert_with(|| path.root()),
                &key,
                item.as_slice(),
            )?;
            leaves.insert(path.key.clone(), path);
        }
    }
    let mut pen = Pen {
        own: full_key(contract, &[]),
        asked,
        next: 0,
        bytes: Vec::new(),
    };
    let leaves: Vec<&Path> = leaves.values().collect();
    pen.node(&leaves, 0, None)?;
    let proof = Bytes(pen.bytes);
    verify(
        &root.unwrap_or(Hash::ZERO),
        contract,
        keys,
        proof.as_slice(),
    )?;
    Ok(proof)
}

fn paths(key: &[u8], item: &Bytes) -> Result<Vec<Path>, Refusal> {
    let item = single::decode("item proof", item.as_slice())?;
    Ok(match single::read(key, &item)? {
        Shown::Present(path) => Vec::from([path]),
        Shown::Absent(left, right) => left.into_iter().chain(right).collect(),
    })
}

/// Writes tokens.
struct Pen {
    /// `0x03 || contract`.
    own: Vec<u8>,
    asked: Vec<Vec<u8>>,
    /// Index of the first asked key that no leaf has passed.
    next: usize,
    bytes: Vec<u8>,
}

impl Pen {
    /// Writes the node that lies `depth` steps below the root and in which all `leaves` (ascending, not none) lie.
    fn node(
        &mut self,
        leaves: &[&Path],
        depth: usize,
        parent: Option<Header>,
    ) -> Result<(), Refusal> {
        let disagree = || Refusal::Disagree {
            height: parent.map_or(0, |parent| parent.height()),
        };
        let version = parent.map_or(0, |parent| parent.version());
        let steps: Option<Vec<_>> = leaves
            .iter()
            .map(|path| path.steps.iter().rev().nth(depth))
            .collect();
        let Some(steps) = steps else {
            let [leaf] = leaves else {
                return Err(disagree());
            };
            return self.leaf(leaf, version);
        };
        let first = steps.first().ok_or_else(disagree)?;
        let header = first.header;
        if steps.iter().any(|step| step.header != header) {
            return Err(disagree());
        }
        let on_left = steps
            .iter()
            .take_while(|step| step.side == Side::Left)
            .count();
        let (left, right) = leaves.split_at_checked(on_left).ok_or_else(disagree)?;
        let kind = match (left, right) {
            ([], _) => LEFT_HIDDEN,
            (_, []) => RIGHT_HIDDEN,
            _ => BOTH_SHOWN,
        };
        self.bytes
            .push(kind << 6 | header.height().saturating_sub(1));
        varint::write(header.size(), &mut self.bytes);
        self.version(version, header.version());
        let deeper = depth.saturating_add(1);
        if kind == LEFT_HIDDEN {
            self.bytes.extend_from_slice(first.sibling.as_bytes());
        } else {
            self.node(left, deeper, Some(header))?;
        }
        if kind == RIGHT_HIDDEN {
            self.bytes.extend_from_slice(first.sibling.as_bytes());
            Ok(())
        } else {
            self.node(right, deeper, Some(header))
        }
    }

    fn leaf(&mut self, leaf: &Path, parent_version: u64) -> Result<(), Refusal> {
        match self.asked.binary_search(&leaf.key) {
            Ok(at) => {
                // Fewer than 62 keys are asked, and leaves ascend.
                let skipped = u8::try_from(at.saturating_sub(self.next)).unwrap_or(OWN_KEY);
                self.next = at.saturating_add(1);
                self.bytes.push(skipped);
                self.version(parent_version, leaf.version);
                self.sized(&leaf.value);
            }
            Err(at) => {
                self.next = at;
                let own = leaf.key.strip_prefix(self.own.as_slice());
                self.bytes.push(own.map_or(FOREIGN_KEY, |_| OWN_KEY));
                self.version(parent_version, leaf.version);
                self.sized(own.unwrap_or(&leaf.key));
                if leaf.value.len() > MAX_SHOWN_VALUE {
                    self.bytes.push(0);
                    self.bytes
                        .extend_from_slice(Hash::sha256(&leaf.value).as_bytes());
                } else {
                    self.sized(&leaf.value);
                }
            }
        }
        Ok(())
    }

    fn sized(&mut self, bytes: &[u8]) {
        varint::write(bytes.len() as u64, &mut self.bytes);
        self.bytes.extend_from_slice(bytes);
    }

    /// The zigzag difference. Both versions are below 2⁶³, so neither half wraps.
    fn version(&mut self, parent: u64, version: u64) {
        let zigzag = match version.checked_sub(parent) {
            Some(later) => later.wrapping_shl(1),
            None => parent.wrapping_sub(version).wrapping_shl(1).wrapping_sub(1),
        };
        varint::write(zigzag, &mut self.bytes);
    }
}
