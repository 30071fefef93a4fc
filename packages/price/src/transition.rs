//! The verbs. Each file holds one; what the two that bring prices share is [`accept`].

mod accept;
mod govern;
mod report;

use crate::{Input, Now, Reads, Refused, Step};

/// The rule: what an input does to an oracle. `Reads` cannot write, so every refusal precedes every write.
///
/// # Errors
/// [`Refused::Rule`] with the reason, [`Refused::Read`] when storage fails.
pub fn transition<R: Reads>(now: &Now, reads: &R, input: Input) -> Result<Step, Refused<R::Error>> {
    match input {
        Input::Report {
            reporter,
            feed,
            price,
            time,
        } => report::report(now, reads, reporter, feed, price, time),
        Input::Refresh { feed, price, time } => report::refresh(now, reads, feed, price, time),
        Input::SetFeed { feed, parameters } => govern::set_feed(reads, feed, parameters),
        Input::SetReporters { reporters, quorum } => {
            govern::set_reporters(reads, reporters, quorum)
        }
    }
}
