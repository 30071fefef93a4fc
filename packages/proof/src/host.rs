use ics23::HostFunctionsProvider;
use tessera_primitives::Hash;

/// The hash functions that `ics23` calls. Both specs name SHA-256 alone, and the shape checks refuse a proof that names
/// another before the library sees it. The others answer zeros, which are no node of any tree: linking them would cost
/// every contract tens of kilobytes for code that never runs.
pub(crate) struct HostFunctions;

impl HostFunctionsProvider for HostFunctions {
    fn sha2_256(message: &[u8]) -> [u8; 32] {
        Hash::sha256(message).0
    }

    fn sha2_512(_: &[u8]) -> [u8; 64] {
        [0; 64]
    }

    fn sha2_512_truncated(_: &[u8]) -> [u8; 32] {
        [0; 32]
    }

    fn keccak_256(_: &[u8]) -> [u8; 32] {
        [0; 32]
    }

    fn ripemd160(_: &[u8]) -> [u8; 20] {
        [0; 20]
    }

    fn blake2b_512(_: &[u8]) -> [u8; 64] {
        [0; 64]
    }

    fn blake2s_256(_: &[u8]) -> [u8; 32] {
        [0; 32]
    }

    fn blake3(_: &[u8]) -> [u8; 32] {
        [0; 32]
    }
}
