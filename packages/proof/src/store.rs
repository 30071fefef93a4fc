//! The root of a zone's contract store, under its app hash.

use alloc::vec::Vec;

use ics23::{
    calculate_existence_root, commitment_proof::Proof as Kind, tendermint_spec, verify_membership,
    ExistenceProof, HashOp, InnerOp,
};
use tessera_primitives::{Bytes, Hash};

use crate::{host::HostFunctions, single, Refusal};

/// The store that holds every contract's storage.
pub const NAME: &[u8] = b"wasm";

/// Greatest number of steps: a zone has tens of stores, not 2⁶⁴.
pub const MAX_STEPS: u64 = 64;

const WHAT: &str = "store proof";

/// Checks that `proof`, a protobuf ICS-23 existence proof under `tendermint_spec`, proves the root of the store `wasm`
/// under `app_hash`, and returns that root.
///
/// # Errors
/// [`Refusal`] when it does not prove that.
pub fn root(app_hash: &Hash, proof: &[u8]) -> Result<Hash, Refusal> {
    let proof = single::decode(WHAT, proof)?;
    let Some(Kind::Exist(existence)) = &proof.proof else {
        return Err(Refusal::Kind {
            what: WHAT,
            expected: "an existence proof",
            actual: single::kind_of(&proof),
        });
    };
    let root = check_shape(existence)?;
    let actual = calculate_existence_root::<HostFunctions>(existence)
        .ok()
        .and_then(|root| Hash::try_from(root.as_slice()).ok())
        .ok_or(Refusal::Ics23 { what: WHAT })?;
    if actual != *app_hash {
        return Err(Refusal::Root {
            what: WHAT,
            expected: *app_hash,
            actual,
        });
    }
    let app_hash: Vec<u8> = app_hash.as_bytes().to_vec();
    let (spec, value) = (tendermint_spec(), &existence.value);
    if !verify_membership::<HostFunctions>(&proof, &spec, &app_hash, NAME, value) {
        return Err(Refusal::Ics23 { what: WHAT });
    }
    Ok(root)
}

/// The library lets a leaf's prefix go on after its `00`, and any byte but `00` start an inner node. CometBFT's trees
/// (RFC 6962) have neither.
fn check_shape(proof: &ExistenceProof) -> Result<Hash, Refusal> {
    if proof.key != NAME {
        let (expected, actual) = (Bytes(NAME.to_vec()), Bytes(proof.key.clone()));
        return Err(Refusal::Key { expected, actual });
    }
    let root = Hash::try_from(proof.value.as_slice()).map_err(|_| Refusal::Length {
        what: "root of a store",
        min: 32,
        max: 32,
        actual: proof.value.len(),
    })?;
    let missing = Refusal::Missing { what: "leaf" };
    let leaf = proof.leaf.as_ref().ok_or(missing)?;
    Refusal::unless_leaf_ops(leaf)?;
    if leaf.prefix != [0] {
        return Err(Refusal::Bytes {
            what: "leaf prefix",
            expected: "00",
            actual: Bytes(leaf.prefix.clone()),
        });
    }
    Refusal::unless_within("number of steps", 0, MAX_STEPS, proof.path.len() as u64)?;
    proof.path.iter().try_for_each(check_step)?;
    Ok(root)
}

fn check_step(op: &InnerOp) -> Result<(), Refusal> {
    Refusal::unless_op("hash of an inner node", HashOp::Sha256.into(), op.hash)?;
    match (op.prefix.as_slice(), op.suffix.len()) {
        ([1], 32) => Ok(()),
        ([1, left @ ..], 0) if left.len() == 32 => Ok(()),
        _ => Err(Refusal::Siblings {
            prefix: op.prefix.len(),
            suffix: op.suffix.len(),
        }),
    }
}
