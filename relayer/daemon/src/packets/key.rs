//! The keys that sign packets, from our key ring to Hermes' library, in memory alone.

use ibc_relayer::keyring::{AnySigningKeyPair, Secp256k1KeyPair};
use serde::Deserialize;
use serde_json::json;

use super::{PacketKey, PacketsError};
use crate::{
    config::{ChainConfig, Config},
    keys::{KeyError, KeyRing, Secret},
};

/// The packet keys of all chains that take part in ordinary IBC.
///
/// # Errors
/// [`PacketsError::Key`]; one that is also among `key_names`: two programs would count one sequence.
pub fn keys(config: &Config, ring: &KeyRing) -> Result<Vec<PacketKey>, PacketsError> {
    let chains = config.chains.iter();
    chains
        .filter_map(|chain| Some((chain, chain.packet_key_name.as_deref()?)))
        .map(|(chain, name)| key(chain, name, ring))
        .collect()
}

fn key(chain: &ChainConfig, name: &str, ring: &KeyRing) -> Result<PacketKey, PacketsError> {
    let wrong = |reason: String| PacketsError::Key {
        chain: chain.id.to_string(),
        reason,
    };
    if chain.key_names.iter().any(|other| other == name) {
        let reason = format!(
            "packet_key_name {name:?} is one of key_names: packets need a key of their own"
        );
        return Err(wrong(reason));
    }
    let failed = |error: KeyError| wrong(error.to_string());
    let secret = ring.secret(&chain.id, name).map_err(failed)?;
    let pair = pair(&secret, &chain.account_prefix).map_err(failed)?;
    Ok(PacketKey {
        chain: ibc_relayer_types::core::ics24_host::identifier::ChainId::from_string(
            chain.id.as_str(),
        ),
        name: name.into(),
        key: AnySigningKeyPair::Secp256k1(pair),
    })
}

/// The library makes keys from mnemonics, and keeps their parts private; but it reads what it writes.
fn pair(secret: &Secret, prefix: &str) -> Result<Secp256k1KeyPair, KeyError> {
    let key = secret.key()?;
    let account = key.account(prefix)?;
    let public = key.public();
    let address = public
        .account_id(prefix)
        .map_err(|error| KeyError::Signing(error.to_string()))?;
    let written = json!({
        "private_key": hex::encode(secret.private_bytes()?.as_slice()),
        "public_key": hex::encode(public.to_bytes()),
        "address": address.to_bytes(),
        "address_type": "Cosmos",
        "account": account,
    });
    // Its errors could quote what they read.
    Secp256k1KeyPair::deserialize(written)
        .map_err(|_| KeyError::Signing("the key does not fit Hermes' library".into()))
}
