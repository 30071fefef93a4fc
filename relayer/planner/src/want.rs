use std::cmp::Reverse;

use tessera_primitives::{Amount, Hash, Height, Timestamp, ZoneId};

use crate::Brings;

/// What a leg of a task could have done now, if its evidence is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    pub(crate) task: Hash,
    pub(crate) verb: Verb,
    pub(crate) needs: Vec<Need>,
    pub(crate) brings: Brings,
    pub(crate) urgency: Urgency,
}

/// Verbs that carry proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    Commit,
    Settle,
    Reject,
}

/// A proof of one leg, at any header of its zone between two heights, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) leg: u8,
    pub(crate) zone: ZoneId,
    pub(crate) from: Height,
    pub(crate) to: Height,
    /// The header's time must not be earlier, where the verb asks for a fresh root.
    pub(crate) not_before: Option<Timestamp>,
}

/// The order of duties: what is lost by waiting before what waits safely, then by deadline, then by what it earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Urgency {
    pub(crate) class: Class,
    /// Blocks of the duty's zone that are left; zero when it has no deadline or has passed it.
    pub(crate) blocks_left: u64,
    /// What the relayer that is first is paid for it, the most first.
    pub(crate) earns: Reverse<Amount>,
}

impl Urgency {
    /// That of what has no deadline and earns nothing.
    pub(crate) fn of(class: Class) -> Urgency {
        Urgency {
            class,
            blocks_left: 0,
            earns: Reverse(Amount(0)),
        }
    }
}

/// Live work before clearing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// A fork: every block without the report may lock another leg.
    Alarm,
    /// It can no longer be done after a deadline.
    Live,
    /// Users wait for it, and for every block of it.
    Settling,
    /// Users wait for it, and nothing is lost if they wait longer.
    Clearing,
    /// Nobody waits for it.
    Upkeep,
}
