//! `Reads` over maps: the oracle's storage for tests, models and the simulator.

use alloc::{collections::BTreeMap, vec::Vec};
use core::convert::Infallible;

use tessera_primitives::Timestamp;

use crate::{
    state::{Board, Feed, FeedName, Page, Reporters},
    Reads, Step, Write,
};

/// All that an oracle stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Who may report.
    pub reporters: Reporters,
    /// Parameters of feeds.
    pub feeds: BTreeMap<FeedName, Feed>,
    /// Reports of feeds.
    pub boards: BTreeMap<FeedName, Board>,
    /// Histories of feeds.
    pub pages: BTreeMap<(FeedName, Timestamp), Page>,
}

impl Memory {
    /// Does what a step writes.
    pub fn apply(&mut self, step: &Step) {
        for write in step.writes.iter().cloned() {
            match write {
                Write::Reporters(reporters) => self.reporters = reporters,
                Write::Feed(name, feed) => drop(self.feeds.insert(name, feed)),
                Write::Board(name, board) => drop(self.boards.insert(name, board)),
                Write::Page(name, page) => {
                    self.pages.insert((name, page.first()), page);
                }
                Write::ForgetPage(name, first) => drop(self.pages.remove(&(name, first))),
            }
        }
    }
}

impl Reads for Memory {
    type Error = Infallible;

    fn reporters(&self) -> Result<Reporters, Infallible> {
        Ok(self.reporters.clone())
    }

    fn feed(&self, feed: &FeedName) -> Result<Option<Feed>, Infallible> {
        Ok(self.feeds.get(feed).cloned())
    }

    fn board(&self, feed: &FeedName) -> Result<Board, Infallible> {
        Ok(self.boards.get(feed).cloned().unwrap_or_default())
    }

    fn pages(&self, feed: &FeedName, at: Timestamp, limit: usize) -> Result<Vec<Page>, Infallible> {
        let range = (feed.clone(), Timestamp(0))..=(feed.clone(), at);
        let newest = self.pages.range(range).rev().take(limit);
        Ok(newest.map(|(_, page)| page.clone()).collect())
    }

    fn oldest_pages(&self, feed: &FeedName, limit: usize) -> Result<Vec<Page>, Infallible> {
        let range = (feed.clone(), Timestamp(0))..=(feed.clone(), Timestamp(u64::MAX));
        let oldest = self.pages.range(range).take(limit);
        Ok(oldest.map(|(_, page)| page.clone()).collect())
    }
}
