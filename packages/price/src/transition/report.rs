use alloc::{string::ToString, vec::Vec};

use tessera_primitives::{Address, Price, Timestamp};

use super::accept::{accept, Offer};
use crate::{
    answer::{adapter, current, find},
    state::{Feed, FeedName, Report, Source},
    Event, Now, Reads, Refusal, Refused, Step, Write,
};

/// `report`: a reporter's newest word replaces its last, and the median of all young ones is offered.
pub(super) fn report<R: Reads>(
    now: &Now,
    reads: &R,
    reporter: Address,
    name: FeedName,
    price: Price,
    time: Timestamp,
) -> Result<Step, Refused<R::Error>> {
    let feed = find(reads, &name)?;
    if feed.source != Source::Reporters {
        return Err(Refused::Rule(Refusal::Source {
            feed: name,
            expected: "an adapter",
            actual: "reporters",
        }));
    }
    let reporters = reads.reporters().map_err(Refused::Read)?;
    let number = reporters.number(&reporter);
    let number = number.ok_or_else(|| Refusal::NotReporter {
        sender: reporter.clone(),
    })?;
    let report = Report {
        reporter: number,
        price,
        time,
    };
    heard(now, reads, &name, &feed, report, Some(reporter))
}

/// `refresh`: the same, for what an adapter answers.
pub(super) fn refresh<R: Reads>(
    now: &Now,
    reads: &R,
    name: FeedName,
    price: Price,
    time: Timestamp,
) -> Result<Step, Refused<R::Error>> {
    adapter(reads, &name)?;
    let feed = find(reads, &name)?;
    let report = Report {
        reporter: 0,
        price,
        time,
    };
    heard(now, reads, &name, &feed, report, None)
}

fn heard<R: Reads>(
    now: &Now,
    reads: &R,
    name: &FeedName,
    feed: &Feed,
    report: Report,
    reporter: Option<Address>,
) -> Result<Step, Refused<R::Error>> {
    let mut board = reads.board(name).map_err(Refused::Read)?;
    refuse_untimely(now, name, feed, &report)?;
    let reporters = reads.reporters().map_err(Refused::Read)?;
    let earlier = board.reports.iter().find(|e| e.reporter == report.reporter);
    if let Some(earlier) = earlier.filter(|earlier| earlier.time >= report.time) {
        let (last, actual) = (earlier.time, report.time);
        return Err(Refused::Rule(Refusal::NotRising { last, actual }));
    }
    // What is replaced, and what nobody may report any more, goes.
    board.reports.retain(|earlier| {
        let stays = earlier.reporter == 0
            || reporters
                .members
                .iter()
                .any(|m| m.number == earlier.reporter);
        earlier.reporter != report.reporter && stays
    });
    board.reports.push(report);
    let mut step = Step {
        writes: Vec::new(),
        events: Vec::from([Event::Reported {
            feed: name.to_string(),
            reporter,
            price: report.price.to_string(),
            time: report.time,
        }]),
    };
    if let Some(median) = current(now.time, feed, &reporters, &board)? {
        let offer = Offer {
            now,
            reads,
            name,
            feed,
        };
        accept(&offer, &mut board, median, &mut step)?;
    }
    step.writes.push(Write::Board(name.clone(), board));
    Ok(step)
}

fn refuse_untimely(
    now: &Now,
    name: &FeedName,
    feed: &Feed,
    report: &Report,
) -> Result<(), Refusal> {
    if report.price.is_zero() {
        return Err(Refusal::Zero { feed: name.clone() });
    }
    if report.time > now.time {
        return Err(Refusal::FromFuture {
            latest: now.time,
            actual: report.time,
        });
    }
    let until = report.time.plus(feed.max_age)?;
    if until <= now.time {
        return Err(Refusal::TooOld {
            until,
            actual: report.time,
            now: now.time,
        });
    }
    Ok(())
}
