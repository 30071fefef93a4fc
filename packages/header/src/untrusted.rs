use serde::{Deserialize, Serialize};
use tendermint::block::signed_header::SignedHeader;
use tessera_primitives::{canonical, Bytes, Hash, Height, Timestamp, ZoneId};

use crate::{
    comet,
    compact::{self, Compact},
    expand,
    standard::{self, Standard},
    CachedSets, Refusal, Refused, TrustedHeader, ValidatorSet,
};

/// A header with its commit, as a message carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Header {
    /// Our compact form: only what the reading zone cannot derive, made by [`crate::encode_compact`].
    Compact(Bytes),
    /// Protobuf `ibc.lightclients.tendermint.v1.Header`, with its validator sets in full.
    Standard(Bytes),
}

impl Header {
    /// Reads the bytes; nothing is verified yet.
    ///
    /// # Errors
    /// [`Refusal`] when they are too many, or not a header.
    pub fn open(&self) -> Result<Untrusted, Refusal> {
        let form = match self {
            Header::Compact(Bytes(bytes)) => {
                bounded("compact", compact::MAX_BYTES, bytes)?;
                Form::Compact(canonical::decode("compact header", bytes)?)
            }
            Header::Standard(Bytes(bytes)) => {
                bounded("standard", standard::MAX_BYTES, bytes)?;
                Form::Standard(Standard::read(bytes)?)
            }
        };
        Ok(Untrusted { form })
    }
}

fn bounded(form: &'static str, max: usize, bytes: &[u8]) -> Result<(), Refusal> {
    let actual = bytes.len();
    if actual > max {
        return Err(Refusal::Size { form, max, actual });
    }
    Ok(())
}

const NOT_STANDARD: Refusal = Refusal::Form {
    expected: "standard",
    actual: "compact",
};

/// A header that was read but not verified. It says from which trusted header it wants to be verified; the caller
/// loads that one and calls [`crate::verify`].
#[derive(Clone, Debug, PartialEq)]
pub struct Untrusted {
    form: Form,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    Compact(Compact),
    Standard(Standard),
}

/// What either form comes to: the types of the light client library, and the sets as ours.
pub(crate) struct Opened {
    pub signed: SignedHeader,
    pub hash: Hash,
    pub validators: ValidatorSet,
    /// The same as the library wants it, with the addresses that were derived.
    pub comet_validators: tendermint::validator::Set,
    pub validators_hash: Hash,
    /// The set that the trusted header announced; `None`: it is `validators`.
    pub announced: Option<ValidatorSet>,
    pub keep: bool,
}

impl Untrusted {
    /// The header's height.
    pub fn height(&self) -> Height {
        match &self.form {
            Form::Compact(compact) => Height(compact.height),
            Form::Standard(standard) => comet::height_of(standard.signed.header.height),
        }
    }

    /// The chain id that the header carries, which nobody has compared with another yet. The compact form has none.
    ///
    /// # Errors
    /// [`Refusal::Form`], [`Refusal::Malformed`].
    pub fn chain_id(&self) -> Result<ZoneId, Refusal> {
        match &self.form {
            Form::Compact(_) => Err(NOT_STANDARD),
            Form::Standard(standard) => Ok(ZoneId::new(standard.signed.header.chain_id.as_str())?),
        }
    }

    /// The header's time.
    ///
    /// # Errors
    /// [`Refusal::Time`] when it is before 1970 or after 2554.
    pub fn time(&self) -> Result<Timestamp, Refusal> {
        match &self.form {
            Form::Compact(compact) => Ok(Timestamp(compact.time)),
            Form::Standard(standard) => comet::time_of("header time", standard.signed.header.time),
        }
    }

    /// Height of the trusted header that it builds on. The standard form may leave it out, for [`crate::anchor`].
    pub fn trusted_height(&self) -> Option<Height> {
        match &self.form {
            // Reading made sure that it is not negative.
            Form::Compact(compact) => compact.height.checked_sub(compact.above).map(Height),
            Form::Standard(standard) => standard.trusted_height,
        }
    }

    /// Compares chain ids, fills in what the trusted header and the cached sets tell, and checks the announced set
    /// against the trusted header.
    pub(crate) fn resolve<S: CachedSets>(
        &self,
        zone: &ZoneId,
        trusted: &TrustedHeader,
        sets: &S,
    ) -> Result<Opened, Refused<S::Error>> {
        let actual = self.trusted_height();
        if actual != Some(trusted.height) {
            let expected = trusted.height;
            return Err(Refusal::WrongTrusted { expected, actual }.into());
        }
        match &self.form {
            Form::Compact(compact) => expand::expand(compact, zone, trusted, sets),
            Form::Standard(standard) => Ok(standard.resolve(zone, Some(trusted))?),
        }
    }

    /// The same without a trusted header.
    pub(crate) fn alone(&self, zone: &ZoneId) -> Result<Opened, Refusal> {
        match &self.form {
            Form::Compact(_) => Err(NOT_STANDARD),
            Form::Standard(standard) => standard.resolve(zone, None),
        }
    }
}
