use alloc::vec::Vec;

use tessera_primitives::Timestamp;

use crate::state::{Board, Feed, FeedName, Page, Reporters};

/// What the rule may ask of storage. Nothing here writes.
pub trait Reads {
    /// Why a read failed.
    type Error;

    /// Who may report.
    ///
    /// # Errors
    /// When storage cannot be read; the same for all that follow.
    fn reporters(&self) -> Result<Reporters, Self::Error>;

    /// A feed's parameters.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn feed(&self, feed: &FeedName) -> Result<Option<Feed>, Self::Error>;

    /// What a feed's reporters said: the default for a feed of which nothing was heard.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn board(&self, feed: &FeedName) -> Result<Board, Self::Error>;

    /// Pages of a feed's history whose keys are at or before a time: the newest first, at most `limit`.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn pages(&self, feed: &FeedName, at: Timestamp, limit: usize)
        -> Result<Vec<Page>, Self::Error>;

    /// The oldest pages of a feed's history, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn oldest_pages(&self, feed: &FeedName, limit: usize) -> Result<Vec<Page>, Self::Error>;
}
