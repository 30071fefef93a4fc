use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use tessera_primitives::{Hash, Ratio, Seconds, Timestamp, ZoneId};
use tessera_proof::Crypto;

use crate::{Refusal, Refused, TrustedHeader, Untrusted, ValidatorSet, Verified};

/// How far a trusted header is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The share of the trusted set that must have signed a header over skipped heights (strictly more), in [1/3, 1].
    pub trust_level: Ratio,
    /// How long a header is trusted, in seconds; shorter than the zone's unbonding period.
    pub trusting_period: Seconds,
    /// How far a header's time may lie ahead of the reading zone's, in seconds.
    pub clock_drift: Seconds,
}

/// What the reading zone believes already.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'a> {
    /// The chain id that headers must carry now.
    pub zone: &'a ZoneId,
    /// The trusted header, at the height that [`Untrusted::trusted_height`] asks for.
    pub header: &'a TrustedHeader,
    /// The parameters.
    pub params: &'a Params,
}

/// The validator sets that the reading zone keeps: the newest two. Only the compact form reads them.
pub trait CachedSets {
    /// Why a read failed.
    type Error;

    /// The set with this hash, if it is kept.
    ///
    /// # Errors
    /// When it cannot be read.
    fn set(&self, hash: &Hash) -> Result<Option<ValidatorSet>, Self::Error>;

    /// The hashes of all that are kept, for the refusal of a header that names another.
    ///
    /// # Errors
    /// When they cannot be read.
    fn cached(&self) -> Result<Vec<Hash>, Self::Error>;
}

/// Verifies a header from a trusted one, adjacent or over skipped heights.
///
/// # Errors
/// [`Refused`]; nothing about the header is believed then.
pub fn verify<C: Crypto, S: CachedSets>(
    crypto: &C,
    trust: &Trust<'_>,
    sets: &S,
    untrusted: &Untrusted,
    now: Timestamp,
) -> Result<Verified, Refused<S::Error>> {
    let _ = (crypto, trust, sets, untrusted, now);
    unimplemented!()
}

/// [`verify`] for evidence of a fork: the same, save that the header's time may lie in the future.
///
/// # Errors
/// [`Refused`].
pub fn verify_evidence<C: Crypto, S: CachedSets>(
    crypto: &C,
    trust: &Trust<'_>,
    sets: &S,
    untrusted: &Untrusted,
    now: Timestamp,
) -> Result<Verified, Refused<S::Error>> {
    let _ = (crypto, trust, sets, untrusted, now);
    unimplemented!()
}

/// Checks what can be checked of a header without an older one to trust: chain id, set hashes, and that more than two
/// thirds of its own set signed it. Whoever calls this has another reason to trust it: the owner's word, at
/// `register_zone`, `renew` and `admit_branch`. Standard form only: the compact one leaves out what a trusted header
/// tells.
///
/// # Errors
/// [`Refusal`].
pub fn anchor<C: Crypto>(
    crypto: &C,
    zone: &ZoneId,
    untrusted: &Untrusted,
) -> Result<Verified, Refusal> {
    let _ = (crypto, zone, untrusted);
    unimplemented!()
}
