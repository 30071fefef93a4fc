//! Storage: private maps behind [`Reads`], and the writes of a step.
//!
//! Namespaces are one letter long: two of their keys are written with every report, and each of their bytes costs 33 gas.

use std::cell::RefCell;

use cosmwasm_std::Storage;
use tessera_contract_kit::packed::{PackedError, PackedItem, PackedMap};
use tessera_price::{
    state::{Accepted, Board, Feed, FeedName, Page, Reporters, PAGE},
    Reads, Write,
};
use tessera_primitives::Timestamp;

type Found<T> = Result<T, PackedError>;

const REPORTERS: PackedItem<Reporters> = PackedItem::new("r");
const FEEDS: PackedMap<FeedName, Feed> = PackedMap::new("f");
const BOARDS: PackedMap<FeedName, Board> = PackedMap::new("b");
/// By feed, and by the time of the page's first price.
const PAGES: PackedMap<(FeedName, Timestamp), Page> = PackedMap::new("p");

/// Takes the writes of a step.
pub fn apply(storage: &mut dyn Storage, writes: Vec<Write>) -> Found<()> {
    for write in writes {
        match write {
            Write::Reporters(reporters) => REPORTERS.save(storage, &reporters)?,
            Write::Feed(name, feed) => FEEDS.save(storage, &name, &feed)?,
            Write::Board(name, board) => BOARDS.save(storage, &name, &board)?,
            Write::Page(name, page) => PAGES.save(storage, &(name, page.first()), &page)?,
            Write::ForgetPage(name, first) => PAGES.remove(storage, &(name, first)),
        }
    }
    Ok(())
}

/// The feeds after `start_after`.
pub fn feeds(
    storage: &dyn Storage,
    start_after: Option<&FeedName>,
    limit: u32,
) -> Found<Vec<(FeedName, Feed)>> {
    FEEDS.range(storage, start_after, limit)
}

/// Accepted prices of a feed after a time, in order, at most `limit`.
pub fn history(
    storage: &dyn Storage,
    feed: &FeedName,
    start_after: Option<Timestamp>,
    limit: u32,
) -> Found<Vec<Accepted>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let start = start_after.map(|time| (feed.clone(), time));
    // The page that a time lies in begins before it. All pages but the newest are full.
    let pages = u32::try_from((limit / PAGE).saturating_add(2)).unwrap_or(u32::MAX);
    let mut found = match start_after {
        Some(time) => State::new(storage).pages(feed, time, 1)?,
        None => Vec::new(),
    };
    let later = PAGES.prefix_range(storage, feed, start.as_ref(), pages)?;
    found.extend(later.into_iter().map(|(_, page)| page));
    let accepted = found.into_iter().flat_map(|page| page.accepted);
    let after = accepted.filter(|accepted| start_after.is_none_or(|time| accepted.time > time));
    Ok(after.take(limit).collect())
}

/// Storage as the rule reads it. What was read last is remembered: a verb asks for the same feed several times, a question
/// about many feeds for the same reporters.
pub struct State<'a> {
    storage: &'a dyn Storage,
    reporters: Memo<(), Reporters>,
    feed: Memo<FeedName, Option<Feed>>,
    board: Memo<FeedName, Board>,
}

impl<'a> State<'a> {
    /// Over this storage.
    pub fn new(storage: &'a dyn Storage) -> State<'a> {
        State {
            storage,
            reporters: Memo::default(),
            feed: Memo::default(),
            board: Memo::default(),
        }
    }
}

impl Reads for State<'_> {
    type Error = PackedError;

    fn reporters(&self) -> Found<Reporters> {
        self.reporters.get(&(), || {
            Ok(REPORTERS.may_load(self.storage)?.unwrap_or_default())
        })
    }

    fn feed(&self, feed: &FeedName) -> Found<Option<Feed>> {
        self.feed.get(feed, || FEEDS.may_load(self.storage, feed))
    }

    fn board(&self, feed: &FeedName) -> Found<Board> {
        self.board.get(feed, || {
            let board = BOARDS.may_load(self.storage, feed)?;
            Ok(board.unwrap_or_default())
        })
    }

    fn pages(&self, feed: &FeedName, at: Timestamp, limit: usize) -> Found<Vec<Page>> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        // At or before a time is before the moment after it; before the end of time is all.
        let before = at.0.checked_add(1);
        let before = before.map(|next| (feed.clone(), Timestamp(next)));
        let found = PAGES.range_back(self.storage, feed, before.as_ref(), limit)?;
        Ok(found.into_iter().map(|(_, page)| page).collect())
    }

    fn oldest_pages(&self, feed: &FeedName, limit: usize) -> Found<Vec<Page>> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let found = PAGES.prefix_range(self.storage, feed, None, limit)?;
        Ok(found.into_iter().map(|(_, page)| page).collect())
    }
}

/// The last thing that was read, and where.
struct Memo<K, V>(RefCell<Option<(K, V)>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Memo<K, V> {
        Memo(RefCell::new(None))
    }
}

impl<K: PartialEq + Clone, V: Clone> Memo<K, V> {
    fn get(&self, key: &K, read: impl FnOnce() -> Found<V>) -> Found<V> {
        if let Some((known, value)) = self.0.borrow().as_ref() {
            if known == key {
                return Ok(value.clone());
            }
        }
        let value = read()?;
        self.0.replace(Some((key.clone(), value.clone())));
        Ok(value)
    }
}
