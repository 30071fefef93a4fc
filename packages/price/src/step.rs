use alloc::vec::Vec;

use tessera_primitives::Timestamp;

use crate::{
    state::{Board, Feed, FeedName, Page, Reporters},
    Event,
};

/// What an input leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What changes in storage.
    pub writes: Vec<Write>,
    /// What has happened.
    pub events: Vec<Event>,
}

/// A change in storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Who may report.
    Reporters(Reporters),
    /// A feed's parameters.
    Feed(FeedName, Feed),
    /// What a feed's reporters said.
    Board(FeedName, Board),
    /// A page of a feed's history, under the time of its first price.
    Page(FeedName, Page),
    /// A page is forgotten.
    ForgetPage(FeedName, Timestamp),
}
