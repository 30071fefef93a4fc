//! The host's cryptography.

use cosmwasm_std::{Api, HashFunction, BLS12_381_G1_GENERATOR};
use tessera_proof::{is_identity, Crypto, BLS_DOMAIN};

/// [`Crypto`] over the host of this contract.
pub struct HostCrypto<'a>(pub &'a dyn Api);

impl Crypto for HostCrypto<'_> {
    fn ed25519_batch_verify(
        &self,
        messages: &[&[u8]],
        signatures: &[&[u8]],
        keys: &[&[u8]],
    ) -> bool {
        // The host also takes one message or one key for many signatures; the port does not.
        messages.len() == signatures.len()
            && keys.len() == signatures.len()
            && self
                .0
                .ed25519_batch_verify(messages, signatures, keys)
                .unwrap_or(false)
    }

    fn bls_verify(&self, message: &[u8], signature: &[u8], key: &[u8]) -> bool {
        if is_identity(signature) || is_identity(key) {
            return false;
        }
        let hashed = self
            .0
            .bls12_381_hash_to_g2(HashFunction::Sha256, message, BLS_DOMAIN);
        hashed.is_ok_and(|hashed| {
            self.0
                .bls12_381_pairing_equality(&BLS12_381_G1_GENERATOR, signature, key, &hashed)
                .unwrap_or(false)
        })
    }
}
