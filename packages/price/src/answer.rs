//! What an oracle answers, judged at the time of the reading.

use alloc::vec::Vec;

use tessera_primitives::{Address, Price, Seconds, Timestamp};

use crate::{
    median::{basis_points, deviates, median},
    state::{
        Accepted, Board, Feed, FeedName, Freshness, Page, Quote, Report, Reporters, Source, PAGE,
    },
    Reads, Refusal, Refused,
};

/// A feed's last accepted price and whether it may be relied on: none before the first.
///
/// # Errors
/// [`Refusal::UnknownFeed`], [`Refused::Read`]; [`Refusal::Overflow`] for times after the year 2554.
pub fn quote<R: Reads>(
    now: Timestamp,
    reads: &R,
    name: &FeedName,
) -> Result<Option<Quote>, Refused<R::Error>> {
    let feed = find(reads, name)?;
    let reporters = reads.reporters().map_err(Refused::Read)?;
    let board = reads.board(name).map_err(Refused::Read)?;
    Ok(judge(now, &feed, &reporters, &board)?)
}

/// What stake is weighed by: the median of the prices accepted in the last `weight_window`, or the last one if there is
/// none so young. A market that swings wider than the band may confirm no price for days, and is no outage: once the last is
/// older than `grace`, it still counts, or what a quorum says now if that is less. None where no quorum speaks, after a gap
/// until `recovery` is over, and where what is said is less than the last by more than twice `max_deviation`: a moment's dip
/// does not weigh, but counts as silence.
///
/// # Errors
/// As [`quote`].
pub fn weight_price<R: Reads>(
    now: Timestamp,
    reads: &R,
    name: &FeedName,
) -> Result<Option<Price>, Refused<R::Error>> {
    let feed = find(reads, name)?;
    let board = reads.board(name).map_err(Refused::Read)?;
    let Some(last) = board.last else {
        return Ok(None);
    };
    if now > last.time.plus(feed.grace)? {
        let reporters = reads.reporters().map_err(Refused::Read)?;
        let said = current(now, &feed, &reporters, &board)?;
        let Some(said) = said else {
            return Ok(None);
        };
        if is_recovering(now, &feed, &board)? {
            return Ok(None);
        }
        let price = said.min(last.price);
        // Twice the band: half of the distance is beyond it.
        let half = Price(price.0.midpoint(last.price.0));
        return Ok((!deviates(half, last.price, feed.max_deviation)).then_some(price));
    }
    let mut prices = Vec::new();
    let in_window = feed.weight_window.0.checked_div(feed.interval.0);
    let in_window = usize::try_from(in_window.unwrap_or(0)).unwrap_or(usize::MAX);
    let limit = (in_window / PAGE).saturating_add(2);
    for page in reads.pages(name, now, limit).map_err(Refused::Read)? {
        for accepted in &page.accepted {
            if accepted.time.plus(feed.weight_window)? >= now {
                prices.push(accepted.price);
            }
        }
    }
    Ok(Some(median(prices).unwrap_or(last.price)))
}

/// The price that had been accepted last at a time: none before the first that is still kept.
///
/// # Errors
/// As [`quote`].
pub fn price_at<R: Reads>(
    reads: &R,
    name: &FeedName,
    time: Timestamp,
) -> Result<Option<Accepted>, Refused<R::Error>> {
    find(reads, name)?;
    let pages = reads.pages(name, time, 1).map_err(Refused::Read)?;
    let mut accepted = pages.into_iter().flat_map(|page: Page| page.accepted);
    Ok(accepted.rfind(|accepted| accepted.time <= time))
}

/// A price that is relied on, and when it held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The price.
    pub price: Price,
    /// Since when a quorum has said so: not the time of the asking, nor of the accepting. Else a price that oracles take
    /// from each other in a circle would never grow old.
    pub time: Timestamp,
}

/// What another oracle may take for its own: the last accepted price, if it is Fresh.
///
/// # Errors
/// As [`quote`].
pub fn held<R: Reads>(
    now: Timestamp,
    reads: &R,
    name: &FeedName,
) -> Result<Option<Held>, Refused<R::Error>> {
    let feed = find(reads, name)?;
    let reporters = reads.reporters().map_err(Refused::Read)?;
    let board = reads.board(name).map_err(Refused::Read)?;
    let quote = judge(now, &feed, &reporters, &board)?;
    let Some(price) = quote.and_then(|quote| quote.fresh()) else {
        return Ok(None);
    };
    let young = young(now, &feed, &reporters, &board)?;
    let mut times: Vec<Timestamp> = young.iter().map(|report| report.time).collect();
    times.sort_unstable_by(|one, other| other.cmp(one));
    let agreed = quorum(&feed, &reporters).checked_sub(1);
    let said = agreed.and_then(|at| times.get(at).copied());
    let accepted = board.last.map(|last| last.time);
    let time = said.min(accepted);
    Ok(time.map(|time| Held { price, time }))
}

/// What was said of a feed, and what it is measured by.
///
/// # Errors
/// As [`quote`].
pub fn board<R: Reads>(reads: &R, name: &FeedName) -> Result<Board, Refused<R::Error>> {
    find(reads, name)?;
    reads.board(name).map_err(Refused::Read)
}

/// The contract that a refresh of this feed asks.
///
/// # Errors
/// As [`quote`]; [`Refusal::Source`] for a feed of reporters.
pub fn adapter<R: Reads>(reads: &R, name: &FeedName) -> Result<Address, Refused<R::Error>> {
    match find(reads, name)?.source {
        Source::Adapter { contract } => Ok(contract),
        Source::Reporters => Err(Refused::Rule(Refusal::Source {
            feed: name.clone(),
            expected: "reporters",
            actual: "an adapter",
        })),
    }
}

/// A feed's parameters.
pub(crate) fn find<R: Reads>(reads: &R, name: &FeedName) -> Result<Feed, Refused<R::Error>> {
    let unknown = || Refusal::UnknownFeed { feed: name.clone() };
    let feed = reads.feed(name).map_err(Refused::Read)?;
    Ok(feed.ok_or_else(unknown)?)
}

/// The median of the young reports, if they are a quorum.
pub(crate) fn current(
    now: Timestamp,
    feed: &Feed,
    reporters: &Reporters,
    board: &Board,
) -> Result<Option<Price>, Refusal> {
    let young = young(now, feed, reporters, board)?;
    let enough = young.len() >= quorum(feed, reporters);
    let prices = young.iter().map(|report| report.price).collect();
    Ok(median(prices).filter(|_| enough))
}

fn quorum(feed: &Feed, reporters: &Reporters) -> usize {
    match feed.source {
        Source::Reporters => usize::from(reporters.quorum.max(1)),
        Source::Adapter { .. } => 1,
    }
}

/// The reports that count now.
fn young(
    now: Timestamp,
    feed: &Feed,
    reporters: &Reporters,
    board: &Board,
) -> Result<Vec<Report>, Refusal> {
    let mut young = Vec::new();
    for report in &board.reports {
        let counts = match feed.source {
            Source::Reporters => reporters
                .members
                .iter()
                .any(|m| m.number == report.reporter),
            Source::Adapter { .. } => true,
        };
        if counts && now < report.time.plus(feed.max_age)? {
            young.push(*report);
        }
    }
    Ok(young)
}

/// Whether reports have resumed after a gap, and not yet for long enough.
fn is_recovering(now: Timestamp, feed: &Feed, board: &Board) -> Result<bool, Refusal> {
    Ok(match board.resumed {
        Some(resumed) => now < resumed.plus(feed.recovery)?,
        None => false,
    })
}

fn judge(
    now: Timestamp,
    feed: &Feed,
    reporters: &Reporters,
    board: &Board,
) -> Result<Option<Quote>, Refusal> {
    let Some(last) = board.last else {
        return Ok(None);
    };
    let quote = |freshness| Quote {
        price: last.price,
        time: last.time,
        freshness,
    };
    let age: Seconds = now.since(last.time);
    let stale = quote(Freshness::Stale { age });
    let Some(price) = current(now, feed, reporters, board)? else {
        return Ok(Some(stale));
    };
    if is_recovering(now, feed, board)? {
        return Ok(Some(stale));
    }
    if deviates(price, board.base, feed.max_deviation) {
        let deviation = basis_points(price, board.base);
        return Ok(Some(quote(Freshness::Suspect { deviation })));
    }
    let young = now < last.time.plus(feed.max_age)?;
    Ok(Some(if young {
        quote(Freshness::Fresh)
    } else {
        stale
    }))
}
