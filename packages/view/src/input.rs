//! What can happen to a view. Evidence comes opened: [`crate::evidence`] alone turns bytes into it, and whoever builds
//! one without it (a model, a simulation) vouches for it.

use alloc::{boxed::Box, vec::Vec};

use tessera_header::{TrustedHeader, ValidatorSet};
use tessera_primitives::{Address, Amount, Hash, Height, Timestamp, ZoneId};

use crate::state::{Block, Params};

/// Time and height of the zone that reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Block time.
    pub time: Timestamp,
    /// Block height.
    pub height: Height,
}

/// A verb with what it needs. Who may send it is the doorway's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Starts to view a zone, from a header that the owner vouches for.
    RegisterZone {
        /// Its chain id.
        zone: ZoneId,
        /// The header.
        anchor: Anchor,
        /// How it is to be viewed.
        params: Params,
    },
    /// Adds to the reserve that pays for a zone's view.
    Fund {
        /// The zone.
        zone: ZoneId,
        /// What came in, in the reserve denom.
        amount: Amount,
    },
    /// Shows a newer header, or fills a hole; or, where it contradicts what is stored, proves a fork.
    Advance {
        /// The zone.
        zone: ZoneId,
        /// The header.
        header: Shown,
        /// Who is paid.
        caller: Address,
    },
    /// Proves a fork, or more about a proven one.
    ReportFork {
        /// The zone.
        zone: ZoneId,
        /// The proof.
        evidence: ForkEvidence,
        /// Who is paid.
        caller: Address,
    },
    /// Lets one branch inherit the zone's identity; or, with the header that did so last, confirms the block below its
    /// fork once more.
    AdmitBranch {
        /// The zone.
        zone: ZoneId,
        /// The chain id of the header: the zone's, or a higher revision of it.
        chain_id: ZoneId,
        /// A header of that branch, above all that were shown.
        anchor: Anchor,
        /// The block that this branch has right below where it parts from the other, if the owner can tell.
        parent: Option<Block>,
    },
    /// Trusts a zone again that expired, or follows it through an upgrade.
    Renew {
        /// The zone, by any of its ids.
        zone: ZoneId,
        /// The chain id from now on.
        chain_id: ZoneId,
        /// A header with that id.
        anchor: Anchor,
    },
    /// Announces the end of a zone.
    CloseZone {
        /// The zone.
        zone: ZoneId,
    },
    /// Drops expired headers; writes a passed end into the provable key.
    Prune {
        /// The zone.
        zone: ZoneId,
        /// At most so many headers, 1 to 100.
        limit: u32,
    },
}

/// A header that somebody vouches for, and the set that signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// What is kept of the header.
    pub header: TrustedHeader,
    /// Its validators.
    pub validators: ValidatorSet,
    /// Their hash.
    pub validators_hash: Hash,
}

/// Why a header is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// Its signatures were verified with the stored header at this height.
    VerifiedFrom(Height),
    /// Its hash is the one below an exact fork that an admission has settled.
    Hash,
    /// It is stored.
    Stored,
}

/// A header with the reason to believe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What is kept of it.
    pub header: TrustedHeader,
    /// Why it is believed.
    pub grounds: Grounds,
    /// The set to keep, with its hash, where the sender asks for it.
    pub keep: Option<(Hash, ValidatorSet)>,
}

/// A header of a pair, and those below it as far as they were shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The top: a header that was verified, or is stored.
    pub top: Shown,
    /// Hashes below the top's parent, from there downwards.
    pub below: Vec<Hash>,
}

/// Proof of a fork.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForkEvidence {
    /// Two headers that cannot both be of one chain.
    Pair {
        /// One.
        a: Box<Line>,
        /// The other.
        b: Box<Line>,
    },
    /// More headers below a pair that is known already.
    Links {
        /// Which pair: that of branch 0, or of the current branch.
        branch: u32,
        /// Hashes below the pair's `a`, from there downwards.
        a: Vec<Hash>,
        /// Hashes below the pair's `b`.
        b: Vec<Hash>,
    },
}
