use cosmwasm_std::testing::MockApi;
use ed25519_consensus::{batch, Signature, VerificationKeyBytes};
use tessera_contract_kit::crypto::HostCrypto;
use tessera_proof::Crypto;

/// The host's cryptography, natively.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeCrypto;

impl Crypto for NativeCrypto {
    fn ed25519_batch_verify(
        &self,
        messages: &[&[u8]],
        signatures: &[&[u8]],
        keys: &[&[u8]],
    ) -> bool {
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
        HostCrypto(&MockApi::default()).bls_verify(message, signature, key)
    }
}
