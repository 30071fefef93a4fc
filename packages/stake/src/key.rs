//! What a vote key's owner signs to prove that it has the key. No key of the pool's storage is proven on another zone:
//! cores prove what they took from it.

use tessera_primitives::{canonical, Address, Hash, ZoneId};

/// The tag of a proof of possession.
pub const POSSESSION: &str = "tessera/pop/v1";

/// `H("tessera/pop/v1", chain id, pool address, operator's address, key)`: worth nothing on another chain, for another
/// pool or operator.
pub fn possession(chain: &ZoneId, pool: &Address, operator: &Address, key: &[u8; 48]) -> Hash {
    let mut fields = canonical::encode(&(chain.clone(), pool.clone(), operator.clone()));
    fields.extend_from_slice(key);
    canonical::hash_bytes(POSSESSION, &fields)
}
