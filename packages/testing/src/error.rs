use tessera_primitives::Height;

/// Why a zone cannot give or do what was asked. What contracts refuse comes as an `anyhow::Error` instead, with the
/// contract's own error inside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// Validators that make no set.
    #[error("no validator set: {reason}")]
    Validators {
        /// What is wrong with them.
        reason: String,
    },
    /// No block of this height is sealed.
    #[error("{zone} has no block {height}, its blocks are 1 to {newest}")]
    NoBlock {
        /// The zone.
        zone: String,
        /// The height asked for.
        height: Height,
        /// The newest sealed block; zero when there is none.
        newest: Height,
    },
    /// An address that is none of this zone's.
    #[error("{text} is no address of {zone}")]
    Address {
        /// The zone.
        zone: String,
        /// The address.
        text: String,
    },
    /// The validators that sign hold two thirds of the power or less: CometBFT would stand still.
    #[error("validators with {signing} of {total} power sign, more than two thirds are needed")]
    NoQuorum {
        /// Power of those that sign.
        signing: u64,
        /// The set's power.
        total: u64,
    },
    /// Single proofs that make no multiproof.
    #[error(transparent)]
    Proof(#[from] tessera_proof::Refusal),
    /// A value that CometBFT's types do not take.
    #[error("{what}: {reason}")]
    Malformed {
        /// What was made.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl ZoneError {
    /// Wraps what another library's constructor refused.
    pub(crate) fn malformed<E: ToString>(what: &'static str) -> impl Fn(E) -> ZoneError {
        move |error| ZoneError::Malformed {
            what,
            reason: error.to_string(),
        }
    }
}
