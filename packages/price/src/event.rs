//! What an oracle says has happened.

use alloc::string::String;

use tessera_primitives::{facts, Address, Timestamp};

facts! {
    /// A fact of the oracle. Prices are decimal strings, in 10⁻¹⁸ of the reference currency.
    pub enum Event {
        /// A reporter was heard.
        Reported = "price_reported" {
            /// The feed.
            feed: String,
            /// Who reported; nobody for an adapter.
            reporter: Option<Address>,
            /// What it said.
            price: String,
            /// Of when.
            time: Timestamp,
        },
        /// A price was accepted.
        Accepted = "price_accepted" {
            /// The feed.
            feed: String,
            /// The price.
            price: String,
            /// The block's time.
            time: Timestamp,
            /// Whether it was Suspect until now.
            confirmed: bool,
        },
        /// A price is too far from the base.
        Suspected = "price_suspected" {
            /// The feed.
            feed: String,
            /// The price.
            price: String,
            /// How far, in basis points.
            deviation: u64,
        },
        /// Reports came back after a gap.
        Resumed = "price_resumed" {
            /// The feed.
            feed: String,
            /// The first time at which a price can be accepted.
            until: Timestamp,
        },
        /// The owner set a feed.
        FeedSet = "price_feed_set" {
            /// The feed.
            feed: String,
        },
        /// The owner said who reports.
        ReportersSet = "price_reporters_set" {
            /// How many do.
            reporters: u32,
            /// How many make a price.
            quorum: u8,
        },
    }
}
