//! The keys that sign packets, from our key ring to Hermes' library, in memory alone.

use std::fmt;

use ibc_relayer::keyring::{AnySigningKeyPair, Secp256k1KeyPair};
use ibc_relayer_types::core::ics24_host::identifier::ChainId;
use serde::Serialize;
use tessera_primitives::{Address, Amount, Asset, Denom};
use zeroize::Zeroizing;

use super::PacketsError;
use crate::{
    chain::{wasmd::Wasmd, Chain as _},
    config::{ChainConfig, Config},
    keys::{KeyError, KeyRing, Secret},
};

/// A chain's own key for packets.
#[derive(Clone)]
pub struct PacketKey {
    /// The chain id.
    pub chain: ChainId,
    /// The key's name.
    pub name: String,
    /// Its address on the chain.
    pub account: Address,
    /// The key.
    pub key: AnySigningKeyPair,
}

impl fmt::Debug for PacketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PacketKey({}, {})", self.chain, self.name)
    }
}

/// The packet keys of all these chains.
///
/// # Errors
/// [`PacketsError::Missing`] where a chain names none; [`PacketsError::Key`] for one whose account signs other
/// transactions of ours: two would count one sequence.
pub fn keys(config: &Config, ring: &KeyRing) -> Result<Vec<PacketKey>, PacketsError> {
    let chains = config.chains.iter();
    chains.map(|chain| key(chain, ring)).collect()
}

fn key(chain: &ChainConfig, ring: &KeyRing) -> Result<PacketKey, PacketsError> {
    let name = chain.packet_key_name.as_deref();
    let name = name.ok_or_else(|| PacketsError::Missing {
        chain: chain.id.to_string(),
        what: "packet_key_name",
        remedy: "name the key that signs packets of ordinary IBC",
    })?;
    let wrong = |reason: String| PacketsError::Key {
        chain: chain.id.to_string(),
        reason,
    };
    let failed = |error: KeyError| wrong(error.to_string());
    let secret = ring.secret(&chain.id, name).map_err(failed)?;
    let (account, pair) = pair(&secret, &chain.account_prefix).map_err(failed)?;
    let listed = ring.list(&chain.id).map_err(failed)?;
    let ours = |other: &&crate::keys::Listed| {
        chain.key_names.contains(&other.name) && other.account == account.as_str()
    };
    if let Some(other) = listed.iter().find(ours) {
        return Err(wrong(shared(name, &other.name)));
    }
    if let Some(signer) = chain.signer.as_ref().filter(|one| one.account == account) {
        return Err(wrong(shared(name, signer.account.as_str())));
    }
    Ok(PacketKey {
        chain: ChainId::from_string(chain.id.as_str()),
        name: name.into(),
        account,
        key: AnySigningKeyPair::Secp256k1(pair),
    })
}

fn shared(name: &str, other: &str) -> String {
    format!("packet_key_name {name:?} has the account of {other:?}, one of key_names: packets need an account of their own")
}

/// A key as the library writes it.
#[derive(Serialize)]
struct Written<'a> {
    private_key: &'a str,
    public_key: String,
    address: Vec<u8>,
    address_type: &'static str,
    account: &'a str,
}

/// The library makes keys from mnemonics, and keeps their parts private; but it reads what it writes.
fn pair(secret: &Secret, prefix: &str) -> Result<(Address, Secp256k1KeyPair), KeyError> {
    let key = secret.key()?;
    let account = key.account(prefix)?;
    let public = key.public();
    let address = public
        .account_id(prefix)
        .map_err(|error| KeyError::Signing(error.to_string()))?;
    let digits = Zeroizing::new(hex::encode(secret.private_bytes()?.as_slice()));
    let written = Written {
        private_key: &digits,
        public_key: hex::encode(public.to_bytes()),
        address: address.to_bytes(),
        address_type: "Cosmos",
        account: account.as_str(),
    };
    // Large enough not to be moved, which would leave a copy behind; what is read of it is borrowed.
    let mut text = Zeroizing::new(Vec::with_capacity(2_048));
    // Its errors could quote what they read.
    let unfit = |_| KeyError::Signing("the key does not fit Hermes' library".into());
    serde_json::to_writer(&mut *text, &written).map_err(unfit)?;
    let pair = serde_json::from_slice(&text).map_err(unfit)?;
    Ok((account, pair))
}

/// Who pays for what a key signs; nobody where gas costs nothing.
pub(super) fn payer<'a>(chain: &'a ChainConfig, key: &'a PacketKey) -> Option<&'a Address> {
    chain
        .is_gas_paid()
        .then(|| chain.fee_granter.as_ref().unwrap_or(&key.account))
}

/// What an account holds of what gas is paid in, in base units.
pub(super) async fn purse(
    chain: &ChainConfig,
    pool: &Wasmd,
    account: &Address,
) -> anyhow::Result<Amount> {
    let asset = Asset::Native(Denom::new(chain.gas_price.denom.as_str())?);
    Ok(pool.balance(account, &asset).await?)
}

/// Refuses a payer that has nothing to pay with.
pub(super) fn can_pay(
    chain: &ChainConfig,
    payer: &Address,
    held: Amount,
) -> Result<(), PacketsError> {
    if held.is_zero() {
        return Err(PacketsError::NoMoney {
            chain: chain.id.to_string(),
            account: payer.to_string(),
            denom: chain.gas_price.denom.clone(),
        });
    }
    Ok(())
}
