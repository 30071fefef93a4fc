use cosmwasm_crypto::{
    bls12_381_aggregate_g1, bls12_381_aggregate_g2, bls12_381_hash_to_g2, HashFunction,
};
use cosmwasm_std::BLS12_381_G1_GENERATOR;
use tessera_primitives::Hash;
use tessera_proof::BLS_DOMAIN;

/// A BLS secret that is a small number, so that adding points is all it takes to sign. For tests: anybody can guess it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoteSecret(usize);

impl VoteSecret {
    /// The secret of a number; that of 0 is that of 1.
    pub fn new(number: u32) -> VoteSecret {
        VoteSecret(usize::try_from(number).unwrap_or(usize::MAX).max(1))
    }

    /// Its key.
    ///
    /// # Errors
    /// None: sums of the generator are points.
    pub fn key(&self) -> anyhow::Result<[u8; 48]> {
        Ok(bls12_381_aggregate_g1(
            &BLS12_381_G1_GENERATOR.repeat(self.0),
        )?)
    }

    /// The signature of a hash.
    ///
    /// # Errors
    /// None: sums of a point are points.
    pub fn sign(&self, message: &Hash) -> anyhow::Result<[u8; 96]> {
        let hashed = bls12_381_hash_to_g2(HashFunction::Sha256, message.as_bytes(), BLS_DOMAIN);
        Ok(bls12_381_aggregate_g2(&hashed.repeat(self.0))?)
    }
}
