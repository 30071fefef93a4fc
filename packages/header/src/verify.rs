use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};
use tendermint_light_client_verifier::{
    options::Options,
    types::{TrustThreshold, TrustedBlockState, UntrustedBlockState},
    PredicateVerifier, Verifier as _,
};
use tessera_primitives::{Hash, Height, Ratio, Seconds, Timestamp, ZoneId};
use tessera_proof::Crypto;

use crate::{
    choose::Announced,
    comet,
    signatures::verify_needed,
    tally::{Commits, Predicates, Tally},
    untrusted::Opened,
    verdict::accept,
    Refusal, Refused, TrustedHeader, Untrusted, ValidatorSet, Verified,
};

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

/// Verifies a header from a trusted one, adjacent or over skipped heights: the signatures that are needed first, then
/// `tendermint-light-client-verifier` with its own predicates over what was verified.
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
    let opened = untrusted.resolve(trust.zone, trust.header, sets)?;
    Ok(check(crypto, trust, opened, now, Clock::Counts)?)
}

/// [`verify`] for evidence of a fork: the same, save that the header's time may lie in the future, since a forged time
/// must not protect the forger.
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
    let opened = untrusted.resolve(trust.zone, trust.header, sets)?;
    Ok(check(crypto, trust, opened, now, Clock::MayRunAhead)?)
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
    let opened = untrusted.alone(zone)?;
    let verified = verify_needed(crypto, zone, &opened, None)?;
    let state = UntrustedBlockState {
        signed_header: &opened.signed,
        validators: &opened.comet_validators,
        next_validators: None,
    };
    let verifier = PredicateVerifier::new(Predicates, Tally::new(&verified), Commits);
    accept(verifier.verify_validator_sets(&state))?;
    accept(verifier.verify_commit(&state))?;
    Ok(opened.into())
}

/// Whether a header from the future is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clock {
    Counts,
    MayRunAhead,
}

fn check<C: Crypto>(
    crypto: &C,
    trust: &Trust<'_>,
    opened: Opened,
    now: Timestamp,
    clock: Clock,
) -> Result<Verified, Refusal> {
    let options = trust.params.options()?;
    let now = comet::comet_time("block time", now)?;
    // The library counts up from the trusted height, and would panic above the greatest.
    let next_height = Height(trust.header.height.0.saturating_add(1));
    let skips = opened.signed.header.height != comet::comet_height(next_height)?;
    let announced = skips.then(|| Announced {
        set: opened.announced.as_ref().unwrap_or(&opened.validators),
        level: trust.params.trust_level,
    });
    let verified = verify_needed(crypto, trust.zone, &opened, announced.as_ref())?;

    let announced = opened
        .announced
        .as_ref()
        .map(comet::comet_set)
        .transpose()?;
    let chain_id = comet::comet_zone(trust.zone)?;
    let untrusted = UntrustedBlockState {
        signed_header: &opened.signed,
        validators: &opened.comet_validators,
        next_validators: None,
    };
    let trusted = TrustedBlockState {
        chain_id: &chain_id,
        header_time: comet::comet_time("trusted header's time", trust.header.time)?,
        height: comet::comet_height(trust.header.height)?,
        next_validators: announced.as_ref().unwrap_or(&opened.comet_validators),
        next_validators_hash: comet::comet_hash(&trust.header.next_validators_hash),
    };
    let verifier = PredicateVerifier::new(Predicates, Tally::new(&verified), Commits);
    accept(match clock {
        Clock::Counts => verifier.verify_update_header(untrusted, trusted, &options, now),
        Clock::MayRunAhead => {
            verifier.verify_misbehaviour_header(untrusted, trusted, &options, now)
        }
    })?;
    Ok(opened.into())
}

impl Params {
    /// # Errors
    /// [`Refusal::TrustLevel`] outside [1/3, 1], or with a numerator above 2⁶².
    fn options(&self) -> Result<Options, Refusal> {
        let actual = self.trust_level;
        // The library multiplies the numerator by three in 64 bits.
        let level = (actual.numerator() <= u64::MAX / 3)
            .then(|| TrustThreshold::new(actual.numerator(), actual.denominator()).ok());
        Ok(Options {
            trust_threshold: level.flatten().ok_or(Refusal::TrustLevel { actual })?,
            trusting_period: Duration::from_secs(self.trusting_period.0),
            clock_drift: Duration::from_secs(self.clock_drift.0),
        })
    }
}

impl From<Opened> for Verified {
    fn from(opened: Opened) -> Verified {
        Verified {
            header: opened.signed.header,
            hash: opened.hash,
            validators: opened.validators,
            validators_hash: opened.validators_hash,
            keep: opened.keep,
        }
    }
}
