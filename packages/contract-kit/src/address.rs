//! Addresses of this zone. Text from a message is validated before it is used (CWA-2022-002); addresses of other zones
//! are compared as canonical bytes and never come here.

use cosmwasm_std::{Addr, Api, CanonicalAddr};
use tessera_primitives::{Address, CanonicalAddress, Malformed};

/// Why an address is not one of this zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The text is not a normalised address of this zone.
    #[error("{address} is not an address of this zone: {reason}")]
    Foreign {
        /// The text given.
        address: String,
        /// What the host says about it.
        reason: String,
    },
    /// The bytes cannot be an address of this zone.
    #[error("canonical address {address} is not one of this zone: {reason}")]
    ForeignBytes {
        /// The bytes given.
        address: CanonicalAddress,
        /// What the host says about them.
        reason: String,
    },
    /// The host gave an address that is malformed.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// The address, once the host has found it to be a normalised one of this zone.
///
/// # Errors
/// [`AddressError::Foreign`].
pub fn validate(api: &dyn Api, address: &Address) -> Result<Addr, AddressError> {
    api.addr_validate(address.as_str())
        .map_err(|error| AddressError::Foreign {
            address: address.to_string(),
            reason: error.to_string(),
        })
}

/// As [`validate`], for an address that may be absent.
///
/// # Errors
/// [`AddressError::Foreign`].
pub fn validate_option(
    api: &dyn Api,
    address: Option<&Address>,
) -> Result<Option<Addr>, AddressError> {
    address.map(|address| validate(api, address)).transpose()
}

/// An address that the host gave or validated, in our words.
///
/// # Errors
/// [`AddressError::Malformed`] when the host gave none that can be one.
pub fn of(address: &Addr) -> Result<Address, AddressError> {
    Ok(Address::new(address.as_str())?)
}

/// The raw bytes of an address of this zone: what other zones compare and what proofs name.
///
/// # Errors
/// [`AddressError::Foreign`].
pub fn canonical(api: &dyn Api, address: &Addr) -> Result<CanonicalAddress, AddressError> {
    let bytes = api
        .addr_canonicalize(address.as_str())
        .map_err(|error| AddressError::Foreign {
            address: address.to_string(),
            reason: error.to_string(),
        })?;
    Ok(CanonicalAddress::new(bytes.as_slice())?)
}

/// The text of an address of this zone.
///
/// # Errors
/// [`AddressError::ForeignBytes`].
pub fn humanize(api: &dyn Api, address: &CanonicalAddress) -> Result<Address, AddressError> {
    let text = api
        .addr_humanize(&CanonicalAddr::from(address.as_bytes()))
        .map_err(|error| AddressError::ForeignBytes {
            address: address.clone(),
            reason: error.to_string(),
        })?;
    of(&text)
}
