//! The host's cryptography.

use cosmwasm_std::Api;
use tessera_proof::Crypto;

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
}
