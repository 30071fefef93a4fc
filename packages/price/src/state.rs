//! What an oracle remembers.

use alloc::{string::String, vec::Vec};
use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use tessera_primitives::{
    Address, Canonical, Malformed, Price, Ratio, Reader, Seconds, Timestamp, Writer,
};

use crate::Refusal;

/// Most reporters: all their newest reports of a feed are one item.
pub const MAX_REPORTERS: usize = 16;

/// Fewest reports that make a price: of two, one alone would decide.
pub const MIN_QUORUM: u8 = 3;

/// Most accepted prices that the base counts.
pub const MAX_COUNT: u8 = 32;

/// Accepted prices in one page of the history: some 80 bytes. A page is written anew with each price, at 30 gas a byte, and read
/// in a row with others, at 3: larger ones cost reporters more than they save readers.
pub const PAGE: usize = 4;

/// Most accepted prices in a weight window: 130 pages are read then.
pub const MAX_WINDOW: u64 = 512;

/// The name of a feed, such as `ATOM/USD`: 3 to 40 letters, digits or `/.-_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct FeedName(String);

impl FeedName {
    /// Greatest length, in bytes.
    pub const MAX_LENGTH: usize = 40;

    /// Checks and wraps a name.
    ///
    /// # Errors
    /// [`Malformed::Length`], [`Malformed::Character`].
    pub fn new(text: impl Into<String>) -> Result<FeedName, Malformed> {
        let text = text.into();
        if !(3..=Self::MAX_LENGTH).contains(&text.len()) {
            return Err(Malformed::Length {
                what: "feed",
                min: 3,
                max: Self::MAX_LENGTH,
                actual: text.len(),
            });
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte);
        if !text.bytes().all(allowed) {
            return Err(Malformed::Character { what: "feed", text });
        }
        Ok(FeedName(text))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Canonical for FeedName {
    fn write(&self, writer: &mut Writer) {
        writer.value(&self.0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<FeedName, Malformed> {
        FeedName::new(reader.value::<String>()?)
    }
}

impl TryFrom<String> for FeedName {
    type Error = Malformed;

    fn try_from(text: String) -> Result<FeedName, Malformed> {
        FeedName::new(text)
    }
}

impl From<FeedName> for String {
    fn from(name: FeedName) -> String {
        name.0
    }
}

impl FromStr for FeedName {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<FeedName, Malformed> {
        FeedName::new(text)
    }
}

impl fmt::Display for FeedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who may report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reporters {
    /// Young reports that make a price: at least [`MIN_QUORUM`], and over half of the members.
    pub quorum: u8,
    /// The members, each with a number that is never given to another.
    pub members: Vec<Reporter>,
    /// The next number.
    pub next: u16,
}

/// One who may report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reporter {
    /// Who.
    pub address: Address,
    /// Its number; from 1.
    pub number: u16,
}

impl Reporters {
    /// Whether there are at most [`MAX_REPORTERS`], all different, and the quorum is at least [`MIN_QUORUM`], over half
    /// of them, and no more than they are.
    ///
    /// # Errors
    /// [`Refusal::Quorum`], [`Refusal::TwiceReporter`], [`Refusal::TooManyReporters`].
    pub fn check(&self) -> Result<(), Refusal> {
        let members = self.members.len();
        if members > MAX_REPORTERS {
            let (max, actual) = (MAX_REPORTERS, members);
            return Err(Refusal::TooManyReporters { max, actual });
        }
        for (index, reporter) in self.members.iter().enumerate() {
            let mut later = self.members.iter().skip(index.saturating_add(1));
            if later.any(|other| other.address == reporter.address) {
                let reporter = reporter.address.clone();
                return Err(Refusal::TwiceReporter { reporter });
            }
        }
        let quorum = usize::from(self.quorum);
        let over_half = quorum.saturating_mul(2) > members;
        if self.quorum < MIN_QUORUM || !over_half || quorum > members {
            let min = usize::from(MIN_QUORUM).max((members / 2).saturating_add(1));
            return Err(Refusal::Quorum {
                min,
                max: members,
                actual: quorum,
            });
        }
        Ok(())
    }

    /// The number of a member.
    pub fn number(&self, address: &Address) -> Option<u16> {
        let found = self
            .members
            .iter()
            .find(|member| member.address == *address);
        found.map(|member| member.number)
    }
}

/// Where a feed's prices come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// The oracle's reporters.
    Reporters,
    /// Another oracle contract of this zone.
    Adapter {
        /// The contract that is asked.
        contract: Address,
    },
}

/// A feed's parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// Where its prices come from.
    pub source: Source,
    /// A report is young for so long; a price as old is Stale. 10 s to a day.
    pub max_age: Seconds,
    /// At most one accepted price in so long. 1 s to `max_age`.
    pub interval: Seconds,
    /// How far from the base a price may be.
    pub max_deviation: Ratio,
    /// How many of the last accepted prices the base is the median of. 1 to [`MAX_COUNT`].
    pub count: u8,
    /// A Suspect price that stays so long is accepted. At least `max_gap`, at most 30 days.
    pub confirm: Seconds,
    /// No quorum of young reports for longer than this is a gap. At least `max_age`.
    pub max_gap: Seconds,
    /// Nothing is accepted for so long after a gap. At most a day.
    pub recovery: Seconds,
    /// How old the last accepted price may be and still weigh stake. At least `confirm` and `max_age`: while a sudden move is
    /// confirmed, the price before it weighs.
    pub grace: Seconds,
    /// Stake is weighed by the median of the prices accepted in so long. At most [`MAX_WINDOW`] intervals.
    pub weight_window: Seconds,
    /// How long accepted prices are kept. At least `weight_window` and `grace`, at most 400 days.
    pub history: Seconds,
}

const DAY: u64 = 86_400;

impl Feed {
    /// The defaults: 300 s of age, an interval of 30 s, 10 % around the median of 12, an hour to confirm, 15 minutes
    /// of silence and 5 of recovery, two hours of grace and one of weight window, 30 days of history.
    ///
    /// # Errors
    /// None.
    pub fn with_defaults(source: Source) -> Result<Feed, Malformed> {
        Ok(Feed {
            source,
            max_age: Seconds(300),
            interval: Seconds(30),
            max_deviation: Ratio::new(1, 10)?,
            count: 12,
            confirm: Seconds(3_600),
            max_gap: Seconds(900),
            recovery: Seconds(300),
            grace: Seconds(7_200),
            weight_window: Seconds(3_600),
            history: Seconds(30 * DAY),
        })
    }

    /// Whether each parameter is inside its bounds.
    ///
    /// # Errors
    /// [`Refusal::Parameter`] for the first that is not.
    pub fn check(&self) -> Result<(), Refusal> {
        let window = self.interval.0.saturating_mul(MAX_WINDOW);
        let kept = self.weight_window.0.max(self.grace.0);
        // A true move that is being confirmed must not leave stake without a weight.
        let settled = self.confirm.0.saturating_add(self.max_age.0);
        let bounds = [
            ("max_age", 10, DAY, self.max_age.0),
            ("interval", 1, self.max_age.0, self.interval.0),
            ("count", 1, MAX_COUNT.into(), self.count.into()),
            ("max_gap", self.max_age.0, DAY, self.max_gap.0),
            ("confirm", self.max_gap.0, 30 * DAY, self.confirm.0),
            ("recovery", 0, DAY, self.recovery.0),
            ("grace", settled, 60 * DAY, self.grace.0),
            ("weight_window", 1, window, self.weight_window.0),
            ("history", kept, 400 * DAY, self.history.0),
        ];
        for (what, min, max, actual) in bounds {
            if !(min..=max).contains(&actual) {
                return Err(Refusal::Parameter {
                    what,
                    min,
                    max,
                    actual,
                });
            }
        }
        if self.max_deviation.numerator() == 0 {
            return Err(Refusal::Parameter {
                what: "max_deviation",
                min: 1,
                max: self.max_deviation.denominator(),
                actual: 0,
            });
        }
        Ok(())
    }
}

/// What a reporter said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The reporter's number; 0 for an adapter.
    pub reporter: u16,
    /// The price; never zero.
    pub price: Price,
    /// When it held.
    pub time: Timestamp,
}

/// A price that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// The price.
    pub price: Price,
    /// The time of the block that accepted it.
    pub time: Timestamp,
}

/// A price that is too far from the base, for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Suspicion {
    /// The price that was first seen.
    pub price: Price,
    /// Since when it has stayed.
    pub since: Timestamp,
}

/// All of a feed that changes, save its history: one item, so that a reading is one read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// The newest report of each reporter.
    pub reports: Vec<Report>,
    /// The last accepted price.
    pub last: Option<Accepted>,
    /// The median that deviations are measured from; zero before the first accepted price.
    pub base: Price,
    /// How many of the last accepted prices the base counts.
    pub counted: u8,
    /// When a quorum of young reports was last seen.
    pub seen: Timestamp,
    /// When reports came back after a gap, until its recovery is over.
    pub resumed: Option<Timestamp>,
    /// The price that waits to be confirmed.
    pub suspicion: Option<Suspicion>,
    /// The key of the newest page of the history.
    pub page: Timestamp,
}

/// Accepted prices in order of time, at most [`PAGE`]. Its key is the time of the first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The prices.
    pub accepted: Vec<Accepted>,
}

impl Page {
    /// The time of the first: the page's key.
    pub fn first(&self) -> Timestamp {
        self.accepted
            .first()
            .map_or(Timestamp(0), |first| first.time)
    }
}

/// What a price is worth to whoever reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Freshness {
    /// It may be relied on.
    Fresh,
    /// Too few young reports, or none accepted lately.
    Stale {
        /// How long ago the price was accepted.
        age: Seconds,
    },
    /// The reporters say something else by now, which is not believed yet.
    Suspect {
        /// How far they are from the base, in basis points, rounded up.
        deviation: u64,
    },
}

/// A reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// The last accepted price.
    pub price: Price,
    /// When it was accepted.
    pub time: Timestamp,
    /// Whether it may be relied on.
    pub freshness: Freshness,
}

impl Quote {
    /// The price, if it is Fresh.
    pub fn fresh(&self) -> Option<Price> {
        (self.freshness == Freshness::Fresh).then_some(self.price)
    }
}
