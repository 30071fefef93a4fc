use tessera_primitives::{Hash, Height, Malformed, Overflow, Ratio, Timestamp, ZoneId};

/// Why a verb or a query is refused. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No zone of this id.
    #[error("zone {zone} is not registered")]
    UnknownZone {
        /// The id given.
        zone: ZoneId,
    },
    /// The id belongs to a zone already.
    #[error("chain id {id} belongs to zone {zone} already")]
    IdTaken {
        /// The id given.
        id: ZoneId,
        /// The zone that it belongs to.
        zone: ZoneId,
    },
    /// A parameter out of its bounds.
    #[error("{what} is {actual}, expected {min} to {max}")]
    Parameter {
        /// The parameter.
        what: &'static str,
        /// Least value.
        min: u64,
        /// Greatest value.
        max: u64,
        /// The value given.
        actual: u64,
    },
    /// A trust level below a third.
    #[error("trust level {actual}, expected 1/3 to 1")]
    TrustLevel {
        /// The level given.
        actual: Ratio,
    },
    /// An amount of nothing.
    #[error("nothing to add to the reserve")]
    NoFunds,
    /// The zone is closed: nothing more is learned about it.
    #[error("zone {zone} closed at {at}")]
    Closed {
        /// The zone.
        zone: ZoneId,
        /// When.
        at: Timestamp,
    },
    /// The zone's end was announced already.
    #[error("the end of zone {zone} was announced for {at}")]
    ClosingAlready {
        /// The zone.
        zone: ZoneId,
        /// When it closes.
        at: Timestamp,
    },
    /// The zone is about to close: what comes now nobody would have the time to answer.
    #[error("zone {zone} is about to close: this was taken until {until}")]
    Ending {
        /// The zone.
        zone: ZoneId,
        /// Until when.
        until: Timestamp,
    },
    /// The zone forked and no branch was admitted yet: no header is verified, save the one below an exact fork by its
    /// hash.
    #[error("zone {zone} forked at {fork}: header {height} waits for a branch to be admitted")]
    Forked {
        /// The zone.
        zone: ZoneId,
        /// The first height in doubt.
        fork: Height,
        /// The height given.
        height: Height,
    },
    /// The zone has no fork that waits for a branch.
    #[error("zone {zone} has no open fork")]
    NotForked {
        /// The zone.
        zone: ZoneId,
    },
    /// `renew` of a zone that neither expired nor takes a higher revision.
    #[error("zone {zone} is active until {until}, and {chain_id} is no higher revision of it")]
    NothingToRenew {
        /// The zone.
        zone: ZoneId,
        /// When its newest header expires.
        until: Timestamp,
        /// The chain id given.
        chain_id: ZoneId,
    },
    /// A chain id that is neither the zone's nor a higher revision of it.
    #[error("chain id {actual}, expected {expected} or a higher revision of it")]
    NotARevision {
        /// The zone's chain id.
        expected: ZoneId,
        /// The id given.
        actual: ZoneId,
    },
    /// No header is stored at this height.
    #[error("no header of {zone} is stored at height {height}")]
    UnknownHeader {
        /// The zone.
        zone: ZoneId,
        /// The height.
        height: Height,
    },
    /// The header does not say which trusted header it is to be verified from.
    #[error("the header names no trusted height")]
    NoTrustedHeight,
    /// The trusted header lies below what headers are verified from now.
    #[error("trusted header at {actual}, expected {from} or above, on branch {branch}")]
    NotTrusted {
        /// Least height: of the last header that the owner vouched for.
        from: Height,
        /// The current branch.
        branch: u32,
        /// The trusted height given.
        actual: Height,
    },
    /// The trusted header, or one that the owner vouches for, has left its trusting period.
    #[error("the header at {height} expired at {at}, now is {now}")]
    Expired {
        /// The header's height.
        height: Height,
        /// When it expired.
        at: Timestamp,
        /// Block time.
        now: Timestamp,
    },
    /// A header from further ahead than the clock drift.
    #[error("header time {actual}, expected at most {latest}")]
    FromFuture {
        /// Block time and the clock drift.
        latest: Timestamp,
        /// The header's time.
        actual: Timestamp,
    },
    /// A header that must lie above others.
    #[error("header at {actual}, expected above {above}")]
    NotHigher {
        /// The height to be passed.
        above: Height,
        /// The height given.
        actual: Height,
    },
    /// A header further up than blocks of the least interval get since the newest one.
    #[error("header at {actual}, expected at most {most}: {blocks} blocks above the newest")]
    TooHigh {
        /// Greatest height.
        most: Height,
        /// Greatest number of blocks above the newest header.
        blocks: u64,
        /// The height given.
        actual: Height,
    },
    /// Evidence above all that was shown of a fork that is open.
    #[error("header at {actual}, expected at most {shown}, the highest shown of the open fork")]
    AboveShown {
        /// The highest header shown.
        shown: Height,
        /// The height given.
        actual: Height,
    },
    /// A header that must be later than others.
    #[error("header time {actual}, expected after {after}")]
    NotLater {
        /// The time to be passed.
        after: Timestamp,
        /// The time given.
        actual: Timestamp,
    },
    /// A header shown by its hash alone that has another.
    #[error("header {height} hashes to {actual}, expected {expected}")]
    WrongHash {
        /// Its height.
        height: Height,
        /// The hash below the fork.
        expected: Hash,
        /// Its hash.
        actual: Hash,
    },
    /// There is no exact fork right above this height, or no admission has settled it.
    #[error("no header is known by its hash at {height}")]
    NoKnownHash {
        /// The height.
        height: Height,
    },
    /// A header shown by its hash alone, or one that renews the zone, that one of its branch, which is stored, contradicts.
    #[error("header {height} contradicts the one that is stored at {stored}")]
    Contradicted {
        /// Its height.
        height: Height,
        /// Height of the other.
        stored: Height,
    },
    /// Links that make a settled fork exact at a block that the owner did not name.
    #[error("{hash} at {height} was not confirmed by the owner")]
    Unconfirmed {
        /// Height of the block below the fork.
        height: Height,
        /// Its hash by the links.
        hash: Hash,
    },
    /// Two headers that may well be of one chain.
    #[error("headers at {a} and {b} do not contradict each other")]
    NoConflict {
        /// Height of one.
        a: Height,
        /// Height of the other.
        b: Height,
    },
    /// A fork that is known to be this low or lower already.
    #[error("the pair forks at {actual}, the zone is known to fork at {known}")]
    NotLower {
        /// The known fork height.
        known: Height,
        /// That of the pair.
        actual: Height,
    },
    /// Links that say nothing new about a known pair.
    #[error("the links do not tell more about the fork at {known}")]
    NothingNew {
        /// The known fork height.
        known: Height,
    },
    /// No fork of this branch is on record.
    #[error("no fork of branch {branch} is on record")]
    UnknownFork {
        /// The branch given.
        branch: u32,
    },
    /// More links than are followed.
    #[error("{actual} links, at most {max}")]
    TooManyLinks {
        /// Greatest number for one header.
        max: usize,
        /// The number given.
        actual: usize,
    },
    /// A header at or above a fork, on a branch that was not admitted, or between a fork and the admitted header.
    #[error("header {height} of branch {branch} does not count: the zone forked at {fork}")]
    NotAdmitted {
        /// Its height.
        height: Height,
        /// Its branch.
        branch: u32,
        /// The fork height.
        fork: Height,
    },
    /// A view that its proof does not bear out.
    #[error("bad view: its {reason}")]
    BadView {
        /// What is wrong.
        reason: &'static str,
    },
    /// Nothing has expired, and the provable key is up to date.
    #[error("nothing to prune")]
    NothingToPrune,
    /// The header itself is not believed.
    #[error(transparent)]
    Header(#[from] tessera_header::Refusal),
    /// Bytes that are not what they should be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A sum beyond its type.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// A refusal, or a read that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused<E> {
    /// The rule says no.
    #[error(transparent)]
    Rule(#[from] Refusal),
    /// Storage could not be read.
    #[error("cannot read storage: {0}")]
    Read(E),
}

impl<E> From<Overflow> for Refused<E> {
    fn from(overflow: Overflow) -> Refused<E> {
        Refused::Rule(overflow.into())
    }
}

impl<E> From<tessera_header::Refusal> for Refused<E> {
    fn from(refusal: tessera_header::Refusal) -> Refused<E> {
        Refused::Rule(refusal.into())
    }
}

impl<E> From<Malformed> for Refused<E> {
    fn from(malformed: Malformed) -> Refused<E> {
        Refused::Rule(malformed.into())
    }
}
