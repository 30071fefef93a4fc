//! What one sighting says.

use alloc::string::String;

use tessera_primitives::{Fork, Height, Root, ZoneStatus};

use crate::{state::LegState, Leg, Refusal, Shown};

/// What one sighting says of another leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// Nothing that counts.
    Nothing,
    /// It is rejected, reversed or missing: it was not, and will not be, committed and kept.
    Gone,
    /// The same, but on the word of a zone that forked, closed or holds what cannot be read: another zone may have seen
    /// more, or another branch.
    Doubtful,
    /// It is committed.
    Committed,
    /// It is kept.
    Kept,
}

/// One sighting with what it takes to judge it.
pub(crate) struct Sighted<'a> {
    pub leg: &'a Leg,
    pub root: &'a Root,
    pub mark: Shown,
    /// The branch that the leg's zone was on when the own leg was committed.
    pub seen: u32,
    /// That branch's fork, if it is known.
    pub fork: Option<Fork>,
    /// The leg's zone forked after the own leg was committed.
    pub touched: bool,
    /// A branch is not waited for any more.
    pub waited_out: bool,
    /// The task is settled on proof.
    pub on_proof: bool,
}

impl Sighted<'_> {
    /// Height of the header that has the root.
    fn header(&self) -> Height {
        Height(self.root.state_height.0.saturating_add(1))
    }

    /// Whether the root's state stands for every later height: the last of a closed zone.
    pub fn stands(&self) -> bool {
        stands(self.root)
    }

    /// What the sighting says.
    pub fn word(&self) -> Result<Word, Refusal> {
        let in_doubt = usable(self.leg, self.root)?;
        let state_height = self.root.state_height;
        let past = state_height >= self.leg.deadline;
        // Before the deadline a leg is missing only because its zone forked, or closed: another zone may have believed
        // another branch, or have closed it at a later header, which was withheld from this one.
        let blame = if past && !in_doubt {
            Word::Gone
        } else {
            Word::Doubtful
        };
        let prefix_end = self.touched && self.waited_out && self.is_end_of_prefix();
        let state = match self.mark {
            // Only a faulty zone has such a value, or one whose lock became another: it is believed as little as a zone
            // that forked, and no sooner than at the deadline, so that it may still come to its senses.
            Shown::Unreadable if past || self.stands() || prefix_end => return Ok(Word::Doubtful),
            Shown::Unreadable => return Ok(Word::Nothing),
            Shown::Absent => None,
            Shown::Mark(mark) => Some(mark.state),
        };
        Ok(match state {
            Some(LegState::Rejected | LegState::Reversed) if in_doubt => Word::Doubtful,
            Some(LegState::Rejected | LegState::Reversed) => Word::Gone,
            // Nothing commits at the deadline or later.
            Some(LegState::Registered | LegState::Lapsed)
                if past || self.stands() || prefix_end =>
            {
                blame
            }
            None if state_height >= self.leg.retained_until()? => Word::Nothing,
            None if past || self.stands() || prefix_end => blame,
            Some(LegState::Registered | LegState::Lapsed) | None => Word::Nothing,
            Some(state @ (LegState::Committed | LegState::Conceded | LegState::Kept)) => {
                let timely = self.on_proof || past || self.stands() || prefix_end;
                // From G on a branch counts for Reverse only, and the end of the common prefix decides. Where nobody knows
                // that end the admitted branch decides alone, or nothing ever would.
                let exact = self.fork.is_some_and(|fork| fork.exact);
                let barred = in_doubt && !self.is_shared() && self.touched && self.waited_out;
                let barred = barred && exact && !self.stands();
                match state {
                    _ if !timely || barred => Word::Nothing,
                    LegState::Kept => Word::Kept,
                    _ => Word::Committed,
                }
            }
        })
    }

    /// Whether all branches that the zone has forked into since the own leg was committed have this root.
    fn is_shared(&self) -> bool {
        let below = |fork: Fork| self.header() < fork.height;
        self.root.branch == self.seen && self.fork.is_none_or(below)
    }

    /// Whether this is the last such root, known as such.
    fn is_end_of_prefix(&self) -> bool {
        let last = |fork: Fork| fork.exact && self.header().0.checked_add(1) == Some(fork.height.0);
        self.root.branch == self.seen && self.fork.is_some_and(last)
    }
}

/// Whether a root is the last of a closed zone, which stands for every later height.
pub(crate) fn stands(root: &Root) -> bool {
    let last = root.standing.closing.and_then(|closing| closing.last);
    root.standing.status == ZoneStatus::Closed
        && last.is_some_and(|last| Some(last.0) == root.state_height.0.checked_add(1))
}

/// Whether a root lies at or above a fork, on a branch that was admitted, and below that one's own fork.
///
/// # Errors
/// [`Refusal::RootInDoubt`] when the branch was not admitted, or no branch is; [`Refusal::RootAfterEnd`].
pub(crate) fn usable(leg: &Leg, root: &Root) -> Result<bool, Refusal> {
    let standing = &root.standing;
    let height = Height(root.state_height.0.saturating_add(1));
    let zone = || leg.zone.clone();
    let last = standing.closing.and_then(|closing| closing.last);
    if let (ZoneStatus::Closed, Some(last)) = (standing.status, last) {
        if height > last {
            let zone = zone();
            return Err(Refusal::RootAfterEnd { zone, height, last });
        }
    }
    match standing.fork {
        Some(fork) if height >= fork.height => {
            let admitted = root.branch > 0
                && match standing.fork_of(root.branch) {
                    Some(fork) => height < fork.height,
                    None => standing.branch == root.branch,
                };
            if admitted {
                return Ok(true);
            }
            Err(Refusal::RootInDoubt {
                zone: zone(),
                height,
                branch: root.branch,
                fork: fork.height,
                admitted: standing.branch,
            })
        }
        _ => Ok(false),
    }
}

/// What was seen, for people.
pub(crate) fn describe(root: &Root, mark: Shown) -> String {
    let state = match mark {
        Shown::Absent => "unregistered",
        Shown::Mark(mark) => mark.state.name(),
        Shown::Unreadable => "unreadable",
    };
    alloc::format!("{state} at state height {}", root.state_height)
}
