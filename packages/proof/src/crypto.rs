/// The cryptography that a zone's host offers and a rule may use: `contract-kit` implements it over CosmWasm's `Api`,
/// the relayer natively. Verifying in the host costs a fraction of what it costs in Wasm.
pub trait Crypto {
    /// Whether every signature is a valid ed25519 signature (RFC 8032, as ZIP-215 accepts them) of the message at its
    /// index by the key at its index. The three lists have equal lengths of at most 256. An empty batch is valid. A key
    /// or signature of a wrong length makes the batch invalid; it is not an error.
    fn ed25519_batch_verify(
        &self,
        messages: &[&[u8]],
        signatures: &[&[u8]],
        keys: &[&[u8]],
    ) -> bool;

    /// Whether a BLS12-381 signature (96 bytes, G2, compressed) of the message is valid under the key (48 bytes, G1,
    /// compressed), hashed to the curve with [`BLS_DOMAIN`]. A key or signature that is no point of its subgroup, or is the
    /// identity, is never valid: it is not an error.
    fn bls_verify(&self, message: &[u8], signature: &[u8], key: &[u8]) -> bool;
}

/// The domain separation tag of all BLS signatures here: minimal public keys, with proofs of possession.
pub const BLS_DOMAIN: &[u8] = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

/// Whether the compressed bytes of a point are the identity's: compressed, infinity, and nothing else.
pub fn is_identity(point: &[u8]) -> bool {
    point.first().is_some_and(|first| first & 0x40 != 0)
}
