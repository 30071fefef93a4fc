use tessera_primitives::{Height, ZoneId};

use crate::{chain::ChainError, duties::DutyError, journal::JournalError};

/// Why a step failed. Everything but the journal is tried again.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// A zone.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The journal: nothing can be promised without it.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A duty could not be made a message.
    #[error(transparent)]
    Duty(#[from] DutyError),
    /// A zone that is not served.
    #[error("no zone {zone} is served; {served:?} are")]
    Unserved {
        /// The zone.
        zone: ZoneId,
        /// Those that are.
        served: Vec<ZoneId>,
    },
    /// Our own node shows what its zone's validators have not signed.
    #[error("{zone}: our own node's header {height} is not signed: {reason}. Check rpc_addr of this chain")]
    Unsigned {
        /// The zone.
        zone: ZoneId,
        /// The header's height.
        height: Height,
        /// What is wrong with it.
        reason: String,
    },
    /// A task of the relayer panicked; where was said.
    #[error("a task of the relayer panicked: please report the place")]
    Panicked,
    /// What a contract said cannot be read.
    #[error("{zone}: a contract's event is malformed: {reason}")]
    Event {
        /// The zone.
        zone: ZoneId,
        /// What is wrong.
        reason: String,
    },
}

impl RelayError {
    /// Whether a zone's nodes did not answer, or are not where others are yet.
    pub fn is_absence(&self) -> bool {
        matches!(
            self,
            RelayError::Chain(ChainError::Unreachable { .. } | ChainError::Missing { .. })
        )
    }
}
