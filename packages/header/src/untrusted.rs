use serde::{Deserialize, Serialize};
use tessera_primitives::{Bytes, Height};

use crate::Refusal;

/// A header with its commit, as a message carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Header {
    /// Our compact form: only what the reading zone cannot derive.
    Compact(Bytes),
    /// Protobuf `ibc.lightclients.tendermint.v1.Header`, with both validator sets in full.
    Standard(Bytes),
}

impl Header {
    /// Reads the bytes; nothing is verified yet.
    ///
    /// # Errors
    /// [`Refusal`] when they are too many, or not a header.
    pub fn open(&self) -> Result<Untrusted, Refusal> {
        unimplemented!()
    }
}

/// A header that was read but not verified. It says from which trusted header it wants to be verified; the caller
/// loads that one and calls [`crate::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untrusted {}

impl Untrusted {
    /// The header's height.
    pub fn height(&self) -> Height {
        unimplemented!()
    }

    /// Height of the trusted header that it builds on; the standard form may leave it out for [`crate::anchor`].
    pub fn trusted_height(&self) -> Option<Height> {
        unimplemented!()
    }
}
