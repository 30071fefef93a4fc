//! Whether a zone's validators signed a header that a node shows: what is not signed says nothing about the zone, only
//! about the node.

use std::convert::Infallible;

use tessera_header::{
    anchor, verify_evidence, CachedSets, Params, Refused, Trust, TrustedHeader, ValidatorSet,
};
use tessera_primitives::{Hash, Height, Ratio, Seconds, Timestamp, ZoneId};

use super::advance::Shown;
use crate::{crypto::HostCrypto, relay::RelayError};

/// Longer than any header is old: whether a view still takes the evidence is the view's to say.
const FOR_EVER: Seconds = Seconds(3_000_000_000);

/// What a header is held against.
pub enum Against<'a> {
    /// An older header that is believed: the validators that it announces must have signed.
    Below(Height, &'a Shown),
    /// Another header of the same height, where nothing below is left: the same validators must have signed both.
    Beside(&'a Shown),
}

/// Verifies a header as a view would, save that neither side's clock matters: the chain id, the sets' hashes, and the
/// signatures of its own set and of the set that is believed.
///
/// # Errors
/// With what is wrong with it, in words, or a header that cannot be written ([`super::DutyError::Header`]).
pub fn verify(
    zone: &ZoneId,
    shown: &Shown,
    against: &Against<'_>,
    now: Timestamp,
) -> Result<Result<(), String>, RelayError> {
    match against {
        Against::Below(height, below) => {
            let header = shown.standard(zone, Some((*height, below)))?;
            let trusted = match alone(zone, below)? {
                Ok((trusted, _)) => trusted,
                Err(reason) => return Ok(Err(format!("the header below at {height}: {reason}"))),
            };
            let params = Params {
                trust_level: Ratio::new(1, 3).map_err(|error| wrong(zone, *height, error))?,
                trusting_period: FOR_EVER,
                clock_drift: FOR_EVER,
            };
            let trust = Trust {
                zone,
                header: &trusted,
                params: &params,
            };
            let untrusted = match header.open() {
                Ok(untrusted) => untrusted,
                Err(refusal) => return Ok(Err(refusal.to_string())),
            };
            let verified = verify_evidence(&HostCrypto, &trust, &NoSets, &untrusted, now);
            Ok(verified.map(|_| ()).map_err(|refused| match refused {
                Refused::Header(refusal) => refusal.to_string(),
                Refused::Read(never) => match never {},
            }))
        }
        Against::Beside(other) => {
            let (Ok((_, theirs)), Ok((_, ours))) = (alone(zone, shown)?, alone(zone, other)?)
            else {
                return Ok(Err("it is not signed by its own validators".into()));
            };
            if theirs == ours {
                return Ok(Ok(()));
            }
            let reason = format!("its validators are {theirs}, and nothing below it is left to show that they follow {ours}");
            Ok(Err(reason))
        }
    }
}

/// A header that its own validators signed, with the hash of their set.
fn alone(
    zone: &ZoneId,
    shown: &Shown,
) -> Result<Result<(TrustedHeader, Hash), String>, RelayError> {
    let header = shown.standard(zone, None)?;
    let verified = header
        .open()
        .and_then(|untrusted| anchor(&HostCrypto, zone, &untrusted));
    let verified = verified.and_then(|verified| {
        let trusted = verified.to_trusted()?;
        Ok((trusted, verified.validators_hash))
    });
    Ok(verified.map_err(|refusal| refusal.to_string()))
}

fn wrong(zone: &ZoneId, header: Height, error: impl ToString) -> super::DutyError {
    super::DutyError::Header {
        zone: zone.clone(),
        header,
        reason: error.to_string(),
    }
}

/// Headers in the standard form bring their sets.
struct NoSets;

impl CachedSets for NoSets {
    type Error = Infallible;

    fn set(&self, _: &Hash) -> Result<Option<ValidatorSet>, Infallible> {
        Ok(None)
    }

    fn cached(&self) -> Result<Vec<Hash>, Infallible> {
        Ok(Vec::new())
    }
}
