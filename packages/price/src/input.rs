use alloc::vec::Vec;

use tessera_primitives::{Address, Price, Timestamp};

use crate::state::{Feed, FeedName};

/// The block in which a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Its time.
    pub time: Timestamp,
}

/// A verb, with what it needs to know of the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A reporter says what a token costs.
    Report {
        /// Who sent the message.
        reporter: Address,
        /// The feed.
        feed: FeedName,
        /// The price; not zero.
        price: Price,
        /// When it held: not after the block's time, later than the reporter's last.
        time: Timestamp,
    },
    /// Anyone brings what a feed's adapter answers now.
    Refresh {
        /// The feed.
        feed: FeedName,
        /// The price that the other oracle calls fresh.
        price: Price,
        /// When it held, as the other oracle says.
        time: Timestamp,
    },
    /// The owner adds a feed, or replaces one's parameters. A feed whose source changes forgets its reports, and
    /// keeps its history.
    SetFeed {
        /// The feed.
        feed: FeedName,
        /// Its parameters.
        parameters: Feed,
    },
    /// The owner says who reports.
    SetReporters {
        /// Everybody who does.
        reporters: Vec<Address>,
        /// Young reports that make a price.
        quorum: u8,
    },
}
