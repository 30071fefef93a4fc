//! What the owner decides.

use alloc::{string::ToString, vec::Vec};

use tessera_primitives::Address;

use crate::{
    state::{Feed, FeedName, Reporter, Reporters},
    Event, Reads, Refusal, Refused, Step, Write,
};

pub(super) fn set_feed<R: Reads>(
    reads: &R,
    name: FeedName,
    feed: Feed,
) -> Result<Step, Refused<R::Error>> {
    feed.check()?;
    let mut writes = Vec::new();
    let earlier = reads.feed(&name).map_err(Refused::Read)?;
    if earlier.is_some_and(|earlier| earlier.source != feed.source) {
        let mut board = reads.board(&name).map_err(Refused::Read)?;
        board.reports = Vec::new();
        board.suspicion = None;
        writes.push(Write::Board(name.clone(), board));
    }
    let event = Event::FeedSet {
        feed: name.to_string(),
    };
    writes.push(Write::Feed(name, feed));
    Ok(Step {
        writes,
        events: Vec::from([event]),
    })
}

pub(super) fn set_reporters<R: Reads>(
    reads: &R,
    addresses: Vec<Address>,
    quorum: u8,
) -> Result<Step, Refused<R::Error>> {
    let earlier = reads.reporters().map_err(Refused::Read)?;
    let mut reporters = Reporters {
        quorum,
        members: Vec::new(),
        next: earlier.next.max(1),
    };
    for address in addresses {
        let number = match earlier.number(&address) {
            Some(number) => number,
            None => {
                let number = reporters.next;
                let next = number.checked_add(1);
                reporters.next = next.ok_or(Refusal::NoNumberLeft { last: number })?;
                number
            }
        };
        reporters.members.push(Reporter { address, number });
    }
    reporters.check()?;
    let event = Event::ReportersSet {
        reporters: u32::try_from(reporters.members.len()).unwrap_or(u32::MAX),
        quorum,
    };
    Ok(Step {
        writes: Vec::from([Write::Reporters(reporters)]),
        events: Vec::from([event]),
    })
}
