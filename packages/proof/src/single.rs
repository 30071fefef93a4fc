//! One ICS-23 proof for one key.

use alloc::vec::Vec;

use ics23::{
    commitment_proof::Proof as Kind, iavl_spec, verify_membership, verify_non_membership,
    CommitmentProof, ExistenceProof, NonExistenceProof,
};
use prost::Message;
use tessera_primitives::{Bytes, Hash};

use crate::{host::HostFunctions, iavl::Path, Refusal};

/// What a single proof shows, read but not yet checked against a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The key's own leaf.
    Present(Path),
    /// The leaves between which it would stand: at least one.
    Absent(Option<Path>, Option<Path>),
}

/// Checks that `proof`, a protobuf ICS-23 `CommitmentProof` under `iavl_spec`, proves what the tree with `root` holds at
/// the full key `key`: its value, or `None` when it holds none.
///
/// # Errors
/// [`Refusal`] when it does not prove that.
pub fn verify(root: &Hash, key: &[u8], proof: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
    let proof = decode("item proof", proof)?;
    let shown = read(key, &proof)?;
    let expected = root.as_bytes().to_vec();
    match shown {
        Shown::Present(path) => {
            unless_root(root, &path)?;
            let (spec, value) = (iavl_spec(), &path.value);
            if !verify_membership::<HostFunctions>(&proof, &spec, &expected, key, value) {
                return Err(Refusal::Ics23 {
                    what: "existence proof",
                });
            }
            Ok(Some(path.value))
        }
        Shown::Absent(left, right) => {
            for path in left.iter().chain(&right) {
                unless_root(root, path)?;
            }
            if !verify_non_membership::<HostFunctions>(&proof, &iavl_spec(), &expected, key) {
                return Err(not_neighbours(key));
            }
            Ok(None)
        }
    }
}

pub(crate) fn decode(what: &'static str, bytes: &[u8]) -> Result<CommitmentProof, Refusal> {
    CommitmentProof::decode(bytes).map_err(|error| Refusal::Protobuf {
        what,
        reason: alloc::format!("{error}"),
    })
}

pub(crate) fn kind_of(proof: &CommitmentProof) -> &'static str {
    match &proof.proof {
        None => "empty",
        Some(Kind::Exist(_)) => "an existence proof",
        Some(Kind::Nonexist(_)) => "a non-existence proof",
        Some(Kind::Batch(_)) => "a batch",
        Some(Kind::Compressed(_)) => "a compressed batch",
    }
}

/// Reads a single proof for `key` and checks all that can be checked without a root.
pub(crate) fn read(key: &[u8], proof: &CommitmentProof) -> Result<Shown, Refusal> {
    match &proof.proof {
        Some(Kind::Exist(proof)) => read_present(key, proof).map(Shown::Present),
        Some(Kind::Nonexist(proof)) => read_absent(key, proof),
        _ => Err(Refusal::Kind {
            what: "item proof",
            expected: "an existence or a non-existence proof",
            actual: kind_of(proof),
        }),
    }
}

fn read_present(key: &[u8], proof: &ExistenceProof) -> Result<Path, Refusal> {
    unless_key(key, &proof.key)?;
    Path::read(proof)
}

fn read_absent(key: &[u8], proof: &NonExistenceProof) -> Result<Shown, Refusal> {
    unless_key(key, &proof.key)?;
    let left = proof.left.as_ref().map(Path::read).transpose()?;
    let right = proof.right.as_ref().map(Path::read).transpose()?;
    if let Some(left) = &left {
        unless_ascending(&left.key, key)?;
    }
    if let Some(right) = &right {
        unless_ascending(key, &right.key)?;
    }
    match (&left, &right) {
        (None, None) => {
            return Err(Refusal::Missing {
                what: "neighbour of an absent key",
            })
        }
        // The library panics when it finds no step at which the two part.
        (Some(left), Some(right)) if !part(left, right) => return Err(not_neighbours(key)),
        _ => {}
    }
    Ok(Shown::Absent(left, right))
}

/// Whether two paths, from the root down, come to different steps before either ends.
fn part(left: &Path, right: &Path) -> bool {
    let mut steps = left.steps.iter().rev().zip(right.steps.iter().rev());
    steps.any(|(left, right)| left != right)
}

fn unless_key(expected: &[u8], actual: &[u8]) -> Result<(), Refusal> {
    if expected != actual {
        let (expected, actual) = (Bytes(expected.to_vec()), Bytes(actual.to_vec()));
        return Err(Refusal::Key { expected, actual });
    }
    Ok(())
}

pub(crate) fn unless_ascending(lower: &[u8], upper: &[u8]) -> Result<(), Refusal> {
    if lower >= upper {
        let (lower, upper) = (Bytes(lower.to_vec()), Bytes(upper.to_vec()));
        return Err(Refusal::Order { lower, upper });
    }
    Ok(())
}

fn unless_root(expected: &Hash, path: &Path) -> Result<(), Refusal> {
    let actual = path.root();
    if actual != *expected {
        return Err(Refusal::Root {
            what: "item proof",
            expected: *expected,
            actual,
        });
    }
    Ok(())
}

pub(crate) fn not_neighbours(key: &[u8]) -> Refusal {
    Refusal::NotNeighbours {
        key: Bytes(key.to_vec()),
    }
}
