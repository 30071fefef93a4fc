use tessera_primitives::{Height, ZoneId};

use super::{unreachable, ChainError};

/// Why none of the nodes answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::chain::wasmd) enum Unserved {
    /// Those that answer do not have it.
    Lacking { reason: String },
    /// None answers as it should.
    Down { endpoints: String, reason: String },
    /// One serves another chain, and no other answers.
    WrongChain { endpoint: String, actual: String },
}

impl Unserved {
    /// For whoever asked for something that only some heights have.
    pub(in crate::chain::wasmd) fn at(
        self,
        zone: &ZoneId,
        what: &'static str,
        height: Height,
    ) -> ChainError {
        match self {
            Unserved::Lacking { reason } => ChainError::Missing {
                zone: zone.clone(),
                what,
                height,
                reason,
            },
            other => other.error(zone, what),
        }
    }

    /// For whoever asked for something that every node has.
    pub(in crate::chain::wasmd) fn error(self, zone: &ZoneId, what: &'static str) -> ChainError {
        match self {
            Unserved::Lacking { reason } => ChainError::malformed(zone, what, reason),
            Unserved::Down { endpoints, reason } => unreachable(zone, endpoints, reason),
            Unserved::WrongChain { endpoint, actual } => ChainError::WrongChain {
                endpoint,
                expected: zone.clone(),
                actual,
            },
        }
    }
}
