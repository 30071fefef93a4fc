//! The host's cryptography, natively: what a contract asks of its chain.

use cosmwasm_crypto::{bls12_381_hash_to_g2, bls12_381_pairing_equality, HashFunction};
use cosmwasm_std::BLS12_381_G1_GENERATOR;
use ed25519_consensus::{batch, Signature, VerificationKeyBytes};
use tessera_proof::{is_identity, Crypto, BLS_DOMAIN};

/// ed25519 as CometBFT verifies it (ZIP-215).
#[derive(Clone, Copy, Debug, Default)]
pub struct HostCrypto;

impl Crypto for HostCrypto {
    fn ed25519_batch_verify(
        &self,
        messages: &[&[u8]],
        signatures: &[&[u8]],
        keys: &[&[u8]],
    ) -> bool {
        if messages.len() != signatures.len() || messages.len() != keys.len() {
            return false;
        }
        let mut verifier = batch::Verifier::new();
        for ((message, signature), key) in messages.iter().zip(signatures).zip(keys) {
            let key = <[u8; 32]>::try_from(*key).map(VerificationKeyBytes::from);
            let (Ok(key), Ok(signature)) = (key, Signature::try_from(*signature)) else {
                return false;
            };
            verifier.queue((key, signature, message));
        }
        verifier.verify(rand::thread_rng()).is_ok()
    }

    fn bls_verify(&self, message: &[u8], signature: &[u8], key: &[u8]) -> bool {
        if is_identity(signature) || is_identity(key) {
            return false;
        }
        let hashed = bls12_381_hash_to_g2(HashFunction::Sha256, message, BLS_DOMAIN);
        bls12_381_pairing_equality(&BLS12_381_G1_GENERATOR, signature, key, &hashed)
            .unwrap_or(false)
    }
}
