use alloc::{string::ToString, vec::Vec};

use tessera_primitives::Price;

use crate::{
    median::{basis_points, deviates, median},
    state::{Accepted, Board, Feed, FeedName, Suspicion, PAGE},
    Event, Now, Reads, Refused, Step, Write,
};

/// Pages that are forgotten when one is opened: more than one, so that a shorter `history` is reached in time.
const FORGOTTEN: usize = 2;

/// Whose price it is, and when.
pub(super) struct Offer<'a, R> {
    pub now: &'a Now,
    pub reads: &'a R,
    pub name: &'a FeedName,
    pub feed: &'a Feed,
}

/// What becomes of a median with quorum. The drawing is in the crate's documentation.
pub(super) fn accept<R: Reads>(
    offer: &Offer<'_, R>,
    board: &mut Board,
    price: Price,
    step: &mut Step,
) -> Result<(), Refused<R::Error>> {
    let Offer {
        now, name, feed, ..
    } = *offer;
    notice_gap(now, name, feed, board, step)?;
    if let Some(resumed) = board.resumed {
        if now.time < resumed.plus(feed.recovery)? {
            return Ok(());
        }
        board.resumed = None;
    }
    let Some(last) = board.last else {
        return take(offer, board, price, false, step);
    };
    let due = now.time >= last.time.plus(feed.interval)?;
    if !deviates(price, board.base, feed.max_deviation) {
        board.suspicion = None;
        if due {
            take(offer, board, price, false, step)?;
        }
        return Ok(());
    }
    let stayed = board
        .suspicion
        .filter(|suspicion| !deviates(price, suspicion.price, feed.max_deviation));
    match stayed {
        Some(suspicion) if due && now.time >= suspicion.since.plus(feed.confirm)? => {
            board.suspicion = None;
            board.counted = 0;
            take(offer, board, price, true, step)
        }
        Some(_) => Ok(()),
        None => {
            let since = now.time;
            board.suspicion = Some(Suspicion { price, since });
            step.events.push(Event::Suspected {
                feed: name.to_string(),
                price: price.to_string(),
                deviation: basis_points(price, board.base),
            });
            Ok(())
        }
    }
}

/// Silence longer than `max_gap` starts a recovery; so does one during a recovery.
fn notice_gap<E>(
    now: &Now,
    name: &FeedName,
    feed: &Feed,
    board: &mut Board,
    step: &mut Step,
) -> Result<(), Refused<E>> {
    let gap = board.last.is_some() && now.time > board.seen.plus(feed.max_gap)?;
    board.seen = now.time;
    if gap {
        board.resumed = Some(now.time);
        board.suspicion = None;
        step.events.push(Event::Resumed {
            feed: name.to_string(),
            until: now.time.plus(feed.recovery)?,
        });
    }
    Ok(())
}

/// Accepts a price: the history grows, and the base follows.
fn take<R: Reads>(
    offer: &Offer<'_, R>,
    board: &mut Board,
    price: Price,
    confirmed: bool,
    step: &mut Step,
) -> Result<(), Refused<R::Error>> {
    let Offer {
        now,
        reads,
        name,
        feed,
    } = *offer;
    let accepted = Accepted {
        price,
        time: now.time,
    };
    board.counted = board.counted.saturating_add(1).min(feed.count);
    let counted = usize::from(board.counted);
    let pages = (counted / PAGE).saturating_add(2);
    let mut pages = reads
        .pages(name, board.page, pages)
        .map_err(Refused::Read)?;
    let earlier = pages.iter().flat_map(|page| page.accepted.iter().rev());
    let earlier = earlier
        .take(counted.saturating_sub(1))
        .map(|accepted| accepted.price);
    let prices: Vec<Price> = [price].into_iter().chain(earlier).collect();
    board.base = median(prices).unwrap_or(price);
    board.last = Some(accepted);
    let newest = (!pages.is_empty()).then(|| pages.swap_remove(0));
    let mut page = newest
        .filter(|page| page.accepted.len() < PAGE)
        .unwrap_or_default();
    if page.accepted.is_empty() {
        forget(offer, step)?;
    }
    page.accepted.push(accepted);
    board.page = page.first();
    step.writes.push(Write::Page(name.clone(), page));
    step.events.push(Event::Accepted {
        feed: name.to_string(),
        price: price.to_string(),
        time: now.time,
        confirmed,
    });
    Ok(())
}

/// Forgets the oldest pages whose last price is older than `history`.
fn forget<R: Reads>(offer: &Offer<'_, R>, step: &mut Step) -> Result<(), Refused<R::Error>> {
    let Offer {
        now,
        reads,
        name,
        feed,
    } = *offer;
    for page in reads.oldest_pages(name, FORGOTTEN).map_err(Refused::Read)? {
        if let Some(last) = page.accepted.last() {
            if last.time.plus(feed.history)? < now.time {
                step.writes
                    .push(Write::ForgetPage(name.clone(), page.first()));
            }
        }
    }
    Ok(())
}
