use tessera_primitives::{Address, Overflow, Timestamp};

use crate::state::FeedName;

/// Why an input was refused. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No feed of this name.
    #[error("there is no feed {feed}")]
    UnknownFeed {
        /// The name given.
        feed: FeedName,
    },
    /// Somebody reports who may not.
    #[error("{sender} is no reporter")]
    NotReporter {
        /// Who sent the message.
        sender: Address,
    },
    /// The feed's prices come from elsewhere.
    #[error("prices of {feed} come from {expected}, not from {actual}")]
    Source {
        /// The feed.
        feed: FeedName,
        /// Where they come from.
        expected: &'static str,
        /// Where this one does.
        actual: &'static str,
    },
    /// A price of nothing.
    #[error("the price of {feed} is zero")]
    Zero {
        /// The feed.
        feed: FeedName,
    },
    /// A report about the future.
    #[error("time {actual}, expected at most {latest}")]
    FromFuture {
        /// The block's time.
        latest: Timestamp,
        /// The time given.
        actual: Timestamp,
    },
    /// A report no later than the reporter's last one.
    #[error("time {actual}, expected after {last}")]
    NotRising {
        /// The time of the last report.
        last: Timestamp,
        /// The time given.
        actual: Timestamp,
    },
    /// A report that is not young.
    #[error("a report of time {actual} counts until {until}, and it is {now}")]
    TooOld {
        /// When a report of this time stops counting.
        until: Timestamp,
        /// The time given.
        actual: Timestamp,
        /// The block's time.
        now: Timestamp,
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
    /// A quorum that is too small for the reporters, or larger than they are.
    #[error("quorum {actual}, expected {min} to {max}")]
    Quorum {
        /// Least quorum.
        min: usize,
        /// Greatest quorum.
        max: usize,
        /// The quorum given.
        actual: usize,
    },
    /// Too many reporters.
    #[error("{actual} reporters, expected at most {max}")]
    TooManyReporters {
        /// Most.
        max: usize,
        /// How many were given.
        actual: usize,
    },
    /// A reporter who is named twice.
    #[error("{reporter} is named twice")]
    TwiceReporter {
        /// Who.
        reporter: Address,
    },
    /// No number is left for another reporter.
    #[error("reporters have had all numbers up to {last}")]
    NoNumberLeft {
        /// The last number.
        last: u16,
    },
    /// Arithmetic out of range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// A refusal, or a read that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused<E> {
    /// The rule says no.
    #[error(transparent)]
    Rule(#[from] Refusal),
    /// Storage cannot be read.
    #[error("cannot read storage: {0}")]
    Read(E),
}

impl<E> From<Overflow> for Refused<E> {
    fn from(overflow: Overflow) -> Refused<E> {
        Refused::Rule(overflow.into())
    }
}
