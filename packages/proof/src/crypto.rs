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
}
